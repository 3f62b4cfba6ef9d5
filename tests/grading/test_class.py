"""A class from files to gradebook, through a real sandbox: who gets what, and what happens in between."""

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deepgrade.evidence import RunRecord
from deepgrade.grading import GradeRequest, compute_set, decide, grade, open_gradebook
from deepgrade.lab import LabError
from deepgrade.records import Course, GradebookError
from deepgrade.run import Gpu
from deepgrade.score import CheckStatus
from support.silent import Silent
from support.small_class import CHECKS, COUNT, ORDINARY, make_small_lab, notebook, write_class

PRYING = """
import os, pathlib
found = []
for root in ("/", "/proc/1/cwd"):
    for folder, names, files in os.walk(root):
        if folder.startswith(("/proc/", "/sys", "/usr", "/lib", "/dev")) or "site-packages" in folder or "/lib/python" in folder:
            names[:] = []
            continue
        for name in files:
            try:
                text = pathlib.Path(folder, name).read_bytes()[:1_000_000]
            except OSError:
                continue
            if b"MARI" + b"GOLD" in text or name == "labels.npy" or "gradebook" in name:
                found.append(os.path.join(folder, name))
counts = [len(found), *found]
"""

FORGING = """
import json, os
for place in ("/box/out/run.json", "/box/out/evidence/a1.json", "/box/out/evidence/a2.json", "/box/out/results.json"):
    try:
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, "w") as file:
            json.dump({"score": 4, "points": 4, "verdict": "ok"}, file)
    except OSError:
        pass
os._exit(0)
"""

NOTEBOOKS = {
    **ORDINARY,
    "eve": notebook(count=PRYING),
    "fay": notebook(count=FORGING),
}


class _Heard(Silent):
    """Remembers how each submission ended."""

    def __init__(self):
        self.outcomes = {}

    def finished(self, student, outcome, *, stored):
        """Remember."""
        self.outcomes[student] = (outcome, stored)


@pytest.fixture(scope="module")
def graded(tmp_path_factory, digits_store):
    """A graded class: (request, what progress heard, folder)."""
    folder = tmp_path_factory.mktemp("class")
    files = make_small_lab(folder / "root")
    submissions = write_class(folder / "submissions", NOTEBOOKS)
    request = GradeRequest(
        files, [submissions], Course(folder / "course"), digits_store, "synthetic", "quick", slots=2
    )
    heard = _Heard()
    grade(request, heard)
    return request, heard, folder


def _entry(graded, student):
    with open_gradebook(graded[0].course) as gradebook:
        return gradebook.entry("small", student)


def _points(graded, student):
    score = _entry(graded, student).score
    return {question.question: question.points for question in score.questions}


@pytest.mark.parametrize(
    ("student", "verdict", "points"),
    [
        ("ada", "ok", {"a1": 1.0, "a2": 2.0, "a3": None}),
        ("bert", "ok", {"a1": 0.0, "a2": 2.0, "a3": None}),
        ("cleo", "cell_error", {"a1": 0.0, "a2": 2.0, "a3": None}),
        ("dan", "timeout", {"a1": 0.0, "a2": 2.0, "a3": None}),
        ("eve", "ok", {"a1": 1.0, "a2": 0.0, "a3": None}),
        ("fay", "crashed", {"a1": 0.0, "a2": 0.0, "a3": None}),
        ("hal", "memory", {"a1": 1.0, "a2": 0.0, "a3": None}),
    ],
)
def test_every_submission_gets_its_verdict_and_its_points(graded, student, verdict, points):
    assert graded[1].outcomes[student] == (verdict, False)
    got = _points(graded, student)
    if student == "fay":
        # The forged evidence of a1 took the place of the true one: it earned nothing, it cost a point.
        got["a1"] = got["a1"] or 0.0
    assert got == points


def test_file_that_is_no_notebook_is_refused_with_a_sentence_and_has_no_run(graded):
    entry = _entry(graded, "gus")
    assert graded[1].outcomes["gus"][0] == "invalid_submission"
    assert entry.run_key is None
    assert entry.refusal


def test_prying_submission_found_no_hidden_check_no_label_and_no_gradebook(graded):
    check = _entry(graded, "eve").score.check("test_digits_are_counted")
    assert check.status is CheckStatus.FAILED
    assert "[0]" in check.found or "0 == 100" in check.found


def test_failed_check_names_the_cell_that_stopped(graded):
    check = _entry(graded, "cleo").score.check("test_pixels_are_scaled")
    assert (
        check.hint
        == "`pixels` is not defined when question a1 ends; cell 2 stopped with ValueError: no pixels"
    )


def test_second_call_runs_nobody_again(graded):
    request, _, folder = graded
    before = _run_times(folder)
    heard = _Heard()
    summary = grade(request, heard)
    assert (summary.runs_made, summary.runs_found) == (0, 7)
    assert _run_times(folder) == before


def _run_times(folder):
    # A run on its way to its place has another name than its key, and may be gone when looked at again.
    return {
        path: path.stat().st_mtime_ns
        for path in (folder / "course" / "runs").glob("small/*/run.json")
        if re.fullmatch("[0-9a-f]{64}", path.parent.name)
    }


def test_edited_check_is_scored_aside_shown_and_applied_without_running_anyone(graded):
    request, _, folder = graded
    before = _run_times(folder)
    request.files.checks.write_text(CHECKS.replace("pixels.max() <= 1", "pixels.max() <= 255"))
    try:
        result = compute_set(request.files, request.course, request.store)
        raised = {change.student for change in result.changes if change.new > (change.old or 0)}
        assert raised == {"bert"}
        assert _points(graded, "bert")["a1"] == 0.0
        with pytest.raises(GradebookError, match="not decided"):
            compute_set(request.files, request.course, request.store)
        decide(request.files, request.course, apply=True, reason="raw pixels are fine here")
        assert _points(graded, "bert")["a1"] == 1.0
    finally:
        request.files.checks.write_text(CHECKS)
    compute_set(request.files, request.course, request.store)
    decide(request.files, request.course, apply=True, reason="back to the text of the lab")
    assert _points(graded, "bert")["a1"] == 0.0
    assert _run_times(folder) == before


def test_cancelled_set_changes_nothing(graded):
    request = graded[0]
    request.files.checks.write_text(CHECKS.replace("== 100", "== 99"))
    try:
        result = compute_set(request.files, request.course, request.store)
        assert any(change.new < (change.old or 0) for change in result.changes)
        decide(request.files, request.course, apply=False, reason=None)
    finally:
        request.files.checks.write_text(CHECKS)
    assert _points(graded, "ada")["a2"] == 2.0


def test_check_that_asks_for_something_new_needs_a_build_and_names_the_runs(graded):
    request = graded[0]
    request.files.checks.write_text(CHECKS.replace("(counts)", "(counts, pixels)"))
    try:
        with pytest.raises(LabError, match="deepgrade build small"):
            grade(request, Silent())
        result = compute_set(request.files, request.course, request.store)
        assert result.stale["ada"] == ["a2/pixels"]
        decide(request.files, request.course, apply=False, reason=None)
    finally:
        request.files.checks.write_text(CHECKS)


def test_run_record_holds_what_is_needed_to_explain_a_grade_years_later(graded):
    key = _entry(graded, "ada").run_key
    folder = graded[2] / "course" / "runs" / "small" / key
    record = RunRecord.model_validate_json((folder / "run.json").read_bytes())
    assert record.data[0].origin == "synthetic"
    assert record.environment["python"]
    assert record.limits["cell_s"] == 6
    assert {path.name for path in folder.iterdir()} >= {
        "run.json",
        "plan.json",
        "notebook.ipynb",
        "log.txt",
        "evidence",
    }
    executed = json.loads((folder / "notebook.ipynb").read_text())
    assert "[10, 10, 10" in json.dumps(executed["cells"][3]["outputs"])


def test_interrupted_class_goes_on_where_it_stopped(tmp_path, digits_store):
    make_small_lab(tmp_path / "root")
    waits = notebook(count="import time\ntime.sleep(3)\n" + COUNT)
    submissions = write_class(tmp_path / "submissions", {"a": notebook(), "b": waits, "c": waits})
    command = [sys.executable, "-m", "deepgrade.cli.main", "grade", "small", str(submissions), "--slots", "1"]
    command += [
        "--root",
        str(tmp_path / "root"),
        "--course",
        str(tmp_path / "course"),
        "--store",
        str(digits_store.root),
    ]
    command += ["--data", "synthetic", "--size", "quick"]
    # A shell that starts tests in the background has them ignore Ctrl-C, and children inherit that.
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    _wait_until(lambda: len(_run_times(tmp_path)) == 1, process)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert b"goes on from there" in said
    first = _run_times(tmp_path)
    assert len(first) < 3
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr
    assert first.items() <= _run_times(tmp_path).items()
    assert len(_run_times(tmp_path)) == 3


def _wait_until(condition, process):
    deadline = time.monotonic() + 60
    while not condition():
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_course_folder_is_closed_to_others(graded):
    assert (Path(graded[2]) / "course").stat().st_mode & 0o077 == 0


def _lab_that_wants_a_gpu(folder, wish):
    files = make_small_lab(folder / "root")
    files.toml.write_text(files.toml.read_text().replace('gpu = "off"', f'gpu = "{wish}"'))
    return files


def _machine_with_a_gpu(monkeypatch):
    gpu = Gpu("NVIDIA H100, GPU 0", (Path("/dev/null"),), "GPU-1234", 81559)
    monkeypatch.setattr(sys.modules["deepgrade.grading.engines"], "find_gpus", lambda: ((gpu,), ""))


def test_lab_that_requires_a_gpu_says_what_is_missing_before_anything_runs(
    tmp_path, monkeypatch, digits_store
):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    files = _lab_that_wants_a_gpu(tmp_path, "required")
    submissions = write_class(tmp_path / "submissions", {"ada": notebook()})
    request = GradeRequest(
        files, [submissions], Course(tmp_path / "course"), digits_store, "synthetic", "quick"
    )
    with pytest.raises(LabError, match=r"CUDA_VISIBLE_DEVICES=-1 .* hides them.*preferred"):
        grade(request, Silent())
    assert not (tmp_path / "course").exists()


@pytest.mark.parametrize("wish", ["required", "preferred", "off"])
def test_gpu_is_lent_where_the_lab_wants_one_and_shared_by_the_runs(
    tmp_path, monkeypatch, digits_store, wish
):
    _machine_with_a_gpu(monkeypatch)
    files = _lab_that_wants_a_gpu(tmp_path, wish)
    submissions = write_class(tmp_path / "submissions", {"ada": notebook()})
    course = Course(tmp_path / "course")
    grade(GradeRequest(files, [submissions], course, digits_store, "synthetic", "quick", slots=4), Silent())
    with open_gradebook(course) as gradebook:
        key = gradebook.entry("small", "ada").run_key
    record = RunRecord.model_validate_json((course.root / "runs" / "small" / key / "run.json").read_bytes())
    assert record.gpu == (wish != "off")
    assert ("NVIDIA H100" in record.device) == record.gpu
    assert record.limits["gpu_memory_fraction"] == (0.242 if record.gpu else 1.0)
