"""`deepgrade build`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

import click

from deepgrade.cli.options import course_option, data_options, errors_for_people, root_option
from deepgrade.flavours import build_lab, check_lab
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
    type=click.Choice(["otter", "nbgrader"]),
    default=("otter", "nbgrader"),
    show_default=True,
)
@click.option(
    "--gradescope",
    is_flag=True,
    help="Also make the autograder zip that runs our stages on Gradescope. --course, --data, --size and what follows"
    " here are for it.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="Folder for the zip; default: dist/LAB/.",
)
@click.option(
    "--data-from",
    "data_from",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=None,
    help="A store (`deepgrade data`) whose data sets the zip takes along; else Gradescope's setup gets them.",
)
@click.option(
    "--hidden-visibility",
    type=click.Choice(["hidden", "after_due_date", "after_published", "visible"]),
    default="after_published",
    show_default=True,
    help="When students see hidden checks on Gradescope.",
)
@click.option("--no-leaderboard", is_flag=True, help="Publish no figures of models.")
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
    out: Path | None,
    data_from: Path | None,
    hidden_visibility: str,
    no_leaderboard: bool,
    course_folder: Path,
    origin: Origin,
    size: Size,
) -> None:
    """Make the students' notebooks of each LAB and its capture plan, with otter's and nbgrader's own tools."""
    if all_labs == bool(labs):
        raise click.UsageError("name labs, or give --all")
    if check and gradescope:
        raise click.UsageError("--check looks at templates; it makes no zip")
    folder = find_root(root)
    stale = []
    for name in lab_names(folder) if all_labs else labs:
        files = LabFiles(folder, name)
        if not check:
            _build(files, flavours)
            if gradescope:
                place = out or folder / "dist" / name
                choices = _Choices(
                    course_folder, origin, size, data_from, hidden_visibility, not no_leaderboard
                )
                _zip(files, place, choices)
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


class _Choices(NamedTuple):
    course: Path
    origin: Origin
    size: Size
    data_from: Path | None
    hidden_visibility: str
    leaderboard: bool


def _zip(files: LabFiles, out: Path, choices: _Choices) -> None:
    # Only here: the areas that grade take a second to import.
    from deepgrade.data import DataStore
    from deepgrade.interchange.gradescope.build import ZipRequest, build_zip
    from deepgrade.interchange.gradescope.results import VISIBILITIES, ResultOptions
    from deepgrade.records import Course

    visibility = next(name for name in VISIBILITIES if name == choices.hidden_visibility)
    request = ZipRequest(
        files,
        Course(choices.course),
        choices.origin,
        choices.size,
        DataStore(choices.data_from) if choices.data_from is not None else None,
        ResultOptions(visibility, choices.leaderboard),
    )
    report = build_zip(request, out)
    click.echo(
        f"wrote {report.path} ({report.mib:.1f} MiB); it holds the course's secret: upload it, give it to nobody"
    )
    for warning in report.warnings:
        click.echo(f"WARNING: {warning}", err=True)
    click.echo("On Gradescope, set:\n" + "\n".join(f"  {line}" for line in report.advice))
