"""What `deepgrade build` leaves for tools that grade: otter's zip, nbgrader's course, Gradescope's zip."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import click

from deepgrade.lab import LabFiles, Origin, Size


def zip_for_otter(files: LabFiles, target: Path, origin: Origin, size: Size) -> None:
    """Write the autograder zip for `otter run` and say how it is used."""
    from deepgrade.packages.otter import write_autograder_zip

    write_autograder_zip(files, target, origin=origin, size=size)
    click.echo(f"wrote {target}\n  grade with: otter run NOTEBOOK -a {target} -o RESULTS")


def course_of_nbgrader(files: LabFiles, course: Path, origin: Origin, size: Size) -> None:
    """Put a lab into an nbgrader course and say what is for students."""
    from deepgrade.packages.nbgrader import CONFIG, fill_course

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


class Choices(NamedTuple):
    """What a person chose for Gradescope."""

    course: Path
    origin: Origin
    size: Size
    data_from: Path | None
    hidden_visibility: str
    leaderboard: bool


def zip_for_gradescope(files: LabFiles, out: Path, choices: Choices) -> None:
    """Write Gradescope's zip and say what to set there."""
    # Only here: the areas that grade take a second to import.
    from deepgrade.data import DataStore
    from deepgrade.gradescope.build import ZipRequest, build_zip
    from deepgrade.gradescope.results import VISIBILITIES, ResultOptions
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
