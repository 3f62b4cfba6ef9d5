"""`deepgrade build`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from deepgrade.cli.options import (
    course_option,
    data_options,
    errors_for_people,
    hidden_visibility_option,
    root_option,
)
from deepgrade.cli.packages import Choices, course_of_nbgrader, zip_for_gradescope, zip_for_otter
from deepgrade.flavours import FLAVOURS, build_lab, check_lab
from deepgrade.lab import LabFiles, Origin, Size, find_root, lab_names


@click.command()
@click.argument("labs", nargs=-1, metavar="LAB...")
@root_option
@click.option("--all", "all_labs", is_flag=True, help="Every lab in solutions/.")
@click.option("--check", is_flag=True, help="Change nothing; exit 1 when a template is stale.")
@click.option(
    "--flavour",
    "flavours",
    multiple=True,
    type=click.Choice(FLAVOURS),
    help="Only this one, and with it what its own tool needs to grade: otter's autograder zip, nbgrader's course folder."
    " Default: the notebooks of both.",
)
@click.option(
    "--gradescope",
    is_flag=True,
    help="Also make the autograder zip that runs our stages on Gradescope.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("dist"),
    show_default=True,
    help="Folder for what is not for students: otter/, nbgrader/, gradescope/.",
)
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    help="With --flavour nbgrader: your course folder; default: OUT/nbgrader.",
)
@click.option(
    "--data-from",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="With --gradescope: a store whose data sets the zip takes along; default: its setup gets them.",
)
@hidden_visibility_option
@click.option("--no-leaderboard", is_flag=True, help="With --gradescope: publish no figures of models.")
@course_option
@data_options
@errors_for_people
def command(
    labs: tuple[str, ...],
    root: Path,
    all_labs: bool,
    check: bool,
    flavours: tuple[str, ...],
    gradescope: bool,
    out: Path,
    into: Path | None,
    data_from: Path | None,
    hidden_visibility: str,
    no_leaderboard: bool,
    course_folder: Path,
    origin: Origin,
    size: Size,
) -> None:
    """Make the students' notebooks of each LAB and its capture plan, with otter's and nbgrader's own tools.

    With --flavour, also what that tool itself grades with: `otter run -a dist/otter/LAB-autograder.zip`, or `nbgrader autograde
    LAB` in dist/nbgrader. Both then use the data that --data and --size name, from the store.
    """
    if all_labs == bool(labs):
        raise click.UsageError("name labs, or give --all")
    if into is not None and "nbgrader" not in flavours:
        raise click.UsageError("--into goes with --flavour nbgrader")
    if check and gradescope:
        raise click.UsageError("--check looks at templates; it makes no zip")
    folder = find_root(root)
    stale = []
    for name in lab_names(folder) if all_labs else labs:
        files = LabFiles(folder, name)
        if not check:
            _build(files, flavours or FLAVOURS)
            if "otter" in flavours:
                zip_for_otter(files, out / "otter" / f"{name}-autograder.zip", origin, size)
            if "nbgrader" in flavours:
                course_of_nbgrader(files, into or out / "nbgrader", origin, size)
            if gradescope:
                choices = Choices(
                    course_folder, origin, size, data_from, hidden_visibility, not no_leaderboard
                )
                zip_for_gradescope(files, out / "gradescope", choices)
        elif differences := check_lab(files):
            stale.append(name)
            click.echo("\n".join(differences))
        else:
            click.echo(f"{name}: templates, README and capture plan are up to date")
    if stale:
        click.echo(f"Run `deepgrade build {' '.join(stale)}` and commit what it writes.")
        sys.exit(1)


def _build(files: LabFiles, flavours: tuple[str, ...]) -> None:
    report = build_lab(files, flavours=flavours)
    for path in report.written:
        click.echo(f"wrote {path.relative_to(files.root)}")
