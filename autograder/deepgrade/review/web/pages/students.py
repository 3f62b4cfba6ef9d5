"""One student's work in one lab: everything on a page, and the executed notebook in a frame without rights."""

from __future__ import annotations

from starlette.responses import Response

from deepgrade.review.web.visits import Visit


def show(visit: Visit) -> Response:
    """Show a student."""
    raise NotImplementedError


def notebook(visit: Visit) -> Response:
    """Show the executed notebook: a document of its own."""
    raise NotImplementedError
