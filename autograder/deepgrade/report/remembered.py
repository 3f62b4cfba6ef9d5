"""HTML that stands on the page of everybody is made once: what a lab's template says, and the code that it gives."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps

from markupsafe import Markup

_MOST_CHARACTERS = 4_000
_MOST_TEXTS = 128
"""Of each kind; a template has some dozens."""


def remembered(make: Callable[[str], Markup]) -> Callable[[str], Markup]:
    """Keep the HTML of short texts for the next page; the texts used longest ago are forgotten first."""
    kept = lru_cache(maxsize=_MOST_TEXTS)(make)

    @wraps(make)
    def made(source: str) -> Markup:
        return kept(source) if len(source) <= _MOST_CHARACTERS else make(source)

    return made
