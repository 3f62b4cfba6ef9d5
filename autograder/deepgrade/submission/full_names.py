"""When do two spellings name the same person?

Letters are compared without case and accents, words without their order: `Müller, Jörg`, `jorg muller` and `JÖRG MÜLLER`
are one name. Canvas writes last and first name in one word (`müllerjörg`); where a roster gives the name in one column,
each of its words may begin the last name.
"""

from __future__ import annotations

import re
import unicodedata

_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŋ": "n"}
)
"""Letters that Unicode does not take apart."""
_WORD = re.compile(r"[^\W_]+")


def words_of(name: str) -> tuple[str, ...]:
    """Return a name's words, folded, in their order.

    Args:
        name: Any text.
    """
    apart = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    folded = "".join(c for c in apart if unicodedata.category(c) not in ("Mn", "Cf"))
    return tuple(_WORD.findall(folded.replace("'", "").replace("\u2019", "").translate(_LETTERS)))


def spellings(name: str | None, first: str | None, last: str | None) -> frozenset[tuple[str, ...]]:
    """Return every form in which files may give a person's name: sorted words, and squashed into one.

    Args:
        name: The full name.
        first: The first name, where it is known.
        last: The last name, where it is known.
    """
    found: set[tuple[str, ...]] = set()
    words = words_of(name or f"{first or ''} {last or ''}")
    if words:
        found.add(tuple(sorted(words)))
    if first and last:
        given, family = "".join(words_of(first)), "".join(words_of(last))
        found |= {(given + family,), (family + given,)}
    elif words:
        found |= {("".join(words[place:] + words[:place]),) for place in range(len(words))}
    return frozenset(found)
