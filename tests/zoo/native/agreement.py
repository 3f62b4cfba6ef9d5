"""Points of the same submissions under `deepgrade grade`, `otter run` and `nbgrader autograde`, with the time each takes.

`PYTHONPATH=tests python -m zoo.native.agreement LAB [--store DIR] [--size quick] [--work DIR] [--out FILE.md]`

The submissions are a lab's own: solution, blank template, alternatives, mistakes, each filled into the notebook of the
flavour that a tool takes (deepgrade gets otter's). What a tool has graded is kept in the work folder and not graded again.
Processor seconds are those of the tool's process and all its children, so that other work on the machine counts little.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

from deepgrade.files import write_atomic
from deepgrade.flavours import blank_notebook, master_text, read_alternatives, solved_notebook
from deepgrade.flavours.notebook import to_text
from deepgrade.lab import LabFiles, Mistake, find_root, load_mistakes
from deepgrade.native.words import points_granted
from deepgrade.packages.nbgrader import fill_course
from deepgrade.packages.otter import write_autograder_zip
from deepgrade.records import Course, Gradebook
from deepgrade.score import SubmissionScore

BIN = Path(sys.executable).parent
_BEGIN, _END = "<!-- agreement: {lab} -->", "<!-- end of agreement: {lab} -->"


class Case(NamedTuple):
    """A submission in both flavours."""

    name: str
    otter: str
    nbgrader: str


class Cost(NamedTuple):
    """What a command took."""

    wall_s: float
    cpu_s: float


class Graded(NamedTuple):
    """What a tool said."""

    points: dict[str, float]
    """Question -> points."""

    @property
    def total(self) -> float:
        """Their sum."""
        return round(sum(self.points.values()), 4)


def cases(files: LabFiles, size: str, only: list[str]) -> Iterator[Case]:
    """Yield a lab's submissions; `only` names them, or kinds of them."""
    texts = {"solution": (master_text(files), False)}
    texts |= {f"alternative {one.name}": (one.text, True) for one in read_alternatives(files)}
    mistakes: list[Mistake] = [one for one in load_mistakes(files.mistakes) if one.size in ("any", size)]
    texts |= {f"mistake {one.name}": (one.apply(master_text(files)), False) for one in mistakes}
    if _wanted("blank", only):
        yield Case("blank", *(to_text(blank_notebook(files, name)) for name in ("otter", "nbgrader")))
    for name, (text, adds) in texts.items():
        if _wanted(name, only):
            made = [to_text(solved_notebook(files, f, text, adds_cells=adds)) for f in ("otter", "nbgrader")]
            yield Case(name, *made)


def _wanted(name: str, only: list[str]) -> bool:
    return not only or name in only or name.partition(" ")[0] in only


class Bench:
    """Grades cases with the three tools."""

    def __init__(self, files: LabFiles, work: Path, store: Path, size: str) -> None:
        self.files, self.work, self.size, self.store = files, work, size, store
        self.environment = os.environ | {"DEEPGRADE_STORE": str(store), "PATH": f"{BIN}:{os.environ['PATH']}"}
        self.costs: dict[str, Cost] = {}
        kept = work / "costs.json"
        if kept.exists():
            self.costs = {name: Cost(*cost) for name, cost in json.loads(kept.read_text()).items()}

    def timed(self, name: str, command: list[str], cwd: Path) -> None:
        """Run a command to its end and keep what it took."""
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        said = subprocess.run(command, cwd=cwd, env=self.environment, capture_output=True, text=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        self.costs[name] = Cost(round(time.monotonic() - started, 2), round(cpu, 2))
        write_atomic(self.work / "costs.json", json.dumps(self.costs))
        if said.returncode not in (0, 1):
            raise SystemExit(f"{' '.join(command)} ended with {said.returncode}:\n{said.stdout}{said.stderr}")

    def deepgrade(self, every: list[Case]) -> dict[str, Graded]:
        """Return case -> points of `deepgrade grade`."""
        lab, course = self.files.name, self.work / "deepgrade"
        for case in every:
            write_atomic(self.work / "otter" / f"{_key(case)}.ipynb", case.otter)
        command = [str(BIN / "deepgrade"), "grade", lab, str(self.work / "otter"), "--course", str(course)]
        command += ["--root", str(self.files.root), "--store", str(self.store), "--data", "synthetic"]
        if not (course / "gradebook.sqlite").exists() and not (course / "gradebook.db").exists():
            self.timed("deepgrade", [*command, "--size", self.size, "--slots", "1"], self.files.root)
            regrade = [
                str(BIN / "deepgrade"),
                "regrade",
                lab,
                "--course",
                str(course),
                "--root",
                str(self.files.root),
            ]
            self.timed("deepgrade again", [*regrade, "--store", str(self.store)], self.files.root)
        gradebook = Gradebook(Course(course).gradebook)
        scores = {entry.student: entry.score for entry in gradebook.entries(lab)}
        gradebook.close()
        return {case.name: _of_deepgrade(scores[_key(case)]) for case in every}

    def otter(self, every: list[Case]) -> dict[str, Graded]:
        """Return case -> points of `otter run`."""
        archive = self.work / "autograder.zip"
        write_autograder_zip(self.files, archive, origin="synthetic", size=self.size)  # type: ignore[arg-type]
        found = {}
        for case in every:
            folder = self.work / "otter-results" / _key(case)
            if not (folder / "results.json").exists():
                folder.mkdir(parents=True, exist_ok=True)
                notebook = self.work / "otter" / f"{_key(case)}.ipynb"
                command = [
                    str(BIN / "otter"),
                    "run",
                    str(notebook),
                    "-a",
                    str(archive),
                    "-o",
                    str(folder),
                    "--no-logo",
                ]
                self.timed(f"otter {case.name}", command, folder)
            tests = json.loads((folder / "results.json").read_text())["tests"]
            found[case.name] = Graded({test["name"]: test["score"] for test in tests if "score" in test})
        return found

    def nbgrader(self, every: list[Case]) -> dict[str, Graded]:
        """Return case -> points of `nbgrader autograde`."""
        from nbgrader.api import Gradebook as NbGradebook

        lab, course = self.files.name, self.work / "nbgrader"
        if not (course / "gradebook.db").exists():
            fill_course(self.files, course, origin="synthetic", size=self.size)  # type: ignore[arg-type]
        for case in every:
            write_atomic(course / "submitted" / _key(case) / lab / f"{lab}.ipynb", case.nbgrader)
        missing = [case for case in every if not (course / "autograded" / _key(case)).exists()]
        if missing:
            self.timed("nbgrader", [str(BIN / "nbgrader"), "autograde", lab], course)
        found = {}
        with NbGradebook(f"sqlite:///{course / 'gradebook.db'}", "course") as gradebook:
            for case in every:
                points: dict[str, float] = {}
                for notebook in gradebook.find_submission(lab, _key(case)).notebooks:
                    for grade in notebook.grades:
                        question = grade.name.partition("-")[0]
                        points[question] = points.get(question, 0.0) + (grade.auto_score or 0.0)
                found[case.name] = Graded(points)
        return found


def _of_deepgrade(score: SubmissionScore | None) -> Graded:
    assert score is not None
    return Graded(
        {
            question.question: sum(map(points_granted, question.checks))
            for question in score.questions
            if not question.manual
        }
    )


def _key(case: Case) -> str:
    return case.name.replace(" ", "-")


def table(files: LabFiles, every: list[Case], graded: dict[str, dict[str, Graded]]) -> tuple[list[str], int]:
    """Return the rows in Markdown and the number of cases whose points differ in some question."""
    rows = [
        "| submission | " + " | ".join(graded) + " | differs in |",
        "|---|" + "---:|" * len(graded) + "---|",
    ]
    different = 0
    for case in every:
        mine = graded["deepgrade"][case.name].points
        others = [graded[tool][case.name].points for tool in graded]
        questions = [
            question
            for question in mine
            if any(abs(points.get(question, 0.0) - mine[question]) > 1e-6 for points in others)
        ]
        different += bool(questions)
        totals = " | ".join(f"{graded[tool][case.name].total:g}" for tool in graded)
        rows.append(f"| {case.name} | {totals} | {', '.join(questions)} |")
    return rows, different


def costs(bench: Bench, count: int) -> list[str]:
    """Return rows with what grading took for each tool."""
    otter = [cost for name, cost in bench.costs.items() if name.startswith("otter ")]
    sums = {
        "deepgrade grade": bench.costs.get("deepgrade"),
        "otter run": Cost(sum(c.wall_s for c in otter), sum(c.cpu_s for c in otter)) if otter else None,
        "nbgrader autograde": bench.costs.get("nbgrader"),
        "deepgrade regrade": bench.costs.get("deepgrade again"),
    }
    rows = ["| command | submissions | seconds each | processor seconds each |", "|---|---:|---:|---:|"]
    return rows + [
        f"| {name} | {count} | {cost.wall_s / count:.2f} | {cost.cpu_s / count:.2f} |"
        for name, cost in sums.items()
        if cost is not None
    ]


def main() -> int:
    """Grade, print the table, and write it into a page where one is named."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("lab")
    parser.add_argument("--root", type=Path, default=Path())
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--size", choices=["quick", "full"], default="quick")
    parser.add_argument("--only", action="append", default=[], help="a submission, or a kind of them")
    parser.add_argument("--work", type=Path, default=Path("agreement"))
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    files = LabFiles(find_root(options.root), options.lab)
    every = list(cases(files, options.size, options.only))
    bench = Bench(files, options.work.resolve() / options.lab, options.store.resolve(), options.size)
    graded = {tool: getattr(bench, tool)(every) for tool in ("deepgrade", "otter", "nbgrader")}
    rows, different = table(files, every, graded)
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("otter-grader", "nbgrader"))
    lines = [
        f"### {options.lab}",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, synthetic data, {options.size}, {versions}.",
        "",
    ]
    lines += [*rows, "", *costs(bench, len(every))]
    print("\n".join(lines))
    if options.out:
        _put(options.out, options.lab, "\n".join(lines))
    return 1 if different else 0


def _put(path: Path, lab: str, text: str) -> None:
    begin, end = _BEGIN.format(lab=lab), _END.format(lab=lab)
    page: Any = path.read_text(encoding="utf-8") if path.exists() else ""
    block = f"{begin}\n{text}\n{end}"
    if begin in page:
        page = page[: page.index(begin)] + block + page[page.index(end) + len(end) :]
    else:
        page = f"{page.rstrip()}\n\n{block}\n"
    write_atomic(path, page)


if __name__ == "__main__":
    sys.exit(main())
