import os
import time
from pathlib import PurePath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepgrade.submission import Refusal, Submission, collect, safe_name
from deepgrade.submission.names import name_facts
from support.submission_notebooks import LAB, TEMPLATE, code, full, gather, prompt, save


def student(path, folder="submitted"):
    return name_facts(PurePath(path), folder, "le5").student


def test_links_pipes_and_hard_links_are_refused(tmp_path):
    secret = save(tmp_path / "secret" / "bob.ipynb")
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "eve.ipynb").symlink_to(secret)
    (folder / "dangling.ipynb").symlink_to(tmp_path / "nowhere")
    (folder / "home").symlink_to(tmp_path / "secret")
    os.mkfifo(folder / "pipe.ipynb")
    os.link(secret, folder / "hard.ipynb")
    results = gather(folder)
    codes = {name: result.code for name, result in results.items() if isinstance(result, Refusal)}
    assert codes == {
        "eve": "link",
        "dangling": "link",
        "home": "link",
        "pipe": "not_regular",
        "hard": "hard_link",
    }
    assert all(result.sentence.endswith(".") for result in results.values())


def test_a_missing_file_and_a_file_that_cannot_be_read_are_refused(tmp_path):
    assert gather(tmp_path / "none.ipynb")["none"].code == "missing"
    assert gather(tmp_path / "no" / "such" / "folder.ipynb")["folder"].code == "missing"
    (tmp_path / "carol.ipynb").mkdir()
    save(tmp_path / "carol.ipynb" / "le5.ipynb")
    assert list(gather(tmp_path)) == ["carol.ipynb"]


def test_a_file_that_is_too_large_is_refused_without_being_read(tmp_path):
    path = tmp_path / "alice.ipynb"
    with path.open("wb") as stream:
        stream.truncate(200_000_000)
    before = time.process_time()
    result = gather(path)["alice"]
    assert result.code == "too_large"
    assert "190.7 MiB" in result.sentence
    assert "outputs" in result.sentence
    assert time.process_time() - before < 1


def test_what_students_send_instead_of_a_notebook_is_refused_by_name(tmp_path):
    (tmp_path / "alice.pdf").write_bytes(b"%PDF-1.4")
    (tmp_path / "bob.html").write_bytes(b"<html>")
    (tmp_path / "carol.ipynb.txt").write_bytes(b"notes")
    save(tmp_path / "dora.ipynb")
    (tmp_path / "dora.pdf").write_bytes(b"%PDF-1.4")
    (tmp_path / "Hitters.csv").write_text("a,b")
    (tmp_path / ".DS_Store").write_text("x")
    save(tmp_path / ".ipynb_checkpoints" / "eve.ipynb")
    save(tmp_path / "__MACOSX" / "fay.ipynb")
    results = gather(tmp_path)
    assert set(results) == {"alice", "bob", "carol", "dora"}
    assert [type(result) for result in results.values()] == [Refusal, Refusal, Refusal, Submission]
    assert results["dora"].warnings == ()


def test_a_folder_of_too_many_files_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("deepgrade.submission.listing.MAX_FILES", 3)
    for name in "abcd":
        save(tmp_path / "all" / f"{name}.ipynb")
    assert gather(tmp_path / "all")["all"].code == "too_many_files"


def test_nothing_is_opened_before_it_is_asked_for(tmp_path):
    for name in ("alice", "bob"):
        save(tmp_path / f"{name}.ipynb")
    results = collect([tmp_path], lab=LAB, template=TEMPLATE)
    assert next(results).student == "alice"
    (tmp_path / "bob.ipynb").unlink()
    assert next(results).code == "missing"


def test_nbgraders_folders_are_read(tmp_path):
    save(tmp_path / "submitted" / "alice" / "le5" / "le5.ipynb")
    save(tmp_path / "submitted" / "bob" / "le5" / "le5.ipynb")
    (tmp_path / "submitted" / "bob" / "le5" / "timestamp.txt").write_text("2026-01-01")
    assert set(gather(tmp_path / "submitted")) == {"alice", "bob"}
    assert set(gather(tmp_path / "submitted" / "alice")) == {"alice"}


def test_the_latest_upload_of_canvas_counts(tmp_path):
    old = save(tmp_path / "doejane_12345_100_le5.ipynb", [prompt("a1")])
    new = save(tmp_path / "doejane_LATE_12345_200_le5-1.ipynb")
    os.utime(new, (1, 1))
    save(tmp_path / "doejane_777_150_le5.ipynb")
    results = gather(tmp_path)
    assert set(results) == {"doejane_12345", "doejane_777"}
    taken = results["doejane_12345"]
    assert taken.filename == new.name
    assert any("late" in warning for warning in taken.warnings)
    assert any("2 notebooks" in warning and old.name in warning for warning in taken.warnings)
    assert results["doejane_777"].warnings == ()


def test_the_later_copy_counts_then_the_later_change(tmp_path):
    save(tmp_path / "alice (2).ipynb")
    save(tmp_path / "alice (10).ipynb")
    save(tmp_path / "alice.ipynb")
    first, second = save(tmp_path / "bob_le5.ipynb"), save(tmp_path / "le5_bob.ipynb")
    os.utime(first, (2000, 2000))
    os.utime(second, (1000, 1000))
    results = gather(tmp_path)
    assert results["alice"].filename == "alice (10).ipynb"
    assert results["bob"].filename == "bob_le5.ipynb"


def test_a_broken_latest_file_is_refused_and_names_the_older_one(tmp_path):
    save(tmp_path / "alice.ipynb")
    (tmp_path / "alice (1).ipynb").write_text("{")
    result = gather(tmp_path)["alice"]
    assert result.code == "broken_json"
    assert "and not alice.ipynb" in result.sentence


def test_files_of_one_name_in_several_folders_lose_nobody(tmp_path):
    save(tmp_path / "alice" / "homework.ipynb")
    save(tmp_path / "bob" / "homework.ipynb")
    save(tmp_path / "carol" / "le5.ipynb")
    assert set(gather(tmp_path)) == {"alice_homework", "bob_homework", "carol"}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("alice.ipynb", "alice"),
        ("Müller Jörg.ipynb", "Müller_Jörg"),
        ("Doe, Jane Jr..ipynb", "Doe_Jane_Jr"),
        ("J. Doe.ipynb", "J._Doe"),
        ("o'brien.ipynb", "o'brien"),
        ("陳大文.ipynb", "陳大文"),
        ("jane.doe@case.edu.ipynb", "jane.doe@case.edu"),
        ("le5-alice.ipynb", "alice"),
        ("alice_LE5 (3).ipynb", "alice"),
        ("alice_le5-1.ipynb", "alice"),
        ("student-1.ipynb", "student-1"),
        ("mistake-no__scaling_2.ipynb", "mistake-no__scaling_2"),
        ("lab_05_2024_alice.ipynb", "lab_05_2024_alice"),
        ("le5-2.ipynb", "submitted"),
        ("alice-Copy1.ipynb", "alice"),
        ("le55.ipynb", "le55"),
        ("le5.ipynb", "submitted"),
        ("alice/le5.ipynb", "alice"),
        ("alice/le5/le5.ipynb", "alice"),
        ("alice/le5/final.ipynb", "alice"),
        ("le5/alice.ipynb", "alice"),
        ("submission_777/le5.ipynb", "submission_777"),
        ("Jane Doe_4711_assignsubmission_file_/my work.ipynb", "Jane_Doe_4711"),
        ("müllerjörg_12345_67890_le5.ipynb", "müllerjörg_12345"),
        ("doejane_LATE_12345_67890_le5-2.ipynb", "doejane_12345"),
    ],
)
def test_whose_file_it_is(path, name):
    assert student(path) == name


def test_composed_and_decomposed_accents_are_one_student():
    assert safe_name("Jo\u0308rg") == safe_name("J\u00f6rg") == "J\u00f6rg"


@pytest.mark.parametrize(
    "raw",
    ["../../etc/passwd", "..", "a\\b", "alice\u200b", "\u202ealice", "a\x00b", "\ud800", "", "...", "-"],
)
def test_a_name_that_plays_tricks_gets_a_hash(raw):
    name = safe_name(raw)
    assert "~" in name
    assert name != safe_name(raw + "x")


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300))
def test_every_name_is_safe_in_a_path(raw):
    name = safe_name(raw)
    assert 0 < len(name) <= 100
    assert len(name.encode("utf-8")) <= 200
    assert not set(name) & set('/\\\x00\n<>"&|:*? ')
    assert ".." not in name
    assert name[0] not in ".-"
    assert name.isprintable()
    assert safe_name(name) == name or "~" in name


def test_a_thousand_files_take_seconds(tmp_path):
    cells = full() + [code("x = 1\n" * 20) for _ in range(40)]
    for number in range(200):
        save(tmp_path / f"s{number:04}.ipynb", cells)
    before = time.monotonic()
    assert (
        sum(isinstance(result, Submission) for result in collect([tmp_path], lab=LAB, template=TEMPLATE))
        == 200
    )
    assert time.monotonic() - before < 10
