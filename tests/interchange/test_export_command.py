"""`deepgrade export` as people call it, on a gradebook that was filled without running anything."""

import csv
import os
import stat
import subprocess
import sys

import pytest
from export_grades import NOW, sheet_file

from deepgrade.lab import load_lab
from deepgrade.records import Course, Gradebook
from deepgrade.score.results import CheckResult, CheckStatus, QuestionResult, SubmissionScore
from support.small_class import make_small_lab

RUN = "a" * 64
ROSTER = "student,name,email,login,canvas_id\nada,Ada Lovelace,ada@x.org,ada1,11\nbo,Bo,bo@x.org,bo1,12\n"
TEMPLATE = (
    "Student,ID,SIS Login ID,Section,small (7)\r\n    Points Possible,,,,3.00\r\n"
    '"Lovelace, Ada",11,ada,A,\r\n"Late, Eli",15,eli,A,\r\n'
)


def _score(lab, student, earned):
    questions = []
    for question in lab.questions:
        check = CheckResult(
            check=f"test_{question.id}",
            question=question.id,
            description="It is right.",
            visible=False,
            status=CheckStatus.PASSED if earned else CheckStatus.FAILED,
            points=question.points if earned else 0,
            possible=question.points,
        )
        questions.append(
            QuestionResult(
                question=question.id,
                title=question.title,
                manual=question.manual,
                points=None if question.manual else check.points,
                possible=question.points,
                assessed=question.points,
                checks=() if question.manual else (check,),
            )
        )
    return SubmissionScore(
        lab=lab.name,
        student=student,
        run_key=RUN,
        scored_at=NOW,
        checks_sha256="",
        questions=tuple(questions),
    )


@pytest.fixture
def place(tmp_path):
    """Return a folder with a lab, a course with two graded students and one refused file."""
    files = make_small_lab(tmp_path / "root")
    gradebook = Gradebook(Course(tmp_path / "course").gradebook)
    for student, earned in (("ada", True), ("bo", False)):
        submission = gradebook.add_submission("small", student, "x.ipynb", sha256="0" * 64, run_key=RUN)
        gradebook.add_score(submission, _score(load_lab(files), student, earned))
    gradebook.add_submission("small", "gus", "x.pdf", sha256=None, run_key=None, refusal="It is a PDF file.")
    gradebook.close()
    return tmp_path


def export(place, *words):
    command = [sys.executable, "-m", "deepgrade.cli.main", "export", *map(str, words)]
    command += ["--root", "root", "--course", "course"]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=place, check=False, env=os.environ | {"COLUMNS": "200"}
    )


def table(path, delimiter=","):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream, delimiter=delimiter))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["canvas", "small"], "add --template with a gradebook exported from Canvas, or --roster"),
        (["moodle", "small"], "add --roster, or --template"),
        (["otter", "smal"], "Labs there: small"),
        (["nbgrader", "small", "--gradebook", "course/gradebook.db"], "It is deepgrade's own"),
    ],
)
def test_what_is_missing_is_said_without_a_traceback(place, words, says):
    done = export(place, *words)
    assert done.returncode == 2 and says in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_nothing_graded_says_which_command_comes_first(tmp_path):
    make_small_lab(tmp_path / "root")
    done = export(tmp_path, "otter", "small")
    assert done.returncode == 2 and "deepgrade grade small" in done.stderr


def test_otters_table_lies_in_the_report_folder_and_is_the_owners_alone(place):
    done = export(place, "otter", "small", "--points", "automatic")
    assert done.returncode == 0, done.stderr
    path = place / "course" / "report" / "small" / "final_grades.csv"
    assert [row[:5] for row in table(path)] == [
        ["file", "a1", "a2", "total_points_earned", "percent_correct"],
        ["points-per-question", "1", "2", "3", "1"],
        ["ada.ipynb", "1", "2", "3", "1"],
        ["bo.ipynb", "0", "0", "0", "0"],
        ["gus.ipynb", "0", "0", "0", "0"],
    ]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "3 students written, 0 left out" in done.stdout and f"written: {path}" in done.stdout


def test_a_canvas_gradebook_is_filled_and_everyone_else_is_named(place):
    sheet_file(place, TEMPLATE)
    done = export(
        place, "canvas", "small", "--template", "exported.csv", "--points", "automatic", "--out", "up.csv"
    )
    assert done.returncode == 0, done.stderr
    assert (place / "up.csv").read_bytes() == TEMPLATE.replace("ada,A,", "ada,A,3").encode()
    assert "left out: bo: is in no row of exported.csv" in done.stdout and "- Late, Eli" in done.stdout


def test_a_canvas_file_is_made_from_a_roster(place):
    sheet_file(place, ROSTER, "roster.csv")
    words = [
        "--roster",
        "roster.csv",
        "--assignment",
        "small (7)",
        "--points",
        "automatic",
        "--out",
        "up.csv",
    ]
    assert export(place, "canvas", "small", *words).returncode == 0
    assert table(place / "up.csv")[2] == ["Ada Lovelace", "11", "", "ada1", "", "3"]


def test_total_points_leave_out_who_waits_for_a_person(place):
    sheet_file(place, ROSTER, "roster.csv")
    done = export(place, "moodle", "small", "--roster", "roster.csv", "--out", "up.csv")
    assert done.returncode == 0, done.stderr
    assert table(place / "up.csv") == [["Email address", "Small"]]
    assert "left out: ada: waits for a person: a3" in done.stdout


def test_a_moodle_file_is_made_from_a_roster(place):
    sheet_file(place, ROSTER, "roster.csv")
    words = [
        "--roster",
        "roster.csv",
        "--points",
        "automatic",
        "--by",
        "username",
        "--delimiter",
        "semicolon",
    ]
    words += ["--item", "Lab 5", "--feedback", "--max-grade", "100", "--out", "up.csv"]
    done = export(place, "moodle", "small", *words)
    assert done.returncode == 0, done.stderr
    assert table(place / "up.csv", ";") == [
        ["Username", "Lab 5", "Lab 5 (Feedback)"],
        ["ada1", "100", ""],
        ["bo1", "0", "a1: Failed: It is right.\na2: Failed: It is right."],
    ]
