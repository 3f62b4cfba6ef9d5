"""The practice class: thirty submissions of LE5 that really ran, reviewed by keyboard from the first answer to final points."""

import csv
import json
import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from deepgrade.cli.main import main
from deepgrade.grading import open_gradebook
from deepgrade.lab import LabFiles, load_lab
from deepgrade.records import Course
from deepgrade.report.text import shorten
from deepgrade.review.desk import Desk
from review.test_review_in_browser import opened, quiet
from review.web_server import running
from support.browser import chromium, follow, needs_chromium
from support.made_class import REPOSITORY

pytestmark = [needs_chromium, pytest.mark.long, pytest.mark.timeout(2400)]

STUDENTS = 30
CONTESTED = "student-012-solution"


def deepgrade(*words):
    done = CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """`deepgrade demo --students 30`, or a copy of what it made earlier, in the folder that DEEPGRADE_TEST_CLASS names."""
    folder = tmp_path_factory.mktemp("practice") / "course"
    kept = os.environ.get("DEEPGRADE_TEST_CLASS")
    if kept:
        shutil.copytree(kept, folder, ignore=shutil.ignore_patterns("store"))
    else:
        deepgrade("demo", "--root", REPOSITORY, "--course", folder, "--students", STUDENTS)
    return folder


@pytest.fixture(scope="module")
def desk(course):
    with open_gradebook(Course(course)) as book:
        yield Desk(book, load_lab(LabFiles(REPOSITORY, "le5")))


@pytest.fixture(scope="module")
def base(course):
    with running(REPOSITORY, course) as address:
        yield address


def save(page, key="s"):
    with page.expect_navigation():
        page.keyboard.press(key)


def grade_answer(page):
    """Grade what is open as a TA would, by keys alone; return the points that the page promises."""
    items = page.locator("input[name=items]").count()
    answer = page.inner_text(".answer")
    fitting = min(items, 9) if len(answer) > 500 else min(items, len(answer) // 120)
    for key in range(1, fitting + 1):
        page.keyboard.press(str(key))
    if not fitting:
        page.keyboard.press("0")
        page.keyboard.press("c")
        page.keyboard.type("Say it in three sentences of your own: s, n and 1 are only letters in here.")
        page.keyboard.press("Escape")
    return float(page.inner_text("[data-sum]"))


def grade_question(page, base, question):
    """Grade one question across all students; return how many the TA saw and the points by student."""
    page.goto(f"{base}/labs/le5/queue?kind=manual&question={question}")
    if not page.locator("[data-key=g]").count():
        return {}
    save(page, "g")
    promised = {}
    while "/items/" in page.url and page.locator("form[data-work] [data-save]").count():
        student = page.inner_text("h1 ~ p bdi")
        assert student not in promised, "the queue brought the same answer twice"
        promised[student] = grade_answer(page)
        save(page)
    return promised


def test_every_answer_of_the_class_is_graded_by_keyboard(base, desk):
    heard = []
    manual = [question.id for question in desk.lab.questions if question.manual]
    with chromium() as browser:
        page = opened(browser, base, "tom", viewport={"width": 1280, "height": 900})
        quiet(page, base, heard)
        promised = {question: grade_question(page, base, question) for question in manual}
    assert heard == []
    students = desk.students()
    assert len(students) == STUDENTS
    for question in manual:
        assert len(promised[question]) == STUDENTS
        found = {shorten(one.student, 40): one.grade.question(question).points for one in students}
        assert found == pytest.approx(promised[question])


def test_flags_and_checks_that_wait_are_settled_by_keyboard(base, desk):
    with chromium() as browser:
        page = opened(browser, base, "tina", viewport={"width": 1280, "height": 900})
        for kind in ("error", "check", "borderline", "flag"):
            page.goto(f"{base}/labs/le5/queue?kind={kind}")
            if not page.locator("[data-key=g]").count():
                continue
            save(page, "g")
            while "/items/" in page.url and page.locator("form[data-work] [data-save]").count():
                if kind == "check":
                    page.keyboard.press(".")
                    page.keyboard.type("0")
                    page.keyboard.press("Escape")
                    page.keyboard.press("c")
                    page.keyboard.type("The model cannot be built again; nothing shows that it works.")
                    page.keyboard.press("Escape")
                save(page)
    assert [item for item in desk.queue() if item.waits] == []


def test_a_contested_grade_is_told_from_the_first_file_to_the_final_points(base, course, desk, tmp_path):
    before = desk.student(CONTESTED).grade.question("b11").points
    requests = tmp_path / "requests.csv"
    with requests.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["student", "question", "request"])
        rows.writerow([CONTESTED, "b11", "I did say why the batch size matters, in my third paragraph."])
    place = ["--root", REPOSITORY, "--course", course]
    assert "1 requests added" in deepgrade("review", "import-requests", "le5", requests, *place)
    with chromium() as browser:
        page = opened(browser, base, "tina", viewport={"width": 1280, "height": 900})
        page.goto(f"{base}/labs/le5/queue?kind=second_look")
        save(page, "g")
        assert "third paragraph" in page.inner_text("main")
        page.fill("#points-b11", "0.6")
        page.click("text=Reason, note, keep the comment")
        page.fill("#why-b11", "The third change is explained; numbers are missing for the second.")
        with page.expect_navigation():
            page.locator("form[aria-label='Points of b11'] button", has_text="Save").last.click()
        page.keyboard.press("c")
        page.keyboard.type("You are right about the third change: 0.6 now.")
        page.keyboard.press("Escape")
        save(page)
        page.goto(f"{base}/labs/le5/students")
        follow(page, f"tbody a:has-text('{CONTESTED}')")
        follow(page, "text=From submission to final points")
        told = page.inner_text("main")
    after = desk.student(CONTESTED).grade.question("b11").points
    assert after == pytest.approx(0.6) and after != before
    for words in ("tom", "tina", "third paragraph", "numbers are missing for the second", "0.6 now"):
        assert words in told, words
    text = deepgrade("review", "history", "le5", "--student", CONTESTED, *place)
    assert "points of b11: 0.1 -> 0.6" in text and "Rubrics of 8 questions were taken from lab.toml" in text
    history = json.loads(
        deepgrade("review", "history", "le5", "--student", CONTESTED, "--format", "json", *place)
    )
    assert {"tom", "tina", CONTESTED} <= {event["who"] for event in history["events"]}


def test_only_reviewed_grades_leave_when_nothing_waits(course, desk):
    place = ["--root", REPOSITORY, "--course", course]
    deepgrade("report", "le5", "--only-reviewed", *place)
    rows = list(csv.DictReader((Path(course) / "report" / "le5" / "grades.csv").open(newline="")))
    assert len(rows) == STUDENTS
