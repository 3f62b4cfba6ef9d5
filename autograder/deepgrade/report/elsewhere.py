"""Results that another tool gave, in words: whose they are, out of which file, and what is kept beside them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from deepgrade.report.text import count_text, one_line, points_text
from deepgrade.score.results import Adjustment, Flag, Origin, SubmissionScore

_SAME = 1e-6


class Elsewhere(NamedTuple):
    """How many students have their points from one tool."""

    tool: str
    students: int
    files: str


def title_of(origin: Origin) -> str:
    """Return what stands where a run's verdict would."""
    return f"graded by {origin.tool}"


def tool_text(origin: Origin) -> str:
    """Return the tool with its version."""
    return (
        f"{origin.tool} {one_line(origin.version, 40)}"
        if origin.version
        else f"{origin.tool} (version not recorded)"
    )


def caution_of(score: SubmissionScore) -> str:
    """Return what staff should know of another tool's results; empty for our own."""
    if score.origin is None:
        return ""
    return (
        f"When {score.origin.tool} grades by itself, student code and tests share one process: a notebook that cheats can"
        " change its result."
    )


def sentences_of(score: SubmissionScore) -> tuple[str, ...]:
    """Return what a page says of results that another tool gave; nothing for our own."""
    origin = score.origin
    if origin is None:
        return ()
    known = f" Its list names the student {one_line(origin.name, 80)}." if origin.name else ""
    when = f" Handed in {origin.handed_in_at:%Y-%m-%d %H:%M} UTC." if origin.handed_in_at else ""
    return (
        f"These points are what {tool_text(origin)} and the people who graded with it gave; deepgrade has not run this"
        " notebook.",
        f"Taken from {one_line(origin.file, 120)} (SHA-256 {origin.sha256[:12]}…) on"
        f" {origin.imported_at:%Y-%m-%d %H:%M} UTC.{when}{known}",
        *origin.notes,
        *(_adjustment(adjustment, origin) for adjustment in score.adjustments),
    )


def _adjustment(adjustment: Adjustment, origin: Origin) -> str:
    points = points_text(abs(adjustment.points))
    if adjustment.code == "late_penalty":
        return f"{points} points are taken off the total by {origin.tool}, for handing in late."
    place = f" on {adjustment.question}" if adjustment.question else ""
    return f"{points} points of extra credit{place} are {'added to' if adjustment.points >= 0 else 'taken off'} the total."


def earned(score: SubmissionScore) -> float:
    """Return the points that are known so far, with what is added and taken off."""
    given = math.fsum(q.points for q in score.questions if q.points is not None)
    return max(0.0, given + math.fsum(a.points for a in score.adjustments))


def owner_of(score: SubmissionScore) -> str:
    """Return who gave a score."""
    return tool_text(score.origin) if score.origin else "deepgrade"


def beside_sentences(beside: Sequence[SubmissionScore]) -> tuple[str, ...]:
    """Return what is kept and not in force, a sentence each."""
    found = []
    for score in beside:
        possible = math.fsum(q.assessed for q in score.questions)
        waiting = math.fsum(q.assessed for q in score.questions if q.points is None)
        still = f", {points_text(waiting)} of them still open" if waiting > _SAME else ""
        how = (
            f"`deepgrade import {score.origin.tool} ... --replace` puts it in force"
            if score.origin
            else "`deepgrade grade` puts it in force again"
        )
        found.append(
            f"{owner_of(score)} gave {points_text(earned(score))} of {points_text(possible)} points too{still}"
            f" ({score.scored_at:%Y-%m-%d}). It is kept, and it does not count: {how}."
        )
    return tuple(found)


def beside_flags(score: SubmissionScore | None, beside: Sequence[SubmissionScore]) -> tuple[Flag, ...]:
    """Return a flag for each result beside the one in force that gives other points for a question that both know."""
    return tuple(
        Flag(code="another_result", sentence=sentence)
        for other, sentence in zip(beside, beside_sentences(beside), strict=True)
        if score is None or _disagree(score, other)
    )


def _disagree(one: SubmissionScore, other: SubmissionScore) -> bool:
    known = {q.question: q.points for q in one.questions if q.points is not None}
    return any(
        abs(q.points - known[q.question]) > _SAME
        for q in other.questions
        if q.points is not None and q.question in known
    )


def elsewhere_of(origins: Sequence[Origin | None]) -> tuple[Elsewhere, ...]:
    """Count students by the tool that gave their points."""
    by_tool: dict[str, list[Origin]] = {}
    for origin in origins:
        if origin is not None:
            by_tool.setdefault(tool_text(origin), []).append(origin)
    return tuple(
        Elsewhere(tool, len(found), _files([origin.file for origin in found]))
        for tool, found in sorted(by_tool.items())
    )


def _files(names: Sequence[str]) -> str:
    different = list(dict.fromkeys(names))
    return one_line(different[0], 80) if len(different) == 1 else count_text(len(different), "file")
