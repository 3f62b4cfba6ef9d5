"""What surrounds every request: who may ask, under which name, and what the browser is told to forbid.

Theory of operation. Pages show what students wrote; it is escaped or sanitised where it enters a page (`report.rendering`),
and the headers here are the second wall: no page may load or run anything but this app's own style sheet and keyboard script,
send forms elsewhere, or stand in a frame. An executed notebook is a document of its own in a sandbox without any right
(`frame_headers`): no script, no form, no origin. Requests that change something need the session's form token and, where
the browser says it, an origin that is ours. A `Host` that is not ours is not answered, so that no other site's name can be
pointed at this server (DNS rebinding).
"""

from __future__ import annotations

import ipaddress
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
        self._settings = settings
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
            answer = PlainTextResponse(_wrong_name(host, self._settings), status_code=421)
            await answer(scope, receive, guarded)
            return
        await self._app(scope, receive, guarded)


def _wrong_name(host: str, settings: WebSettings) -> str:
    shown = "".join(sign if sign.isascii() and sign.isprintable() else "?" for sign in host[:100])
    if settings.public_url is None:
        return (
            f"This server does not answer to the name {shown!r}, but to localhost alone. Where a web server stands in front,"
            " start the review app with --behind-proxy https://NAME.\n"
        )
    return (
        f"This server does not answer to the name {shown!r}. It is reached at {settings.public_url}\n"
        "Who sets up the web server in front: it passes on the browser's Host header (nginx: proxy_set_header Host $host),"
        " and that name is the one of --behind-proxy.\n"
    )


def _without_port(host: str) -> str:
    name, bracket, _ = host.partition("]")
    return (name + bracket if bracket else host.rpartition(":")[0] or host).lower()


def foreign_origin(headers: Headers, settings: WebSettings) -> str | None:
    """Return what to say of a form that was not sent from a page of this app, as far as the browser says from where.

    Browsers send `Origin` with every form that is posted, and `Sec-Fetch-Site`; what has neither is no browser that
    another site could use.
    """
    refused = "This form did not come from a page of the review app. Nothing was changed."
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site not in (None, "same-origin", "none"):
        return refused
    if origin is None:
        return None
    own = settings.public_url or f"http://{headers.get('host', '')}"
    sent = _origin(origin)
    if sent is not None and sent == _origin(own):
        return None
    if site == "same-origin":  # so its page did come from here, under another address
        start = "" if settings.public_url else " https://ADDRESS"
        return (
            f"{refused} Your browser has the app at {origin[:200]}, the app takes itself to be at {own}. Open it there;"
            f" or who runs it starts it with the right --behind-proxy{start}."
        )
    return refused


def _origin(address: str) -> tuple[str, str, int] | None:
    """Return scheme, host and port; None for what is no web address, such as `null`."""
    try:
        parts = urlsplit(address)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return None
    return (parts.scheme, parts.hostname, port) if parts.hostname and port else None


def peer_address(scope: Scope, headers: Headers, settings: WebSettings) -> str:
    """Return the address that attempts are counted for: the last one that a trusted proxy did not add itself.

    Of an IPv6 address it is the network of 64 bits: whoever has one address there has all of them.
    """
    client = scope.get("client")
    address = str(client[0]) if client else "unknown"
    if settings.is_trusted(address):
        hops = [_hop(hop) for line in headers.getlist("x-forwarded-for") for hop in line.split(",")]
        address = next((hop for hop in reversed(hops) if hop and not settings.is_trusted(hop)), address)
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(found, ipaddress.IPv4Address):
        return address
    mapped = found.ipv4_mapped
    return str(mapped or ipaddress.ip_network((int(found) >> 64 << 64, 64)))


def _hop(written: str) -> str:
    """Return an address without the port and the brackets that some proxies write: ports differ at each connection."""
    hop = written.strip()
    try:
        ipaddress.ip_address(hop)
    except ValueError:
        return _without_port(hop).strip("[]")
    return hop
