"""Hidden checks on stored evidence: what each kind of evidence earns, and why."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepgrade.evidence import Verdict
from deepgrade.score import CheckStatus, ScoringError, score_runs, scoring
from deepgrade.score.scoring import parts_of
from support.made_runs import (
    CHECKS,
    cell_error,
    good_items,
    inferred,
    make_lab,
    make_labels,
    make_public,
    make_record,
    whole,
    write_run,
)


@pytest.fixture
def scored(tmp_path):
    """Score one run made of items and infer.json; changes go into its record."""
    public, labels = make_public(tmp_path), make_labels(tmp_path)

    def score(items=None, infer=None, checks=CHECKS, lab_changes=None, devices=None, **changes):
        files = make_lab(tmp_path / "root", checks)
        folder = tmp_path / "run"
        record = make_record(files, **changes)
        items = good_items(folder) if items is None else items(folder)
        write_run(folder, record, items, inferred(folder) if infer is None else infer(folder), devices)
        return next(iter(score_runs(files, [folder], size="quick", public=public, labels=labels)))

    return score


def _status(score, check):
    return score.check(check).status


def test_perfect_evidence_earns_every_automatic_point(scored):
    score = scored()
    assert (score.automatic_points, score.automatic_possible, score.manual_possible) == (3.0, 3.0, 1.0)
    assert score.questions[2].points is None
    assert score.questions[2].answer == "Because."
    assert score.model_scores[0].value == pytest.approx(0.8)


def test_a_persons_own_pytest_plugins_options_and_conftest_have_no_say(scored, tmp_path, monkeypatch):
    plugin = tmp_path / "packages"
    (plugin / "odd-1.0.dist-info").mkdir(parents=True)
    (plugin / "odd-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: odd\nVersion: 1.0\n")
    (plugin / "odd-1.0.dist-info" / "entry_points.txt").write_text("[pytest11]\nodd = odd\n")
    (plugin / "odd.py").write_text("def pytest_collection_modifyitems(items):\n    items.clear()\n")
    monkeypatch.setenv("PYTHONPATH", str(plugin))
    monkeypatch.setenv("PYTEST_ADDOPTS", "--collect-only")
    for folder in (tmp_path, tmp_path / "root", tmp_path / "root" / "tests"):
        folder.mkdir(exist_ok=True)
        (folder / "conftest.py").write_text("raise SystemExit(9)\n")
        (folder / "__init__.py").write_text("raise SystemExit(9)\n")
    score = scored()
    assert score.automatic_points == score.automatic_possible


def test_undefined_variable_fails_its_checks_and_names_the_cell_that_stopped(scored):
    def items(folder):
        return good_items(folder) | {"a1": {"images": {"kind": "missing"}}}

    score = scored(items, cell_errors=(cell_error("a1"),))
    check = score.check("test_images_are_scaled")
    assert check.status is CheckStatus.FAILED
    assert (
        check.hint
        == "`images` is not defined when question a1 ends; cell 5 stopped with ValueError: bad shape"
    )
    assert _status(score, "test_network_has_the_right_size") is CheckStatus.PASSED


def test_failed_check_gives_hint_to_students_and_comparison_to_staff(scored):
    def items(folder):
        return good_items(folder) | {"a1": {"images": whole(folder / "evidence", np.full((20, 784), 255.0))}}

    check = scored(items).check("test_images_are_scaled")
    assert check.hint == "pixels still go up to 255"
    assert "255.0 <= 1" in check.found


def test_question_that_never_ended_fails_and_says_why(scored):
    score = scored(verdict=Verdict.TIMEOUT, detail="ran 600 s of 600 s", questions_finished=("a1",))
    check = score.check("test_network_has_the_right_size")
    assert check.status is CheckStatus.FAILED
    assert "ran 600 s of 600 s" in check.hint


def test_run_that_was_never_asked_leaves_the_denominator(scored):
    score = scored(plan={"a1": ("images",), "a2": ("test_acc",)})
    assert _status(score, "test_network_has_the_right_size") is CheckStatus.NOT_ASSESSED
    assert score.automatic_possible == 1.0
    assert score.questions[1].points is None


def test_grader_failure_costs_nothing_and_is_flagged(scored):
    score = scored(verdict=Verdict.INTERNAL_ERROR, detail="the sandbox did not start")
    assert {check.status for question in score.questions for check in question.checks} == {
        CheckStatus.NOT_ASSESSED
    }
    assert score.automatic_possible == 0
    assert "internal_error" in {flag.code for flag in score.flags}


def test_model_that_is_not_rebuilt_waits_for_a_person_and_earns_nothing_yet(scored):
    refusal = {"status": "refused", "reason": "custom_code", "detail": "a Lambda layer"}
    score = scored(infer=lambda folder: {"schema_version": 1, "models": {"a2/network": refusal}})
    check = score.check("test_network_reads_new_digits")
    assert check.status is CheckStatus.NEEDS_REVIEW
    assert "custom_code" in check.reason
    assert score.questions[1].points == 0.0
    assert score.questions[1].assessed == 2.0


def test_reported_accuracy_far_above_the_hidden_one_is_flagged(scored):
    def items(folder):
        made = good_items(folder)
        made["a2"]["test_acc"]["value"] = 0.999
        return made

    score = scored(items, infer=lambda folder: inferred(folder, accuracy=0.1))
    assert _status(score, "test_network_reads_new_digits") is CheckStatus.FAILED
    assert "public_hidden_gap" in {flag.code for flag in score.flags}


def test_score_within_chance_of_the_threshold_is_flagged(scored):
    score = scored(infer=lambda folder: inferred(folder, accuracy=0.69))
    assert "near_threshold" in {flag.code for flag in score.flags}


@pytest.mark.parametrize(
    "damage",
    [
        {"shape": [5, 5]},
        {"file": "../../../labels.npy"},
        {"file": "f" * 64 + ".npy"},
        {"dtype": "no such type"},
        {"shape": [-1, 784]},
        {"shape": "wide"},
        {"stored": "rows", "rows": [3, 1]},
    ],
)
def test_evidence_that_contradicts_itself_waits_for_a_person(scored, damage):
    def items(folder):
        made = good_items(folder)
        made["a1"]["images"] |= damage
        return made

    assert _status(scored(items), "test_images_are_scaled") in (CheckStatus.NEEDS_REVIEW, CheckStatus.FAILED)


def test_odd_value_where_an_array_is_expected_fails_without_blaming_the_check(scored):
    def items(folder):
        return good_items(folder) | {"a1": {"images": {"kind": "value", "type": "str", "value": "<script>"}}}

    check = scored(items).check("test_images_are_scaled")
    assert check.status is CheckStatus.FAILED
    assert "AttributeError" in check.found


def test_check_with_a_bug_of_its_own_costs_nobody_points(scored):
    score = scored(checks=CHECKS.replace("images.ndim == 2", "undefined_name == 2"))
    assert _status(score, "test_images_are_flat") is CheckStatus.INTERNAL_ERROR
    assert score.automatic_possible == 2.5
    assert "check_error" in {flag.code for flag in score.flags}


def test_threshold_that_lab_toml_lacks_is_the_graders_problem(scored):
    score = scored(checks=CHECKS.replace('lab.threshold("a2")', 'lab.threshold("a1")'))
    check = score.check("test_network_reads_new_digits")
    assert check.status is CheckStatus.INTERNAL_ERROR
    assert "thresholds.quick" in check.reason


def test_check_file_that_does_not_import_stops_with_the_reason_and_loses_nothing(tmp_path):
    public, labels = make_public(tmp_path), make_labels(tmp_path)
    files = make_lab(tmp_path / "root")
    folder = write_run(tmp_path / "run", make_record(files), good_items(tmp_path / "run"), None)
    files.checks.write_text(CHECKS + "\nimport nothing_of_this_name\n")
    with pytest.raises(ScoringError, match=r"no student code has to run again(.|\n)*nothing_of_this_name"):
        list(score_runs(files, [folder], size="quick", public=public, labels=labels))
    assert (folder / "run.json").exists()


def test_big_array_answers_from_facts_and_stored_rows(scored):
    def items(folder):
        rows = np.arange(256 * 784, dtype=np.float64).reshape(256, 784) / 500_000
        made = whole(folder / "evidence", rows) | {
            "shape": [60000, 784],
            "stored": "rows",
            "rows": [*range(255), 59999],
        }
        return good_items(folder) | {"a1": {"images": made | {"min": 0.0, "max": 1.0}}}

    checks = CHECKS.replace(
        "assert images.ndim == 2", "assert images[59999].shape == (784,) and images.sum() > 0"
    )
    score = scored(items, checks=checks)
    assert _status(score, "test_images_are_scaled") is CheckStatus.PASSED
    assert _status(score, "test_images_are_flat") is CheckStatus.NEEDS_REVIEW
    assert score.automatic_possible == 3.0


@pytest.mark.parametrize(
    ("devices", "status"),
    [
        ({}, CheckStatus.NEEDS_REVIEW),
        ({"trained": True}, CheckStatus.NOT_ASSESSED),
        ({"trained": False}, CheckStatus.FAILED),
        ({"trained": True, "gpus": ["GPU:0"]}, CheckStatus.NOT_ASSESSED),
        ({"trained": True, "hiding_calls": ["x"]}, CheckStatus.FAILED),
        (
            {"trained": True, "cuda_visible_devices": {"given": None, "at_start": None, "at_end": "-1"}},
            CheckStatus.FAILED,
        ),
    ],
)
def test_gpu_check_tells_hidden_from_absent(scored, devices, status):
    checks = CHECKS.replace("def test_images_are_flat(images)", "def test_images_are_flat(images, lab)")
    checks = checks.replace("assert images.ndim == 2", 'assert lab.devices.assess() == "used"')
    assert _status(scored(checks=checks, devices=devices), "test_images_are_flat") is status


def test_gpu_that_was_lent_has_to_be_seen_whatever_the_notebook_says_of_the_host(scored):
    checks = CHECKS.replace("def test_images_are_flat(images)", "def test_images_are_flat(images, lab)")
    checks = checks.replace("assert images.ndim == 2", 'assert lab.devices.assess() == "used"')
    seen = scored(checks=checks, devices={"trained": True, "gpus": ["GPU:0"]}, gpu=True)
    assert _status(seen, "test_images_are_flat") is CheckStatus.PASSED
    unseen = scored(checks=checks, devices={"trained": True, "gpus": []}, gpu=True)
    assert _status(unseen, "test_images_are_flat") is CheckStatus.FAILED


def test_answer_blown_up_or_disguised_stays_in_the_denominator(scored):
    def items(folder):
        frame = {"kind": "frame", "shape": [2, 2], "columns": ["a", "b"]}
        return good_items(folder) | {"a1": {"images": frame}}

    score = scored(items)
    assert _status(score, "test_images_are_scaled") is CheckStatus.NEEDS_REVIEW
    assert (score.automatic_points, score.automatic_possible) == (2.0, 3.0)


@pytest.fixture
def twelve(tmp_path):
    """Twelve runs of rising accuracy, and what scores them; students are s0 to s11."""
    public, labels = make_public(tmp_path), make_labels(tmp_path)
    files = make_lab(tmp_path / "root")
    folders = []
    for place in range(12):
        folder = tmp_path / f"run{place}"
        record = make_record(files, student=f"s{place}")
        write_run(folder, record, good_items(folder), inferred(folder, accuracy=place / 11))
        folders.append(folder)
    return files, lambda: score_runs(files, folders, size="quick", public=public, labels=labels)


def test_session_that_dies_in_a_later_part_of_a_class_says_how_many_are_scored(twelve, monkeypatch):
    files, score = twelve
    monkeypatch.setattr(scoring, "_LARGEST_PART", 4)
    dies = "\n    if 0.72 < lab.hidden_accuracy(network) < 0.8:\n        __import__('os')._exit(3)"
    files.checks.write_text(CHECKS.rstrip() + dies + "\n")
    scores = score()
    assert [next(scores).student for _ in range(4)] == ["s0", "s1", "s2", "s3"]
    with pytest.raises(ScoringError, match=r"scored 8 of 12 submissions"):
        list(scores)


def test_scoring_that_is_given_up_leaves_no_process_and_no_file(twelve, monkeypatch, tmp_path):
    monkeypatch.setattr(scoring, "_LARGEST_PART", 3)
    monkeypatch.setattr(scoring.tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    begun = []
    start = scoring.subprocess.Popen
    monkeypatch.setattr(
        scoring.subprocess, "Popen", lambda *a, **k: begun.append(start(*a, **k)) or begun[-1]
    )
    scores = twelve[1]()
    next(scores)
    scores.close()
    assert begun
    assert all(process.poll() is not None for process in begun)
    assert not list((tmp_path / "temporary").iterdir())


@given(st.integers(1, 3000), st.integers(1, 8))
def test_parts_of_a_class_are_the_class_in_order_and_none_is_large(count, sessions):
    runs = [Path(str(place)) for place in range(count)]
    parts = parts_of(runs, sessions)
    assert [run for part in parts for run in part] == runs
    sizes = [len(part) for part in parts]
    assert max(sizes) <= 500
    assert max(sizes) - min(sizes) <= 1
    assert len(sizes) == 1 or min(sizes) >= 25


@pytest.mark.parametrize("largest_part", [500, 5])
def test_many_runs_are_scored_in_their_order_in_whatever_parts(twelve, monkeypatch, largest_part):
    monkeypatch.setattr(scoring, "_LARGEST_PART", largest_part)
    scores = list(twelve[1]())
    assert [score.student for score in scores] == [f"s{place}" for place in range(12)]
    values = [score.model_scores[0].value for score in scores]
    assert values == sorted(values)


def test_run_whose_record_cannot_be_read_is_never_scored_under_anothers_name(tmp_path):
    public, labels, files = make_public(tmp_path), make_labels(tmp_path), make_lab(tmp_path / "root", CHECKS)
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        write_run(folder, make_record(files), good_items(folder), inferred(folder), None)
    (folders[1] / "run.json").write_text("{")
    scores = score_runs(files, folders, size="quick", public=public, labels=labels)
    assert next(scores).student
    with pytest.raises(ScoringError, match=r"(?s)scored 1 of 2 submissions.*run.json cannot be read"):
        next(scores)
