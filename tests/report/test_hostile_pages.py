"""Nothing that a student writes acts on a page, whatever field it comes from."""

import base64
import hashlib
import json
import re

import pytest
from page_reader import Page
from report_fixtures import make_report
from report_hostile import BAD, hostile_entry
from report_lab import make_run
from report_runs import write_run

from deepgrade.report import StudentEntry, write_feedback, write_report


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    entries = [hostile_entry(folder), StudentEntry(student=BAD, slug="a/../b", refusal=BAD)]
    report = make_report(entries, course=BAD, note=BAD)
    index = write_report(report, folder / "out")
    write_feedback(report, entries[0], folder / "out" / "students" / "feedback.html")
    return [index, *sorted((folder / "out" / "students").iterdir())]


def test_pages_hold_only_known_elements_attributes_and_addresses(pages):
    assert len(pages) == 4
    for path in pages:
        assert Page(path.read_text(encoding="utf-8")).problems == [], path


def test_no_control_direction_or_null_character_reaches_a_page(pages):
    for path in pages:
        text = path.read_text(encoding="utf-8")
        assert not [c for c in text if ord(c) < 32 and c not in "\n\t"]
        assert not set(text) & set("\u202e\u2066\u2067\u200f\x7f\x9b")


def test_the_only_style_is_ours_and_the_policy_names_it_by_hash(pages):
    for path in pages:
        page = Page(path.read_text(encoding="utf-8"))
        policies = [
            m["content"] for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy"
        ]
        digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
        assert policies == [
            f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
        ]
        assert len(page.all("style")) == 1
        assert "url(" not in page.style and "@import" not in page.style


def test_ten_megabytes_of_output_make_a_page_of_under_three(pages):
    assert max(path.stat().st_size for path in pages) < 3_000_000


def test_template_text_of_a_student_is_not_evaluated(pages):
    words = " ".join(Page(path.read_text(encoding="utf-8")).words for path in pages)
    assert "{{ 7 * 7 }}" in words


def test_a_slug_that_leaves_the_folder_is_replaced(pages):
    names = {path.name for path in pages[0].parent.rglob("*.html")}
    assert all(re.fullmatch(r"[a-z0-9-]+\.html", name) for name in names)
    assert not (pages[0].parent.parent / "etc").exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b'{"cells": {}}',
        b'{"cells": 5, "cells": 6}',
        b"[" * 100_000,
        b'{"cells": [' + b"9" * 5_000 + b"]}",
    ],
    ids=["empty", "not-utf8", "list", "no-cells", "twice", "deep", "huge-number"],
)
def test_a_broken_file_in_the_run_folder_is_named_on_the_page(tmp_path, content):
    folder = write_run(tmp_path / "run")
    for name in ("notebook.ipynb", "evidence/b9.json", "predictions/infer.json"):
        (folder / name).write_bytes(content)
    entry = StudentEntry("Ada", "ada", run=make_run("Ada"), run_folder=folder)
    index = write_report(make_report([entry]), tmp_path / "out")
    page = Page((index.parent / "students" / "ada.html").read_text(encoding="utf-8"))
    assert page.problems == []


def test_a_link_in_the_run_folder_is_not_followed(tmp_path):
    secret = tmp_path / "secret.ipynb"
    secret.write_text(json.dumps({"cells": [{"cell_type": "raw", "source": "the labels"}]}))
    folder = write_run(tmp_path / "run")
    (folder / "notebook.ipynb").unlink()
    (folder / "notebook.ipynb").symlink_to(secret)
    entry = StudentEntry("Ada", "ada", run=make_run("Ada"), run_folder=folder)
    index = write_report(make_report([entry]), tmp_path / "out")
    text = (index.parent / "students" / "ada.html").read_text(encoding="utf-8")
    assert "the labels" not in text
    assert "symbolic link" in text


def test_feedback_for_the_student_holds_no_rubric_and_no_hidden_comparison(tmp_path):
    entry = hostile_entry(tmp_path)
    report = make_report([entry])
    text = write_feedback(report, entry, tmp_path / "feedback.html").read_text(encoding="utf-8")
    page = Page(text)
    assert "What a grader looks for" not in page.words
    assert "saturation, what happens" not in page.words
    assert "index.html" not in text
    assert "For a person to look at" not in page.words


def test_evidence_beyond_the_budget_is_left_out_with_a_sentence(tmp_path):
    large = {"v": {"kind": "value", "type": "str", "value": "x" * 9_000_000}}
    folder = write_run(tmp_path / "run", items={"b1": large, "b2": {"n": {"kind": "missing"}}})
    entry = StudentEntry("Ada", "ada", run=make_run("Ada"), run_folder=folder)
    write_report(make_report([entry]), tmp_path)
    words = Page((tmp_path / "students" / "ada.html").read_text(encoding="utf-8")).words
    assert "The evidence of this question cannot be shown: b1.json has 8.6 MiB" in words
    assert "not defined when the question ended" in words
