"""What the commands of `deepgrade board` share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from deepgrade.board.opened import OpenBoard, open_board
from deepgrade.grading import open_gradebook
from deepgrade.lab import LabFiles, find_root
from deepgrade.records import Course

F = TypeVar("F", bound=Callable[..., Any])


def board_option(function: F) -> F:
    """Add `--board`."""
    return click.option(
        "--board", "board_id", help="Which board; may be left out where the lab has one alone."
    )(function)


def student_option(*, required: bool) -> Callable[[F], F]:
    """Add `--student`."""
    return click.option(
        "--student", required=required, help="Whose: a key of the roster, or the name of the submission."
    )


def why_option(function: F) -> F:
    """Add `--why`."""
    return click.option("--why", default="", help="The reason; kept with the decision.")(function)


def now() -> datetime:
    """Return the moment."""
    return datetime.now(UTC)


@contextmanager
def looking_at(root: Path, lab: str, course_folder: Path, board_id: str | None) -> Iterator[OpenBoard]:
    """Open a board to look at it."""
    files, course = LabFiles(find_root(root), lab), Course(course_folder)
    with open_gradebook(course) as gradebook:
        yield open_board(files, course, gradebook, board_id)


@contextmanager
def working_on(root: Path, lab: str, course_folder: Path, board_id: str | None) -> Iterator[OpenBoard]:
    """Open a board to change it, with the course to oneself."""
    files, course = LabFiles(find_root(root), lab), Course(course_folder)
    with course.working(), open_gradebook(course) as gradebook:
        yield open_board(files, course, gradebook, board_id)
