"""Figures as checks see them: `lab.figures("q7")`.

Theory of operation: facts of matplotlib figures come from the student's process, for cells of which the run record
says whose they are. Pictures that have no facts (photos, figures of other libraries) are known only as outputs of the
executed notebook; a cell's pictures beyond its figures are such ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from deepgrade.score.reader import EvidenceReader
from deepgrade.score.unavailable import EvidenceUnavailable, ReviewNeeded

SINCE = datetime(2026, 11, 22, tzinfo=UTC)
"""Runs that started earlier may have been made by a kernel that did not look at figures."""

# What the kernel keeps (docs/formats.md, "Figures").
_FIGURES, _AXES, _LINES, _POINTS, _TEXTS, _CHARACTERS = 32, 64, 64, 1000, 100, 200


@dataclass(frozen=True)
class LineFacts:
    """One line.

    Attributes:
        label: What its legend entry would say; empty when it was given none.
        points: How many it has.
        x: Its points, at most 1,000, evenly thinned; dates are matplotlib's day numbers, gaps are NaN.
        y: The same.
    """

    label: str
    points: int
    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True)
class AxesFacts:
    """One pair of axes.

    Attributes:
        title: Its title.
        xlabel: The label that a reader sees below it: its own, one that it shares, or the figure's.
        ylabel: The same for the other axis.
        lines: At most 64 lines; marks such as `axvline` are lines of two points.
        line_count: How many there are.
        images: Images and colour meshes.
        bars: Bars of `bar`, `barh`, `hist` and `stairs`.
        scatters: Number of points of each scatter plot.
        segments: Lines that `vlines`, `hlines` or `stem` drew.
        legend: Its texts; the figure's when the axes have none.
        xticks: Texts of the ticks, at most 100.
        yticks: The same.
    """

    title: str = ""
    xlabel: str = ""
    ylabel: str = ""
    lines: tuple[LineFacts, ...] = ()
    line_count: int = 0
    images: int = 0
    bars: int = 0
    scatters: tuple[int, ...] = ()
    segments: int = 0
    legend: tuple[str, ...] = ()
    xticks: tuple[str, ...] = ()
    yticks: tuple[str, ...] = ()

    @property
    def labelled(self) -> bool:
        """Whether both axes say what they show."""
        return bool(self.xlabel and self.ylabel)


class FigureFacts:
    """One figure, or a picture that is none: it has no axes.

    Args:
        cell: The cell that shows it, counted from 0.
        title: The title of the whole figure.
        axes: What it holds.
        problem: Raised by whoever asks what it holds.
    """

    def __init__(
        self, cell: int, title: str = "", axes: tuple[AxesFacts, ...] = (), problem: Exception | None = None
    ) -> None:
        self.cell, self.title = cell, title
        self._axes, self._problem = axes, problem

    @property
    def axes(self) -> tuple[AxesFacts, ...]:
        """The axes, without colour bars.

        Raises:
            EvidenceUnavailable: The run was made before figures were looked at.
            ReviewNeeded: The figure could not be looked at.
            AssertionError: The run ended before the question did.
        """
        if self._problem is not None:
            raise self._problem.with_traceback(None)
        return self._axes

    @property
    def labelled(self) -> bool:
        """Whether every axes with lines, bars or scatter plots has both labels; also true when there are none."""
        return all(
            one.labelled for one in self.axes if one.line_count or one.bars or one.scatters or one.segments
        )

    def __repr__(self) -> str:
        if self._problem is not None:
            return f"<figure of cell {self.cell + 1}>"
        lines = sum(one.line_count for one in self._axes)
        return f"<figure of cell {self.cell + 1}: {len(self._axes)} axes, {lines} lines>"


def figures_of(reader: EvidenceReader, question: str) -> tuple[FigureFacts, ...]:
    """Return what a question's cells show, cell by cell: figures first, then other pictures; at most 32 figures."""
    cells = {time.cell for time in reader.record.cell_times if time.question == question}
    outputs = reader.notebook.get("cells")
    pictures = {
        index: sum(map(_is_picture, _list(cell.get("outputs"))))
        for index, cell in enumerate(_list(outputs))
        if index in cells and isinstance(cell, dict)
    }
    shown: list[FigureFacts] = []
    for cell in sorted(cells):
        entries = reader.figures.get(cell, [])[: _FIGURES - len(shown)]
        shown += [_figure(cell, entry) for entry in entries]
        problem = _why_unknown(reader, question)
        shown += [FigureFacts(cell, problem=problem) for _ in range(pictures.get(cell, 0) - len(entries))]
    return tuple(shown)


def _why_unknown(reader: EvidenceReader, question: str) -> Exception | None:
    """Return why nothing is known of a picture; None where it is no figure of matplotlib."""
    if question not in reader.record.questions_finished:
        return AssertionError(reader.why_unfinished(question, "nothing is known of its figures"))
    if reader.looked_at_figures(question):
        return None
    if reader.record.started_at < SINCE:
        return EvidenceUnavailable(
            "this run was made before figures were looked at; `deepgrade grade` makes it again"
        )
    return ReviewNeeded("the evidence says nothing of figures, which the kernel never writes so")


def _figure(cell: int, entry: Any) -> FigureFacts:
    try:
        if isinstance(entry["problem"], str):
            return FigureFacts(
                cell, problem=ReviewNeeded(f"this figure could not be looked at: {entry['problem'][:300]}")
            )
        axes = tuple(_axes(one) for one in _typed(entry["axes"], list)[:_AXES])
        return FigureFacts(cell, _text(entry["title"]), axes)
    except (KeyError, TypeError, ValueError, OverflowError):
        return FigureFacts(
            cell, problem=ReviewNeeded("the facts of this figure are not as the kernel writes them")
        )


def _axes(one: Any) -> AxesFacts:
    lines = tuple(_line(line) for line in _typed(one["lines"], list)[:_LINES])
    return AxesFacts(
        title=_text(one["title"]),
        xlabel=_text(one["xlabel"]),
        ylabel=_text(one["ylabel"]),
        lines=lines,
        line_count=max(_count(one["line_count"]), len(lines)),
        images=_count(one["images"]),
        bars=_count(one["bars"]),
        scatters=_each(one["scatters"], _count, _LINES),
        segments=_count(one["segments"]),
        legend=_each(one["legend"], _text, _TEXTS),
        xticks=_each(one["xticks"], _text, _TEXTS),
        yticks=_each(one["yticks"], _text, _TEXTS),
    )


def _line(line: Any) -> LineFacts:
    x, y = (_each(line[name], _number, _POINTS) for name in ("x", "y"))
    points = _count(line["points"])
    if len(x) != len(y) or len(x) > points:
        raise ValueError("its points do not fit together")
    return LineFacts(_text(line["label"]), points, x, y)


def _each(values: Any, convert: Callable[[Any], Any], most: int) -> tuple[Any, ...]:
    return tuple(convert(value) for value in _typed(values, list)[:most])


def _text(value: Any) -> str:
    return str(_typed(value, str))[:_CHARACTERS]


def _count(value: Any) -> int:
    if isinstance(value, bool) or not 0 <= _typed(value, int) < 1 << 53:
        raise ValueError("no count")
    return int(value)


def _number(value: Any) -> float:
    if value is None:
        return float("nan")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("no number")
    return float(value)


def _typed(value: Any, kind: type[Any]) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"no {kind.__name__}")
    return value


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_picture(output: Any) -> bool:
    data = output.get("data") if isinstance(output, dict) else None
    return isinstance(data, dict) and any(str(kind).startswith("image/") for kind in data)
