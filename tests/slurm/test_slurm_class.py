"""A class on a real cluster gets what it gets on one machine."""

import json
import stat
from pathlib import Path

import pytest

from deepgrade.grading import GradeRequest, grade, open_gradebook
from deepgrade.records import Course, RunStore
from support.small_class import ORDINARY, notebook

pytestmark = pytest.mark.slurm

PRYING = """
import os, pathlib
found = []
for root in ("/", "/proc/1/cwd"):
    for folder, names, files in os.walk(root):
        if folder.startswith(("/proc/", "/sys", "/usr", "/lib", "/dev")) or "site-packages" in folder or "/lib/python" in folder:
            names[:] = []
            continue
        found += [os.path.join(folder, name) for name in (*names, *files) if name in ("setup.json", "state.json", "attempts")]
found += [name for name in os.environ if name.startswith("SLURM")]
counts = [100 - len(found), *([1] * len(found))] if not found else found
"""

STUBBORN = """
import time
for _ in range(60):
    try:
        time.sleep(60)
    except BaseException:
        pass
"""

NOTEBOOKS = {
    **ORDINARY,
    "eve": notebook(count=PRYING),
    "fay": notebook(count=STUBBORN),
}
"""dan's cell is interrupted; fay's does not let itself be, so the whole run ends at its limit."""


@pytest.fixture(scope="module")
def graded(tmp_path_factory, digits_store, cluster):
    from slurm.conftest import School
    from support.small_class import make_small_lab

    folder = tmp_path_factory.mktemp("graded")
    files = make_small_lab(folder / "labs")
    files.toml.write_text(
        files.toml.read_text().replace("wall_s = 40", "wall_s = 8").replace("cell_s = 6", "cell_s = 2")
    )
    school = School(folder, digits_store, cluster, files)
    school.hand_in(NOTEBOOKS)
    school.summary = school.grade()
    request = school.request()
    local = GradeRequest(
        files,
        request.paths,
        Course(folder / "local"),
        digits_store,
        "synthetic",
        "quick",
        "bubblewrap",
        slots=2,
    )
    grade(local, type(school.heard)())
    return school


def _records(course):
    with open_gradebook(course) as gradebook:
        entries = gradebook.entries("small")
    store = RunStore(course, "small")
    return {
        entry.student: (
            store.read(entry.run_key).verdict if entry.run_key else entry.refusal,
            entry.score and [(question.question, question.points) for question in entry.score.questions],
            store.read(entry.run_key).questions_finished if entry.run_key else None,
        )
        for entry in entries
    }


def test_records_are_those_of_the_local_engine(graded):
    there, here = _records(graded.course), _records(Course(graded.folder / "local"))
    assert there.keys() == here.keys() == NOTEBOOKS.keys()
    assert there == here
    assert there["ada"][:2] == ("ok", [("a1", 1.0), ("a2", 2.0), ("a3", None)])
    assert there["hal"][0] == "memory"


def test_nothing_is_an_error_and_the_progress_names_everybody(graded):
    assert graded.summary.errors == []
    assert graded.summary.runs_made == len(NOTEBOOKS) - 1
    assert graded.heard.outcomes.keys() == NOTEBOOKS.keys()
    assert set(graded.heard.running) <= NOTEBOOKS.keys()


def test_timeouts_are_the_students_and_are_not_tried_again(graded):
    assert graded.heard.outcomes["dan"] == ("timeout", False)
    assert graded.heard.outcomes["fay"] == ("timeout", False)
    assert len(graded.starts()) == len(NOTEBOOKS) - 1
    state = graded.state()
    assert sorted(index for array in state["arrays"] for index in array["indexes"]) == list(
        range(len(NOTEBOOKS) - 1)
    )


def test_class_larger_than_an_array_is_submitted_as_several(graded):
    assert len(NOTEBOOKS) - 1 > 4
    assert [len(array["indexes"]) for array in graded.state()["arrays"]] == [5, 2]


def test_student_code_sees_neither_batch_nor_job(graded):
    with open_gradebook(graded.course) as gradebook:
        check = gradebook.entry("small", "eve").score.check("test_digits_are_counted")
    assert check.status == "passed", check.found


def test_batch_is_closed_and_holds_no_student_work_any_more(graded):
    (batch,) = graded.batches
    assert graded.state()["closed"]
    assert not (batch / "tasks").exists()
    assert not (batch / "attempts").exists()
    assert len(list((batch / "done").iterdir())) == len(NOTEBOOKS) - 1


def test_nobody_else_may_open_the_batch(graded):
    (batch,) = graded.batches
    for path in (graded.course.root, batch.parent.parent, batch.parent, batch, *batch.rglob("*")):
        if path.is_dir():
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    for path in (batch / "setup.json", batch / "state.json", *(batch / "done").iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_setup_of_the_nodes_names_no_label_and_no_check(graded):
    text = (graded.batches[0] / "setup.json").read_text()
    assert "labels" not in text
    assert "MARIGOLD" not in text
    assert "still go up to 255" not in text
    assert json.loads(text)["models"] == []


def test_next_call_finds_every_run_and_submits_nothing(graded):
    before = graded.cluster.ask("squeue", "--noheader", "--array", "--states=all").count("\n")
    graded.grade()
    assert {outcome for outcome in graded.heard.outcomes.values() if outcome[0] != "invalid_submission"} == {
        ("ok", True), ("cell_error", True), ("timeout", True), ("memory", True),
    }  # fmt: skip
    assert graded.cluster.ask("squeue", "--noheader", "--array", "--states=all").count("\n") == before
    assert len(graded.batches) == 1


def test_job_asks_for_what_the_lab_needs(graded):
    script = (graded.batches[0] / "arrays" / "1.sh").read_text()
    for option in ("--array=0-4", "--mem=1100M", "--time=2", "--cpus-per-task=1", "--partition=gpu"):
        assert f" {option} " in script.replace("\n", " "), script
    assert "--gres" not in script
    assert Path(graded.batches[0]) == graded.batches[0].resolve()
