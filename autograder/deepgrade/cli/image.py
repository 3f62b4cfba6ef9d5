"""`deepgrade image`."""

from __future__ import annotations

import sys

import click
from rich.console import Console

from deepgrade.cli.options import errors_for_people
from deepgrade.image import BuildRequest, build_image, check_image
from deepgrade.sandbox import DEFAULT_IMAGE, ENGINES, EngineName

_ENGINE = click.option(
    "--engine", type=click.Choice(ENGINES), default=ENGINES[0], show_default=True, help="With which engine."
)


@click.group()
def command() -> None:
    """Build and check the autograder's container image."""


@command.command()
@_ENGINE
@click.option("--base", help="Base image; default: the recipe's, which has TensorFlow for GPUs.")
@click.option(
    "--pins", type=click.Choice(["cpu", "gpu"]), default="gpu", show_default=True, help="Which versions."
)
@click.option("--tag", default=DEFAULT_IMAGE, show_default=True, help="The image's name.")
@errors_for_people
def build(engine: EngineName, base: str | None, pins: str, tag: str) -> None:
    """Build the image from autograder/Containerfile; nothing of the grader but its kernel gets in."""
    versions = build_image(BuildRequest(engine, tag, base, "cpu" if pins == "cpu" else "gpu"))
    click.echo(f"{tag}: " + ", ".join(f"{name} {version}" for name, version in versions.items()))


@command.command()
@_ENGINE
@click.argument("image", default=DEFAULT_IMAGE)
@errors_for_people
def check(engine: EngineName, image: str) -> None:
    """Run the self-test of IMAGE inside the sandbox's walls, and compare its labels with what is in it.

    Exit codes: 0 it may be used; 1 it may not, for the reasons that are printed; 2 it could not be tried.
    """
    console = Console(highlight=False)
    report = check_image(engine, image)
    console.print(f"{image} ({report.image.id[:12]}): {report.image.size_bytes / 1e9:.2f} GB")
    console.print(", ".join(f"{name} {version}" for name, version in report.versions.items()))
    console.print(f"GPUs: {', '.join(report.gpus) or 'none'}")
    console.print(f"starts in {1000 * report.start_s:.0f} ms; the self-test takes {report.selftest_s:.1f} s")
    for problem in report.problems:
        console.print(f"[red]FAIL[/red] {problem}", markup=True)
    if report.problems:
        sys.exit(1)
    console.print("[green]PASS[/green] labels, walls and content are as they must be")
