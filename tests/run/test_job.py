"""Where questions end, and what the kernel is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepgrade.lab import CapturePlan, Limits, QuestionCapture
from deepgrade.run import make_job, question_spans
from deepgrade.submission import Cell


def _cells(*words):
    """`a1:code` and the like; an empty question is None, `skip` a test cell that is not run."""
    cells = []
    for index, word in enumerate(words):
        question, _, kind = word.partition(":")
        code = "code" if kind == "skip" else kind
        cells.append(Cell(index, code, f"cell {index}", question or None, None, kind == "skip"))
    return cells


@pytest.mark.parametrize(
    ("words", "ends", "at_start"),
    [
        (["a1:markdown", "a1:code", "b1:markdown", "b1:code"], {1: ("a1",), 3: ("b1",)}, ()),
        (["a1:code", "a1:code", ":code", "b1:code"], {2: ("a1",), 3: ("b1",)}, ()),
        (["a1:markdown", "b1:code"], {1: ("b1",)}, ("a1",)),
        ([":code", "a1:markdown", "b1:code"], {0: ("a1",), 2: ("b1",)}, ()),
        (["a1:code", "b1:code", "a1:code"], {2: ("a1",), 1: ("b1",)}, ()),
        (["a1:code"], {0: ("a1", "b1")}, ()),
        (["a1:code", "a1:skip", "b1:code"], {0: ("a1",), 2: ("b1",)}, ()),
        (["a1:markdown", "b1:raw"], {}, ("a1", "b1")),
        ([], {}, ("a1", "b1")),
    ],
)
def test_question_ends(words, ends, at_start):
    spans = question_spans(_cells(*words), ("a1", "b1"))
    assert spans.ends == ends
    assert spans.ends_at_start == at_start


WORDS = st.builds(
    lambda question, kind: f"{question}:{kind}",
    st.sampled_from(["", "a1", "b1", "b2"]),
    st.sampled_from(["code", "markdown", "raw", "skip"]),
)


@given(st.lists(WORDS, max_size=12))
def test_every_question_ends_exactly_once_after_a_cell_that_runs(words):
    spans = question_spans(_cells(*words), ("a1", "b1", "b2"))
    ended = [question for ids in spans.ends.values() for question in ids] + list(spans.ends_at_start)
    assert sorted(ended) == ["a1", "b1", "b2"]
    assert set(spans.ends) <= set(spans.owners)


def test_job_lists_only_cells_that_run_and_splits_the_output_limit():
    cells = _cells("a1:markdown", "a1:code", "a1:skip", "b1:code")
    plan = CapturePlan(
        lab="x", order=("a1", "b1"),
        questions={"a1": QuestionCapture(names=("x",), probes={"f": [[[1], {}]]}), "b1": QuestionCapture()},
    )  # fmt: skip
    spans = question_spans(cells, plan.order)
    limits = Limits(output_mib=16, disk_mib=100)
    job = make_job(cells, spans, plan=plan, limits=limits, seed=3, gpu=None)
    assert [cell["index"] for cell in job["cells"]] == [1, 3]
    assert job["plan"]["a1"] == {"names": ["x"], "probes": {"f": [[[1], {}]]}}
    assert job["output_bytes_per_cell"] == 1 << 20
    assert job["evidence_bytes"] == 75 << 20
