"""The command `deepgrade`: a table of commands, each imported only when it is called."""

from __future__ import annotations

import importlib
from typing import NamedTuple

import click

from deepgrade import __version__


class _Entry(NamedTuple):
    module: str
    help: str


COMMANDS: dict[str, _Entry] = {
    "board": _Entry("board", "Competitions: prepare, enter, rank, reveal, score again."),
    "build": _Entry("build", "Make the students' notebooks and the capture plan from a lab's master."),
    "calibrate": _Entry(
        "calibrate", "Run a lab's solution with many seeds and set thresholds that are fair."
    ),
    "data": _Entry("data", "List, fetch, import, make or verify data sets."),
    "demo": _Entry("demo", "Grade eight demo submissions of LE5 on synthetic data, from start to report."),
    "doctor": _Entry("doctor", "Say what works on this machine and how to repair what does not."),
    "examples": _Entry("examples", "Write submissions of a lab to try a pipeline with."),
    "export": _Entry(
        "export", "Write a lab's grades: CSV, JSON, nbgrader, otter, Gradescope, Canvas, Moodle."
    ),
    "grade": _Entry("grade", "Grade submissions: run, predict, score, record, report."),
    "image": _Entry("image", "Build and check the container image for podman, docker and apptainer."),
    "import": _Entry("import_results", "Take over results that otter or nbgrader made."),
    "publish": _Entry("publish", "Students' pages: a folder for a web server, mail, PDF."),
    "regrade": _Entry("regrade", "Score stored runs again with changed checks; apply or cancel the result."),
    "report": _Entry("report", "Write the report, grades.csv and results.json again."),
    "review": _Entry("review", "What people decide: the app for TAs, due dates, extensions, histories."),
    "verify": _Entry(
        "verify", "Prove labs fair: solution and alternatives full, blank nothing, mistakes what they name."
    ),
}


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module = importlib.import_module(f"deepgrade.cli.{entry.module}")
        command = module.command
        assert isinstance(command, click.Command)  # noqa: S101 - our own table
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        # The table's own help texts: importing every command to ask for its help would cost a second.
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in COMMANDS.items()])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="deepgrade")
def main() -> None:
    """Deep-learning labs that grade themselves.

    Exit codes: 0 done; 1 done, and something needs attention (a stale template, a failed verification);
    2 wrong use or wrong files, with what to do next; 130 interrupted: the same command goes on where it
    stopped.
    """


if __name__ == "__main__":
    main()
