"""Read a master notebook: the one text that an instructor writes.

The master is a Python file in Jupytext's percent format. Cells say which question they belong to
(`# %% question="b3"`); what stands between `# BEGIN SOLUTION` and `# END SOLUTION` in a code cell is the
solution, the rest of the cell is given to students. A Markdown cell with `role="answer"` is the model answer of
a manual question. Both tools know further marks (`# SOLUTION` at a line's end, `# IGNORE`, hidden tests between
marks, ...); each tool ignores the other's, so that a solution would reach students in one of the two flavours.
Here they are errors.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Literal

from deepgrade.lab import Lab, LabError, LabFiles, listed

Kind = Literal["code", "markdown"]
Role = Literal["prompt", "answer", "given"]

BEGIN = "# BEGIN SOLUTION"
END = "# END SOLUTION"

HEADING = re.compile(r"^ {0,3}#{1,6}\s+Question\s+([A-Za-z][A-Za-z0-9_]*)\s*(?::\s*(.*))?$")
_POINTS = re.compile(r"\(\s*([0-9]+(?:\.[0-9]+)?)\s*points?\s*\)")
_FENCE = re.compile(r"^ {0,3}(```|~~~)")
# What one of the tools would act on, in a line that is not one of the two marks.
_TOOL_MARKS = (
    (
        re.compile(r"(?:BEGIN|END) SOLUTION"),
        "a solution mark stands alone on its line, as '# BEGIN SOLUTION'",
    ),
    (re.compile(r"# ?SOLUTION\b"), "put the solution between '# BEGIN SOLUTION' and '# END SOLUTION'"),
    (
        re.compile(r"# (?:SEED|IGNORE|END IGNORE|BEGIN PROMPT|END PROMPT)$"),
        "otter would act on this mark; remove it",
    ),
    (re.compile(r"^\s*#\s*BEGIN\s*IGNORE", re.IGNORECASE), "otter would act on this mark; remove it"),
    (re.compile(r"(?:BEGIN|END) HIDDEN TESTS"), "hidden checks belong into tests/hidden/"),
    (re.compile(r"(?:BEGIN|END) MARK SCHEME"), "what graders look for belongs into lab.toml (rubric)"),
    (re.compile(r"###\s*(?:HASHED\s+)?AUTOTEST"), "checks belong into tests/hidden/"),
    (re.compile(r"^\s*```otter"), "otter would take this block as its configuration"),
)
_IGNORED_CELL = re.compile(r"(?:##\s*ignore\s*##|#\s*ignore)", re.IGNORECASE)


@dataclass(frozen=True)
class MasterCell:
    """One cell of a master notebook."""

    id: str
    """Stable name: `b3-prompt-1`, `b3-answer-2`, `given-4`. It becomes the cell's id in every flavour."""
    kind: Kind
    source: str
    question: str | None
    role: Role

    @property
    def given_lines(self) -> list[str]:
        """Lines that students get: everything outside the solution marks; none of a written answer."""
        return _split(self)[0]

    @property
    def solution_lines(self) -> list[str]:
        """Lines that students must not get."""
        return _split(self)[1]

    @property
    def solved_source(self) -> str:
        """The cell as a student would hand it in: without the marks, with the solution."""
        return "\n".join(line for line in self.source.split("\n") if line.strip() not in (BEGIN, END))


@dataclass(frozen=True)
class Master:
    """A master notebook."""

    cells: tuple[MasterCell, ...]

    def of(self, question: str) -> tuple[MasterCell, ...]:
        """Return the cells that are marked with a question."""
        return tuple(cell for cell in self.cells if cell.question == question)


def _split(cell: MasterCell) -> tuple[list[str], list[str]]:
    lines = cell.source.split("\n")
    if cell.kind == "markdown":
        return ([], lines) if cell.role == "answer" else (lines, [])
    given: list[str] = []
    solution: list[str] = []
    inside = False
    for line in lines:
        if line.strip() == BEGIN:
            inside = True
        elif line.strip() == END:
            inside = False
        else:
            (solution if inside else given).append(line)
    return given, solution


def master_text(files: LabFiles) -> str:
    """Return the master's text.

    Raises:
        LabError: There is none.
    """
    try:
        return files.master.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise LabError(f"There is no master notebook {files.master}. Write the lab there.") from None
    except UnicodeDecodeError as error:
        raise LabError(f"{files.master} is not UTF-8 text: {error.reason} at byte {error.start}.") from None


def heading_ids(source: str) -> list[tuple[str, str]]:
    """Return the `(id, rest of the line)` of every "Question" heading in Markdown text, outside code fences."""
    found: list[tuple[str, str]] = []
    fence: str | None = None
    for line in source.split("\n"):
        mark = _FENCE.match(line)
        if mark:
            fence = mark.group(1) if fence is None else (None if fence == mark.group(1) else fence)
        elif fence is None and (match := HEADING.match(line.rstrip())):
            found.append((match.group(1), (match.group(2) or "").strip()))
    return found


def read_master(text: str, lab: Lab) -> Master:
    """Read and validate a master notebook.

    Args:
        text: Jupytext percent format.
        lab: Its questions are the ones that cells may name.

    Raises:
        LabError: The text is not a master of this lab; all problems at once.
    """
    cells, problems = parse_cells(text)
    for cell in cells:
        problems += _problems_of_cell(cell, lab)
    problems += _problems_of_questions(cells, lab)
    if problems:
        raise LabError(f"The master notebook of {lab.name} has problems:\n{listed(problems)}")
    return Master(cells)


def parse_cells(text: str) -> tuple[tuple[MasterCell, ...], list[str]]:
    """Return the cells of a master text, and what could not be understood. No lab is needed.

    Raises:
        LabError: Jupytext cannot read the text at all.
    """
    try:
        import jupytext
    except ImportError as error:
        raise LabError(
            f"Reading a master needs jupytext ({error}). Run: pip install 'deepgrade[build]'"
        ) from None
    try:
        notebook = jupytext.reads(text, fmt="py:percent")
    except Exception as error:
        raise LabError(f"The master notebook is not in percent format: {error}") from error
    cells: list[MasterCell] = []
    problems: list[str] = []
    counts: Counter[str] = Counter()
    for raw in notebook.cells:
        question, role = raw.metadata.get("question"), raw.metadata.get("role")
        where = f"the cell that begins {_first_line(raw.source)!r}"
        if raw.cell_type not in ("code", "markdown"):
            problems.append(f"{where} is a {raw.cell_type} cell; use Markdown")
            continue
        if question is not None and not isinstance(question, str):
            problems.append(f'{where} names its question as {question!r}; write question="b3"')
            continue
        if role not in (None, "answer") or (
            role == "answer" and (question is None or raw.cell_type == "code")
        ):
            problems.append(
                f'{where} has role={role!r}; only role="answer" exists, on a Markdown cell that names its question'
            )
        if not raw.source.strip():
            continue
        actual = _role(raw.cell_type, raw.source, question, role)
        name = f"{question}-{actual}" if question is not None else actual
        counts[name] += 1
        cells.append(MasterCell(f"{name}-{counts[name]}", raw.cell_type, raw.source, question, actual))
    return tuple(cells), problems


def _role(kind: str, source: str, question: str | None, role: str | None) -> Role:
    if question is None:
        return "given"
    if kind == "markdown":
        return "answer" if role == "answer" else "prompt"
    return "answer" if any(line.strip() in (BEGIN, END) for line in source.split("\n")) else "given"


def _problems_of_cell(cell: MasterCell, lab: Lab) -> list[str]:
    problems = []
    known = {question.id for question in lab.questions}
    if cell.question is not None and cell.question not in known:
        problems.append(f"{cell.id}: lab.toml has no question {cell.question!r}")
    if _IGNORED_CELL.match(cell.source):
        problems.append(f"{cell.id}: otter drops cells that begin with '# ignore'; begin with other words")
    inside = False
    for line in cell.source.split("\n"):
        mark = line.strip()
        if cell.kind == "code" and mark in (BEGIN, END):
            if cell.question is None:
                problems.append(f"{cell.id}: a solution in a cell that names no question")
            if inside == (mark == BEGIN):
                problems.append(
                    f"{cell.id}: {mark!r} without its {'# END' if inside else '# BEGIN'} SOLUTION"
                )
            inside = mark == BEGIN
            continue
        problems += [
            f"{cell.id}: {line.strip()!r}: {why}"
            for pattern, why in _TOOL_MARKS
            if pattern.search(line.rstrip())
        ]
    if inside:
        problems.append(f"{cell.id}: '{BEGIN}' without '{END}'")
    return problems


def _problems_of_questions(cells: tuple[MasterCell, ...], lab: Lab) -> list[str]:
    problems: list[str] = []
    for question in lab.questions:
        own = [cell for cell in cells if cell.question == question.id]
        headings = [found for cell in own if cell.role == "prompt" for found in heading_ids(cell.source)]
        if not own:
            problems.append(f"question {question.id}: no cell names it")
            continue
        if own[0].role != "prompt" or len(headings) != 1 or heading_ids(own[0].source) != headings:
            problems.append(
                f"question {question.id}: its first cell must be its prompt, with the one heading"
                f" '### Question {question.id}: {question.title} ({_points(question.points)})'"
            )
        elif headings[0][0] != question.id:
            problems.append(f"question {question.id}: its heading says 'Question {headings[0][0]}'")
        else:
            said = _POINTS.search(headings[0][1])
            if said and abs(float(said.group(1)) - question.points) > 1e-9:
                problems.append(
                    f"question {question.id}: its heading says {_points(float(said.group(1)))},"
                    f" lab.toml {_points(question.points)}"
                )
        problems += _problems_of_answers(own, question.id, question.manual)
    stray = [c.id for c in cells if c.question is None and c.kind == "markdown" and heading_ids(c.source)]
    problems += [f"{cell}: a heading 'Question ...' in a cell that names no question" for cell in stray]
    return problems + _problems_of_order(cells, lab)


def _problems_of_answers(own: list[MasterCell], question: str, manual: bool) -> list[str]:
    answers = [cell for cell in own if cell.role == "answer"]
    written = sum(cell.kind == "markdown" for cell in answers)
    if not answers:
        return [f"question {question}: it has no answer cell (no '{BEGIN}', no role=\"answer\")"]
    if written and not manual:
        return [
            f"question {question}: a written answer, but lab.toml does not say manual = true, so nobody would read it"
        ]
    if written > 1:
        return [
            f"question {question}: {written} written answers; one cell a question is what both tools can hold"
        ]
    return []


def _problems_of_order(cells: tuple[MasterCell, ...], lab: Lab) -> list[str]:
    wanted = [question.id for question in lab.questions]
    runs: list[str] = []
    for cell in cells:
        if cell.question in wanted and (not runs or runs[-1] != cell.question):
            runs.append(str(cell.question))
    twice = [question for question, count in Counter(runs).items() if count > 1]
    if twice:
        return [f"question {question}: its cells do not stand together" for question in twice]
    if set(runs) == set(wanted) and runs != wanted:
        return [f"the questions stand in the order {', '.join(runs)}; lab.toml says {', '.join(wanted)}"]
    return []


def _points(points: float) -> str:
    return f"{points:g} point{'' if points == 1 else 's'}"


def _first_line(source: str) -> str:
    return source.strip().split("\n")[0][:60]
