"""Evidence comes back as plain files of known names, or not at all."""

from __future__ import annotations

import hashlib
import os

import pytest

from deepgrade.run import collect
from deepgrade.run.collect import collect_evidence, foreign_beside

QUESTIONS = ("a1", "b1")
BUDGET = 1 << 20


def _blob(folder, data=b"array"):
    path = folder / f"{hashlib.sha256(data).hexdigest()}.npy"
    path.write_bytes(data)
    return path


def _collect(source, tmp_path, budget=BUDGET):
    return collect_evidence(source, tmp_path / "back", questions=QUESTIONS, budget_bytes=budget)


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "evidence"
    folder.mkdir()
    return folder


def _names(tmp_path):
    return sorted(path.name for path in (tmp_path / "back").iterdir())


def test_link_to_a_secret_is_not_followed(source, tmp_path):
    secret = tmp_path / "labels.npy"
    secret.write_bytes(b"labels")
    (source / "a1.json").symlink_to(secret)
    (source / f"{hashlib.sha256(b'labels').hexdigest()}.npy").symlink_to(secret)
    _collect(source, tmp_path)
    assert _names(tmp_path) == []


def test_evidence_folder_that_is_a_link_is_refused(tmp_path):
    real = tmp_path / "elsewhere"
    real.mkdir()
    (real / "a1.json").write_text("{}")
    (tmp_path / "evidence").symlink_to(real)
    assert _collect(tmp_path / "evidence", tmp_path).questions == frozenset()
    assert _names(tmp_path) == []


def test_pipe_hard_link_and_sparse_giant_are_refused(source, tmp_path):
    os.mkfifo(source / "a1.json")
    outside = tmp_path / "outside"
    outside.write_text("{}")
    os.link(outside, source / "b1.json")
    with (source / ("0" * 64 + ".npy")).open("wb") as file:
        file.truncate(1 << 40)
    collected = _collect(source, tmp_path)
    assert collected.questions == frozenset()
    assert _names(tmp_path) == []
    assert any("too" in sentence or "at most" in sentence for sentence in collected.refused)


def test_blob_with_another_content_than_its_name_says_is_refused(source, tmp_path):
    _blob(source).write_bytes(b"poisoned")
    collected = _collect(source, tmp_path)
    assert _names(tmp_path) == []
    assert "content" in collected.refused[0]


def test_names_that_evidence_does_not_have_are_left_behind(source, tmp_path):
    for name in ("results.json", "grade.json", "run.json", "a1.pkl", ".hidden", "c9.json", "a1.json.bak"):
        (source / name).write_text("{}")
    collected = _collect(source, tmp_path)
    assert _names(tmp_path) == []
    assert collected.refused == ("7 files with names that evidence does not have",)


def test_budget_holds_for_all_files_together(source, tmp_path):
    (source / "a1.json").write_text("{}")
    for number in range(5):
        _blob(source, bytes([number]) * 400)
    collected = _collect(source, tmp_path, budget=1000)
    assert collected.total_bytes <= 1000
    assert len(_names(tmp_path)) == 3
    assert collected.questions == {"a1"}


def test_folder_with_too_many_entries_gives_nothing_and_no_error(source, tmp_path, monkeypatch):
    monkeypatch.setattr(collect, "_MOST_FILES", 20)
    for number in range(21):
        (source / str(number)).touch()
    assert "more than" in _collect(source, tmp_path).refused[0]


def test_honest_evidence_comes_back_whole(source, tmp_path):
    blob = _blob(source)
    (source / "a1.json").write_text('{"schema_version": 1}')
    (source / "devices.json").write_text("{}")
    collected = _collect(source, tmp_path)
    assert _names(tmp_path) == sorted([blob.name, "a1.json", "devices.json"])
    assert collected.refused == ()
    assert collected.questions == {"a1"}


def test_links_pipes_and_folders_are_told_of_as_foreign(source, tmp_path):
    (source / "a1.json").write_text("{}")
    (source / "b1.json").symlink_to("/etc/passwd")
    os.mkfifo(source / "pipe")
    (source / "folder").mkdir()
    assert _collect(source, tmp_path).foreign == ("3 links, folders, pipes or devices",)


def test_what_the_kernel_leaves_when_it_is_killed_is_not_foreign(source, tmp_path):
    (source / "a1.json").write_text("{}")
    (source / ".writing-17").write_text("half")
    assert _collect(source, tmp_path).foreign == ()


def test_evidence_that_no_longer_fits_is_not_foreign_but_a_giant_is(source, tmp_path):
    for number in range(3):
        _blob(source, bytes([number]) * 400)
    assert _collect(source, tmp_path, budget=1000).foreign == ()
    with (source / ("0" * 64 + ".npy")).open("wb") as file:
        file.truncate(10 << 30)
    assert len(_collect(source, tmp_path, budget=1000).foreign) == 1


def test_missing_evidence_folder_is_not_foreign_and_one_that_became_a_link_is(tmp_path):
    assert _collect(tmp_path / "evidence", tmp_path).foreign == ()
    (tmp_path / "evidence").symlink_to("/etc")
    assert _collect(tmp_path / "evidence", tmp_path).foreign == ("the evidence folder is no folder any more",)


def test_results_beside_the_evidence_are_foreign_and_the_journal_is_not(source, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    source.rename(out / "evidence")
    (out / "journal.jsonl").touch()
    assert foreign_beside(out) == ()
    (out / "results.json").write_text("{}")
    (out / "journal.jsonl").unlink()
    os.mkfifo(out / "journal.jsonl")
    assert len(foreign_beside(out)) == 2


def test_out_folder_that_became_a_link_is_foreign(tmp_path):
    (tmp_path / "out").symlink_to("/etc")
    assert foreign_beside(tmp_path / "out") == ("the folder that comes back is no folder any more",)
