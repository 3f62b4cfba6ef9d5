"""Runs are immutable, scores are appended, re-grade sets are decided once."""

import json
import os
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from deepgrade.evidence import Verdict
from deepgrade.lab import load_checks, load_lab, make_plan
from deepgrade.records import Course, Gradebook, GradebookError, RunStore, changes_of, counts, in_force_of
from deepgrade.score import CheckResult, CheckStatus, Origin, QuestionResult, SubmissionScore
from support.made_runs import good_items, make_lab, make_record, write_run

KEY = "1" * 64


def _score(points, key=KEY, status=None):
    status = status or (CheckStatus.PASSED if points else CheckStatus.FAILED)
    check = CheckResult(
        check="test_x",
        question="a1",
        description="X.",
        visible=False,
        status=status,
        points=points,
        possible=1.0,
    )
    question = QuestionResult(
        question="a1", title="t", manual=False, points=points, possible=1.0, assessed=1.0, checks=(check,)
    )
    return SubmissionScore(
        lab="tiny",
        student="ada",
        run_key=key,
        scored_at=datetime.now(UTC),
        checks_sha256="c",
        questions=(question,),
    )


@pytest.fixture
def gradebook(database):
    book = Gradebook(database)
    yield book
    book.close()


def _submit(book, student="ada", sha256="a" * 64, key=KEY):
    return book.add_submission("tiny", student, f"{student}.ipynb", sha256=sha256, run_key=key)


def test_set_is_not_applied_without_a_reason_and_stays_undecided(gradebook):
    submission = _submit(gradebook)
    set_id = gradebook.new_set("tiny")
    gradebook.add_score(submission, _score(1.0), set_id=set_id)
    with pytest.raises(GradebookError, match="needs a reason"):
        gradebook.decide_set(set_id, apply=True, reason="  ")
    assert gradebook.open_set("tiny") == set_id


def test_second_set_is_refused_while_one_is_undecided(gradebook):
    gradebook.new_set("tiny")
    with pytest.raises(GradebookError, match="not decided"):
        gradebook.new_set("tiny")


def test_decided_set_cannot_be_decided_again(gradebook):
    set_id = gradebook.new_set("tiny")
    gradebook.decide_set(set_id, apply=False, reason=None)
    with pytest.raises(GradebookError, match="no undecided"):
        gradebook.decide_set(set_id, apply=True, reason="late")


def test_scores_aside_change_nothing_until_they_are_applied(gradebook):
    submission = _submit(gradebook)
    gradebook.add_score(submission, _score(0.0))
    set_id = gradebook.new_set("tiny")
    gradebook.add_score(submission, _score(1.0), set_id=set_id)
    assert gradebook.entry("tiny", "ada").score.automatic_points == 0.0
    changes = list(changes_of(gradebook, "tiny", set_id))
    assert changes[0][:3] == ("ada", 0.0, 1.0)
    assert changes[0].why == ("test_x: failed -> passed",)
    assert counts(changes) == (1, 0, 0)
    gradebook.decide_set(set_id, apply=True, reason="the check was too strict")
    assert gradebook.entry("tiny", "ada").score.automatic_points == 1.0


def test_cancelled_set_leaves_the_old_score_in_force(gradebook):
    submission = _submit(gradebook)
    gradebook.add_score(submission, _score(0.0))
    set_id = gradebook.new_set("tiny")
    gradebook.add_score(submission, _score(1.0), set_id=set_id)
    gradebook.decide_set(set_id, apply=False, reason=None)
    assert gradebook.entry("tiny", "ada").score.automatic_points == 0.0


def test_file_handed_in_last_is_in_force_and_the_first_is_kept(gradebook):
    first, second = _submit(gradebook), _submit(gradebook, sha256="b" * 64, key="2" * 64)
    assert first != second
    assert [(one.student, one.submission_id, one.run_key) for one in in_force_of(gradebook, "tiny")] == [
        ("ada", second, "2" * 64)
    ]
    gradebook.add_score(second, _score(1.0, key="2" * 64))
    assert gradebook.entry("tiny", "ada").run_key == "2" * 64
    assert _submit(gradebook) == first
    assert gradebook.entry("tiny", "ada").run_key == KEY


def test_score_of_an_older_run_is_not_taken_for_the_new_one(gradebook):
    submission = _submit(gradebook)
    gradebook.add_score(submission, _score(1.0))
    assert _submit(gradebook, key="3" * 64) == submission
    assert gradebook.entry("tiny", "ada").score is None


@given(
    names=st.lists(
        st.text(min_size=1, max_size=20).filter(lambda s: "\x00" not in s), unique=True, max_size=6
    )
)
def test_any_name_is_stored_and_found_again(tmp_path_factory, names):
    names = [name.encode("utf-8", "replace").decode() for name in names]
    book = Gradebook(tmp_path_factory.mktemp("book") / "g.db")
    for name in names:
        _submit(book, student=name)
    assert set(book.students("tiny")) == set(names)
    book.close()


def _store_run(tmp_path, store, key, verdict=Verdict.OK):
    files = make_lab(tmp_path / "root")
    record = make_record(files, key=key, verdict=verdict)
    plan = make_plan(load_lab(files), load_checks(files.checks).checks)
    with store.new(key) as folder:
        write_run(folder, record, good_items(folder), None)
        store.finish(folder, record, plan)


def test_finished_run_is_never_overwritten(tmp_path):
    store = RunStore(Course(tmp_path / "course"), "tiny")
    _store_run(tmp_path, store, KEY)
    with pytest.raises(FileExistsError):
        _store_run(tmp_path, store, KEY)


def test_run_that_failed_by_our_fault_is_set_aside_and_made_again(tmp_path):
    store = RunStore(Course(tmp_path / "course"), "tiny")
    _store_run(tmp_path, store, KEY, Verdict.INTERNAL_ERROR)
    assert not store.is_final(KEY)
    _store_run(tmp_path, store, KEY)
    assert store.read(KEY).verdict is Verdict.OK
    assert len(list((tmp_path / "course" / "runs" / "tiny" / "failed").iterdir())) == 1
    assert store.keys() == [KEY]


def test_interrupted_run_leaves_no_run_behind(tmp_path):
    store = RunStore(Course(tmp_path / "course"), "tiny")
    with pytest.raises(KeyboardInterrupt), store.new(KEY) as folder:
        (folder / "run.json").write_text("{}")
        raise KeyboardInterrupt
    assert store.read(KEY) is None
    assert store.keys() == []


def test_big_arrays_of_many_runs_are_stored_once_whatever_their_names_claim(tmp_path):
    store = RunStore(Course(tmp_path / "course"), "tiny")
    content = os.urandom(2 << 20)
    for place, name in enumerate(("a" * 64, "b" * 64)):
        with store.new(str(place) * 64) as folder:
            (folder / "evidence").mkdir()
            (folder / "evidence" / f"{name}.npy").write_bytes(content)
    inodes = {path.stat().st_ino for path in (tmp_path / "course").rglob("*.npy")}
    assert len(inodes) == 1
    assert len(list((tmp_path / "course" / "blobs").iterdir())) == 1


def test_run_of_another_store_is_taken_over_with_big_arrays_shared_and_survives_its_source(tmp_path):
    other = RunStore(Course(tmp_path / "attempt"), "tiny")
    _store_run(tmp_path, other, KEY)
    big = other.folder(KEY) / "evidence" / ("c" * 64 + ".npy")
    big.write_bytes(os.urandom(2 << 20))
    store = RunStore(Course(tmp_path / "course"), "tiny")
    assert store.adopt(KEY, other.folder(KEY)) == store.read(KEY)
    names = sorted(path.relative_to(other.folder(KEY)) for path in other.folder(KEY).rglob("*"))
    content = big.read_bytes()
    shutil.rmtree(tmp_path / "attempt")
    assert sorted(path.relative_to(store.folder(KEY)) for path in store.folder(KEY).rglob("*")) == names
    assert (store.folder(KEY) / "evidence" / big.name).read_bytes() == content
    assert len(list((tmp_path / "course" / "blobs").iterdir())) == 1
    small = [
        path for path in store.folder(KEY).rglob("*") if path.is_file() and path.stat().st_size < 1 << 20
    ]
    assert {path.stat().st_nlink for path in small} == {1}


def test_run_is_taken_over_once_and_only_under_its_own_key(tmp_path):
    other = RunStore(Course(tmp_path / "attempt"), "tiny")
    _store_run(tmp_path, other, KEY)
    store = RunStore(Course(tmp_path / "course"), "tiny")
    with pytest.raises(ValueError, match="no run of the key"):
        store.adopt("2" * 64, other.folder(KEY))
    with pytest.raises(ValueError, match="no run of the key"):
        store.adopt(KEY, tmp_path / "nowhere")
    store.adopt(KEY, other.folder(KEY))
    with pytest.raises(FileExistsError):
        store.adopt(KEY, other.folder(KEY))


def test_key_that_is_no_key_never_becomes_a_path(tmp_path):
    store = RunStore(Course(tmp_path / "course"), "tiny")
    for key in ("../../etc", "", "1" * 63, "G" * 64):
        with pytest.raises(ValueError, match="not a run's key"):
            store.folder(key)


def test_secret_is_made_once_and_kept(tmp_path):
    course = Course(tmp_path / "course")
    assert len(course.secret) == 32
    assert course.secret == course.secret
    assert (tmp_path / "course" / "secret.key").stat().st_mode & 0o077 == 0


_VERSION_1 = """
CREATE TABLE schema (version INTEGER NOT NULL, PRIMARY KEY (version));
CREATE TABLE submission (id INTEGER NOT NULL, lab VARCHAR(64) NOT NULL, student VARCHAR(200) NOT NULL,
  filename VARCHAR(400) NOT NULL, sha256 VARCHAR(64), run_key VARCHAR(64), refusal TEXT, received_at DATETIME NOT NULL,
  PRIMARY KEY (id));
CREATE INDEX submission_of_student ON submission (lab, student);
CREATE TABLE regrade_set (id INTEGER NOT NULL, lab VARCHAR(64) NOT NULL, created_at DATETIME NOT NULL,
  state VARCHAR(16) NOT NULL, reason TEXT, decided_at DATETIME, PRIMARY KEY (id));
CREATE TABLE score (id INTEGER NOT NULL, submission_id INTEGER NOT NULL, run_key VARCHAR(64) NOT NULL,
  scored_at DATETIME NOT NULL, checks_sha256 VARCHAR(64) NOT NULL, points FLOAT NOT NULL, possible FLOAT NOT NULL,
  payload TEXT NOT NULL, state VARCHAR(16) NOT NULL, set_id INTEGER, PRIMARY KEY (id),
  FOREIGN KEY(submission_id) REFERENCES submission (id), FOREIGN KEY(set_id) REFERENCES regrade_set (id));
CREATE INDEX score_of_submission ON score (submission_id, state);
INSERT INTO schema VALUES (1);
"""


def _version_1(path, score):
    payload = score.model_dump(mode="json", exclude={"origin", "adjustments"})
    for question in payload["questions"]:
        del question["comment"]
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(_VERSION_1)
        moment = "2026-01-01 00:00:00.000000"
        connection.execute(
            "INSERT INTO submission VALUES (1, 'tiny', 'ada', 'ada.ipynb', ?, ?, NULL, ?)",
            ("a" * 64, KEY, moment),
        )
        connection.execute(
            "INSERT INTO score VALUES (1, 1, ?, ?, 'c', 1, 1, ?, 'applied', NULL)",
            (KEY, moment, json.dumps(payload)),
        )


def test_a_gradebook_of_the_first_version_is_brought_up_to_date_and_loses_nothing(tmp_path):
    score = _score(1.0)
    _version_1(tmp_path / "g.db", score)
    for _ in range(2):
        book = Gradebook(tmp_path / "g.db")
        entry = book.entry("tiny", "ada")
        assert (entry.score, entry.run_key, entry.beside) == (score, KEY, ())
        book.close()
    book = Gradebook(tmp_path / "g.db")
    assert book.add_imported(_imported(0.5), replace=True) == "replaced"
    assert book.entry("tiny", "ada").score == _imported(0.5).model_copy(
        update={"scored_at": book.entry("tiny", "ada").score.scored_at}
    )
    book.close()


def test_bringing_a_gradebook_up_to_date_is_all_or_nothing(tmp_path, monkeypatch):
    from deepgrade.records import schema

    _version_1(tmp_path / "g.db", _score(1.0))
    broken = (schema._STEPS[1][0], "ALTER TABLE nowhere ADD COLUMN x INTEGER")
    with monkeypatch.context() as patched:
        patched.setitem(schema._STEPS, 1, broken)
        with pytest.raises(OperationalError):
            Gradebook(tmp_path / "g.db")
    book = Gradebook(tmp_path / "g.db")
    assert book.entry("tiny", "ada").score == _score(1.0).model_copy(
        update={"scored_at": book.entry("tiny", "ada").score.scored_at}
    )
    book.close()


def test_a_gradebook_of_a_newer_version_is_refused(tmp_path):
    Gradebook(tmp_path / "g.db").close()
    with closing(sqlite3.connect(tmp_path / "g.db")) as connection, connection:
        connection.execute("UPDATE schema SET version = 99")
    with pytest.raises(GradebookError, match="tables of version 99"):
        Gradebook(tmp_path / "g.db")


def _imported(points, tool="nbgrader", file="gradebook.db"):
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    origin = Origin(tool=tool, file=file, sha256="0" * 64, imported_at=moment)
    return _score(points, key="").model_copy(
        update={"checks_sha256": "", "origin": origin, "scored_at": moment}
    )


def test_a_score_without_an_origin_is_not_taken_for_an_import(gradebook):
    with pytest.raises(ValueError, match="no origin"):
        gradebook.add_imported(_score(1.0), replace=False)


def test_an_import_counts_where_nothing_else_does_and_takes_the_place_of_its_own_tool_only(gradebook):
    assert gradebook.add_imported(_imported(0.5), replace=False) == "new"
    assert gradebook.add_imported(_imported(0.5, file="copy.db"), replace=False) == "unchanged"
    assert gradebook.add_imported(_imported(1.0), replace=False) == "changed"
    assert gradebook.add_imported(_imported(0.0, "otter"), replace=False) == "beside"
    assert gradebook.add_imported(_imported(0.0, "otter"), replace=False) == "unchanged"
    entry = gradebook.entry("tiny", "ada")
    assert entry.score.origin.tool == "nbgrader" and entry.score.automatic_points == 1.0
    assert [score.origin.tool for score in entry.beside] == ["otter"]
    assert gradebook.add_imported(_imported(0.0, "otter"), replace=True) == "replaced"
    assert gradebook.entry("tiny", "ada").score.origin.tool == "otter"
    assert gradebook.add_imported(_imported(0.0, "otter"), replace=True) == "unchanged"


def test_what_is_graded_after_an_import_counts_and_the_import_stays_beside_it(gradebook):
    gradebook.add_imported(_imported(1.0), replace=False)
    gradebook.add_score(_submit(gradebook), _score(0.0))
    entry = gradebook.entry("tiny", "ada")
    assert entry.run_key == KEY and entry.score.origin is None
    assert [score.automatic_points for score in entry.beside] == [1.0]
    assert gradebook.add_imported(_imported(1.0), replace=False) == "unchanged"
    assert gradebook.add_imported(_imported(1.0), replace=True) == "replaced"
    assert [score.origin for score in gradebook.entry("tiny", "ada").beside] == [None]
