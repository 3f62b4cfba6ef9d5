"""Evidence made by hand to hurt scoring: no check of it leaves the denominator, and the class is scored to its end."""

import hashlib
import io
import json
import zipfile

import numpy as np
import pytest

from deepgrade.score import CheckStatus, score_runs
from support.made_runs import (
    CHECKS,
    good_items,
    inferred,
    make_lab,
    make_labels,
    make_public,
    make_record,
    whole,
    write_run,
)

MORE_CHECKS = (
    CHECKS
    + '''

@question("a1", points=0)
def test_first_pixel(images, lab):
    """The first pixel and the rows are there."""
    assert images[0, 0] >= 0 and len(images) > 2 and images.sum() > 0
    assert len(lab.rows(images)) == len(lab.row_indices(images))


@question("a2", points=0)
def test_learning_rate(network, lab):
    """It was compiled."""
    assert lab.compile_facts(network).learning_rate < 1
'''
)


@pytest.fixture
def scored_class(tmp_path):
    """Score runs of hostile items, then one of a good submission; returns all scores."""
    public, labels = make_public(tmp_path), make_labels(tmp_path)
    files = make_lab(tmp_path / "root", MORE_CHECKS)

    def score(*changes):
        folders = []
        for number, change in enumerate((*changes, None)):
            folder = tmp_path / f"run-{number}"
            items, infer = good_items(folder), inferred(folder)
            if change is not None:
                infer = change(folder, items, infer) or infer
            record = make_record(files, student=f"s{number}", key=f"{number:064x}")
            folders.append(write_run(folder, record, items, infer))
        return list(score_runs(files, folders, size="quick", public=public, labels=labels))

    return score


def _blob(folder, data):
    name = f"{hashlib.sha256(data).hexdigest()}.npy"
    (folder / "evidence" / name).write_bytes(data)
    return name


def _zip(folder):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("x.npy", b"")
    return _blob(folder, stream.getvalue())


def _huge_header(folder, shape="(100000000000,)", dtype="|u1"):
    header = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return _blob(folder, b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode())


def _images(**changes):
    def change(folder, items, infer):
        images = items["a1"]["images"]
        images |= {key: value(folder) if callable(value) else value for key, value in changes.items()}

    return change


def _item(question, name, item):
    def change(folder, items, infer):
        items[question][name] = item

    return change


def _rows(folder):
    return whole(folder / "evidence", np.ones((3, 784)))["file"]


HUGE = {
    "kind": "array",
    "dtype": "float64",
    "min": 0,
    "max": 1,
    "mean": 0.5,
    "finite": True,
    "stored": "none",
}
COUNTED = {
    "container": "ndarray",
    "length_min": 1,
    "length_max": 1,
    "length_mean": 1,
    "rows": [],
    "values": [],
}

HOSTILE = {
    "blob-is-a-zip": _images(file=_zip),
    "header-bomb": _images(file=_huge_header, shape=[100000000000], dtype="uint8"),
    "empty-items-header": _images(file=lambda folder: _huge_header(folder, "(1000000000000000000,)", "<U0")),
    "cast-bomb": _images(dtype="<U200000"),
    "cast-of-rows-bomb": _images(stored="rows", rows=[0, 1, 2], file=_rows, dtype="<U90000000"),
    "shape-of-floats": _images(shape=[1e308, 1e308], stored="none"),
    "shape-of-infinity": _images(shape=[json.loads("1e999")], stored="none"),
    "shape-too-long": _images(shape=[1] * 200, stored="none"),
    "huge-array-of-no-rows": _item("a1", "images", {**HUGE, "shape": [1, 10**15]}),
    "huge-array-without-axes": _item("a1", "images", {**HUGE, "shape": []}),
    "endless-sequences": _item("a1", "images", {"kind": "sequences", "count": 10**400, **COUNTED}),
    "infinite-sequences": _item(
        "a1", "images", {"kind": "sequences", "count": json.loads("1e999"), **COUNTED}
    ),
    "number-too-large": _item("a2", "test_acc", {"kind": "value", "type": "int", "value": 2**1024 - 1}),
    "number-of-400-digits": _item("a2", "test_acc", {"kind": "value", "type": "int", "value": 10**400}),
    "epochs-that-are-text": _item("a2", "test_acc", {"kind": "history", "epoch": 5, "params": "x"}),
    "learning-rate-too-large": _item(
        "a2", "network", {"kind": "model", "compile": {"learning_rate": 10**400, "metrics": 5}}
    ),
    "no-rows-of-a-small-array": _images(stored="none", max=1),
    "few-rows-of-a-large-array": _images(shape=[60000, 784], stored="rows", rows=[0, 1, 2], file=_rows),
    "no-rows-of-a-large-array": _images(shape=[60000, 784], stored="none"),
    "no-rows-of-sequences": _item("a1", "images", {"kind": "sequences", "count": 100, **COUNTED}),
    "scalar-for-an-array": _item("a1", "images", {"kind": "value", "type": "int", "value": 5}),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_evidence_never_leaves_the_denominator_and_stops_nobody_else(scored_class, name):
    hostile, good = scored_class(HOSTILE[name])
    assert good.automatic_points == 3.0
    assert hostile.automatic_possible == 3.0
    statuses = {check.status for question in hostile.questions for check in question.checks}
    assert not statuses & {CheckStatus.NOT_ASSESSED, CheckStatus.INTERNAL_ERROR}
    assert hostile.automatic_points <= 3.0


def test_model_that_was_hidden_from_the_infer_stage_waits_for_a_person(scored_class):
    def hide(folder, items, infer):
        return {"schema_version": 1, "models": {}}

    hostile, good = scored_class(hide)
    assert good.automatic_points == 3.0
    assert hostile.check("test_network_has_the_right_size").status is CheckStatus.NEEDS_REVIEW
    assert hostile.automatic_possible == 3.0


@pytest.mark.parametrize("name", [name for name in HOSTILE if "rows-of" in name])
def test_rows_that_were_left_out_by_hand_pass_no_check_of_all_rows(scored_class, name):
    hostile, _ = scored_class(HOSTILE[name])
    assert {check.points for check in hostile.questions[0].checks} == {0.0}


def test_array_whose_rows_are_too_large_to_keep_waits_for_a_person(scored_class):
    hostile, _ = scored_class(HOSTILE["huge-array-of-no-rows"])
    assert hostile.check("test_first_pixel").status is CheckStatus.NEEDS_REVIEW
