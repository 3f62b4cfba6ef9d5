"""`deepgrade build`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from deepgrade.cli.options import data_options, errors_for_people, root_option
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
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("dist"),
    show_default=True,
    help="Folder for what is not for students: otter/LAB-autograder.zip and nbgrader/, a course.",
)
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    help="With --flavour nbgrader: your course folder; default: OUT/nbgrader.",
)
@data_options
@errors_for_people
def command(
    labs: tuple[str, ...],
    root: Path,
    all_labs: bool,
    check: bool,
    flavours: tuple[str, ...],
    out: Path,
    into: Path | None,
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
    folder = find_root(root)
    stale = []
    for name in lab_names(folder) if all_labs else labs:
        files = LabFiles(folder, name)
        if not check:
            _build(files, flavours or FLAVOURS)
            if "otter" in flavours:
                _zip_for_otter(files, out / "otter" / f"{name}-autograder.zip", origin, size)
            if "nbgrader" in flavours:
                _course_of_nbgrader(files, into or out / "nbgrader", origin, size)
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


def _zip_for_otter(files: LabFiles, target: Path, origin: Origin, size: Size) -> None:
    from deepgrade.flavours.otter_zip import write_autograder_zip

    write_autograder_zip(files, target, origin=origin, size=size)
    click.echo(f"wrote {target}\n  grade with: otter run NOTEBOOK -a {target} -o RESULTS")


def _course_of_nbgrader(files: LabFiles, course: Path, origin: Origin, size: Size) -> None:
    from deepgrade.flavours.nbgrader_course import CONFIG, fill_course

    filled = fill_course(files, course, origin=origin, size=size)
    click.echo(
        f"wrote {filled.source}\nwrote {filled.release}: this folder is for students, no other of {course}"
    )
    if not filled.config_written:
        click.echo(
            f"  see that {course / CONFIG} gives a cell time enough: c.Execute.timeout = {filled.seconds}"
            " (nbgrader's default is 30)"
        )
    click.echo(f"  grade with: cd {course} && nbgrader autograde {files.name}")
