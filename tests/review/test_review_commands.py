"""`deepgrade review ...` as people type it."""

import json
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from click.testing import CliRunner

from deepgrade.cli.main import main
from deepgrade.records import Course, Gradebook, ReviewLedger
from deepgrade.records.decisions import Adjustment, Points
from review.small_course import SmallCourse
from review.small_desk import LAB, NOON, score


@pytest.fixture
def small(tmp_path):
    found = SmallCourse(tmp_path)
    yield found
    found.book.close()


def _run(small, *words, code=0):
    place = ["--root", str(small.files.root), "--course", str(small.course.root)]
    done = CliRunner().invoke(main, ["review", words[0], *words[1:], *place], env={"COLUMNS": "200"})
    assert done.exit_code == code, done.output
    return done.output


def _database(small, *words, code=0):
    done = CliRunner().invoke(main, ["review", "database", *words, "--course", str(small.course.root)])
    assert done.exit_code == code, done.output
    return done.output


# --- dates -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--due", "2026-05-01", "--no-due"), "exclude each other"),
        (("--zone", "Mars/Olympus"), "no time zone 'Mars/Olympus'"),
        (("--zone", "../../etc/passwd"), "no time zone"),
        (("--late", "a lot"), "no late policy"),
        (("--grace", "soon"), "no span of time"),
        (("--due", "tomorrow"), "does not match"),
    ],
)
def test_dates_that_make_no_sense_change_nothing(small, words, said):
    before = small.desk.ledger.dates()
    assert said in _run(small, "dates", "small", *words, code=2)
    assert small.desk.ledger.dates() == before


def test_dates_are_set_part_by_part_in_the_labs_zone(small):
    output = _run(
        small, "dates", "small", "--due", "2026-07-01", "--zone", "Europe/Berlin", "--grace", "15 minutes",
        "--late", "10% of the lab's points per day, at most 50%", "--who", "prof",
    )  # fmt: skip
    assert "due 2026-07-01 23:59 Europe/Berlin, 15 minutes of grace" in output
    assert small.desk.ledger.dates().due.isoformat() == "2026-07-01T23:59:59+02:00"
    assert "10% of the lab's points for each started day, at most 50%" in output
    count = small.desk.ledger.stamp()
    assert _run(small, "dates", "small") == output
    assert _run(small, "dates", "small", "--grace", "15 minutes") == output
    assert small.desk.ledger.stamp() == count, "what is as it was is not written again"
    assert "no due date" in _run(small, "dates", "small", "--no-due", "--late", "none")


def test_a_date_without_a_zone_keeps_the_zone_in_force(small):
    _run(small, "dates", "small", "--zone", "Asia/Tokyo")
    assert "2026-07-01 18:00 Asia/Tokyo" in _run(small, "dates", "small", "--due", "2026-07-01 18:00")
    assert small.desk.ledger.dates().due.utcoffset() == timedelta(hours=9)


# --- extensions --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--student", "bert", "--until", "2026-06-01"), "needs a reason"),
        (("--student", "bert", "--why", "ill"), "name one of"),
        (("--student", "bert", "--waive", "--until", "2026-06-01", "--why", "ill"), "name one of"),
        (("--student", "nobody", "--waive", "--why", "ill"), "nobody has handed in nothing"),
    ],
)
def test_an_extension_without_sense_is_refused(small, words, said):
    assert said in _run(small, "extend", "small", *words, code=2)
    assert small.desk.student("bert").grade.late.penalty > 0


def test_an_extension_a_waiver_and_their_withdrawal(small):
    output = _run(
        small,
        "extend",
        "small",
        "--student",
        "bert",
        "--until",
        "2026-05-03",
        "--why",
        "ill",
        "--who",
        "prof",
    )
    assert "due 2026-05-03 23:59 UTC" in output and "extended: ill" in output
    assert small.desk.student("bert").grade.total == pytest.approx(2.85)
    _run(small, "extend", "small", "--student", "bert", "--withdraw", "--why", "not ill")
    assert small.desk.student("bert").grade.total == pytest.approx(2.28)
    assert "is waived: our server was down" in _run(
        small, "extend", "small", "--student", "bert", "--waive", "--why", "our server was down"
    )
    assert small.desk.student("bert").grade.total == pytest.approx(2.85)


# --- requests ----------------------------------------------------------------------------------------------------------


def _file(small, text, name="requests.csv"):
    path = small.files.root / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("who,what\nada,x\n", "no column student and no column request"),
        (b"student,request\nada,\xff\n", "not UTF-8"),
        ("student,request\nnobody,please\nada,\n", "row 2: 'nobody' has handed in nothing for small - row 3: the request"),
        ("student,question,request\nada,z9,please\nbert,a1,please\n", "row 2: there is no question 'z9'"),
        ("student,request,asked_at\nada,please,yesterday\n", "no moment in ISO 8601"),
        ("student,request,asked_at\nada,please,2026-05-01T10:00\n", "has no time zone"),
        ('student,request\nada,"please\n', "is not CSV"),
        (f"student,request\nada,{'x' * 20_001}\n", "more than 20,000 characters"),
    ],
)  # fmt: skip
def test_requests_that_are_wrong_are_all_named_and_none_is_written(small, text, said):
    output = _run(small, "import-requests", "small", _file(small, text), code=2)
    assert "".join(said.split()) in "".join(output.split())
    assert not any(item.kind == "second_look" for item in small.desk.queue())


def test_requests_enter_the_queue_once(small):
    text = "Student;Question;Request;asked_at\nada;a1;=1+1 is right;2026-05-02T10:00:00+02:00\n;;;\nbert;;Everything!\n"
    path = _file(small, "\ufeff" + text)
    assert _run(small, "import-requests", "small", path) == "2 requests added, 0 were there already\n"
    assert _run(small, "import-requests", "small", path) == "0 requests added, 2 were there already\n"
    looks = [item for item in small.desk.queue() if item.kind == "second_look"]
    assert {(item.handed_in_as, item.question, item.sentence) for item in looks} == {
        ("ada", "a1", "=1+1 is right"),
        ("bert", "", "Everything!"),
    }
    assert not small.desk.student("bert").reviewed


def test_a_requests_file_that_is_a_link_is_not_followed_out(small):
    secret = small.files.root / "secret.csv"
    secret.write_text("student,request\nada,x\n")
    link = small.files.root / "link.csv"
    link.symlink_to(secret)
    hard = small.files.root / "hard.csv"
    hard.hardlink_to(secret)
    assert "deepgrade:" in _run(small, "import-requests", "small", str(hard), code=2)


# --- status and history ------------------------------------------------------------------------------------------------


def test_status_says_what_waits(small):
    output = _run(small, "status", "small")
    assert "1 of 3 students are reviewed; 3 items wait" in output
    document = json.loads(_run(small, "status", "small", "--format", "json"))
    assert document["reviewed"] == 1
    assert {"kind": "manual", "question": "a3", "done": 1, "left": 1} in document["items"]


def test_the_history_of_a_contested_grade_from_the_first_file_to_the_final_points(small):
    entry = small.book.entry("small", "bert")
    mended = score("bert", a2=(1.0, 1.0), at=NOON + timedelta(hours=40))
    set_id = small.book.new_set("small", [(entry.submission_id, mended)])
    small.book.decide_set(set_id, apply=True, reason="the check was too strict", who="prof")
    _run(
        small, "import-requests", "small", _file(small, "student,question,request\nbert,a1,It was my own!\n")
    )
    made, _ = small.decide("bert", "a1", [Points(points=1.0), Adjustment(points=0)], why="it was", who="alan")
    document = json.loads(_run(small, "history", "small", "--student", "bert", "--format", "json"))
    kinds = [event["kind"] for event in document["events"]]
    assert kinds[0] == "submission"
    assert kinds.count("score") == 2 and "regrade" in kinds and "rule" in kinds
    sentences = " | ".join(event["sentence"] for event in document["events"])
    for words in ("handed in bert.ipynb as bert", "asks for a second look at a1: It was my own!", "points of a1: 1",
                  f"re-grade set {set_id} applied", "test_counted: 0.5 points (the check gave 0)"):  # fmt: skip
        assert words in sentences, words
    regrade = next(e for e in document["events"] if e["kind"] == "regrade")
    assert (regrade["who"], regrade["why"]) == ("prof", "the check was too strict")
    contested = next(e for e in document["events"] if e["sentence"].startswith(f"#{made.id} "))
    assert (contested["who"], contested["why"]) == ("alan", "it was")
    assert (contested["points_before"], contested["points_after"]) == (0.75, 1.0)
    sentence = small.desk.student("bert").grade.question("a2").why[0]
    assert "made when the check gave 0; it gives 1 now" in sentence
    table = _run(small, "history", "small", "--student", "bert")
    assert "so far" not in table and "final: 2.48 of 4 points" in table
    assert "nobody has handed in nothing" in _run(small, "history", "small", "--student", "nobody", code=2)


# --- exports -----------------------------------------------------------------------------------------------------------


def test_exports_leave_with_final_points_and_only_of_the_reviewed(small):
    place = ["--root", str(small.files.root), "--course", str(small.course.root)]
    out = small.files.root / "out.csv"
    small.book.close()
    done = CliRunner().invoke(
        main, ["export", "grades", "small", "--only-reviewed", "--out", str(out), *place]
    )
    assert done.exit_code == 0, done.output
    lines = out.read_text().splitlines()
    assert len(lines) == 2 and lines[1].startswith("bert,") and ",2.28," in lines[1]
    roster = small.files.root / "roster.csv"
    roster.write_text("Student,ID,SIS User ID,SIS Login ID,Section\nBert,7,bert,bert,1\nAda,8,ada,ada,1\n")
    canvas = small.files.root / "canvas.csv"
    done = CliRunner().invoke(
        main, ["export", "canvas", "small", "--roster", str(roster), "--out", str(canvas), *place]
    )
    assert done.exit_code == 0, done.output
    assert "2.28" in canvas.read_text() and "ada" not in canvas.read_text()
    done = CliRunner().invoke(
        main, ["export", "grades", "small", "--format", "json", "--out", str(out), *place]
    )
    assert json.loads(out.read_text())["students"][1]["review"]["late"]["penalty"] == pytest.approx(0.57)


# --- the database ------------------------------------------------------------------------------------------------------


def test_a_gradebook_moves_to_postgresql_and_back_with_every_row(small, postgres):
    url, before = postgres.new_database(), small.desk.ledger.decisions()
    small.book.close()
    assert "gradebook.db" in _database(small)
    output = _database(small, url, "--copy")
    assert "rows copied" in output and url.split(":")[2].split("@")[0] not in output
    setting = small.course.database_setting
    assert setting.stat().st_mode & 0o777 == 0o600
    assert "postgresql://postgres:***@" in _database(small)
    _run(small, "extend", "small", "--student", "ada", "--waive", "--why", "x")
    book = Gradebook(small.course.database)
    there = ReviewLedger(book, "small").decisions()
    assert there[:-1] == before and there[-1].id > before[-1].id
    assert book.add_submission("small", "new", "n.ipynb", sha256="n", run_key=None) > 3
    book.close()
    assert "holds a gradebook already" in _database(small, "--own-file", "--copy", code=2)
    assert "postgresql" in _database(small), "a refusal changes nothing"
    small.course.gradebook.unlink()
    _database(small, "--own-file", "--copy")
    book = Gradebook(small.course.database)
    assert ReviewLedger(book, "small").decisions() == there
    book.close()
    with closing(sqlite3.connect(small.course.gradebook)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_a_database_that_cannot_be_used_is_not_set(small):
    for url, said in (
        ("mysql://h/x", "not in mysql"),
        ("postgresql://u:pw@127.0.0.1:9/x", "cannot be reached"),
    ):
        output = _database(small, url, code=2)
        assert said in output and "pw@" not in output
    assert not small.course.database_setting.exists()
    assert Course(small.course.root).database == small.course.gradebook


def test_lab_and_course_of_these_tests_agree():
    assert LAB.points == 4.0
    assert NOON.utcoffset() == timedelta(0)
