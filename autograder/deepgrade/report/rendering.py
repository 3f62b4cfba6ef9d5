"""Fill the templates of pages.

Theory of operation: everything on a page that comes from a student is hostile. Jinja escapes every value and
passes every string through `text.clean`; markup is made in four places only (`svg.tag`, `ansi`, `prose`, Pygments in
`notebook`), each of which escapes or sanitises. Pages load nothing and run nothing: one style sheet in the page itself,
named by its hash in the content security policy, pictures as data addresses, no script. So each page is one
file that can be mailed.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from deepgrade.report.points import STATE_WORDS
from deepgrade.report.text import clean, count_text, figure_text, one_line, points_text, seconds_text, shorten

_TEMPLATES = Path(__file__).parent / "templates"
_STYLES = ("report.css", "board.css")


def render(template: str, **context: Any) -> str:
    """Return a template of `templates/` filled with values."""
    return _environment().get_template(template).render(**context)


@cache
def _environment() -> Environment:
    return make_environment(_TEMPLATES)


def make_environment(*folders: Path) -> Environment:
    """Return an environment for templates in folders, those of reports after them: everything is escaped and cleaned."""
    environment = Environment(
        loader=FileSystemLoader([*folders, _TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: clean(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = style_sheet()
    environment.globals.update(
        style=Markup(style),  # noqa: S704 - our own files
        style_hash=Markup(style_hash()),  # noqa: S704
        state_words=STATE_WORDS,
    )
    environment.filters.update(
        points=points_text,
        figure=figure_text,
        seconds=seconds_text,
        name=lambda value, most=80: one_line(str(value), most) or "(no name)",
        cut=lambda value, most: shorten(clean(str(value)[: 4 * most]), most),
        when=_when,
        counted=count_text,
        words=lambda code: str(code).replace("_", " "),
    )
    return environment


@cache
def style_sheet() -> str:
    """Return the style sheet of all pages."""
    return "".join((_TEMPLATES / name).read_text(encoding="utf-8") for name in _STYLES)


def style_hash() -> str:
    """Return the style sheet's hash, as a content security policy names it."""
    digest = base64.b64encode(hashlib.sha256(style_sheet().encode("utf-8")).digest()).decode("ascii")
    return f"sha256-{digest}"


def _when(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
