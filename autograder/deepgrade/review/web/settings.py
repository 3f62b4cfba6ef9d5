"""How the app is reached and by whom: what the command line says."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from deepgrade.review.web.errors import AccessError

PORT = 8477
_HEADER = re.compile(r"[A-Za-z0-9-]+")
_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True)
class WebSettings:
    """Settings of the app.

    Attributes:
        root: Folder with `solutions/` and `tests/hidden/`.
        course: The course's folder.
        database: URL of the gradebook; None: the course's SQLite file.
        host: Address to listen on.
        port: Port to listen on.
        public_url: Where people reach the app through a proxy that speaks HTTPS; None: directly.
        trust_header: Header in which the proxy names who has logged in; None: accounts with passwords.
        trusted_proxies: Addresses whose word counts.
        insecure_http: Whether other machines may come by plain HTTP.
    """

    root: Path
    course: Path
    database: str | None = None
    host: str = "127.0.0.1"
    port: int = PORT
    public_url: str | None = None
    trust_header: str | None = None
    trusted_proxies: tuple[str, ...] = ()
    insecure_http: bool = False

    def __post_init__(self) -> None:
        if self.public_url is not None:
            parts = urlsplit(self.public_url)
            if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment:
                raise AccessError(
                    f"--behind-proxy {self.public_url}: give the address that people type, such as"
                    " https://grading.example.edu/review. It has to be https: passwords and grades cross the network there."
                )
        if not is_loopback(self.host) and self.public_url is None and not self.insecure_http:
            raise AccessError(
                f"--host {self.host} lets other machines in, and this server speaks plain HTTP: passwords and grades could be"
                " read on the way. Put a web server with HTTPS in front and say --behind-proxy https://ADDRESS, or say"
                " --insecure-http where the network is your own (a tunnel, a container's)."
            )
        if self.trust_header is not None and not self.trusted_proxies:
            raise AccessError(
                f"--trust-header {self.trust_header} lets whoever sends this header be anybody. Say whose word counts:"
                " --trusted-proxy 127.0.0.1 for a proxy on this machine."
            )
        if self.trust_header is not None and not _HEADER.fullmatch(self.trust_header):
            raise AccessError(
                f"--trust-header {self.trust_header}: a header's name has letters, digits and hyphens, such as X-Remote-User."
                " Where the web server in front writes it with underscores, have it send another one."
            )
        if self.trusted_proxies and self.public_url is None and self.trust_header is None:
            raise AccessError("--trusted-proxy needs --behind-proxy or --trust-header.")
        for proxy in self.trusted_proxies:
            try:
                network = ipaddress.ip_network(proxy, strict=False)
            except ValueError:
                raise AccessError(f"--trusted-proxy {proxy}: give an IP address or a network.") from None
            if network.prefixlen == 0:
                raise AccessError(
                    f"--trusted-proxy {proxy} is everybody: whoever reaches the app could be anybody. Give the address from"
                    " which the web server in front comes."
                )

    @property
    def secure(self) -> bool:
        """Whether browsers reach the app by HTTPS."""
        return self.public_url is not None

    @property
    def prefix(self) -> str:
        """Path below which the app is reached, without a slash at its end."""
        return urlsplit(self.public_url).path.rstrip("/") if self.public_url else ""

    @property
    def hosts(self) -> frozenset[str] | None:
        """`Host` headers that are answered, without the port; None: all (plain HTTP that was asked for)."""
        name = (urlsplit(self.public_url).hostname or "") if self.public_url else ""
        named = {f"[{name}]" if ":" in name else name} - {""}
        if self.insecure_http and not named:
            return None
        return frozenset({*named, *_LOOPBACK_NAMES})

    def is_trusted(self, address: str) -> bool:
        """Return whether a peer is a proxy whose headers count."""
        try:
            peer = ipaddress.ip_address(address)
        except ValueError:
            return False
        mapped = getattr(peer, "ipv4_mapped", None)
        return any(
            one in ipaddress.ip_network(proxy, strict=False)
            for proxy in self.trusted_proxies
            for one in (peer, mapped)
            if one is not None
        )


def is_loopback(host: str) -> bool:
    """Return whether nothing beyond this machine reaches an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
