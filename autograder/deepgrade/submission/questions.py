"""Find the question of every cell.

The visible heading ("### Question b3: ...") decides: it survives every editor (Colab strips metadata), and it is what
the student and the TA see. A copied cell takes its metadata along, so a mark that contradicts the heading above it is
usually an answer that was copied as the start of the next one. Metadata decides only for a question whose heading is
gone. A cell belongs to the question that was opened last before it, so a student's own cells count where they stand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from deepgrade.lab import Lab
from deepgrade.submission.tools import Template, normal, otter_question

_HEADING = re.compile(
    r"^ {0,3}#{1,6}\s*\**\s*question\s+([A-Za-z][A-Za-z0-9_]*)(?=\s*(?:[:.(\-\u2013\u2014*]|$))",
    re.IGNORECASE,
)
_FENCE = re.compile(r"^ {0,3}(```|~~~)")
_BLANK_ANSWERS = frozenset(
    {
        "_Type your answer here, replacing this text._",
        "YOUR ANSWER HERE",
        "Type your answer here, replacing this text.",
    }
)
MOST_NAMED = 6


@dataclass
class Finding:
    """What was found in one notebook."""

    questions: list[str | None] = field(default_factory=list)
    """One for each cell."""
    warnings: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)

    @property
    def found(self) -> set[str]:
        """The questions that have cells."""
        return {question for question in self.questions if question is not None}


def headings(source: str, known: Sequence[str]) -> list[str]:
    """Return the ids of a lab's questions whose headings stand in a text, outside code fences, in order."""
    ids: list[str] = []
    if "uestion" not in source and "UESTION" not in source:
        return ids
    fence: str | None = None
    for line in source.splitlines():
        mark = _FENCE.match(line)
        if mark:
            fence = mark.group(1) if fence is None else (None if fence == mark.group(1) else fence)
        elif fence is None and (match := _HEADING.match(line[:300])):
            name = match.group(1) if match.group(1) in known else match.group(1).lower()
            if name in known:
                ids.append(name)
    return ids


def marked_question(cell: dict[str, Any], known: Sequence[str]) -> str | None:
    """Return the question that a cell's metadata (ours, nbgrader's) or otter's check call names."""
    metadata = cell["metadata"]
    mark = metadata.get("deepgrade")
    if isinstance(mark, dict) and "question" in mark:
        question = mark["question"]
        return question if isinstance(question, str) and question in known else None
    facts = metadata.get("nbgrader")
    grade_id = facts.get("grade_id") if isinstance(facts, dict) else None
    if isinstance(grade_id, str):
        fitting = [
            name for name in known if grade_id == name or re.match(rf"{re.escape(name)}[-_.]", grade_id)
        ]
        return max(fitting, key=len, default=None)
    named = otter_question(cell["source"]) if cell["cell_type"] == "code" else None
    return named if named in known else None


def find_questions(notebook: dict[str, Any], lab: Lab, template: Template) -> Finding:
    """Say which question each cell of a notebook belongs to, what was written, and what looks unusual."""
    cells = notebook["cells"]
    known = [question.id for question in lab.questions]
    titles = [headings(c["source"], known) if c["cell_type"] == "markdown" else [] for c in cells]
    marks = [marked_question(cell, known) for cell in cells]
    finding = Finding()
    anchors = _anchors(cells, titles, marks, known, finding)
    current: str | None = None
    for number in range(len(cells)):
        current = anchors.get(number, current)
        finding.questions.append(current)
    _warn_of_order(titles, anchors, known, finding)
    _warn_of_marks(titles, marks, finding)
    _warn_of_cells(cells, known, template, finding)
    for question in lab.questions:
        if question.manual:
            finding.answers[question.id] = _answer(cells, question.id, titles, template, finding)
    return finding


def _anchors(
    cells: list[dict[str, Any]],
    titles: list[list[str]],
    marks: list[str | None],
    known: list[str],
    finding: Finding,
) -> dict[int, str]:
    """Return where questions open: at headings, else at the first cell that is marked with the question."""
    anchors = {number: ids[-1] for number, ids in enumerate(titles) if ids}
    headed = {name for ids in titles for name in ids} | _open_merged(cells, titles, anchors, known, finding)
    bare: list[str] = []
    for name in known:
        if name in headed or name not in marks:
            continue
        first = marks.index(name)
        if otter_question(cells[first]["source"]) == name and "deepgrade" not in cells[first]["metadata"]:
            first = _before_check(cells, first, anchors)
        anchors.setdefault(first, name)
        bare.append(name)
    if bare:
        finding.warnings.append(
            f"The heading of {_questions(bare)} is gone; the cells were found by the marks in their metadata."
        )
    return anchors


def _open_merged(
    cells: list[dict[str, Any]],
    titles: list[list[str]],
    anchors: dict[int, str],
    known: list[str],
    finding: Finding,
) -> set[str]:
    """Open questions whose prompt was merged into a code cell; return their ids.

    A code comment `# Question b3` counts only where no heading of b3 stands in Markdown: students write such comments.
    """
    headed = {name for ids in titles for name in ids}
    opened: set[str] = set()
    for number, cell in enumerate(cells):
        is_code = cell["cell_type"] == "code"
        merged = (
            [name for name in headings(cell["source"], known) if name not in headed]
            if is_code
            else titles[number][:-1]
        )
        if not merged:
            continue
        finding.warnings.append(
            f"Cell {number + 1} also holds the heading of {_questions(merged)}: cells seem to have been merged."
        )
        if is_code:
            opened.update(merged)
            if headings(cell["source"].lstrip().split("\n")[0], known):
                anchors.setdefault(number, merged[0])
            if number + 1 < len(cells):
                anchors.setdefault(number + 1, merged[-1])
    return opened


def _before_check(cells: list[dict[str, Any]], check: int, anchors: dict[int, str]) -> int:
    """Return the cell that an otter check without a heading above it judges: the code cell before it."""
    for number in range(check - 1, -1, -1):
        if number in anchors or otter_question(cells[number]["source"]):
            break
        if cells[number]["cell_type"] == "code":
            return number
    return check


def _warn_of_order(
    titles: list[list[str]], anchors: dict[int, str], known: list[str], finding: Finding
) -> None:
    missing = [name for name in known if name not in finding.found and not any(name in ids for ids in titles)]
    if missing:
        finding.warnings.append(
            f"{_questions(missing, capital=True)} not found: the cells were deleted or renamed."
        )
    counts = [sum(name in ids for ids in titles) for name in known]
    twice = [name for name, count in zip(known, counts, strict=True) if count > 1]
    if twice:
        finding.warnings.append(
            f"The heading of {_questions(twice)} stands there more than once; all its cells count."
        )
    order = list(dict.fromkeys(anchors[number] for number in sorted(anchors)))
    if order != [name for name in known if name in order]:
        finding.warnings.append(
            f"The questions stand in another order ({', '.join(order[:20])}); the notebook was run in its own order."
        )


def _warn_of_marks(titles: list[list[str]], marks: list[str | None], finding: Finding) -> None:
    headed = {name for ids in titles for name in ids}
    moved = [
        (number, mark)
        for number, mark in enumerate(marks)
        if mark is not None and mark in headed and mark != finding.questions[number]
    ]
    for number, mark in moved[:MOST_NAMED]:
        place = finding.questions[number]
        where = f"under the heading of question {place} and counts there" if place else "before all questions"
        finding.warnings.append(f"Cell {number + 1} is marked as question {mark}, but stands {where}.")
    if len(moved) > MOST_NAMED:
        finding.warnings.append(
            f"{len(moved) - MOST_NAMED} more cells stand under another question than they are marked."
        )


def _warn_of_cells(
    cells: list[dict[str, Any]], known: list[str], template: Template, finding: Finding
) -> None:
    coded = {
        question
        for cell, question in zip(cells, finding.questions, strict=True)
        if cell["cell_type"] == "code"
        and cell["source"].strip()
        and normal(cell["source"]) not in template.checks
    }
    without = [
        name
        for name in known
        if name in template.code_questions and name in finding.found and name not in coded
    ]
    if without:
        finding.warnings.append(f"{_questions(without, capital=True)}: no code cell under this heading.")


def _answer(
    cells: list[dict[str, Any]], question: str, titles: list[list[str]], template: Template, finding: Finding
) -> str:
    parts: list[str] = []
    for number, cell in enumerate(cells):
        if finding.questions[number] != question:
            continue
        text = normal(cell["source"])
        if cell["cell_type"] == "code":
            mark = cell["metadata"].get("deepgrade")
            role = mark.get("role") if isinstance(mark, dict) else None
            if role == "answer" and question in template.written_questions - template.code_questions:
                parts.append(text)
                finding.warnings.append(
                    f"The written answer of question {question} stands in a code cell (cell {number + 1})."
                )
            continue
        if text in template.texts or text in template.placeholders:
            continue
        if titles[number]:
            extra = _beyond_prompt(text, template)
            if extra:
                finding.warnings.append(
                    f"Question {question}: text was added to the prompt (cell {number + 1}); it counts as the answer."
                )
                parts.append(extra)
            continue
        parts.append(_written(text))
    return "\n\n".join(part for part in parts if part and part not in template.placeholders)


def _written(text: str) -> str:
    """Return what a student wrote: the text without HTML comments (otter's marks) and lines of the blank template."""
    kept: list[str] = []
    for number, piece in enumerate(text.split("<!--")):
        kept.append(piece if number == 0 else piece.partition("-->")[2])
    lines = "".join(kept).strip().split("\n")
    return "\n".join(line for line in lines if line.strip() not in _BLANK_ANSWERS).strip()


def _beyond_prompt(text: str, template: Template) -> str:
    """Return the lines of a prompt cell that are not the prompt's; nothing where the template is unknown."""
    if not template.lines:
        return ""
    lines = [
        line
        for line in text.split("\n")
        if line.strip() not in template.lines and not _HEADING.match(line[:300])
    ]
    return _written("\n".join(lines))


def _questions(names: list[str], *, capital: bool = False) -> str:
    shown = ", ".join(names[:MOST_NAMED]) + (
        f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    )
    word = "Question" if capital else "question"
    return f"{word}{'s' if len(names) > 1 else ''} {shown}"
