"""Models of graded notebooks enter all boards of a lab: for `grade` and `board update`."""

from __future__ import annotations

from rich.console import Console

from deepgrade.board.competition import has_competition, load_competition
from deepgrade.board.entering import ModelsEntered, enter_models
from deepgrade.board.opened import prepared_boards
from deepgrade.cli.board.common import now
from deepgrade.cli.board.pages import write_pages
from deepgrade.grading import open_gradebook
from deepgrade.lab import LabFiles, listed, load_lab
from deepgrade.records import Course, Gradebook
from deepgrade.report.text import one_line


def check_competition(files: LabFiles) -> None:
    """Read a lab's competition, where it has one: what is wrong with it should show before anything runs.

    Raises:
        BoardError: Its file is wrong.
    """
    if has_competition(files):
        load_competition(files, load_lab(files))


def enter_and_show(console: Console, files: LabFiles, course: Course) -> None:
    """Enter graded models on all prepared boards of a lab and write the boards' pages; does nothing where there are none.

    Raises:
        BoardError: A competition's file or a solution is wrong.
    """
    if not has_competition(files):
        return
    with course.working(), open_gradebook(course) as gradebook:
        if prepared_boards(files, course, gradebook):
            print_entered(console, files.name, update_boards(files, course, gradebook))
            for path in write_pages(files, course, gradebook, now=now()):
                console.print(f"board: {path}")


def update_boards(files: LabFiles, course: Course, gradebook: Gradebook) -> dict[str, ModelsEntered]:
    """Enter the models of all graded notebooks on every prepared board of models; board -> what became of them.

    The caller has the course to itself.

    Raises:
        BoardError: A competition's file or a solution is wrong.
    """
    return {
        opened.board.id: enter_models(opened)
        for opened in prepared_boards(files, course, gradebook)
        if opened.board.entry == "model"
    }


def print_entered(console: Console, lab: str, done: dict[str, ModelsEntered]) -> None:
    """Print what became of the models."""
    if not done:
        console.print(
            f"No board of {lab} that takes models is prepared: `deepgrade board prepare {lab}` does it.",
            highlight=False,
        )
    for board, one in done.items():
        again = f", {one.again} run again" if one.again else ""
        console.print(f"board {board}: {one.entered} models entered{again}, {one.known} were there")
        for what, rows in (("without a score", one.unscored), ("tried again the next time", one.waiting)):
            if rows:
                lines = [one_line(f"{who}: {why}", 300) for who, why in rows]
                console.print(f"{what} ({len(rows)}):\n{listed(lines)}", highlight=False, markup=False)
