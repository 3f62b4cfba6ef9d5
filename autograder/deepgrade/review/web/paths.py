"""Addresses as web servers in front pass them on: with the prefix or without it, with a slash at the end or without.

nginx takes the prefix off where `proxy_pass` ends with a slash, and leaves it on where not; JupyterHub's proxy leaves it on.
Both find the same page. A slash at the end is left out here and not by a redirect, since that would need to know under which
scheme and name the browser came.
"""

from __future__ import annotations

from urllib.parse import unquote

from starlette.types import ASGIApp, Receive, Scope, Send


class PathMiddleware:
    """Take the prefix off, and slashes at the end.

    Args:
        app: What answers.
        prefix: Path below which browsers reach the app, percent-encoded; may be empty.
        own: First steps of the app's own addresses: a prefix that begins with one of them is not looked for, since the web
            server may have taken it off already.
    """

    def __init__(self, app: ASGIApp, prefix: str, own: frozenset[str]) -> None:
        self._app = app
        first = prefix.lstrip("/").partition("/")[0]
        self._prefix = "" if first in own else unquote(prefix)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            path = str(scope["path"])
            if self._prefix and (path == self._prefix or path.startswith(f"{self._prefix}/")):
                path = path[len(self._prefix) :]
            scope = {**scope, "path": path.rstrip("/") or "/"}
        await self._app(scope, receive, send)
