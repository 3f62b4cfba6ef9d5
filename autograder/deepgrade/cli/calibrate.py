"""`deepgrade calibrate`."""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deepgrade.cli.options import again_option, errors_for_people, grading_options
from deepgrade.cli.progress import GradeProgress
from deepgrade.data import DataStore
from deepgrade.flavours import write_readme
from deepgrade.grading import QuestionCalibration, calibrate
from deepgrade.grading.fairness import write_fairness
from deepgrade.grading.lab_toml import write_calibration
from deepgrade.lab import LabFiles, Origin, Size, find_root
from deepgrade.native.facts import default_store
from deepgrade.records import Course


@click.command()
@click.argument("lab")
@grading_options
@click.option(
    "--runs",
    type=click.IntRange(3, 1000),
    default=30,
    show_default=True,
    help="Seeds 1 to N; fewer give a wider margin.",
)
@click.option(
    "--chance",
    type=click.FloatRange(1e-6, 0.5),
    default=0.001,
    show_default=True,
    help="A correct student may miss a threshold so often.",
)
@click.option(
    "--alternatives",
    multiple=True,
    metavar="NAME",
    help="Run this alternative with the same seeds too; repeatable, or `all`. The loosest threshold counts.",
)
@click.option(
    "--write",
    is_flag=True,
    help="Write thresholds and their distribution into lab.toml, and the READMEs anew.",
)
@again_option
@errors_for_people
def command(
    lab: str,
    root: Path,
    course_folder: Path,
    origin: Origin,
    size: Size,
    store_folder: Path | None,
    sandbox_name: str | None,
    slots: int | None,
    runs: int,
    chance: float,
    alternatives: tuple[str, ...],
    write: bool,
    again: bool,
) -> None:
    """Run the solution of LAB with many seeds, and say which thresholds are fair.

    Each question whose models are held against a threshold gets the one that fewer than CHANCE correct students would miss,
    by a law fitted to the runs (its assumptions: docs/fairness.md). Runs are kept in verify/ of the course folder and found
    again; `deepgrade verify --seeds` uses the same ones. Exit code 1 when a question gets no threshold.
    """
    console = Console(width=None if sys.stdout.isatty() else 120)  # a log has no width of its own
    files = LabFiles(find_root(root), lab)
    with GradeProgress(console) as progress:
        found = calibrate(
            files,
            course=Course(course_folder / "verify"),
            store=DataStore(store_folder or default_store()),
            origin=origin,
            size=size,
            progress=progress,
            runs=runs,
            chance=chance,
            alternatives=alternatives,
            slots=slots,
            sandbox=sandbox_name,
            again=again,
        )
    _show(console, found, f"{lab}: {origin} data, {size}; 1 correct student in {1 / chance:,.0f} may fail")
    measured = {row.question: row.calibration for row in found if row.calibration is not None}
    if write and measured:
        write_calibration(files, size, measured)
        console.print(
            f"wrote {len(measured)} thresholds into {files.toml.relative_to(files.root)}", highlight=False
        )
        for path in (write_readme(files), write_fairness(files.root)):
            console.print(f"wrote {path.relative_to(files.root)}", highlight=False)
    if any(row.problems for row in found):
        sys.exit(1)


def _show(console: Console, found: tuple[QuestionCalibration, ...], title: str) -> None:
    table = Table(title=title)
    for heading in (
        "question",
        "model",
        "way",
        "metric",
        "n",
        "mean",
        "sd",
        "worst",
        "normal?",
        "alone",
        "threshold",
    ):
        table.add_column(
            heading, justify="left" if heading in ("question", "model", "way", "metric") else "right"
        )
    for row in found:
        for made in row.measured:
            chosen = row.calibration
            counts = chosen is not None and (chosen.network, chosen.way) == (made.network, made.way)
            table.add_row(
                row.question,
                made.network,
                made.way,
                made.metric,
                str(len(made.values)),
                f"{statistics.fmean(made.values):.4g}",
                f"{statistics.stdev(made.values):.2g}",
                f"{made.worst:.4g}",
                "-" if made.model.normality_p is None else f"p {made.model.normality_p:.2g}",
                f"{made.unrounded:.4g}",
                f"[bold]{chosen.threshold:g}[/bold]" if counts and chosen is not None else "",
            )
    console.print(table)
    for row in found:
        before = "none" if row.before is None else f"{row.before:g}"
        if row.calibration is not None:
            made_by = row.calibration
            level = "unknown" if made_by.chance_level is None else f"{made_by.chance_level:.4g}"
            console.print(
                f"{row.question}: {made_by.threshold:g} (now {before}); a correct student misses it with chance"
                f" {made_by.fail_chance:.2g} ({made_by.model}); the best single answer for all rows: {level}",
                highlight=False,
            )
        for problem in row.problems:
            console.print(f"[red]{row.question} (now {before}):[/red] {escape(problem)}", highlight=False)
    console.print(
        "normal?: Shapiro-Wilk on the model's scale; with few runs it finds only gross departures.",
        style="dim",
    )
