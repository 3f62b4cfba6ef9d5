"""What surrounds every request: who may ask, under which name, and what the browser is told to forbid.

Theory of operation. Pages show what students wrote; it is escaped or sanitised where it enters a page (`report.rendering`),
and the headers here are the second wall: no page may load or run anything but this app's own style sheet and keyboard script,
send forms elsewhere, or stand in a frame. An executed notebook is a document of its own in a sandbox without any right
(`frame_headers`): no script, no form, no origin. Requests that change something need the session's form token and, where
the browser says it, an origin that is ours. A `Host` that is not ours is not answered, so that no other site's name can be
pointed at this server (DNS rebinding).
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deepgrade.review.web.settings import WebSettings

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; frame-src 'self'; form-action 'self';"
    " frame-ancestors 'none'; base-uri 'none'"
)
PAGE_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}


def frame_headers(style_hash: str) -> dict[str, str]:
    """Return the headers of a document of student content, which stands in a frame of ours without any right.

    Args:
        style_hash: Of the style sheet in it.
    """
    return {
        "Content-Security-Policy": (
            f"sandbox; default-src 'none'; style-src '{style_hash}'; img-src data:; form-action 'none';"
            " frame-ancestors 'self'; base-uri 'none'"
        ),
        "X-Frame-Options": "SAMEORIGIN",
        "Referrer-Policy": "no-referrer",
    }


class SecurityMiddleware:
    """Refuse foreign hosts, and put the headers on every answer that does not have its own."""

    def __init__(self, app: ASGIApp, settings: WebSettings) -> None:
        self._app = app
        self._hosts = settings.hosts
        self._secure = settings.secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in PAGE_HEADERS.items():
                    headers.setdefault(name, value)
                if self._secure:
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000")
            await send(message)

        host = Headers(scope=scope).get("host", "")
        if self._hosts is not None and _without_port(host) not in self._hosts:
            answer = PlainTextResponse("This server does not answer to that name.\n", status_code=421)
            await answer(scope, receive, guarded)
            return
        await self._app(scope, receive, guarded)


def _without_port(host: str) -> str:
    name, bracket, _ = host.partition("]")
    return (name + bracket if bracket else host.rpartition(":")[0] or host).lower()


def is_own_origin(headers: Headers, settings: WebSettings) -> bool:
    """Return whether a form was sent from a page of this app, as far as the browser says from where.

    Browsers send `Origin` with every form that is posted, and `Sec-Fetch-Site`; what has neither is no browser that
    another site could use.
    """
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    if origin is None:
        return True
    parts = urlsplit(origin)
    if settings.public_url is not None:
        own = urlsplit(settings.public_url)
        return (parts.scheme, parts.hostname, parts.port or 443) == ("https", own.hostname, own.port or 443)
    return parts.scheme == "http" and parts.netloc.lower() == headers.get("host", "").lower()


def peer_address(scope: Scope, headers: Headers, settings: WebSettings) -> str:
    """Return the address that a request came from: the last one that a trusted proxy did not add itself."""
    client = scope.get("client")
    address = str(client[0]) if client else "unknown"
    if not settings.is_trusted(address):
        return address
    hops = [hop.strip() for line in headers.getlist("x-forwarded-for") for hop in line.split(",")]
    for hop in reversed(hops):
        if not settings.is_trusted(hop):
            return hop[:64] or address
    return address
