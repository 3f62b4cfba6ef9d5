"""`lab.figures`: figures of a question's own cells, pictures beside them, and evidence that says too little or lies."""

import json
from datetime import UTC, datetime

import pytest

from deepgrade.evidence import CellTime
from deepgrade.score.figures import figures_of
from deepgrade.score.reader import EvidenceReader
from deepgrade.score.unavailable import EvidenceUnavailable, ReviewNeeded
from support.made_runs import make_lab, make_record, write_run

PICTURE = {"output_type": "display_data", "data": {"image/png": "aGk="}, "metadata": {}}
LINE = {"label": "loss", "points": 3, "x": [0.0, 1.0, 2.0], "y": [1.0, None, 3]}
AXES = {
    "title": "T",
    "xlabel": "epoch",
    "ylabel": "loss",
    "lines": [LINE],
    "line_count": 1,
    "images": 0,
    "bars": 0,
    "scatters": [],
    "segments": 0,
    "legend": ["loss"],
    "xticks": [],
    "yticks": ["0", "1"],
}
CELLS = ((1, "a1"), (2, "a2"), (3, "a1"))


def figure(cell, *axes, **changes):
    return {"cell": cell, "title": "All", "axes": list(axes), "problem": None, **changes}


@pytest.fixture
def shown(tmp_path):
    """Return a question's figures, from what the questions' evidence says and the pictures that cells show."""

    def read(evidence, pictures, question="a1", **changes):
        times = tuple(CellTime(cell=c, question=q, seconds=0.1, status="ok") for c, q in CELLS)
        changes = {"cell_times": times, "started_at": datetime(2027, 1, 1, tzinfo=UTC), **changes}
        record = make_record(make_lab(tmp_path / "root"), **changes)
        folder = write_run(tmp_path / "run", record, {}, None)
        for name, figures in evidence.items():
            document = {"schema_version": 1, "question": name, "items": {}, **figures}
            (folder / "evidence" / f"{name}.json").write_text(json.dumps(document))
        cells = [
            {"cell_type": "code", "outputs": [PICTURE] * pictures.get(index, 0) + [{"output_type": "stream"}]}
            for index in range(4)
        ]
        (folder / "notebook.ipynb").write_text(json.dumps({"cells": cells}))
        return figures_of(EvidenceReader(folder, record), question)

    return read


def test_pictures_of_runs_that_did_not_look_at_figures_are_counted_and_not_assessed(shown):
    old = datetime(2026, 1, 1, tzinfo=UTC)
    figures = shown({"a1": {}, "a2": {}}, {1: 1, 2: 5, 3: 1}, started_at=old)
    assert len(figures) == 2
    for look in (lambda: figures[0].axes, lambda: figures[0].labelled):
        with pytest.raises(EvidenceUnavailable, match="before figures were looked at"):
            look()


@pytest.mark.parametrize("figures", [{}, {"figures": None}, {"figures": {"0": 1}}])
def test_evidence_without_figures_waits_for_a_person_where_the_kernel_writes_them(shown, figures):
    (found,) = shown({"a1": figures}, {1: 1})
    with pytest.raises(ReviewNeeded):
        _ = found.axes


def test_pictures_of_a_question_that_never_ended_say_why(shown):
    (found,) = shown({}, {1: 1}, questions_finished=(), detail="ran 600 s of 600 s")
    with pytest.raises(AssertionError, match="ran 600 s"):
        _ = found.axes


HOSTILE = {
    "no-axes": figure(1, axes=None),
    "axes-of-text": figure(1, axes="abc"),
    "axes-that-are-none": figure(1, None),
    "field-missing": figure(1, {key: value for key, value in AXES.items() if key != "legend"}),
    "text-that-is-a-number": figure(1, AXES | {"xlabel": 5}),
    "number-that-is-text": figure(1, AXES | {"lines": [LINE | {"y": ["1", "2", "3"]}]}),
    "number-too-large": figure(1, AXES | {"lines": [LINE | {"y": [10**400, 2, 3]}]}),
    "true-for-a-number": figure(1, AXES | {"lines": [LINE | {"y": [True, 2, 3]}]}),
    "fewer-y-than-x": figure(1, AXES | {"lines": [LINE | {"y": [1.0]}]}),
    "more-points-than-it-has": figure(1, AXES | {"lines": [LINE | {"points": 2}]}),
    "count-below-zero": figure(1, AXES | {"bars": -1}),
    "count-too-large": figure(1, AXES | {"images": 1 << 60}),
    "could-not-be-looked-at": figure(1, axes=None, problem="looking at it raised ValueError"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_figures_that_the_kernel_never_writes_so_wait_for_a_person(shown, name):
    found, good = shown({"a1": {"figures": [HOSTILE[name], figure(3, AXES)]}}, {1: 1, 3: 1})
    for look in (lambda: found.axes, lambda: found.labelled):
        with pytest.raises(ReviewNeeded):
            look()
    assert repr(found) == "<figure of cell 2>" and good.axes[0].title == "T"


def test_figures_without_end_are_cut(shown):
    long = AXES | {
        "lines": [LINE | {"points": 5000, "x": [1] * 5000, "y": [1] * 5000}] * 300,
        "title": "t" * 9000,
        "line_count": 300,
    }
    found = shown({"a1": {"figures": [figure(1, *[long] * 3), *[figure(1)] * 99, "x", figure("1")]}}, {})
    assert len(found) == 32
    axes = found[0].axes[0]
    assert (len(axes.lines), axes.line_count, len(axes.title), len(axes.lines[0].x)) == (64, 300, 200, 1000)


def test_figures_come_before_other_pictures_of_their_cell_and_only_from_own_cells(shown):
    evidence = {
        "a1": {"figures": [figure(1, AXES)]},
        "a2": {"figures": [figure(2, AXES), figure(2, AXES), figure(3, AXES | {"title": "late"})]},
    }
    found = shown(evidence, {1: 3, 2: 2, 3: 1})
    assert [(one.cell, len(one.axes)) for one in found] == [(1, 1), (1, 0), (1, 0), (3, 1)]
    assert found[3].axes[0].title == "late" and found[0].title == "All"
    assert len(shown(evidence, {2: 2}, question="a2")) == 2 and shown(evidence, {}, question="a3") == ()


def test_axes_and_lines_answer_as_documented(shown):
    (found,) = shown({"a1": {"figures": [figure(1, AXES)]}}, {1: 1})
    axes = found.axes[0]
    assert (axes.xlabel, axes.ylabel, axes.legend, axes.images, axes.bars) == (
        "epoch",
        "loss",
        ("loss",),
        0,
        0,
    )
    line = axes.lines[0]
    assert (line.label, line.points, line.x) == ("loss", 3, (0.0, 1.0, 2.0)) and line.y[1] != line.y[1]
    assert repr(found) == "<figure of cell 2: 1 axes, 1 lines>"


def test_axes_that_show_nothing_and_images_need_no_labels(shown):
    bare = AXES | {"xlabel": "", "ylabel": "", "lines": [], "line_count": 0}
    drawn = [AXES | {"ylabel": ""}, bare | {"bars": 2}, bare | {"scatters": [4]}, bare | {"segments": 1}]
    fine = [figure(1), figure(1, AXES), figure(1, AXES, bare), figure(1, bare | {"images": 1})]
    found = shown({"a1": {"figures": [*fine, *(figure(3, one) for one in drawn)]}}, {})
    assert [one.labelled for one in found] == [True] * 4 + [False] * 4
