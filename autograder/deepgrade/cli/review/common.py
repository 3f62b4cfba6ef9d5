"""What the commands of `deepgrade review` share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click

from deepgrade.cli.options import user_name
from deepgrade.grading import open_gradebook
from deepgrade.lab import LabFiles, find_root, load_lab
from deepgrade.records import Course, Gradebook
from deepgrade.review.desk import Desk

F = TypeVar("F", bound=Callable[..., Any])


class OpenDesk(NamedTuple):
    """A lab's desk with its gradebook."""

    course: Course
    gradebook: Gradebook
    desk: Desk


def who_options(function: F) -> F:
    """Add `--why` and `--who`."""
    function = click.option(
        "--who", default=user_name, show_default="who is logged in here", help="Whose decision it is."
    )(function)
    return click.option("--why", default="", help="The reason; students and TAs read it.")(function)


def format_option(function: F) -> F:
    """Add `--format`."""
    return click.option(
        "--format", "kind", type=click.Choice(["table", "json"]), default="table", show_default=True
    )(function)


@contextmanager
def open_desk(root: Path, lab: str, course_folder: Path) -> Iterator[OpenDesk]:
    """Open a lab's desk. The course need not be to oneself: decisions are appended."""
    files, course = LabFiles(find_root(root), lab), Course(course_folder)
    facts = load_lab(files)
    with open_gradebook(course) as gradebook:
        yield OpenDesk(course, gradebook, Desk(gradebook, facts))
