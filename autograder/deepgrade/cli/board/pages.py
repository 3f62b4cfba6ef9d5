"""Pages of a lab's boards: written by `board page`, and by `grade` at its end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from deepgrade.board.competition import load_competition
from deepgrade.board.errors import BoardError
from deepgrade.board.opened import open_board
from deepgrade.board.prepare import is_prepared
from deepgrade.board.showing.assembly import standing_of
from deepgrade.lab import LabFiles, load_lab
from deepgrade.records import Course, Gradebook
from deepgrade.report.board import write_board


def write_pages(
    files: LabFiles,
    course: Course,
    gradebook: Gradebook,
    *,
    only_for_students: Path | None = None,
    now: datetime,
) -> Iterator[Path]:
    """Write the pages of all prepared boards, and yield their paths.

    Args:
        files: The lab.
        course: Where the boards are; the pages go into the lab's report folder.
        gradebook: The course's.
        only_for_students: Write the students' pages into this folder instead, and no others.
        now: Aware.

    Raises:
        BoardError: No board is prepared.
    """
    lab = load_lab(files)
    boards = [
        board for board in load_competition(files, lab).boards if is_prepared(course, lab.name, board.id)
    ]
    if not boards:
        raise BoardError(
            f"No board of {lab.name} is prepared in {course.root}. `deepgrade board prepare {lab.name}` does it."
        )
    for board in boards:
        opened = open_board(files, course, gradebook, board.id)
        name = f"board-{board.id}.html"
        if only_for_students is not None:
            yield write_board(standing_of(opened, "public", now=now), only_for_students / name)
            continue
        with course.reporting(lab.name) as folder:
            yield write_board(standing_of(opened, "staff", now=now), folder / name)
            yield write_board(standing_of(opened, "public", now=now), folder / "for-students" / name)
