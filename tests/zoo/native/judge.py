"""The words of the attack table: what a tool did with an attack, held against what the attack deserves."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zoo.corpus import Cell as SubmittedCell
from zoo.native.course import FOLLOWER, FOLLOWER_POINTS, VICTIM

QUESTIONS = {"q1": 1.0, "q2": 2.0, "q3": 3.0}
TOTAL = sum(QUESTIONS.values())
KINDS = {
    "contained": "contained",
    "points": "gave points that are not deserved",
    "leaked": "leaked something",
    "harm": "changed what belongs to others",
    "acts": "let its output act on who looks at it",
    "stopped": "stopped the class",
    "survived": "left a process running",
    "no grade": "no grade for the attacker, no harm to others",
    "lost": "took points that are deserved",
    "not applicable": "not applicable",
}
"""What a cell may say, worst first but for the first; the words of the summary."""
_TERMINAL = ("\x1b]", "\x1b[2J", "\x07")
_NAMES = {
    "checks": "hidden checks",
    "submission": "another's submission",
    "home": "a key in the home folder",
    "environment": "the environment's token",
    "descriptor": "an open file",
    "listener": "a service on loopback",
    "socket": "a service on an abstract socket",
}


@dataclass
class Cell:
    """One cell of the table: kinds of findings and the words for each."""

    points: float | None = None
    deserved: float = 0.0
    findings: list[tuple[str, str]] = field(default_factory=list)
    remark: str = ""

    def add(self, kind: str, words: str) -> None:
        """Add a finding."""
        self.findings.append((kind, words))

    @property
    def kinds(self) -> set[str]:
        """Kinds of the findings, `contained` when there are none."""
        return {kind for kind, _ in self.findings} or {"contained"}

    @property
    def text(self) -> str:
        """The words."""
        if not self.findings:
            held = "" if self.points is None else f" ({self.points:g}/{TOTAL:g})"
            return f"contained{held}" + (f", {self.remark}" if self.remark else "")
        order = list(KINDS)
        words = [words for _, words in sorted(self.findings, key=lambda finding: order.index(finding[0]))]
        return "; ".join(dict.fromkeys(words)) + (f" [{self.remark}]" if self.remark else "")


def deserved_points(points: Mapping[str, float | None]) -> dict[str, float]:
    """Return question -> points that an attack deserves; what is not assessed earns nothing."""
    return {question: float(points.get(question) or 0) for question in QUESTIONS}


def honest_points(cells: Mapping[str, Sequence[SubmittedCell]]) -> dict[str, float]:
    """Return question -> points for questions that a submission answers with the honest solution.

    An attack that answers honestly and then destroys its own evidence gets nothing from deepgrade; a tool that still
    gives it the points of its work does nothing wrong.
    """
    found = {}
    for question, most in QUESTIONS.items():
        lines = [line.strip() for cell in cells.get(question, ()) for line in cell.source.split("\n")]
        found[question] = most if "HONEST" in lines else 0.0
    return found


def judge_points(
    cell: Cell,
    points: Mapping[str, float | None] | None,
    deserved: Mapping[str, float],
    honest: Mapping[str, float] | None = None,
) -> None:
    """Hold points against what is deserved, and against the honest work in it."""
    cell.deserved = sum(deserved.values())
    if points is None:
        return
    got = {question: float(points.get(question) or 0) for question in QUESTIONS}
    cell.points = max(sum(got.values()), float(points.get("sum") or 0))
    words = f"points {cell.points:g}/{TOTAL:g} (deserves {cell.deserved:g})"
    most = {question: max(deserved[question], (honest or {}).get(question, 0.0)) for question in QUESTIONS}
    excess = any(got[question] > most[question] + 1e-9 for question in QUESTIONS)
    if excess or cell.points > sum(most.values()) + 1e-9:
        cell.add("points", f"**{words}**")
    elif cell.points < cell.deserved - 1e-9:
        cell.add("lost", words)


def judge_native(
    seen: Mapping[str, Any],
    student: str,
    deserved: Mapping[str, float],
    honest: Mapping[str, float] | None = None,
) -> Cell:
    """Return the cell of a run under otter or nbgrader.

    Args:
        seen: What table.py keeps of a run: `reason`, `report`, `leaks`, `won`, `denied`.
        student: Who handed it in.
        deserved: Question -> points.
        honest: Question -> points of honest answers in it.
    """
    cell = Cell()
    report = seen["report"]
    everyone = report.get("points", {})
    judge_points(cell, everyone.get(student), deserved, honest)
    if seen["leaks"]:
        cell.add("leaked", "**leaked: " + ", ".join(_NAMES.get(name, name) for name in seen["leaks"]) + "**")
    if seen["won"]:
        cell.add("leaked", f"**got: {_plain(seen['won'])}**")
    if "points" not in report:
        how = {"memory": "took all memory", "timeout": "no end"}.get(
            seen["reason"], "the grading itself was killed"
        )
        cell.add("stopped", f"stopped the class ({how})")
        return cell
    _judge_others(cell, report)
    _judge_end(cell, report, everyone.get(student))
    _judge_outputs(cell, report)
    if report["left"]:
        programs = [Path((command.split() or ["?"])[0]).name for command in report["left"].values()]
        cell.add("survived", "survived: " + ", ".join(_plain(name) for name in dict.fromkeys(programs)))
    notes = [f"took {report['memory'][0]} of memory"] if report["memory"] else []
    notes += ["filled the process table"] if seen["denied"] else []
    cell.remark = ", ".join(notes)
    return cell


def _judge_others(cell: Cell, report: Mapping[str, Any]) -> None:
    everyone = report["points"]
    for name, words in ((VICTIM, "an earlier student's"), (FOLLOWER, "the next student's")):
        points = everyone.get(name)
        if points is not None and any(
            points.get(question) != FOLLOWER_POINTS[question] for question in QUESTIONS
        ):
            cell.add("harm", f"**changed {words} points**")
    if everyone.get(VICTIM) is None:
        cell.add("harm", "**removed an earlier student's points**")
    # What lies loose in the home folder is deepgrade's working folder by name, not by an attack's intention.
    changed = [name for name in report["changed"] if "/" in name or name.startswith(".")]
    if changed:
        names = ", ".join(_plain(name) for name in changed[:2])
        more = f" and {len(changed) - 2} more" if len(changed) > 2 else ""
        cell.add("harm", f"changed in the grader's home: {names}{more}")


def _judge_outputs(cell: Cell, report: Mapping[str, Any]) -> None:
    if report.get("page", {}).get("acts"):
        cell.add("acts", "**its markup acts in the feedback page**")
    said = "".join(step["said"] for step in report["steps"])
    if any(sign in said for sign in _TERMINAL):
        cell.add("acts", "**its escape sequences reach the grader's terminal**")


def _judge_end(cell: Cell, report: Mapping[str, Any], points: object) -> None:
    last = report["steps"][-1]
    followed = report["points"].get(FOLLOWER) is not None
    asked = "follow" in report or report.get("tool") == "nbgrader"
    if last["ended"] == "time":
        cell.add("stopped", f"stopped the class (still running after {last['seconds']:.0f} s)")
    elif last["ended"] != "exit":
        cell.add("stopped", f"stopped the class ({last['ended']})")
    elif asked and not followed:
        cell.add("stopped", "stopped the class (the next student has no grade)")
    if points is None and last["ended"] == "exit":
        cell.add("no grade", "no grade")


def judge_ours(seen: Mapping[str, Any], deserved: Mapping[str, float]) -> Cell:
    """Return the cell of a run under deepgrade."""
    cell = Cell()
    if "error" in seen:
        cell.add("stopped", f"grading failed: {_plain(seen['error'])[:120]}")
        return cell
    judge_points(cell, seen["points"] or None, deserved)
    if not seen["points"]:
        cell.add("no grade", "no grade")
    if seen["leaks"]:
        cell.add("leaked", "**leaked: " + ", ".join(_NAMES.get(name, name) for name in seen["leaks"]) + "**")
    if seen["seen"]:
        cell.add("harm", "; ".join(_plain(text) for text in seen["seen"][:2]))
    notes = ([seen["verdict"]] if seen["verdict"] != "ok" else []) + (["flagged"] if seen["flags"] else [])
    cell.remark = ", ".join(notes)
    return cell


def _plain(text: str) -> str:
    """Return text that cannot break out of a table's cell."""
    kept = "".join(sign if sign.isprintable() else " " for sign in text.replace(sys.prefix, "(environment)"))
    return (
        kept.replace("|", "/").replace("`", "'").replace("*", "").replace("<", "(").replace(">", ")").strip()
    )
