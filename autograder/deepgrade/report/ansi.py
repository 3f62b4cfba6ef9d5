"""Terminal output as HTML: colours kept, cursor tricks gone.

Theory of operation: what a cell printed is bytes from a stranger. Only colour and weight survive, as class names
of ours; every other escape sequence is dropped. Progress bars rewrite their line with carriage returns: what a
terminal would show in the end is kept. All passes are linear in the input, which is capped before the first.
"""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from deepgrade.report.text import clean, head_and_tail

_RAW_CHARACTERS = 4 << 20
_SEQUENCE = re.compile(
    r"\x1b\[([0-9;:]{0,64})m"
    r"|\x1b\[[0-?]*[ -/]*[@-~]"
    r"|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?"
    r"|\x1b[ -/]*[0-~]"
    r"|\x1b"
)


def terminal_html(text: str, *, most: int = 24_000) -> Markup:
    """Return printed text as HTML for a `<pre>`.

    Args:
        text: As it was printed.
        most: Characters kept; of longer text, the first two thirds and the last third.
    """
    shown = head_and_tail(_settle(head_and_tail(text, _RAW_CHARACTERS)), most)
    pieces: list[str] = []
    style: tuple[bool, int | None] = (False, None)
    position = 0
    for match in _SEQUENCE.finditer(shown):
        _add(pieces, shown[position : match.start()], style)
        if match.group(1) is not None:
            style = _next_style(match.group(1), style)
        position = match.end()
    _add(pieces, shown[position:], style)
    return Markup("".join(pieces))  # noqa: S704 - `_add` escapes


def plain_terminal(text: str) -> str:
    """Return printed text without any escape sequence."""
    return clean(_SEQUENCE.sub("", _settle(head_and_tail(text, _RAW_CHARACTERS))))


def _settle(text: str) -> str:
    """Return the text as a terminal would show it after carriage returns and backspaces."""
    if "\r" not in text and "\b" not in text:
        return text
    lines = []
    for line in text.replace("\r\n", "\n").split("\n"):
        kept = line
        if "\r" in line:
            kept = next((part for part in reversed(line.split("\r")) if part.strip("\b \x1b[0mK")), "")
        if "\b" in kept:
            stack: list[str] = []
            for character in kept:
                if character != "\b":
                    stack.append(character)
                elif stack:
                    stack.pop()
            kept = "".join(stack)
        lines.append(kept)
    return "\n".join(lines)


def _add(pieces: list[str], text: str, style: tuple[bool, int | None]) -> None:
    if not text:
        return
    words = str(escape(clean(text)))
    bold, colour = style
    names = (["ansi-bold"] if bold else []) + ([f"ansi-{colour}"] if colour is not None else [])
    pieces.append(f'<span class="{" ".join(names)}">{words}</span>' if names else words)


def _next_style(codes: str, style: tuple[bool, int | None]) -> tuple[bool, int | None]:
    bold, colour = style
    numbers = [
        int(code) if code.isdigit() and len(code) < 4 else 0 for code in codes.replace(":", ";").split(";")
    ]
    position = 0
    while position < len(numbers):
        code = numbers[position]
        if code == 0:
            bold, colour = False, None
        elif code in (1, 22):
            bold = code == 1
        elif 30 <= code <= 37 or 90 <= code <= 97:
            colour = code % 10
        elif code == 39:
            colour = None
        elif code in (38, 48):
            kind = numbers[position + 1] if position + 1 < len(numbers) else 0
            if code == 38 and kind == 5 and position + 2 < len(numbers) and numbers[position + 2] < 16:
                colour = numbers[position + 2] % 8
            position += 2 if kind == 5 else 4 if kind == 2 else 0
        position += 1
    return bold, colour
