"""A score's numbers without its texts: what pages about a whole class read, a thousand at a time."""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from deepgrade.score import CheckStatus, SubmissionScore

_VERSION = 2
_KEPT = 1 << 14
"""Different questions' results that are kept made: in a class the same come again and again."""


class BriefCheck(NamedTuple):
    """As `CheckResult`."""

    check: str
    status: CheckStatus
    points: float
    possible: float


class BriefQuestion(NamedTuple):
    """As `QuestionResult`."""

    question: str
    manual: bool
    points: float | None
    possible: float
    assessed: float
    checks: tuple[BriefCheck, ...] = ()
    answered: bool = False
    """There is a text to read."""


class BriefFlag(NamedTuple):
    """As `Flag`."""

    code: str
    question: str
    """Empty: of the whole submission."""
    sentence: str


class BriefAdjustment(NamedTuple):
    """As `Adjustment` of a score: points that another tool added or took off."""

    code: str
    points: float
    question: str


class Brief(NamedTuple):
    """As `SubmissionScore`."""

    questions: tuple[BriefQuestion, ...]
    flags: tuple[BriefFlag, ...] = ()
    adjustments: tuple[BriefAdjustment, ...] = ()
    tool: str | None = None
    """Whose results these are; None: deepgrade's own."""
    handed_in_at: datetime | None = None
    """As that tool says."""


def brief_of(score: SubmissionScore) -> Brief:
    """Return a score without its texts."""
    return Brief(
        questions=tuple(
            BriefQuestion(
                q.question,
                q.manual,
                q.points,
                q.possible,
                q.assessed,
                tuple(BriefCheck(c.check, c.status, c.points, c.possible) for c in q.checks),
                bool(q.answer and q.answer.strip()),
            )
            for q in score.questions
        ),
        flags=tuple(BriefFlag(f.code, f.question or "", f.sentence) for f in score.flags),
        adjustments=tuple(BriefAdjustment(a.code, a.points, a.question or "") for a in score.adjustments),
        tool=score.origin.tool if score.origin else None,
        handed_in_at=score.origin.handed_in_at if score.origin else None,
    )


def brief_json(score: SubmissionScore) -> str:
    """Return a score's brief as it is stored: JSON, in which each question has a line of its own."""
    questions, *parts, handed_in_at = brief_of(score)
    moment = handed_in_at.isoformat() if handed_in_at else None
    head = _dumped([_VERSION, *parts, moment]).removesuffix("]")
    return "\n".join([head, *(f",{_dumped(question)}" for question in questions), "]"])


def brief_from_json(text: str) -> Brief | None:
    """Return a stored brief; None where another version wrote it.

    Questions with the same results are the same object, also in different briefs.
    """
    if not text.startswith(f"[{_VERSION},"):
        return None
    head, *questions, _ = text.split("\n")  # within JSON a line break is never part of a text
    return Brief(tuple(map(_question, questions)), *_head(head))


def _dumped(part: Any) -> str:
    return json.dumps(part, allow_nan=False, separators=(",", ":"))


_STATUSES = {status.value: status for status in CheckStatus}


@lru_cache(maxsize=_KEPT)
def _head(
    line: str,
) -> tuple[tuple[BriefFlag, ...], tuple[BriefAdjustment, ...], str | None, datetime | None]:
    _, flags, adjustments, tool, moment = json.loads(line + "]")
    return (
        tuple(BriefFlag(*flag) for flag in flags),
        tuple(BriefAdjustment(*adjustment) for adjustment in adjustments),
        tool,
        datetime.fromisoformat(moment) if moment else None,
    )


@lru_cache(maxsize=_KEPT)
def _question(line: str) -> BriefQuestion:
    name, manual, points, possible, assessed, checks, answered = json.loads(line[1:])
    return BriefQuestion(
        name,
        manual,
        points,
        possible,
        assessed,
        tuple(BriefCheck(c[0], _STATUSES[c[1]], c[2], c[3]) for c in checks),
        answered,
    )
