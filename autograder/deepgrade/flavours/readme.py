"""The page about a lab for instructors: what it teaches, how it is graded, what was measured."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from pathlib import Path

from deepgrade.files import write_atomic
from deepgrade.flavours.alternatives import read_alternatives
from deepgrade.lab import (
    Calibration,
    Check,
    HiddenEvaluation,
    Lab,
    LabFiles,
    Limits,
    Size,
    load_checks,
    load_lab,
    load_mistakes,
)

_SIZES: tuple[Size, ...] = ("full", "quick")
_HEAD = "<!-- Made by `deepgrade build`; do not edit. For instructors: it names what students must find themselves. -->"


def write_readme(files: LabFiles) -> Path:
    """Write `solutions/<lab>/README.md` anew.

    Raises:
        LabError: The lab's files are wrong.
    """
    lab, checks = load_lab(files), load_checks(files.checks).checks
    write_atomic(files.readme, readme_text(files, lab, checks))
    return files.readme


def readme_text(files: LabFiles, lab: Lab, checks: Sequence[Check]) -> str:
    """Return the page of a lab.

    Raises:
        LabError: Its mistakes or alternatives cannot be read.
    """
    parts = [
        f"# {lab.title}",
        _HEAD,
        _facts(lab, checks),
        "## Questions",
        _questions(lab, checks),
        "## Data and limits",
        _data(lab),
        *_thresholds(lab),
        *_headlines(lab),
        *_alternatives(files),
        *_mistakes(files),
    ]
    return "\n\n".join(parts) + "\n"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; bars and line ends in cells are made harmless."""
    lines = ["| " + " | ".join(headings) + " |", "|" + "---|" * len(headings)]
    lines += [
        "| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in row) + " |" for row in rows
    ]
    return "\n".join(lines)


def _facts(lab: Lab, checks: Sequence[Check]) -> str:
    written = sum(question.points for question in lab.questions if question.manual)
    visible = sum(check.visible for check in checks)
    return (
        f"Lab `{lab.name}`: {len(lab.questions)} questions, {lab.points:g} points, {written:g} of them given by a person;"
        f" {visible} checks that students see and {len(checks) - visible} that they do not."
    )


def _questions(lab: Lab, checks: Sequence[Check]) -> str:
    rows = []
    for question in lab.questions:
        own = [check for check in checks if check.question == question.id]
        visible = sum(check.visible for check in own)
        scored = any(check.hidden for check in own)
        how = (
            "a person, by the rubric"
            if question.manual
            else "checks, and a model's score"
            if scored
            else "checks"
        )
        counts = f"{visible} / {len(own) - visible}" if own else ""
        rows.append((question.id, question.title, f"{question.points:g}", how, counts))
    return table(("id", "title", "points", "graded by", "checks: visible / hidden"), rows)


def _data(lab: Lab) -> str:
    gpu = {
        "required": "A GPU is required.",
        "preferred": "A GPU helps and is not needed.",
        "off": "No GPU is used.",
    }
    lines = [f"Data sets: {', '.join(f'`{name}`' for name in lab.data) or 'none'}. {gpu[lab.gpu]}"]
    lines += [f"- `{name}`: {_evaluation(hidden)}" for name, hidden in lab.hidden.items()]
    rows = [("full", *_limits(lab.limits_for("full"))), ("quick", *_limits(lab.limits_for("quick")))]
    limits = table(("data", "run, s", "cell, s", "memory, MiB", "cores", "output, MiB"), rows)
    return "\n".join([lines[0], "", *lines[1:], "", limits] if lab.hidden else [lines[0], "", limits])


def _evaluation(hidden: HiddenEvaluation) -> str:
    if hidden.source == "captured":
        return (
            f"models are scored by {hidden.metric} on the notebook's own `{hidden.inputs}` and `{hidden.targets}`"
            f" (question {hidden.inputs_question})"
        )
    return (
        f"models are scored by {hidden.metric} on {hidden.rows:,} rows of `{hidden.dataset}` that no student has seen"
        f" ({hidden.quick_rows:,} of the quick data)"
    )


def _limits(limits: Limits) -> tuple[str, ...]:
    return (
        f"{limits.wall_s:g}",
        f"{limits.cell_s:g}",
        f"{limits.memory_mib:,}",
        f"{limits.cpus:g}",
        f"{limits.output_mib:g}",
    )


THRESHOLD_HEADINGS = (
    "question",
    "data",
    "model, way",
    "threshold",
    "n",
    "mean",
    "sd",
    "worst",
    "single answer",
    "a correct student fails",
    "measured",
)


def threshold_rows(lab: Lab) -> list[tuple[str, ...]]:
    """Return a row under `THRESHOLD_HEADINGS` for every threshold of a lab."""
    rows = []
    for question, size in itertools.product((q.id for q in lab.questions), _SIZES):
        in_force = lab.thresholds.get(size, {}).get(question)
        if in_force is not None:
            measured = lab.calibration.get(size, {}).get(question)
            rows.append(_threshold(question, size, in_force, measured))
    return rows


def _threshold(question: str, size: str, in_force: float, measured: Calibration | None) -> tuple[str, ...]:
    if measured is None:
        return (question, size, "", f"{in_force:g}", *[""] * 6, "set by hand")
    way = "" if measured.way == "solution" else f", {measured.way}"
    sign = "at least" if measured.metric in ("accuracy", "r2") else "at most"
    note = "" if measured.threshold == in_force else f" for {measured.threshold:g}, which is not in force"
    return (
        question,
        f"{size}, {measured.data}",
        f"`{measured.network}`{way}",
        f"{measured.metric} {sign} {in_force:g}",
        str(measured.n),
        f"{measured.mean:g}",
        f"{measured.sd:g}",
        f"{measured.worst:g}",
        "" if measured.chance_level is None else f"{measured.chance_level:g}",
        f"{measured.fail_chance:.2g}",
        f"{measured.date}{note}",
    )


def _thresholds(lab: Lab) -> list[str]:
    rows = threshold_rows(lab)
    if not rows:
        return []
    return [
        "## Thresholds",
        table(THRESHOLD_HEADINGS, rows),
        "Those with a date were measured by `deepgrade calibrate`: the solution with `n` seeds. *Worst* is the worst of these"
        " runs, *single answer* what the best single answer for all rows scores. The chance that a correct student fails follows"
        " from a model with assumptions, which [fairness](../../docs/fairness.md) names.",
    ]


def _headlines(lab: Lab) -> list[str]:
    if not lab.headlines:
        return []
    rows = [(row.title, row.wanted, row.place[0], row.note) for row in lab.headlines]
    return [
        "## Figures of the source",
        "What the source prints, and how near the solution has to come on the real data; ours stand in"
        " [fairness](../../docs/fairness.md).",
        table(("figure", "source", "question", "note"), rows),
    ]


def _alternatives(files: LabFiles) -> list[str]:
    found = read_alternatives(files)
    if not found:
        return []
    lines = [f"- **{a.name}** ({', '.join(a.questions)}): {a.description}" for a in found]
    return ["## Other honest ways", "Each earns every point; `deepgrade verify` shows it.", "\n".join(lines)]


def _mistakes(files: LabFiles) -> list[str]:
    if not files.mistakes.is_file():
        return []
    mistakes = load_mistakes(files.mistakes)
    lines = [
        f"- **{mistake.name}**: {' '.join(mistake.description.split())}"
        + ("" if mistake.size == "any" else f" ({mistake.size} data only)")
        for mistake in mistakes
    ]
    return [
        "## Known mistakes",
        f"{len(mistakes)} wrong answers, each of which loses exactly the checks that `mistakes.py` names for it.",
        "\n".join(lines),
    ]
