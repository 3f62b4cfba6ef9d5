"""The web server around the app."""

from __future__ import annotations

import uvicorn
from starlette.applications import Starlette


def make_server(app: Starlette) -> uvicorn.Server:
    """Return a server for the app, which is given its listening socket when it runs."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            log_level="warning",
            server_header=False,
            proxy_headers=False,  # the app reads them itself, from trusted peers alone
            timeout_graceful_shutdown=5,
        )
    )
