"""What the class page shows, put together from one row a student."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from deepgrade.evidence import VERDICTS, Verdict
from deepgrade.report.charts import histogram, mini_cells, stacked_bar
from deepgrade.report.elsewhere import Elsewhere, elsewhere_of
from deepgrade.report.model import ClassReport
from deepgrade.report.points import Row
from deepgrade.report.scored import explanation, metric_of, rows_text
from deepgrade.report.strip import Dot, strip_plot
from deepgrade.report.student_page import threshold_of
from deepgrade.report.text import one_line
from deepgrade.score.results import Flag, ModelScore


@dataclass(frozen=True)
class QuestionRow:
    """How the class did on a question."""

    id: str
    title: str
    possible: float
    manual: bool
    mean: float | None
    """Share of the points that could be had, over students with points; None where nobody has any."""
    full: int
    partial: int
    none: int
    open: int
    bar: Markup


@dataclass(frozen=True)
class HiddenPlot:
    """All models of a question on a hidden set, or on their notebooks' own rows."""

    title: str
    what: str
    """The metric and the rows."""
    count: int
    missed: int | None
    """How many do not reach the threshold."""
    rows: str
    plot: Markup


@dataclass(frozen=True)
class ClassRow:
    """A student's line."""

    row: Row
    cells: Markup


@dataclass(frozen=True)
class VerdictCount:
    """How many runs ended in one way."""

    title: str
    tone: str
    count: int


@dataclass(frozen=True)
class ClassPage:
    """Everything of the class page."""

    students: int
    scored: int
    waiting: int
    mean: float | None
    median: float | None
    histogram: Markup | None
    questions: tuple[QuestionRow, ...]
    verdicts: tuple[VerdictCount, ...]
    flags: tuple[tuple[Row, Flag], ...]
    hidden: tuple[HiddenPlot, ...]
    hidden_words: str
    """On which rows models were scored."""
    rows: tuple[ClassRow, ...]
    elsewhere: tuple[Elsewhere, ...]
    """Who has points from another tool."""


def class_page(report: ClassReport, rows: Sequence[Row]) -> ClassPage:
    """Return the class page's content."""
    points = sorted(row.tally.automatic for row in rows if row.tally.automatic is not None)
    top = max((row.tally.automatic_possible for row in rows if row.tally.automatic is not None), default=0.0)
    middle = len(points) // 2
    median = None
    if points:
        median = points[middle] if len(points) % 2 else (points[middle - 1] + points[middle]) / 2
    return ClassPage(
        students=len(rows),
        scored=len(points),
        waiting=sum(row.tally.manual_pending > 0 and row.tally.automatic is not None for row in rows),
        mean=math.fsum(points) / len(points) if points else None,
        median=median,
        histogram=histogram(points, top) if points else None,
        questions=_questions(report, rows),
        verdicts=_verdicts(rows),
        flags=_flags(rows),
        hidden=_hidden(report, rows),
        hidden_words=explanation(report.lab, {score.hidden for row in rows for score in row.model_scores}),
        rows=tuple(ClassRow(row, mini_cells(row.cells)) for row in rows),
        elsewhere=elsewhere_of([row.origin for row in rows]),
    )


def _questions(report: ClassReport, rows: Sequence[Row]) -> tuple[QuestionRow, ...]:
    found = []
    for index, question in enumerate(report.lab.questions):
        cells = [row.cells[index] for row in rows]
        states = Counter(cell.state for cell in cells)
        shares = [
            cell.points / cell.possible
            for cell in cells
            if cell.points is not None and cell.state in ("full", "partial", "none") and cell.possible > 0
        ]
        full, partial, none = states["full"], states["partial"], states["none"]
        other = len(cells) - full - partial - none
        found.append(
            QuestionRow(
                id=question.id,
                title=question.title,
                possible=question.points,
                manual=question.manual,
                mean=math.fsum(shares) / len(shares) if shares else None,
                full=full,
                partial=partial,
                none=none,
                open=other,
                bar=stacked_bar(full, partial, none, other),
            )
        )
    return tuple(found)


def _verdicts(rows: Sequence[Row]) -> tuple[VerdictCount, ...]:
    counts = Counter((row.verdict, row.verdict_title, row.tone) for row in rows)
    order = [verdict.value for verdict in Verdict]
    known = sorted(counts, key=lambda key: order.index(key[0]) if key[0] in order else len(order))
    return tuple(VerdictCount(title, tone, counts[code, title, tone]) for code, title, tone in known)


def _flags(rows: Sequence[Row]) -> tuple[tuple[Row, Flag], ...]:
    """Return all flags, runs that failed through no fault of the student's first, then by code."""
    found: list[tuple[int, Row, Flag]] = []
    for row in rows:
        found += [(2, row, flag) for flag in row.flags]
        if row.verdict in (Verdict.INTERNAL_ERROR, Verdict.NO_GPU):
            sentence = VERDICTS[Verdict(row.verdict)].sentence
            found.append((0, row, Flag(code=row.verdict, sentence=sentence)))
        if row.refusal:
            found.append((1, row, Flag(code=Verdict.INVALID_SUBMISSION, sentence=row.refusal)))
    found.sort(key=lambda item: (item[0], item[2].code))
    return tuple((row, flag) for _, row, flag in found)


def _hidden(report: ClassReport, rows: Sequence[Row]) -> tuple[HiddenPlot, ...]:
    found: dict[tuple[str, str, str], list[tuple[str, ModelScore]]] = defaultdict(list)
    for row in rows:
        for score in row.model_scores:
            if score.value is not None:
                found[score.question, score.name, score.hidden].append((one_line(row.student, 60), score))
    order = {question.id: index for index, question in enumerate(report.lab.questions)}
    places = sorted(found, key=lambda key: (order.get(key[0], 999), key))
    return tuple(_hidden_plot(report, found[place]) for place in places)


def _hidden_plot(report: ClassReport, scores: Sequence[tuple[str, ModelScore]]) -> HiddenPlot:
    first = scores[0][1]
    metric = metric_of(first)
    dots = [Dot(student, score.value) for student, score in scores if score.value is not None]
    threshold = threshold_of(report.lab, report.data, first.question)
    missed = None if threshold is None else sum(not metric.reaches(dot.value, threshold) for dot in dots)
    title = f"{first.question} · {one_line(first.name, 40)} on {one_line(first.hidden, 40)}"
    sizes = sorted({score.rows for _, score in scores})
    counts = f"{sizes[0]:,}" if len(sizes) == 1 else f"{sizes[0]:,} – {sizes[-1]:,}"
    what = f"{metric.title} on {rows_text(report.lab, first.hidden)}"
    return HiddenPlot(title, what, len(dots), missed, counts, strip_plot(dots, threshold, title, metric))
