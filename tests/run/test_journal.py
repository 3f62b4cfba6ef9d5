"""A journal is a claim of a stranger: whatever stands in it, reading it neither fails nor believes too much."""

from __future__ import annotations

import copy
import json

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepgrade.run import executed_notebook, read_journal

CELLS = (1, 3)
QUESTIONS = ("a1", "b1")


def _lines(*events):
    return b"".join(json.dumps(event).encode() + b"\n" for event in events)


def _notebook():
    code = {"cell_type": "code", "metadata": {}, "source": "1", "execution_count": 7, "outputs": [
        {"output_type": "stream", "name": "stdout", "text": "accuracy 0.999, typed in by hand\n"}]}  # fmt: skip
    text = {"cell_type": "markdown", "metadata": {}, "source": "# a1"}
    return {
        "nbformat": 4,
        "nbformat_minor": 4,
        "metadata": {},
        "cells": [text, code, text, copy.deepcopy(code)],
    }


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda children: (
        st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=10), children, max_size=4)
    ),
    max_leaves=12,
)
FIELDS = [
    "cell",
    "status",
    "seconds",
    "time_s",
    "output",
    "question",
    "problem",
    "ename",
    "evalue",
    "execution_count",
]
KINDS = [
    "start",
    "cell_start",
    "output",
    "clear_output",
    "cell_end",
    "question_end",
    "output_limit",
    "end",
    "else",
]
EVENTS = st.builds(
    lambda kind, fields, cell: {"cell": cell, **fields, "event": kind},
    st.sampled_from(KINDS),
    st.dictionaries(st.sampled_from(FIELDS), ANY_JSON, max_size=5),
    st.sampled_from([1, 3, 99]),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(EVENTS, max_size=12), st.binary(max_size=40))
def test_any_journal_gives_a_valid_notebook(events, garbage):
    facts = read_journal(garbage + b"\n" + _lines(*events), cells=CELLS, questions=QUESTIONS)
    assert set(facts.cells) <= set(CELLS)
    assert set(facts.questions) <= set(QUESTIONS)
    notebook = json.loads(executed_notebook(_notebook(), facts, stopped="test", most_bytes=10_000))
    nbformat.validate(notebook)


@pytest.mark.parametrize(
    "line",
    [
        b"\x00\xff\xfe", b"[" + b"[]," * (3 << 20) + b"[]]", b"[" * 5000, b'{"event": "start"',
        b"NaN", b'"start"', b"[]", b'{"event": "start", "event": "end"}',
        b'{"event": "start", "x": ' + b"9" * 5000 + b"}", b'{"event": "cell_start", "cell": true}', b'{"event": ["start"]}',
        b'{"event": "cell_end", "cell": 1, "status": "ok"}', b'{"event": "output", "cell": 1, "output": {}}',
        b'{"event": "question_end", "question": {"a": 1}}', b'{"event": "question_end", "question": "../../x"}',
    ],
)  # fmt: skip
def test_line_that_is_no_event_is_counted_and_passed_over(line):
    facts = read_journal(line + b"\n" + _lines({"event": "end"}), cells=CELLS, questions=QUESTIONS)
    assert facts.ignored_lines == 1
    assert facts.ended
    assert not facts.started
    assert facts.questions == {}


def test_numbers_out_of_range_become_zero():
    events = [
        {"event": "cell_start", "cell": 1, "time_s": -5},
        {"event": "cell_end", "cell": 1, "status": "ok"},
    ]
    text = _lines(*events).replace(b'"ok"', b'"ok", "seconds": 1e999, "execution_count": -4')
    cell = read_journal(text, cells=CELLS, questions=QUESTIONS).cells[1]
    assert (cell.started_s, cell.seconds, cell.execution_count) == (0.0, 0.0, None)


def test_lone_surrogate_does_not_break_the_notebook():
    text = _lines({"event": "cell_start", "cell": 1}) + (
        b'{"event": "output", "cell": 1, "output": {"output_type": "stream", "name": "stdout", "text": "\\ud800"}}\n'
    )
    facts = read_journal(text, cells=CELLS, questions=QUESTIONS)
    executed_notebook(_notebook(), facts, stopped=None, most_bytes=1000).decode("utf-8")


def test_first_end_of_a_cell_counts():
    end = {"event": "cell_end", "cell": 1, "status": "error", "seconds": 1, "ename": "E", "evalue": "v"}
    facts = read_journal(
        _lines({"event": "cell_start", "cell": 1}, end, {**end, "status": "ok"}),
        cells=CELLS,
        questions=QUESTIONS,
    )
    assert facts.cells[1].status == "error"


def test_outputs_of_the_submission_are_dropped_and_hung_cell_is_marked():
    facts = read_journal(
        _lines(
            {"event": "start"},
            {"event": "cell_start", "cell": 1},
            {
                "event": "output",
                "cell": 1,
                "output": {"output_type": "stream", "name": "stdout", "text": "epoch 1\n"},
            },
            {
                "event": "output",
                "cell": 1,
                "output": {"output_type": "stream", "name": "stdout", "text": "epoch 2\n"},
            },
        ),
        cells=CELLS,
        questions=QUESTIONS,
    )
    assert facts.unfinished_cell == 1
    original = _notebook()
    cells = json.loads(executed_notebook(original, facts, stopped="stopped after 5 s", most_bytes=1000))[
        "cells"
    ]
    assert [output["text"] for output in cells[1]["outputs"]] == [
        "epoch 1\nepoch 2\n",
        "[deepgrade] The run was stopped in this cell: stopped after 5 s.\n",
    ]
    assert cells[3]["outputs"] == []
    assert original == _notebook()


def test_clear_output_clears_what_came_before():
    output = {
        "event": "output",
        "cell": 1,
        "output": {"output_type": "stream", "name": "stdout", "text": "x"},
    }
    events = [{"event": "cell_start", "cell": 1}, output, {"event": "clear_output", "cell": 1}, output]
    facts = read_journal(_lines(*events), cells=CELLS, questions=QUESTIONS)
    assert len(facts.cells[1].outputs) == 1


def test_display_data_keeps_known_kinds_only():
    data = {
        "text/plain": ["a", "b"],
        "image/png": "aGk=",
        "application/javascript": "alert(1)",
        "text/html": 5,
    }
    output = {"output_type": "display_data", "data": data, "metadata": {"x": 1}, "transient": {}}
    events = [{"event": "cell_start", "cell": 1}, {"event": "output", "cell": 1, "output": output}]
    facts = read_journal(_lines(*events), cells=CELLS, questions=QUESTIONS)
    assert facts.cells[1].outputs == [
        {"output_type": "display_data", "data": {"text/plain": "ab", "image/png": "aGk="}, "metadata": {}}
    ]


def test_outputs_past_the_limit_are_left_out_with_a_note():
    output = {"output_type": "stream", "name": "stdout", "text": "x" * 600}
    events = [{"event": "cell_start", "cell": 1}] + [{"event": "output", "cell": 1, "output": output}] * 3
    facts = read_journal(_lines(*events), cells=CELLS, questions=QUESTIONS)
    cells = json.loads(executed_notebook(_notebook(), facts, stopped=None, most_bytes=1000))["cells"]
    assert "left out" in cells[1]["outputs"][-1]["text"]
    assert len(cells[1]["outputs"][0]["text"]) == 600
