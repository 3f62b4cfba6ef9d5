"""What pages call things; decisions themselves are put into words in `review.words`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from deepgrade.records.decisions import Decision, RubricDefined, Undo
from deepgrade.report.text import count_text, points_text, shorten
from deepgrade.review.queue import ItemKind
from deepgrade.review.words import WORDS_ALONE, sentence_of

KIND_WORDS: Mapping[ItemKind, str] = {
    "second_look": "second looks",
    "error": "errors and missing notebooks",
    "check": "checks that could not decide",
    "manual": "answers to read",
    "borderline": "borderline scores",
    "flag": "flags",
}
"""What waits."""

_ONE: Mapping[ItemKind, str] = {
    "second_look": "second look",
    "error": "error or missing notebook",
    "check": "check that could not decide",
    "manual": "answer to read",
    "borderline": "borderline score",
    "flag": "flag",
}


def counted_kind(kind: ItemKind, count: int) -> str:
    """Return how many items of a kind there are, in words."""
    return count_text(count, _ONE[kind], KIND_WORDS[kind])


def moved(decision: Decision) -> str:
    """Return from what to what a question's points went: "0.4 → 0.2"; nothing where a decision moves none.

    What is saved together is recorded with the same points before and after; words move none of them.
    """
    before, after = decision.points_before, decision.points_after
    if decision.kind in WORDS_ALONE or before == after:
        return ""
    return f"{points_text(before)} → {points_text(after)}"


def said(decision: Decision, rubric: RubricDefined | None = None, before: Sequence[Decision] = ()) -> str:
    """Return what was decided, without who, when and why.

    Args:
        decision: Any.
        rubric: Of the question, for the items' texts.
        before: Earlier decisions, for what an undo takes back.
    """
    if isinstance(decision.value, Undo):
        ids = decision.value.decisions
        taken = [shorten(sentence_of(d, rubric), 80) for d in before if d.id in ids]
        return f"takes back: {'; '.join(taken) or 'earlier decisions'}"
    return sentence_of(decision, rubric)
