"""Fill the app's templates: those of reports and their look, with what a page that answers needs besides."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment
from starlette.responses import Response

from deepgrade.report.prose import prose
from deepgrade.report.rendering import make_environment, style_sheet
from deepgrade.review.late import shown
from deepgrade.review.web.words import moved

_HERE = Path(__file__).parent


class Static(NamedTuple):
    """A file that pages load, under a name that changes with its content."""

    name: str
    media_type: str
    body: bytes


@cache
def static_files() -> dict[str, Static]:
    """Return the style sheet and the keyboard script: `css` and `js`."""
    own = (_HERE / "static" / "review.css").read_text(encoding="utf-8")
    found = {}
    for kind, media_type, text in (
        ("css", "text/css", style_sheet() + own),
        ("js", "text/javascript", (_HERE / "static" / "keys.js").read_text(encoding="utf-8")),
    ):
        body = text.encode("utf-8")
        found[kind] = Static(f"review-{hashlib.sha256(body).hexdigest()[:16]}.{kind}", media_type, body)
    return found


def prepare() -> None:
    """Read all templates and what pages need of libraries, which takes a while the first time."""
    environment = _environment()
    for name in environment.list_templates():
        environment.get_template(name)
    prose("`a`")


def render(template: str, **context: Any) -> str:
    """Return a template filled with values."""
    return _environment().get_template(template).render(**context)


def html(template: str, *, status: int = 200, **context: Any) -> Response:
    """Return a page."""
    return Response(render(template, **context), status_code=status, media_type="text/html")


@cache
def _environment() -> Environment:
    environment = make_environment(_HERE / "templates")
    environment.filters |= {"in_zone": shown, "moved": moved}
    environment.globals.update(static={kind: file.name for kind, file in static_files().items()})
    return environment
