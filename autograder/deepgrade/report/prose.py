"""Markdown and HTML from students, made harmless.

Theory of operation: Markdown is rendered with HTML switched off, then passed through the same allow list as
HTML outputs are: text marks and tables, no attribute but spans of table cells, no class of the student's, no
link. A link is shown as its words and its address in plain text, so that nothing on the page leads away from
it. Headings become bold lines, so that the page's own outline stands. What costs more than linear time
(nested elements, wide tables) is bounded before it is parsed; beyond the bounds the source is shown as text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup, escape

from deepgrade.report.images import PictureRefused, check_picture
from deepgrade.report.remembered import remembered
from deepgrade.report.text import clean, head_and_tail

_MOST_SOURCE = 32_000
_MOST_RENDERED = 300_000
_MOST_ELEMENTS = 6_000
_MOST_BRACKETS = 1_500
_MOST_TABLE_CELLS = 20_000
_OPENING = re.compile("<[A-Za-z]")

_TEXT_MARKS = (
    "b",
    "blockquote",
    "br",
    "code",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "hr",
    "i",
    "li",
    "mark",
    "ol",
    "p",
)
_MORE_MARKS = ("pre", "s", "small", "span", "strong", "sub", "sup", "u", "ul")
_TABLE_MARKS = ("caption", "table", "tbody", "td", "tfoot", "th", "thead", "tr")
_MARKS = frozenset((*_TEXT_MARKS, *_MORE_MARKS, *_TABLE_MARKS))
_ACTIVE = (
    "script",
    "style",
    "template",
    "svg",
    "math",
    "iframe",
    "object",
    "embed",
    "noscript",
    "title",
    "head",
)
_FORMS = ("textarea", "select", "audio", "video", "canvas")
_DROPPED_WITH_CONTENT = frozenset((*_ACTIVE, *_FORMS))
_SPANS: Mapping[str, frozenset[str]] = {name: frozenset({"colspan", "rowspan"}) for name in ("td", "th")}

_html_cleaner = nh3.Cleaner(
    tags=_MARKS,
    clean_content_tags=_DROPPED_WITH_CONTENT,
    attributes=_SPANS,
    attribute_filter=lambda _element, _name, value: (
        value if value.isdecimal() and int(value[:4]) <= 100 else None
    ),
    link_rel=None,
    url_schemes=frozenset(),
)
_prose_cleaner = nh3.Cleaner(
    tags=_MARKS | {"img"},
    clean_content_tags=_DROPPED_WITH_CONTENT,
    attributes={"img": frozenset({"src", "alt"})},
    allowed_classes={
        "span": frozenset({"address"}),
        "p": frozenset({"heading"}),
        "img": frozenset({"attached"}),
    },
    link_rel=None,
    url_schemes=frozenset({"data"}),
)


def html_output(source: str) -> Markup | None:
    """Return an HTML output with all but text marks and tables taken away; None where it is too large."""
    if len(source) > 4 * _MOST_SOURCE or len(_OPENING.findall(source)) > _MOST_ELEMENTS:
        return None
    return Markup(_html_cleaner.clean(clean(source)))  # noqa: S704 - this is the sanitiser


def prose(source: str, attachments: Mapping[str, Any] | None = None) -> Markup:
    """Return Markdown as HTML.

    Args:
        source: Markdown; the first and last parts of very long texts.
        attachments: A notebook cell's attachments: name -> {type: base64}.
    """
    return _prose(source, attachments) if attachments else _plain_prose(source)


@remembered
def _plain_prose(source: str) -> Markup:
    return _prose(source, None)


def _prose(source: str, attachments: Mapping[str, Any] | None) -> Markup:
    source = clean(head_and_tail(source, _MOST_SOURCE))
    if _is_costly(source):
        return Markup("<pre>{}</pre>").format(source)
    rendered = _markdown.render(source, {"attachments": attachments or {}})
    if (
        len(rendered) > _MOST_RENDERED + _attached(rendered)
        or len(_OPENING.findall(rendered)) > _MOST_ELEMENTS
    ):
        return Markup("<pre>{}</pre>").format(source)
    return Markup(_prose_cleaner.clean(rendered))  # noqa: S704 - this is the sanitiser


def _is_costly(source: str) -> bool:
    """Return whether Markdown has what takes the parser more than linear time: open brackets, wide tables."""
    columns = max((line.count("|") for line in source.split("\n")), default=0)
    return source.count("[") > _MOST_BRACKETS or columns * source.count("\n") > _MOST_TABLE_CELLS


def _attached(rendered: str) -> int:
    return sum(len(part) for part in re.findall(r"data:image/[a-z]+;base64,[A-Za-z0-9+/=]*", rendered))


def _heading(_: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return '<p class="heading"><strong>' if tokens[index].nesting == 1 else "</strong></p>\n"


def _link(_: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    stack = env.setdefault("links", [])
    if token.nesting == 1:
        stack.append((index, str(token.attrGet("href") or "")))
        return "<span>"
    start, address = stack.pop() if stack else (index, "")
    words = "".join(inner.content for inner in tokens[start:index])
    shown = (
        "" if words == address or not address else f' <span class="address">({escape(address[:300])})</span>'
    )
    return f"</span>{shown}"


def _image(_: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    address = str(token.attrGet("src") or "")
    words = token.content or "without a description"
    bundle = (
        env["attachments"].get(address.removeprefix("attachment:"))
        if address.startswith("attachment:")
        else None
    )
    if isinstance(bundle, dict):
        for encoded in bundle.values():
            try:
                picture = check_picture(encoded if isinstance(encoded, str) else "".join(encoded))
            except (PictureRefused, TypeError):
                continue
            if env.setdefault("pictures", 0) >= 8:
                break
            env["pictures"] += 1
            return f'<img class="attached" src="{picture.address}" alt="Attached picture: {escape(words[:200])}">'
    return f'<span class="address">[picture left out: {escape(words[:200])}]</span>'


def _make_markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    for name in ("heading_open", "heading_close"):
        markdown.add_render_rule(name, _heading)
    for name in ("link_open", "link_close"):
        markdown.add_render_rule(name, _link)
    markdown.add_render_rule("image", _image)
    return markdown


_markdown = _make_markdown()
