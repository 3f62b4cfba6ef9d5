"""A lab and notebooks for tests of intake, made in memory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from deepgrade.lab import Lab
from deepgrade.submission import Refusal, Submission, Template, collect, read_notebook

LAB = Lab.model_validate(
    {
        "schema_version": 1,
        "name": "le5",
        "title": "Introduction to Deep Learning",
        "data": [],
        "questions": [
            {"id": "a1", "title": "Why", "points": 1, "manual": True},
            {"id": "b1", "title": "Load", "points": 1},
            {"id": "b2", "title": "Scale", "points": 1},
            {"id": "b10", "title": "Train", "points": 1},
        ],
    }
)

TEST_CELL = 'def test_load(images):\n    """It is loaded."""\n    assert len(images)\n\ntest_load(images)'

TEMPLATE = Template(
    checks=frozenset({TEST_CELL, 'grader.check("b1")'}),
    texts=frozenset(
        {
            "# The lab",
            "## Part b",
            *(f"### Question {q.id}: {q.title} (1 point)\nDo it." for q in LAB.questions),
        }
    ),
    lines=frozenset({"Do it.", *(f"### Question {q.id}: {q.title} (1 point)" for q in LAB.questions)}),
    placeholders=frozenset({"_Type your answer here, replacing this text._", "YOUR ANSWER HERE"}),
    code_questions=frozenset({"b1", "b2", "b10"}),
    written_questions=frozenset({"a1"}),
)


def markdown(
    source: Any, question: str | None = None, role: str | None = None, **metadata: Any
) -> dict[str, Any]:
    if role:
        metadata["deepgrade"] = {"question": question, "role": role}
    return {"cell_type": "markdown", "metadata": metadata, "source": source}


def code(
    source: Any, question: str | None = None, role: str | None = None, **metadata: Any
) -> dict[str, Any]:
    return markdown(source, question, role, **metadata) | {
        "cell_type": "code",
        "execution_count": 3,
        "outputs": [{"output_type": "stream", "name": "stdout", "text": ["hello"]}],
    }


def prompt(question: str) -> dict[str, Any]:
    return markdown(
        f"### Question {question}: {LAB.question(question).title} (1 point)\nDo it.", question, "prompt"
    )


def full() -> list[dict[str, Any]]:
    """A complete otter-flavoured notebook's cells."""
    return [
        code('# Initialize Otter\nimport otter\ngrader = otter.Notebook("le5.ipynb")', None, "given"),
        markdown("# The lab", None, "given"),
        prompt("a1"),
        markdown("Because of the slope.", "a1", "answer"),
        markdown("## Part b", None, "given"),
        prompt("b1"),
        code("images = [1]", "b1", "answer"),
        code('grader.check("b1")', "b1", "check"),
        prompt("b2"),
        code("scaled = [0.5]", "b2", "answer"),
        prompt("b10"),
        code("network = None", "b10", "answer"),
    ]


def notebook(cells: list[Any], **other: Any) -> dict[str, Any]:
    return {
        "cells": cells,
        "metadata": {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    } | other


def stripped(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As Colab saves them: no metadata of other tools."""
    return [{**cell, "metadata": {"id": f"x{number}"}} for number, cell in enumerate(cells)]


def take(content: Any) -> Submission | Refusal:
    """Read cells, a whole notebook or raw bytes as Alice's."""
    if isinstance(content, list):
        content = notebook(content)
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return read_notebook(data, lab=LAB, student="alice", filename="alice.ipynb", template=TEMPLATE)


def accepted(content: Any) -> Submission:
    result = take(content)
    assert isinstance(result, Submission), result
    return result


def refused(content: Any) -> Refusal:
    result = take(content)
    assert isinstance(result, Refusal), result
    return result


def save(path: Path, cells: list[dict[str, Any]] | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook(full() if cells is None else cells)), encoding="utf-8")
    return path


def gather(*paths: Path, **options: Any) -> dict[str, Submission | Refusal]:
    """Collect, by student; fails where a student comes twice."""
    results = list(collect(paths, lab=LAB, template=TEMPLATE, **options))
    by_student = {result.student: result for result in results}
    assert len(by_student) == len(results)
    return by_student
