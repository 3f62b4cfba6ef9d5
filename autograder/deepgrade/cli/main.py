"""The command `deepgrade`: a table of commands, each imported only when it is called."""

from __future__ import annotations

import click

from deepgrade import __version__
from deepgrade.cli.lazy import Entry, LazyGroup


def _command(name: str, help_text: str) -> Entry:
    return Entry(f"deepgrade.cli.{name}", help_text)


COMMANDS = {
    "board": _command("board", "Competitions: prepare, enter, rank, reveal, score again."),
    "build": _command("build", "Make the students' notebooks and the capture plan from a lab's master."),
    "calibrate": _command(
        "calibrate", "Run a lab's solution with many seeds and set thresholds that are fair."
    ),
    "data": _command("data", "List, fetch, import, make or verify data sets."),
    "demo": _command("demo", "Grade eight demo submissions of LE5 on synthetic data, from start to report."),
    "doctor": _command("doctor", "Say what works on this machine and how to repair what does not."),
    "examples": _command("examples", "Write submissions of a lab to try a pipeline with."),
    "export": _command(
        "export", "Write a lab's grades: CSV, JSON, nbgrader, otter, Gradescope, Canvas, Moodle."
    ),
    "grade": _command("grade", "Grade submissions: run, predict, score, record, report."),
    "image": _command("image", "Build and check the container image for podman, docker and apptainer."),
    "import": _command("import_results", "Take over results that otter or nbgrader made."),
    "publish": _command("publish", "Students' pages: a folder for a web server, mail, PDF."),
    "regrade": _command(
        "regrade", "Score stored runs again with changed checks; apply or cancel the result."
    ),
    "report": _command("report", "Write the report, grades.csv and results.json again."),
    "review": _command("review", "What people decide: the app for TAs, due dates, extensions, histories."),
    "verify": _command(
        "verify", "Prove labs fair: solution and alternatives full, blank nothing, mistakes what they name."
    ),
}


@click.group(cls=LazyGroup, table=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="deepgrade")
def main() -> None:
    """Deep-learning labs that grade themselves.

    Exit codes: 0 done; 1 done, and something needs attention (a stale template, a failed verification);
    2 wrong use or wrong files, with what to do next; 130 interrupted: the same command goes on where it
    stopped.
    """


if __name__ == "__main__":
    main()
