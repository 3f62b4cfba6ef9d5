"""The table that `otter grade` writes: `final_grades.csv`.

Columns as `otter.grade.utils.merge_scores_to_df` of otter-grader 7.0.0 makes them: `file`, one a question in
alphabetical order, `total_points_earned`, `percent_correct` (a share of 1, four decimals), `grading_status`; the first row,
`points-per-question`, has the maxima. Otter itself is not needed to write it.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable

from deepgrade.interchange.outgoing.grades import Part, StudentGrade, number_text, possible_points
from deepgrade.interchange.outgoing.summary import ExportSummary
from deepgrade.lab import Lab
from deepgrade.report.text import one_line, spreadsheet_text

FILE = "file"
POINTS_ROW = "points-per-question"
COMPLETED = "Completed"


def otter_table(lab: Lab, grades: Iterable[StudentGrade], part: Part) -> tuple[str, ExportSummary]:
    """Return final_grades.csv, and what became of whom.

    Every student has a row; points that are not known are empty, never 0, and the status says why. Files are named as
    they were handed in, with the student's name before a name that several students gave their file.
    """
    summary = ExportSummary()
    questions = {q.id: q.points for q in lab.questions if part == "total" or not q.manual}
    columns = sorted(questions)
    possible = possible_points(lab, part)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([FILE, *columns, "total_points_earned", "percent_correct", "grading_status"])
    maxima = [number_text(questions[name]) for name in columns]
    writer.writerow([POINTS_ROW, *maxima, number_text(possible), "1", "--"])
    everyone = list(grades)
    times = Counter(grade.filename for grade in everyone)
    named = {
        grade.student: grade.filename if times[grade.filename] == 1 else f"{grade.student}/{grade.filename}"
        for grade in everyone
    }
    for grade in sorted(everyone, key=lambda grade: named[grade.student]):
        value = grade.value(part)
        points = {question.question: question.points for question in grade.questions}
        writer.writerow(
            [
                spreadsheet_text(one_line(named[grade.student], 400)),
                *(_number(points[name]) for name in columns),
                _number(value),
                _number(None if value is None else round(value / possible, 4) if possible else 0.0),
                _status(grade, value),
            ]
        )
        if value is None:
            summary.left_out[grade.student] = _status(grade, value)
        else:
            summary.wrote(grade)
    return stream.getvalue(), summary


def _status(grade: StudentGrade, value: float | None) -> str:
    if grade.note:
        return grade.note
    return COMPLETED if value is not None else f"Waits for a person: {', '.join(grade.waiting)}"


def _number(value: float | None) -> str:
    return "" if value is None else number_text(value)
