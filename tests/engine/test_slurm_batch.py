"""A batch's files: what goes in comes out, and what was killed half-way does no harm."""

from __future__ import annotations

import dataclasses
import json
import stat
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepgrade.engine import Cards
from deepgrade.engine.slurm import SlurmError
from deepgrade.engine.slurm.batch import Batch, open_batches
from deepgrade.engine.slurm.files import (
    Done,
    SetupFile,
    setup_file,
    setup_from,
    submission_from,
    submission_text,
)
from deepgrade.evidence import Verdict
from deepgrade.records import Course
from deepgrade.submission import Cell, Submission
from support.made_batches import NoSandbox, make_setup, make_submission


@pytest.fixture
def setup(tmp_path):
    return make_setup(tmp_path)


_text = st.text(max_size=30)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3),
    max_leaves=8,
)
_cells = st.builds(
    Cell,
    st.integers(0, 99),
    st.sampled_from(["code", "markdown", "raw"]),
    _text,
    st.none() | _text,
    st.none() | _text,
    st.booleans(),
)
_submissions = st.builds(
    Submission, _text, _text, _text, st.sampled_from(["otter", "nbgrader", "unknown"]), st.lists(_text, max_size=3).map(tuple),
    st.dictionaries(_text, _text, max_size=3), st.lists(_cells, max_size=3).map(tuple), st.dictionaries(_text, _json, max_size=3),
    st.none() | st.datetimes(timezones=st.just(UTC)),
)  # fmt: skip


@given(_submissions)
def test_submission_comes_back_as_it_was(submission):
    assert submission_from(submission_text(submission, "key")) == (submission, "key")


def test_setup_on_the_node_gives_the_same_keys_and_knows_no_label_and_no_check(setup, tmp_path):
    text = setup_file(setup, "none", (tmp_path,)).model_dump_json()
    assert "labels" not in text
    assert "still go up to 255" not in text
    assert "test_network_reads_new_digits" not in text
    file = SetupFile.model_validate_json(text)
    there = setup_from(file, NoSandbox(), Cards([object()]), tmp_path / "attempt")
    assert there.data.labels == {}
    assert there.key(make_submission()) == setup.key(make_submission())
    assert there.infer_key == setup.infer_key
    assert there.store.folder("0" * 64).is_relative_to(tmp_path / "attempt")
    without = setup_from(file, NoSandbox(), Cards(), tmp_path / "attempt")
    assert without.key(make_submission()) != setup.key(make_submission())


def test_batch_is_found_again_until_it_is_settled(setup, tmp_path):
    course = Course(tmp_path / "course")
    batch = Batch.create(course, "tiny", setup_file(setup, None, ()))
    assert batch.add(make_submission("ada"), "a" * 64) == 0
    assert batch.add(make_submission("bob"), "b" * 64) == 1
    batch.save()
    first = batch.plan_array([0, 1], [], requeues=3)
    first.job = 12
    batch.save()
    second = batch.plan_array([1], ["n1"], requeues=3)
    assert first.name != second.name
    (again,) = open_batches(course, "tiny")
    assert again.state == batch.state
    assert again.submission(1).student == "bob"
    assert [array.number for array in again.attempts(1)] == [1, 2]
    assert again.unsettled == {"a" * 64: 0, "b" * 64: 1}
    assert again.cancel_words() == ["scancel 12", f"scancel --name={second.name}"]
    (again.folder / "attempts" / "1-2-0-99").mkdir()
    again.settle({1: "ok"})
    assert not list((again.folder / "attempts").iterdir())
    again.close_if_settled()
    assert open_batches(course, "tiny")[0].unsettled == {"a" * 64: 0}
    again.settle({0: "ok"})
    again.close_if_settled()
    assert open_batches(course, "tiny") == []
    assert not (again.folder / "tasks").exists()


def test_files_are_the_owners_alone(setup, tmp_path):
    batch = Batch.create(Course(tmp_path / "course"), "tiny", setup_file(setup, None, ()))
    batch.add(make_submission(), "a" * 64)
    batch.plan_array([0], [], requeues=3)
    for path in (batch.folder.parent.parent, batch.folder.parent, batch.folder, *batch.folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_what_a_killed_head_left_before_its_first_state_is_removed(setup, tmp_path):
    course = Course(tmp_path / "course")
    batch = Batch.create(course, "tiny", setup_file(setup, None, ()))
    batch.add(make_submission(), "a" * 64)
    assert open_batches(course, "tiny") == []
    assert not batch.folder.exists()


def test_damaged_state_says_what_to_do(setup, tmp_path):
    course = Course(tmp_path / "course")
    batch = Batch.create(course, "tiny", setup_file(setup, None, ()))
    (batch.folder / "state.json").write_text("{")
    with pytest.raises(SlurmError, match=r"Move .* away"):
        open_batches(course, "tiny")
    assert batch.folder.exists()


def test_ends_are_read_and_damaged_or_foreign_files_are_not(setup, tmp_path):
    batch = Batch.create(Course(tmp_path / "course"), "tiny", setup_file(setup, None, ()))
    done = Done(
        index=3,
        array=2,
        verdict=Verdict.OK,
        attempt="3-2-0-9",
        node="n0",
        job="1_0",
        seconds=1,
        finished_at=datetime.now(UTC),
    )
    folder = batch.folder / "done"
    (folder / "3-2.json").write_text(done.model_dump_json())
    (folder / "4-2.json").write_text("")
    (folder / ".4-2.json.abcdefgh").write_text("{}")
    (folder / "5-2.json").write_text(
        json.dumps({**json.loads(done.model_dump_json()), "attempt": "../../.."})
    )
    assert batch.done({}) == {(3, 2): done}
    (folder / "4-2.json").write_text(done.model_copy(update={"index": 4}).model_dump_json())
    assert set(batch.done({(3, 2): done})) == {(3, 2), (4, 2)}


def test_dropped_array_was_no_attempt(setup, tmp_path):
    batch = Batch.create(Course(tmp_path / "course"), "tiny", setup_file(setup, None, ()))
    batch.add(make_submission(), "a" * 64)
    array = batch.plan_array([0], [], requeues=3)
    assert not batch.has_traces(array)
    (batch.folder / "attempts" / f"0-{array.number}-0-99").mkdir()
    assert batch.has_traces(array)
    batch.drop_array(array)
    assert batch.attempts(0) == []
    assert dataclasses.asdict(make_submission())["student"] == batch.submission(0).student
