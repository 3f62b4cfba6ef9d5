"""Write the report: one page for the class, one for each student.

Theory of operation: students are read one at a time; of each, a row stays in memory. How pages are made safe stands in
`rendering`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from markupsafe import Markup

from deepgrade.files import sha256_bytes, write_atomic
from deepgrade.report import svg
from deepgrade.report.class_page import class_page
from deepgrade.report.model import Audience, ClassReport, StudentEntry
from deepgrade.report.points import STATE_WORDS, Row, State, summarise
from deepgrade.report.rendering import render
from deepgrade.report.student_page import student_page

_SAFE_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")


def write_report(report: ClassReport, folder: Path) -> Path:
    """Write `index.html` and `students/<slug>.html` for the staff, and return the path of the first.

    Pages of an earlier report in the folder are replaced; pages of students who are no longer in the class stay.
    """
    rows: list[Row] = []
    slugs = Slugs()
    before: Row | None = None
    entries = ((entry, summarise(entry, report.lab, slugs.of(entry))) for entry in report.students())
    for (entry, row), following in _with_next(entries):
        after = following[1] if following else None
        html = _student_html(report, entry, row, "staff", before, after)
        write_atomic(folder / "students" / f"{row.slug}.html", html)
        rows.append(row)
        before = row
    page = class_page(report, rows)
    index = folder / "index.html"
    html = render("class.html.j2", report=report, page=page, legend=_legend(), bar_legend=_bar_legend())
    write_atomic(index, html)
    return index


def write_feedback(report: ClassReport, entry: StudentEntry, path: Path) -> Path:
    """Write one student's page for the student: without rubrics, flags, and what hidden checks compared."""
    entry = _for_student(report, entry)
    row = summarise(entry, report.lab, "feedback")
    write_atomic(path, _student_html(report, entry, row, "student", None, None))
    return path


def _for_student(report: ClassReport, entry: StudentEntry) -> StudentEntry:
    """Return the entry without the scores of models that a board keeps from students until it is revealed."""
    if entry.score is None or not report.withheld:
        return entry
    shown = tuple(score for score in entry.score.model_scores if score.hidden not in report.withheld)
    return replace(entry, score=entry.score.model_copy(update={"model_scores": shown}))


class Slugs:
    """Page names that are safe as file names and differ, also where case does not count."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def of(self, entry: StudentEntry) -> str:
        """Return the entry's slug, or one made from the name and a hash where it is unsafe or taken."""
        slug = entry.slug
        if not _SAFE_SLUG.fullmatch(slug) or slug.lower() in self._taken:
            name = f"{entry.student}\0{entry.slug}".encode("utf-8", "backslashreplace")
            plain = unicodedata.normalize("NFKD", entry.student).encode("ascii", "ignore").decode("ascii")
            words = "-".join(re.findall("[a-z0-9]+", plain.lower()))[:40].strip("-")
            slug = f"{words or 'student'}-{sha256_bytes(name)[:8]}"
        base, number = slug, 2
        while slug.lower() in self._taken:
            slug, number = f"{base}-{number}", number + 1
        self._taken.add(slug.lower())
        return slug


def _student_html(
    report: ClassReport,
    entry: StudentEntry,
    row: Row,
    audience: Audience,
    before: Row | None,
    after: Row | None,
) -> str:
    page = student_page(report, entry)
    return render(
        "student.html.j2",
        report=report,
        entry=entry,
        row=row,
        page=page,
        staff=audience == "staff",
        before=before,
        after=after,
        reviews=[cell.question for cell in row.cells if cell.state == "review"],
        has_notebook=bool(page.notebook and page.notebook.cells),
    )


def _with_next(items: Iterator[Any]) -> Iterator[tuple[Any, Any]]:
    """Yield each item with the one that follows it; None after the last."""
    current = next(items, None)
    while current is not None:
        following = next(items, None)
        yield current, following
        current = following


def _legend() -> list[tuple[str, Markup]]:
    filled: tuple[tuple[State, float, str], ...] = (
        ("full", 12, "fill-good"),
        ("partial", 7, "fill-part"),
        ("none", 3, "fill-bad"),
    )
    hollow: tuple[State, ...] = ("pending", "review", "not_assessed")
    shapes = [(state, svg.rect(0, 12 - tall, 7, tall, class_, rx=1)) for state, tall, class_ in filled]
    shapes += [(state, svg.rect(0.6, 0.6, 5.8, 10.8, f"hollow {state}", rx=1)) for state in hollow]
    return [(STATE_WORDS[state], svg.fixed(7, 12, STATE_WORDS[state], shape)) for state, shape in shapes]


def _bar_legend() -> list[tuple[str, Markup]]:
    words = (("full points", "good"), ("part", "part"), ("none", "bad"), ("open or not assessed", "open"))
    return [
        (label, svg.fixed(12, 10, label, svg.rect(0, 0, 12, 10, f"fill-{c}", rx=2))) for label, c in words
    ]
