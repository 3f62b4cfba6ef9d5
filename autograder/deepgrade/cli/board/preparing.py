"""`deepgrade board prepare`, `check`, `files`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import click
from rich.console import Console

from deepgrade.board.competition import load_competition
from deepgrade.board.errors import BoardError
from deepgrade.board.invariants import check_board
from deepgrade.board.prepare import open_prepared, prepare_board, write_checksums, write_examples
from deepgrade.cli.board.common import board_option
from deepgrade.cli.options import data_options, errors_for_people, grading_options, lab_options, store_option
from deepgrade.cli.progress import GradeProgress
from deepgrade.data import DataStore
from deepgrade.grading import run_references
from deepgrade.lab import LabFiles, Origin, Size, find_root, load_lab
from deepgrade.native.facts import default_store
from deepgrade.records import Course
from deepgrade.report.text import one_line


@click.command()
@lab_options
@board_option
@data_options
@store_option
@click.option(
    "--table",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Your own CSV file, for the board that asks for one (`table` in competition.toml).",
)
def prepare(
    lab: str,
    root: Path,
    course_folder: Path,
    board_id: str | None,
    origin: Origin,
    size: Size,
    store_folder: Path | None,
    table: Path | None,
) -> None:
    """Make the data of LAB's boards: public files, and the private solution with its Public/Private/Ignored rows.

    The public files are audited for leaks. What was prepared before is found, not made again.
    """
    console = Console()
    files, course = LabFiles(find_root(root), lab), Course(course_folder)
    loaded = load_lab(files)
    competition = load_competition(files, loaded)
    boards = [competition.board(board_id)] if board_id else competition.boards
    with course.working():
        for board in boards:
            if board.table is not None and table is None and board_id is None:
                console.print(f"board {board.id}: left out, it needs --table")
                continue
            made = prepare_board(
                files,
                loaded,
                board,
                course,
                DataStore(store_folder or default_store()),
                origin=origin,
                size=size,
                table=table if board.table is not None else None,
            )
            facts = made.manifest
            rows = f"{facts.rows['Public']:,} public and {facts.rows['Private']:,} private rows"
            what = rows if made.has_solution else "scored on each notebook's own rows"
            console.print(f"board {board.id}: {what}; {made.folder}", highlight=False, soft_wrap=True)


@click.command()
@lab_options
@board_option
def check(lab: str, root: Path, course_folder: Path, board_id: str | None) -> None:
    """Check prepared boards of LAB: checksums, the answers score best, the sample scores what was recorded."""
    files, course = LabFiles(find_root(root), lab), Course(course_folder)
    competition = load_competition(files, load_lab(files))
    bad = False
    for board in [competition.board(board_id)] if board_id else competition.boards:
        problems, good = check_board(board, open_prepared(course, lab, board.id))
        for sentence in good:
            click.echo(f"board {board.id}: {sentence}")
        for sentence in problems:
            click.echo(f"board {board.id}: WRONG: {sentence}")
        bad = bad or bool(problems)
    if bad:
        sys.exit(1)


@click.command()
@lab_options
@board_option
@click.option(
    "--download",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Copy them into this folder, for students.",
)
def files(lab: str, root: Path, course_folder: Path, board_id: str | None, folder: Path | None) -> None:
    """List the public files of a board of LAB, or copy them into a folder."""
    where, course = LabFiles(find_root(root), lab), Course(course_folder)
    board = load_competition(where, load_lab(where)).board(board_id)
    public = open_prepared(course, lab, board.id).public
    if folder is not None:
        if folder.exists():
            raise BoardError(f"{folder} exists; name a new folder.")
        shutil.copytree(public, folder)
    for path in sorted(one for one in public.rglob("*") if one.is_file()):
        click.echo(f"{path.relative_to(public)}  {path.stat().st_size:,} bytes")


@click.command()
@click.argument("lab")
@grading_options
@click.option(
    "--runs", default=5, show_default=True, type=click.IntRange(1, 100), help="Seeds of the solution."
)
@errors_for_people
def references(
    lab: str,
    root: Path,
    course_folder: Path,
    origin: Origin,
    size: Size,
    store_folder: Path | None,
    sandbox_name: str | None,
    slots: int | None,
    runs: int,
) -> None:
    """Run LAB's solution with several seeds on the course's own hidden rows: a baseline, and honest models for flags.

    They stand on boards as a measured baseline, and `deepgrade board flags` compares the class with them. What is stored is
    found again.
    """
    where, course = LabFiles(find_root(root), lab), Course(course_folder)
    console = Console()
    with GradeProgress(console) as progress:
        results = run_references(
            where,
            course,
            DataStore(store_folder or default_store()),
            origin=origin,
            size=size,
            progress=progress,
            runs=runs,
            slots=slots,
            sandbox=sandbox_name,
        )
    wrong = [f"{row.case.name}: {row.problems[0]}" for row in results if row.problems]
    console.print(f"{len(results) - len(wrong)} of {len(results)} references are as they must be")
    for line in wrong:
        console.print(one_line(line, 300), markup=False)
    if wrong:
        sys.exit(1)


@click.command()
@lab_options
@data_options
@store_option
def record(
    lab: str, root: Path, course_folder: Path, origin: Origin, size: Size, store_folder: Path | None
) -> None:
    """Write into LAB's competition folder which data it was made with (checksums.toml), and samples of submissions.

    `prepare` refuses data of other sums. For who writes a lab; a course needs none of it.
    """
    where = LabFiles(find_root(root), lab)
    loaded = load_lab(where)
    competition = load_competition(where, loaded)
    store = DataStore(store_folder or default_store())
    paths = [write_checksums(where, loaded, competition, store, origin=origin, size=size)]
    for path in [*paths, *write_examples(where, competition, store)]:
        click.echo(path.relative_to(where.root))
