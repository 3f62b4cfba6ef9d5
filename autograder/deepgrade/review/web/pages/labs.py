"""The labs of a course."""

from __future__ import annotations

from starlette.responses import Response

from deepgrade.review.web.visits import Visit


def all_labs(visit: Visit) -> Response:
    """Show all labs."""
    return visit.site.page(visit, "labs.html.j2", labs=[])
