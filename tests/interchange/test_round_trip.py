"""What `deepgrade export` writes comes back equal through `deepgrade import`."""

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from interchange_courses import made_gradebook, small_lab

from deepgrade.cli.main import main
from deepgrade.records import Course, Gradebook
from deepgrade.score import CheckResult, CheckStatus, QuestionResult, SubmissionScore

CLASS = {"ada": (1.0, 2.0), "bob": (0.25, 2.0), "cem": (0.0, 0.0)}


def _check(question, number, points, possible, *, visible=False):
    status = CheckStatus.PASSED if points == possible else CheckStatus.FAILED
    return CheckResult(
        check=f"test_{question}_{number}", question=question, description="d", visible=visible,
        status=status, points=points, possible=possible,
    )  # fmt: skip


def _score(student, key, a1, a2):
    checks = (
        _check("a1", 1, min(a1, 0.25), 0.25, visible=True),
        _check("a1", 2, max(a1 - 0.25, 0.0), 0.75),
        _check("a2", 1, a2, 2.0),
    )
    questions = [
        QuestionResult(
            question=name, title=name, manual=False, points=points, possible=most, assessed=most,
            checks=tuple(check for check in checks if check.question == name),
        )
        for name, points, most in (("a1", a1, 1.0), ("a2", a2, 2.0))
    ]  # fmt: skip
    questions.append(
        QuestionResult(question="a3", title="a3", manual=True, points=None, possible=1.0, assessed=1.0)
    )
    return SubmissionScore(
        lab="small",
        student=student,
        run_key=key,
        scored_at=datetime.now(UTC),
        checks_sha256="c",
        questions=tuple(questions),
    )


def _points(course):
    book = Gradebook(course.gradebook)
    found = {
        entry.student: [(q.question, q.points, q.possible, q.assessed) for q in entry.score.questions]
        for entry in book.entries("small")
    }
    book.close()
    return found


@pytest.fixture
def graded(tmp_path):
    course = Course(tmp_path / "graded")
    course.prepare()
    book = Gradebook(course.gradebook)
    for number, (student, points) in enumerate(CLASS.items(), start=1):
        key = str(number) * 64
        submission = book.add_submission("small", student, f"{student}.ipynb", sha256="a" * 64, run_key=key)
        book.add_score(submission, _score(student, key, *points))
    book.close()
    return course


def _run(root, *words):
    result = CliRunner().invoke(main, [*map(str, words), "--root", str(root)])
    assert result.exit_code == 0, result.output


def test_nbgraders_gradebook_brings_back_what_was_written_into_it(graded, tmp_path):
    files, _ = small_lab(tmp_path / "root")
    path = made_gradebook(tmp_path / "gradebook.db", {})
    _run(
        files.root,
        "export",
        "nbgrader",
        "small",
        "--course",
        graded.root,
        "--gradebook",
        path,
        "--no-notebooks",
    )
    _run(files.root, "import", "nbgrader", path, "small", "--course", tmp_path / "back")
    assert _points(Course(tmp_path / "back")) == _points(graded)


def test_otters_table_brings_back_what_was_written_into_it(graded, tmp_path):
    files, _ = small_lab(tmp_path / "root")
    _run(files.root, "export", "otter", "small", "--course", graded.root, "--points", "automatic")
    table = graded.report("small") / "final_grades.csv"
    _run(files.root, "import", "otter", table, "small", "--course", tmp_path / "back")
    assert _points(Course(tmp_path / "back")) == _points(graded)
