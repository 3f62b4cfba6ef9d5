"""Into a real nbgrader course: `nbgrader export`, nbgrader's API, its feedback and formgrader all show deepgrade's grades."""

import json
import shutil
import sqlite3
from dataclasses import replace
from html.parser import HTMLParser

import nbformat
import pytest
from export_course import (
    HOSTILE,
    graded_class,
    nbgrader_course,
    nbgrader_rows,
    nbgrader_source,
    report_of,
    run_nbgrader,
)
from formgrader import TOKEN, ask, formgrader
from hypothesis import given
from hypothesis import strategies as st
from nbconvert.filters import markdown2html
from nbgrader.api import Gradebook

from deepgrade.interchange.outgoing import (
    Identity,
    InterchangeError,
    NbgraderExport,
    class_grades,
    export_nbgrader,
)
from deepgrade.interchange.outgoing.nbgrader_notebook import harmless_markdown
from deepgrade.report import StudentEntry, write_grades
from deepgrade.score import CheckStatus
from support.browser import chromium, needs_chromium

DECISIONS = {"ada": {"a1": 1.0, "c1": 1.5}, "bert": {"b1": 0.6}}
ROSTER = {"ada": Identity("Lovelace, Ada", "ada@x.org"), "eve": Identity("<script>x</script>, =Eve")}


@pytest.fixture(scope="module")
def made(tmp_path_factory, digits_store):
    """Return the lab, deepgrade's course and a course of nbgrader's, without any student."""
    folder = tmp_path_factory.mktemp("class")
    files, course = graded_class(folder, digits_store)
    nbgrader_course(folder / "nbgrader", nbgrader_source(files))
    return files, course, folder / "nbgrader"


@pytest.fixture
def place(made, tmp_path):
    """Return a copy of nbgrader's course."""
    return shutil.copytree(made[2], tmp_path / "nbgrader")


def export(made, place, *, decisions=DECISIONS, change=None, **options):
    report = report_of(made[0], made[1], decisions)
    if change is not None:
        entries = [change(entry) for entry in report.students()]
        report = replace(report, students=lambda: iter(entries))
    request = NbgraderExport(place / "gradebook.db", report.lab, **({"identities": ROSTER} | options))
    return export_nbgrader(request, class_grades(report))


def kept(place, student):
    """Return what the gradebook has of a student: cell -> (auto, manual, needs manual), and cell -> comment."""
    with Gradebook(f"sqlite:///{place / 'gradebook.db'}", "") as gradebook:
        notebook = gradebook.find_submission_notebook("tiny", "tiny", student)
        grades = {g.name: (g.auto_score, g.manual_score, g.needs_manual_grade) for g in notebook.grades}
        return grades, {c.name: c.comment for c in notebook.comments if c.comment}


def with_status(check, status, student):
    """Return a change of a report: one check of one student has another outcome."""

    def change(entry):
        if entry.student != student:
            return entry
        questions = []
        for result in entry.score.questions:
            checks = tuple(
                c.model_copy(update={"status": status, "points": 0.0, "reason": "No GPU here."})
                if c.check == check
                else c
                for c in result.checks
            )
            lost = sum(c.possible for c in checks if c.check == check)
            missing = lost if status is CheckStatus.NOT_ASSESSED else 0.0
            update = {"checks": checks, "assessed": result.assessed - missing}
            if lost:
                update["points"] = sum(c.points for c in checks)
            questions.append(result.model_copy(update=update))
        return replace(entry, score=entry.score.model_copy(update={"questions": tuple(questions)}))

    return change


def test_a_file_that_is_no_gradebook_of_nbgraders_is_refused_and_stays(made, tmp_path):
    text = tmp_path / "gradebook.db"
    text.write_text("not a database, but long enough to look at its first page")
    with pytest.raises(InterchangeError, match="cannot be opened"):
        export(made, tmp_path)
    assert text.read_text().startswith("not a database")
    before = made[1].gradebook.read_bytes()
    with pytest.raises(InterchangeError, match="It is deepgrade's own"):
        export(made, made[1].root)
    assert made[1].gradebook.read_bytes() == before


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"assignment": "ps9"}, r"no assignment 'ps9'(.|\n)*--assignment:\n  - tiny"),
        ({"notebook": "other"}, r"no notebook 'other'(.|\n)*- tiny"),
    ],
)
def test_an_assignment_that_is_not_there_is_named(made, place, options, says):
    with pytest.raises(InterchangeError, match=says):
        export(made, place, **options)


def test_a_course_of_another_version_of_the_lab_gets_nothing(made, place):
    with sqlite3.connect(place / "gradebook.db") as connection:
        connection.execute("UPDATE grade_cells SET max_score = 3 WHERE max_score = 2")
    with pytest.raises(InterchangeError, match=r"c1: worth 2 points, but c1-answer-2 holds 3"):
        export(made, place)
    with Gradebook(f"sqlite:///{place / 'gradebook.db'}", "") as gradebook:
        assert gradebook.students == [] and gradebook.assignment_submissions("tiny") == []


def test_a_name_that_is_no_folder_is_left_out(made, place):
    for name in ("../x", "<b>", "-rf", "a/b", 'a"b', ""):
        summary = export(made, place, change=lambda entry, name=name: replace(entry, student=name))
        assert summary.written == [] and name in summary.left_out
    assert not (place / "autograded").exists()


def test_nbgraders_export_has_the_totals_of_the_grades_file(made, place, tmp_path):
    export(made, place)
    write_grades(report_of(made[0], made[1], DECISIONS), tmp_path / "grades.csv")
    found = nbgrader_rows(place)
    assert {name: row["score"] for name, row in found.items()} == {
        "ada": "4.25",
        "bert": "1.6",
        "cleo": "0.0",
        "eve": "1.75",
        "gus": "0.0",
        "otto": "1.75",
    }
    ours = {
        line.split(",")[0]: line.split(",") for line in (tmp_path / "grades.csv").read_text().splitlines()[1:]
    }
    for name, row in found.items():
        automatic, manual = float(ours[name][7]), float(ours[name][9])
        assert float(row["score"]) == pytest.approx(automatic + manual)
        assert row["max_score"] == "4.75"
    assert (found["ada"]["last_name"], found["ada"]["first_name"], found["ada"]["email"]) == (
        "Lovelace",
        "Ada",
        "ada@x.org",
    )
    assert (found["eve"]["last_name"], found["eve"]["first_name"]) == ("script x /script", "Eve")


def test_scores_stand_in_their_cells_and_what_waits_is_marked(made, place):
    summary = export(made, place)
    assert kept(place, "ada")[0] == {
        "grading-start": (0.0, None, False),
        "a1-answer-1": (None, 1.0, False),
        "b1-check-1": (0.25, None, False),
        "b1-hidden": (0.5, None, False),
        "b2-check-1": (0.0, None, False),
        "b2-check-2": (0.0, None, False),
        "b2-hidden": (1.0, None, False),
        "c1-answer-2": (None, 1.5, False),
    }
    grades, comments = kept(place, "bert")
    assert grades["a1-answer-1"] == (None, None, True)
    assert (grades["b1-check-1"], grades["b1-hidden"]) == ((0.25, 0.25, False), (0.0, 0.35, False))
    assert "- Failed: Every number is the square of its place" in comments["b1-answer-1"]
    assert set(kept(place, "gus")[0].values()) == {(0.0, None, False)}
    assert "could not be taken as a notebook" in kept(place, "gus")[1]["a1-answer-1"]
    assert "Answers of 4 students wait for a person in formgrader." in summary.notes


def test_what_was_not_assessed_is_granted_and_a_comment_says_so(made, place):
    change = with_status("test_numbers_are_squares_of_their_index", CheckStatus.NOT_ASSESSED, "bert")
    summary = export(made, place, decisions={}, change=change)
    grades, comments = kept(place, "bert")
    assert grades["b1-hidden"] == (0.5, None, False)
    assert (
        "its 0.5 points are granted" in comments["b1-answer-1"] and "No GPU here." in comments["b1-answer-1"]
    )
    assert summary.granted == {"bert": pytest.approx(0.5)}


def test_what_a_check_could_not_decide_needs_a_person_at_its_cell(made, place):
    change = with_status("test_double_doubles", CheckStatus.NEEDS_REVIEW, "ada")
    summary = export(made, place, change=change)
    grades, comments = kept(place, "ada")
    assert grades["b2-hidden"] == (0.0, None, True) and not grades["b1-hidden"][2]
    assert "Needs a person" in comments["b2-answer-1"]
    assert summary.reviews == {"ada": ("b2",)}


def test_a_student_whom_the_grader_failed_is_to_be_graded_and_not_given_nothing(made, place):
    def change(entry):
        return StudentEntry(entry.student, entry.slug) if entry.student == "ada" else entry

    summary = export(made, place, change=change)
    grades, comments = kept(place, "ada")
    assert grades.pop("grading-start") == (0.0, None, False)
    assert set(grades.values()) == {(None, None, True)}
    assert "costs nobody points" in comments["a1-answer-1"]
    assert any(note.startswith("ada: Not graded yet") for note in summary.notes)


def test_a_second_export_changes_nothing_and_what_people_did_in_formgrader_stays(made, place):
    export(made, place)
    with Gradebook(f"sqlite:///{place / 'gradebook.db'}", "") as gradebook:
        grade = gradebook.find_grade("c1-answer-2", "tiny", "tiny", "bert")
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 1.25, 0.5, False
        gradebook.find_grade("c1-answer-2", "tiny", "tiny", "ada").manual_score = 2.0
        gradebook.find_comment("b1-answer-1", "tiny", "tiny", "bert").manual_comment = "Talk to me."
        gradebook.db.commit()
    notebook = place / "autograded" / "bert" / "tiny" / "tiny.ipynb"
    before = notebook.read_bytes()
    summary = export(made, place)
    assert kept(place, "bert")[0]["c1-answer-2"] == (None, 1.25, False)
    assert kept(place, "bert")[1]["b1-answer-1"] == "Talk to me."
    assert kept(place, "ada")[0]["c1-answer-2"] == (None, 2.0, False)
    assert any(
        "ada, c1-answer-2: formgrader has 2 and deepgrade's decision is 1.5" in n for n in summary.notes
    )
    with Gradebook(f"sqlite:///{place / 'gradebook.db'}", "") as gradebook:
        assert gradebook.find_submission("tiny", "bert").score == pytest.approx(0.6 + 1 + 1.25 + 0.5)
    assert notebook.read_bytes() == before
    export(made, place, replace_manual=True)
    assert kept(place, "ada")[0]["c1-answer-2"] == (None, 1.5, False)


def test_a_manual_score_beside_a_result_that_changed_is_to_be_looked_at_again(made, place):
    export(made, place, decisions={})
    with Gradebook(f"sqlite:///{place / 'gradebook.db'}", "") as gradebook:
        gradebook.find_grade("b2-hidden", "tiny", "tiny", "ada").manual_score = 0.75
        gradebook.db.commit()
    export(made, place, decisions={}, change=with_status("test_double_doubles", CheckStatus.FAILED, "ada"))
    assert kept(place, "ada")[0]["b2-hidden"] == (0.0, 0.75, True)


def test_the_time_of_submission_is_nbgraders_so_that_formgrader_takes_it_as_graded(made, place):
    folder = place / "submitted" / "ada" / "tiny"
    folder.mkdir(parents=True)
    (folder / "timestamp.txt").write_text("2026-03-01 12:00:00 UTC")
    (place / "submitted" / "bert" / "tiny").mkdir(parents=True)
    (place / "submitted" / "bert" / "tiny" / "timestamp.txt").write_text("yesterday or so")
    summary = export(made, place)
    with Gradebook(f"sqlite:///{place / 'gradebook.db'}", "") as gradebook:
        assert gradebook.find_submission("tiny", "ada").timestamp.isoformat() == "2026-03-01T12:00:00"
    assert any("bert" in note and "holds no time" in note for note in summary.notes)


def test_notebooks_are_valid_and_have_every_graded_cell_once_whatever_the_flavour(made, place):
    export(made, place)
    paths = sorted((place / "autograded").glob("*/tiny/tiny.ipynb"))
    assert [path.parent.parent.name for path in paths] == ["ada", "bert", "cleo", "eve", "gus", "otto"]
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        facts = [cell.metadata.nbgrader for cell in notebook.cells if "nbgrader" in cell.metadata]
        graded = [fact.grade_id for fact in facts if fact.grade]
        assert sorted(graded) == sorted(kept(place, "ada")[0]), path
        assert graded.index("b1-check-1") < graded.index("b1-hidden") < graded.index("b2-check-1")
        assert "MARIGOLD" not in path.read_text(encoding="utf-8")


def test_a_notebook_that_nbgrader_made_stays(made, place):
    path = place / "autograded" / "ada" / "tiny" / "tiny.ipynb"
    path.parent.mkdir(parents=True)
    theirs = '{"cells": [], "metadata": {"deepgrade": {"lab": "tiny", "flavour": "nbgrader"}}}'
    path.write_text(theirs)
    summary = export(made, place)
    assert path.read_text() == theirs
    assert any("was made by nbgrader" in note for note in summary.notes)
    assert export(made, place, notebooks=False).notes == [n for n in summary.notes if "was made" not in n]


def test_nbgraders_feedback_has_our_comments_and_no_hidden_check(made, place):
    export(made, place)
    run_nbgrader(place, "generate_feedback", "tiny")
    pages = {
        p.parent.parent.name: p.read_text(encoding="utf-8") for p in (place / "feedback").glob("*/*/*.html")
    }
    assert "Failed: Every number is the square of its place" in pages["bert"]
    assert "Score: 1.6 / 4.75" in pages["bert"]
    assert not any("MARIGOLD" in page or HOSTILE in page for page in pages.values())


@pytest.mark.long
@needs_chromium
def test_formgrader_shows_the_scores_and_obeys_no_student(made, place, tmp_path):
    export(made, place)
    raw = next(e.run_folder for e in report_of(made[0], made[1]).students() if e.student == "eve")
    with formgrader(place, tmp_path / "home") as address:
        listed = json.loads(ask(address, "/formgrader/api/submitted_notebooks/tiny/tiny")[1])
        ids = {one["student"]: one["id"] for one in listed}
        assert {one["student"]: (one["score"], one["needs_manual_grade"]) for one in listed} == {
            "ada": (4.25, False),
            "bert": (1.6, True),
            "cleo": (0.0, True),
            "eve": (1.75, True),
            "gus": (0.0, False),
            "otto": (1.75, True),
        }
        with chromium() as browser:
            page = browser.new_page(extra_http_headers={"Authorization": f"token {TOKEN}"})
            # MathJax comes from another site, which tests do not ask.
            page.route(lambda url: not url.startswith(address), lambda route: route.abort())
            page.goto(f"{address}/formgrader/submissions/{ids['bert']}/")
            page.wait_for_function("document.getElementById('b1-hidden').value === '0.35'")
            comment = page.get_attribute("#b1-answer-1-comment", "placeholder")
            assert "Failed: Every number is the square of its place" in comment
            assert "needs_manual_grade" in page.get_attribute("#a1-answer-1", "class")
            for student in ids:
                page.goto(f"{address}/formgrader/submissions/{ids[student]}/")
                assert page.title() == "tiny", student
            # As long as nbgrader sanitises nothing itself, what stands above is our work.
            path = place / "autograded" / "eve" / "tiny" / "tiny.ipynb"
            path.write_bytes((raw / "notebook.ipynb").read_bytes())
            page.goto(f"{address}/formgrader/submissions/{ids['eve']}/")
            assert page.title() == "owned", "nbgrader sanitises now: nbgrader_notebook.py may do less"


class _Active(HTMLParser):
    """Collects what could act: elements, attributes, addresses."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.found = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        """Note what is not text."""
        if tag in (
            "script",
            "img",
            "iframe",
            "object",
            "embed",
            "svg",
            "form",
            "style",
            "base",
            "link",
            "meta",
        ):
            self.found.append(tag)
        for name, value in attrs:
            if name.startswith("on") or (
                name in ("href", "src") and not (value or "").startswith(("#", "http", "mailto:"))
            ):
                self.found.append((name, value))


PIECES = [
    "<",
    ">",
    "script",
    "img src=x onerror=a() ",
    "/",
    "!--",
    "](",
    "[x",
    "javascript:a()",
    "]: ",
    "\n",
    "`",
    "```",
    "$",
    "&lt;",
    "\\",
]


@given(
    st.lists(
        st.sampled_from([*PIECES, " ", '"', "data:text/html,", "![", "http://x", "<svg onload=a()>"]),
        max_size=14,
    )
)
def test_no_markdown_of_a_student_becomes_something_that_acts(pieces):
    assert _Active(markdown2html(harmless_markdown("".join(pieces)))).found == []
