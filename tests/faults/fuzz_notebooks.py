"""Hand in notebooks that no editor writes, and look whether anything but a verdict comes out.

    cd tests && python -m faults.fuzz_notebooks --count 2000 --seed 1

Every mutant goes through intake alone: it must become a submission or a refusal with a sentence, in time, without raising.
A share of them (`--run-share`; accepted and refused) is then handed in as one class beside an honest student and graded by
a real `deepgrade grade` in real sandboxes: no traceback, a verdict for each that is not our own fault, a page for
each, and full points for the honest one. What fails is made smaller step by step and kept in a folder that is printed.
Exit codes: 0 all is well, 1 something failed.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deepgrade.lab import Lab, load_checks, load_lab, make_plan
from deepgrade.run.job import make_job, question_spans
from deepgrade.run.journal import JournalFacts
from deepgrade.run.notebook import executed_notebook
from deepgrade.submission import REFUSALS, Refusal, Submission, collect, safe_name
from faults.classroom import LAB, Classroom
from faults.laws import marks
from faults.mutations import Mutant, mutants
from support.small_class import notebook

SLOWEST_S = 10.0
_HONEST = "honest"
_FULL = {"a1": 1.0, "a2": 2.0, "a3": None}


@dataclass
class Findings:
    """What came of all mutants."""

    accepted: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    passed_over: int = 0
    """Not taken for a file that was handed in (another ending, too deep a folder)."""
    ran: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    failed: list[tuple[Mutant, str]] = field(default_factory=list)
    slowest_s: float = 0.0


class Intake:
    """Takes in one mutant at a time.

    Args:
        lab: The lab that is handed in for.
        checks: Its check file.
        folder: For the files.
    """

    def __init__(self, lab: Lab, checks: Path, folder: Path) -> None:
        self._lab = lab
        self._plan = make_plan(lab, load_checks(checks).checks)
        self._folder = folder

    def take(self, mutant: Mutant) -> tuple[list[Submission | Refusal], str | None]:
        """Return what became of a mutant, and what is wrong with that."""
        folder = self._folder / mutant.name
        shutil.rmtree(folder, ignore_errors=True)
        mutant.write(folder)
        began = time.monotonic()
        try:
            results = list(collect([folder], lab=self._lab))
            problems = [problem for result in results if (problem := self._problem(result)) is not None]
        except Exception:
            return [], traceback.format_exc(limit=-6)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if time.monotonic() - began > SLOWEST_S:
            problems.append(f"it took {time.monotonic() - began:.1f} s")
        return results, "; ".join(problems) or None

    def _problem(self, result: Submission | Refusal) -> str | None:
        if result.student != safe_name(result.student) or not result.filename.isprintable():
            return f"the name {result.student!r} or {result.filename!r} is not safe"
        if isinstance(result, Refusal):
            told = result.code in REFUSALS and result.sentence.endswith(".") and result.sentence.isprintable()
            return None if told and len(result.sentence) < 1000 else f"{result.code}: {result.sentence!r}"
        limits = self._lab.limits_for("quick")
        spans = question_spans(result.cells, self._plan.order)
        make_job(result.cells, spans, plan=self._plan, limits=limits, seed=1, gpu=None)
        executed_notebook(result.notebook, JournalFacts(), stopped=None, most_bytes=1 << 20)
        "\n".join([*result.warnings, *result.answers.values()]).encode("utf-8")
        return None

    def smallest(self, mutant: Mutant) -> Mutant:
        """Leave out steps as long as something stays wrong."""
        for smaller in mutant.smaller():
            if self.take(smaller)[1] is not None:
                return self.smallest(smaller)
        return mutant


def fuzz_intake(
    room: Classroom, count: int, seed: int, say: Callable[[str], None]
) -> tuple[Findings, list[Mutant], list[Mutant]]:
    """Send mutants through intake; return what was found, the accepted and the refused ones."""
    lab = load_lab(room.files)
    intake = Intake(lab, room.files.checks, room.root / "intake")
    found = Findings()
    accepted: list[Mutant] = []
    refused: list[Mutant] = []
    for number, mutant in enumerate(mutants(count, seed), start=1):
        began = time.monotonic()
        results, problem = intake.take(mutant)
        found.slowest_s = max(found.slowest_s, time.monotonic() - began)
        if problem is not None:
            found.failed.append((intake.smallest(mutant), problem))
        for result in results:
            if isinstance(result, Submission):
                found.accepted += 1
                accepted.append(mutant)
            else:
                found.refused[result.code] += 1
                refused.append(mutant)
        found.passed_over += not results and problem is None
        if number % 500 == 0:
            say(f"intake: {number} of {count}, {found.accepted} accepted, {len(found.failed)} failed")
    return found, accepted, refused


def fuzz_class(room: Classroom, chosen: Sequence[Mutant], found: Findings) -> list[str]:
    """Grade chosen mutants as one class with an honest student; return what is wrong."""
    shutil.rmtree(room.submissions)
    for mutant in chosen:
        mutant.write(room.submissions)
    (room.submissions / f"{_HONEST}.ipynb").write_text(notebook())
    course = room.root / "course-fuzzed"
    head = room.grade(course=course).finish(timeout_s=7200)
    wrong = [f"a traceback reached the user: {head.said[-3000:]}"] if "Traceback" in head.said else []
    if head.code != 0:
        wrong.append(f"grade ended with {head.code}: {head.said[-3000:]}")
    if not (course / "gradebook.db").exists():
        return wrong
    given = marks(course)
    found.verdicts.update(verdict for verdict, _ in given.values())
    found.ran += sum(verdict != "invalid_submission" for verdict, _ in given.values())
    if given.get(_HONEST) != ("ok", _FULL):
        wrong.append(f"the honest student got {given.get(_HONEST)}")
    by_name = {mutant.name: mutant for mutant in chosen}
    for student, (verdict, _) in given.items():
        if verdict in ("none", "internal_error"):
            mutant = by_name.get(student[:11])
            wrong.append(f"{student} ({mutant.kind if mutant else '?'}) got {verdict}")
    pages = len(list((course / "report" / LAB / "students").glob("*.html")))
    if pages != len(given):
        wrong.append(f"{pages} pages for {len(given)} students")
    return wrong


def main(arguments: list[str] | None = None) -> int:
    """Fuzz, print what came of it, return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m faults.fuzz_notebooks", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--count", type=int, default=2000, help="mutants that go through intake")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--run-share", type=float, default=0.15, help="share of mutants that are graded as a class"
    )
    options = parser.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="deepgrade-fuzz-"))
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"[{time.monotonic() - began:6.1f} s] {text}", flush=True)

    room = Classroom(folder, students=0)
    say(f"seed {options.seed}, {options.count} mutants; work in {folder}")
    found, accepted, refused = fuzz_intake(room, options.count, options.seed, say)
    say(f"intake done: slowest {found.slowest_s:.2f} s")
    share = options.run_share
    chosen = [*_spread(accepted, share), *_spread(refused, share)]
    say(f"grading {len(chosen)} of them as one class")
    wrong = fuzz_class(room, chosen, found)
    say(f"graded: {found.ran} ran in the sandbox")
    print(_summary(found))
    for mutant, problem in found.failed:
        (folder / "failed").mkdir(exist_ok=True)
        mutant.write(folder / "failed")
        print(f"FAILED {mutant.name} ({mutant.kind}): {problem}")
    for line in wrong:
        print(f"FAILED {line}")
    if found.failed or wrong:
        print(f"kept in {folder}: failed/, submissions/, course-fuzzed/, outputs/")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return int(bool(found.failed or wrong))


def _spread(all_of_them: Sequence[Mutant], share: float) -> list[Mutant]:
    """Choose evenly over the whole list."""
    wanted = round(len(all_of_them) * share)
    return [all_of_them[number * len(all_of_them) // wanted] for number in range(wanted)]


def _summary(found: Findings) -> str:
    refused = ", ".join(f"{count} {code}" for code, count in found.refused.most_common())
    verdicts = ", ".join(f"{count} {verdict}" for verdict, count in found.verdicts.most_common())
    return "\n".join(
        [
            f"intake   {found.accepted} accepted, {found.refused.total()} refused, {found.passed_over} passed over,"
            f" {len(found.failed)} failed",
            f"refused  {refused}",
            f"class    {found.verdicts.total()} students, {found.ran} ran in the sandbox: {verdicts}",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
