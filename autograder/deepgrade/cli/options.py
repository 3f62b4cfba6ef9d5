"""Options that several commands share, and errors as people should see them."""

from __future__ import annotations

import functools
import getpass
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

INTERRUPTED = 130
_WITH_IMAGE = ("podman", "docker", "apptainer")
_ONE_WALL = (
    "NOTE: --sandbox separate-user has no namespaces: the notebooks see whatever every user of this machine may read."
    " Use it where bubblewrap and containers do not work."
)
_NO_WALLS = (
    "WARNING: --sandbox none runs the notebooks without any wall: they can read and change whatever you can, the hidden"
    " checks and other students' work included. Every report made from such runs says so."
)


def root_option(function: F) -> F:
    """Add `--root`: where the labs are."""
    return click.option(
        "--root",
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        default=Path(),
        envvar="DEEPGRADE_ROOT",
        help="Folder with solutions/ and tests/hidden/; default: $DEEPGRADE_ROOT, else found at or above the current folder.",
    )(function)


def course_option(function: F) -> F:
    """Add `--course`: where runs, gradebook and reports are kept."""
    return click.option(
        "--course",
        "course_folder",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path("course"),
        show_default=True,
        help="The course's folder: runs, gradebook, hidden sets, reports.",
    )(function)


def user_name() -> str:
    """Return who is logged in here: whose decision it is that a command makes."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return f"user {os.getuid()}"


def only_reviewed_option(function: F) -> F:
    """Add `--only-reviewed`: whose grades leave."""
    return click.option(
        "--only-reviewed",
        is_flag=True,
        help="Leave out students about whom something still waits for a person.",
    )(function)


def hidden_visibility_option(function: F) -> F:
    """Add `--hidden-visibility`: when students see hidden checks on Gradescope."""
    return click.option(
        "--hidden-visibility",
        type=click.Choice(["hidden", "after_due_date", "after_published", "visible"]),
        default="after_published",
        show_default=True,
        help="When students see hidden checks on Gradescope.",
    )(function)


def store_option(function: F) -> F:
    """Add `--store`: where data sets are kept."""
    return click.option(
        "--store",
        "store_folder",
        type=click.Path(path_type=Path, file_okay=False),
        default=None,
        help="Folder of the data sets; default: $DEEPGRADE_STORE, else deepgrade/data in the user's cache folder.",
    )(function)


def data_options(function: F) -> F:
    """Add `--data` and `--size`: which data runs see."""
    function = click.option(
        "--size",
        type=click.Choice(["full", "quick"]),
        default="full",
        show_default=True,
        help="How much of it.",
    )(function)
    return click.option(
        "--data",
        "origin",
        type=click.Choice(["real", "synthetic"]),
        default="real",
        show_default=True,
        help="The published data sets, or generated ones of the same names and shapes.",
    )(function)


def sandbox_option(function: F) -> F:
    """Add `--sandbox` and `--image`: what surrounds a run. The function gets one word, `name` or `name=image`."""

    @functools.wraps(function)
    def wrapped(*args: Any, sandbox_name: str | None, image: str | None, **kwargs: Any) -> Any:
        if image is not None:
            if sandbox_name not in _WITH_IMAGE:
                raise click.UsageError(
                    f"--image needs --sandbox {', '.join(_WITH_IMAGE[:-1])} or {_WITH_IMAGE[-1]}"
                )
            sandbox_name = f"{sandbox_name}={image}"
        if sandbox_name == "none":
            click.echo(_NO_WALLS, err=True)
        if sandbox_name == "separate-user":
            click.echo(_ONE_WALL, err=True)
        return function(*args, sandbox_name=sandbox_name, **kwargs)

    named = click.option(
        "--image",
        default=None,
        help="Container image (or apptainer's file); default: $DEEPGRADE_IMAGE, else what `deepgrade image build` makes.",
    )(wrapped)
    return click.option(
        "--sandbox",
        "sandbox_name",
        type=click.Choice(["bubblewrap", *_WITH_IMAGE, "separate-user", "none"]),
        default=None,
        help="What surrounds a run; default: bubblewrap. `separate-user` is for root on machines that allow nothing else."
        " `none` runs student code without walls: only your own.",
    )(named)  # type: ignore[return-value]


def slots_option(function: F) -> F:
    """Add `--slots`: how many runs beside each other."""
    return click.option(
        "--slots",
        type=click.IntRange(1, 256),
        help="Runs beside each other; default: what memory and cores allow. Never more than shares of a GPU that is lent.",
    )(function)


def engine_option(function: F) -> F:
    """Add `--engine` and `--site`: where runs are done. The function gets one path, None for this machine."""

    @functools.wraps(function)
    def wrapped(*args: Any, engine: str, site_file: Path | None, **kwargs: Any) -> Any:
        if site_file is not None and engine != "slurm":
            raise click.UsageError("--site needs --engine slurm")
        site = None if engine == "local" else errors_for_people(_site)(site_file)
        return function(*args, site=site, **kwargs)

    named = click.option(
        "--site",
        "site_file",
        type=click.Path(path_type=Path, dir_okay=False),
        help="TOML file of the cluster, for --engine slurm: partition, account, GPUs, ... (docs/slurm.md).",
    )(wrapped)
    return click.option(
        "--engine",
        type=click.Choice(["local", "slurm"]),
        default="local",
        show_default=True,
        help="This machine's slots, or job arrays on a Slurm cluster.",
    )(named)  # type: ignore[return-value]


def start_option(function: F) -> F:
    """Add `--start`: how runs get their Python."""
    return click.option(
        "--start",
        type=click.Choice(["prepared", "plain"]),
        default="prepared",
        show_default=True,
        help="Fork runs from a process that has imported the lab's libraries (on this machine, in bubblewrap), or start"
        " a Python for each.",
    )(function)


def _site(path: Path | None) -> Any:
    from deepgrade.engine.slurm import Site, load_site

    return load_site(path) if path else Site()


def again_option(function: F) -> F:
    """Add `--again`: for machines that were busy."""
    return click.option(
        "--again",
        is_flag=True,
        help="Run once more what ended by a limit of time: the machine may have been busy.",
    )(function)


def grading_options(function: F) -> F:
    """Add all options of commands that run submissions."""
    for option in (slots_option, sandbox_option, store_option, data_options, course_option, root_option):
        function = option(function)
    return function


def errors_for_people(function: F) -> F:
    """Print errors that people can mend as a message, exit 2; an interruption exits 130 and loses nothing."""

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        from deepgrade.cli.known_errors import (
            KNOWN_ERRORS,
        )  # the areas are imported only now: --help stays fast
        from deepgrade.files import storage_error

        try:
            return function(*args, **kwargs)
        except KNOWN_ERRORS as error:
            click.echo(f"deepgrade: {error}", err=True)
            sys.exit(2)
        except OSError as error:
            problem = storage_error(error)
            if problem is None:
                raise
            click.echo(f"deepgrade: {problem}", err=True)
            sys.exit(2)
        except KeyboardInterrupt as error:
            said = (
                str(error) or "Interrupted. What was finished is kept; the same command goes on from there."
            )
            click.echo(f"\n{said}", err=True)
            sys.exit(INTERRUPTED)

    return wrapped  # type: ignore[return-value]


def lab_options(function: F) -> F:
    """Add LAB, `--root` and `--course`, and show errors as people should see them."""
    function = errors_for_people(function)
    for option in (course_option, root_option, click.argument("lab")):
        function = option(function)
    return function
