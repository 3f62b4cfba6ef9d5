"""grades.csv and results.json: what a gradebook or another program reads.

`results.json` is specified in docs/results-schema.md and `results.schema.json`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from deepgrade.files import write_atomic
from deepgrade.report.elsewhere import earned, owner_of
from deepgrade.report.model import ClassReport, Review, StudentEntry
from deepgrade.report.points import Row, decided_points, state_of, summarise
from deepgrade.report.site import Slugs
from deepgrade.report.text import one_line, spreadsheet_text

RESULTS_SCHEMA = Path(__file__).parent / "results.schema.json"
"""The JSON Schema of results.json."""


def write_grades(report: ClassReport, path: Path) -> Path:
    """Write grades.csv: one row a student, one column a question.

    An empty cell is "not known", never 0. Text that a spreadsheet would take for a formula begins with an apostrophe.
    """
    stream = io.StringIO()
    writer = csv.writer(stream)
    ids = [question.id for question in report.lab.questions]
    writer.writerow(
        ["student", "sha256", "verdict", *ids, "automatic_points", "automatic_possible", "manual_points",
         "manual_pending", "total_points", "total_possible", "flags", "adjustment", "graded_by", "late_penalty",
         "reviewed"]
    )  # fmt: skip
    for entry, row in _rows(report):
        review = entry.review
        tally = row.tally
        writer.writerow(
            [
                spreadsheet_text(one_line(row.student, 300)),
                row.sha256,
                row.verdict,
                *(_number(cell.points) for cell in row.cells),
                _number(tally.automatic),
                _number(tally.automatic_possible),
                _number(tally.manual),
                _number(tally.manual_pending),
                _number(tally.total),
                _number(tally.total_possible),
                spreadsheet_text(" ".join(sorted({flag.code for flag in row.flags}))),
                _number(tally.adjustment),
                _graded_by(row),
                _number(review.late_penalty) if review else "",
                "" if review is None else "yes" if review.reviewed else "no",
            ]
        )
    write_atomic(path, stream.getvalue())
    return path


def write_results(report: ClassReport, path: Path) -> Path:
    """Write results.json: everything that scoring found, and what people decided."""
    head = {
        "schema_version": 4,
        "lab": {
            "name": report.lab.name,
            "title": report.lab.title,
            "points": report.lab.points,
            "questions": [
                {"id": q.id, "title": q.title, "points": q.points, "manual": q.manual}
                for q in report.lab.questions
            ],
        },
        "course": report.course,
        "made_at": report.made_at.isoformat(),
        "synthetic": report.synthetic,
        "without_walls": report.without_walls,
        "note": report.note,
        "data": [facts.model_dump(mode="json") for facts in report.data],
    }
    write_atomic(path, _results(report, head))
    return path


def _results(report: ClassReport, head: dict[str, Any]) -> Iterator[bytes]:
    """Yield the file's parts: one student a line, readable, and the whole class is never in memory."""
    yield (_dumps(head)[:-1] + ', "students": [').encode("utf-8", "replace")
    before = "\n"
    for entry, row in _rows(report):
        yield (before + _dumps(_student(entry, row))).encode("utf-8", "replace")
        before = ",\n"
    yield b"\n]}\n"


def _rows(report: ClassReport) -> Iterator[tuple[StudentEntry, Row]]:
    slugs = Slugs()
    for entry in report.students():
        yield entry, summarise(entry, report.lab, slugs.of(entry))


def _student(entry: StudentEntry, row: Row) -> dict[str, Any]:
    tally = row.tally
    score, review = entry.score, entry.review
    return {
        "student": entry.student,
        "page": f"students/{row.slug}.html",
        "sha256": row.sha256 or None,
        "run": entry.run.key if entry.run else None,
        "verdict": row.verdict,
        "detail": entry.run.detail if entry.run else None,
        "refusal": entry.refusal,
        "wall_s": row.wall_s,
        "points": {
            "automatic": tally.automatic,
            "automatic_possible": tally.automatic_possible,
            "manual": tally.manual,
            "manual_pending": tally.manual_pending,
            "not_assessed": tally.not_assessed,
            "adjustment": tally.adjustment,
            "total": tally.total,
            "total_possible": tally.total_possible,
        },
        "scored_at": score.scored_at.isoformat() if score else None,
        "checks_sha256": score.checks_sha256 if score else None,
        "questions": [
            {
                **result.model_dump(mode="json", exclude={"answer"}),
                "points": decided_points(result, entry.decisions),
                "decided": result.question in entry.decisions,
                "state": state_of(result, entry.decisions),
                "why": _why(review, result.question),
            }
            for result in (score.questions if score else ())
        ],
        "models": [model.model_dump(mode="json") for model in (score.model_scores if score else ())],
        "flags": [flag.model_dump(mode="json") for flag in row.flags],
        "adjustments": [a.model_dump(mode="json") for a in (score.adjustments if score else ())],
        "origin": score.origin.model_dump(mode="json") if score and score.origin else None,
        "beside": [
            {
                "graded_by": owner_of(other),
                "scored_at": other.scored_at.isoformat(),
                "points": earned(other),
                "origin": other.origin.model_dump(mode="json") if other.origin else None,
            }
            for other in entry.beside
        ],
        "review": None if review is None else _review(review),
    }


def _why(review: Review | None, question: str) -> list[str]:
    known = review.questions.get(question) if review is not None else None
    return list(known.why) if known is not None else []


def _review(review: Review) -> dict[str, Any]:
    return {
        "complete": review.complete,
        "reviewed": review.reviewed,
        "comment": review.comment or None,
        "why": list(review.why),
        "late": {
            "due": _moment(review.due),
            "handed_in_at": _moment(review.handed_in_at),
            "late_s": review.late_s,
            "penalty": review.late_penalty,
            "extended": review.extended,
            "waived": review.waived,
        },
        "second_looks": [
            {"question": question or None, "text": text, "answer": answer or None}
            for question, text, answer in review.answers
        ],
        "history": [line.as_json() | {"decision": line.decision} for line in review.history],
    }


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _graded_by(row: Row) -> str:
    if row.origin is not None:
        return row.origin.tool
    return "deepgrade" if row.tally.automatic is not None else ""


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _number(value: float | None) -> str:
    return "" if value is None else f"{round(value, 6):g}"
