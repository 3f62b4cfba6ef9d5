"""Pages of a lab's boards: written by `board page`, and by `grade` at its end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from deepgrade.board.errors import BoardError
from deepgrade.board.opened import prepared_boards
from deepgrade.board.showing.assembly import standing_of
from deepgrade.lab import LabFiles
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
    boards = prepared_boards(files, course, gradebook)
    if not boards:
        raise BoardError(
            f"No board of {files.name} is prepared in {course.root}. `deepgrade board prepare {files.name}` does it."
        )
    for opened in boards:
        name = f"board-{opened.board.id}.html"
        if only_for_students is not None:
            yield write_board(standing_of(opened, "public", now=now), only_for_students / name)
            continue
        with course.reporting(files.name) as folder:
            yield write_board(standing_of(opened, "staff", now=now), folder / name)
            yield write_board(standing_of(opened, "public", now=now), folder / "for-students" / name)
