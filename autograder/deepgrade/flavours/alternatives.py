"""Read a lab's alternatives: other honest ways of solving it, each of which has to earn full points.

`solutions/<lab>/alternatives/<name>.py` is percent format: one Markdown cell that says in a sentence what is different, then
code cells. Those that name a question (`# %% question="b3"`) take the place of all code answer cells of that question in
the master; those that name none are run right after the master's first code cell, the imports. Written answers stay the master's.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from deepgrade.flavours.master import BEGIN, END, MasterCell, master_text, parse_cells
from deepgrade.lab import LabError, LabFiles, listed

_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_NOTHING = f"{BEGIN}\n{END}"
"""An answer cell that a student left empty, having answered in another one."""


@dataclass(frozen=True)
class Alternative:
    """One honest way of solving a lab that is not the master's.

    Attributes:
        name: The file's name without its ending.
        description: What is different, in a sentence.
        text: A whole master in percent format with the answers exchanged. It may have more answer cells than the master:
            `solved_notebook` takes it with `adds_cells=True`.
        questions: The questions that are answered otherwise, in the order of the notebook.
    """

    name: str
    description: str
    text: str
    questions: tuple[str, ...]


def read_alternatives(files: LabFiles) -> tuple[Alternative, ...]:
    """Read all alternatives of a lab, in the order of their names; none where the folder is missing.

    Raises:
        LabError: The master cannot be read, or alternatives are not what they should be; all problems at once, each with
            its file and what to do.
    """
    paths = sorted(path for path in files.alternatives.glob("*.py") if not path.name.startswith("_"))
    if not paths:
        return ()
    master, problems = parse_cells(master_text(files))
    if problems:
        raise LabError(f"The master notebook of {files.name} has problems:\n{listed(problems)}")
    alternatives = []
    for path in paths:
        found, wrong = _read(path, master)
        problems += [f"{path.relative_to(files.root)}: {problem}" for problem in wrong]
        if found is not None and not wrong:
            alternatives.append(found)
    if problems:
        raise LabError(f"The alternatives of {files.name} have problems:\n{listed(problems)}")
    return tuple(alternatives)


def _read(path: Path, master: Sequence[MasterCell]) -> tuple[Alternative | None, list[str]]:
    try:
        cells, problems = parse_cells(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        return None, [f"it is not UTF-8 text: {error.reason} at byte {error.start}"]
    except LabError as error:
        return None, [str(error)]
    if not _NAME.match(path.stem):
        problems.append("its name must be lower-case letters, digits and underscores; rename it")
    texts = [cell for cell in cells if cell.kind == "markdown"]
    code = [cell for cell in cells if cell.kind == "code" and not _is_comment(cell.source)]
    description = " ".join(texts[0].source.split()) if texts else ""
    if len(texts) != 1:
        problems.append(
            f"it has {len(texts)} Markdown cells; begin it with one '# %% [markdown]' cell that says in a sentence what is"
            " different (written answers stay the master's)"
        )
    problems += _problems_of_code(code, master)
    if problems:
        return None, problems
    answers: dict[str, list[MasterCell]] = {}
    for cell in code:
        if cell.question is not None:
            answers.setdefault(cell.question, []).append(cell)
    added = [cell.solved_source for cell in code if cell.question is None]
    merged, problems = _merge(master, answers, added)
    problems += [
        f"question {question}: this is the master's own code; answer it otherwise or leave it out"
        for question, own in answers.items()
        if _same_code(own, _code_answers(master, question))
    ]
    order = tuple(dict.fromkeys(cell.question for cell in master if cell.question in answers))
    return Alternative(path.stem, description, _text(merged), tuple(str(q) for q in order)), problems


def _problems_of_code(code: Sequence[MasterCell], master: Sequence[MasterCell]) -> list[str]:
    problems = []
    known = list(dict.fromkeys(cell.question for cell in master if cell.question is not None))
    named = list(dict.fromkeys(cell.question for cell in code if cell.question is not None))
    if not named:
        problems.append('it answers no question: write its code in cells that begin with # %% question="b3"')
    for question in named:
        if question not in known:
            problems.append(f"the master has no question {question!r}; it has {', '.join(known)}")
        elif not _code_answers(master, question):
            problems.append(
                f"question {question} has no code answer in the master, so there is nothing to exchange"
            )
    for cell in code:
        try:
            compile(cell.source, cell.id, "exec", flags=ast.PyCF_ONLY_AST)
        except SyntaxError as error:
            problems.append(f"the cell {cell.id} is not Python: {error.msg} (its line {error.lineno})")
    return problems


def _merge(
    master: Sequence[MasterCell], answers: dict[str, list[MasterCell]], added: Sequence[str]
) -> tuple[list[MasterCell], list[str]]:
    """Return the master's cells with answers exchanged cell by cell.

    Answer cells that are too many are left empty, as by a student who answered in one; cells that are too many follow the
    question's last answer, as a student adds them.
    """
    cells = list(master)
    for question, own in answers.items():
        places = [place for place, cell in enumerate(cells) if cell in _code_answers(master, question)]
        for number, place in enumerate(places):
            source = _marked(own[number].source) if number < len(own) else _NOTHING
            cells[place] = replace(cells[place], source=source)
        end = 1 + max(p for p, c in enumerate(cells) if c.question == question and c.role == "answer")
        cells[end:end] = [replace(cell, source=_marked(cell.source)) for cell in own[len(places) :]]
    if added:
        first = next((place for place, cell in enumerate(cells) if cell.kind == "code"), None)
        if first is None or cells[first].question is not None:
            return cells, [
                "it has code that names no question, and the master has no code cell before its first question to run it"
                " after; name a question"
            ]
        cells[first] = replace(cells[first], source="\n\n".join([cells[first].source, *added]))
    return cells, []


def _code_answers(cells: Sequence[MasterCell], question: str) -> list[MasterCell]:
    return [
        cell for cell in cells if cell.question == question and cell.role == "answer" and cell.kind == "code"
    ]


def _marked(source: str) -> str:
    """Return an answer between solution marks, where it has none: they are what makes it an answer."""
    return source if BEGIN in source.split("\n") else f"{BEGIN}\n{source}\n{END}"


def _same_code(one: Sequence[MasterCell], other: Sequence[MasterCell]) -> bool:
    def tree(cells: Sequence[MasterCell]) -> str:
        return ast.dump(ast.parse("\n".join(cell.solved_source for cell in cells)))

    return tree(one) == tree(other)


def _is_comment(source: str) -> bool:
    """Tell a file's opening comment or docstring, which is no step of the work."""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return False
    return all(isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) for node in body)


def _text(cells: Sequence[MasterCell]) -> str:
    import jupytext
    import nbformat

    made = nbformat.v4.new_notebook()
    for cell in cells:
        metadata = {"question": cell.question} if cell.question is not None else {}
        if cell.kind == "markdown":
            metadata |= {"role": "answer"} if cell.role == "answer" else {}
            made.cells.append(nbformat.v4.new_markdown_cell(cell.source, metadata=metadata))
        else:
            made.cells.append(nbformat.v4.new_code_cell(cell.source, metadata=metadata))
    return str(jupytext.writes(made, fmt="py:percent"))
