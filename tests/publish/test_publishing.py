"""Students get their own pages: in a folder for a web server, by mail, as a PDF."""

import csv
import json
import re
import socket
from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from deepgrade.cli.main import main
from deepgrade.grading import GradeRequest, grade, open_gradebook
from deepgrade.publish import PublishError, letter_for, page_name, publish_pages, write_pdf
from deepgrade.publish.post import read_password
from deepgrade.records import Course
from deepgrade.report.from_records import class_report
from support.browser import needs_chromium
from support.mail_server import mail_server
from support.silent import Silent
from support.small_class import COUNT, make_small_lab, notebook, write_class

CLASS = {
    "ada": notebook(),
    "bert": notebook(count=COUNT.replace("[10]", "[9]")),
    "=cmd|eve": notebook(answer="<script>alert(1)</script>"),
}
ROSTER = "student,name,email\nada,Ada King,ada@example.edu\nbert,,bert@example.edu\n"


@pytest.fixture(scope="module")
def graded(tmp_path_factory, digits_store):
    """A graded class of three: its root and its course."""
    folder = tmp_path_factory.mktemp("class")
    lab = make_small_lab(folder / "root")
    (folder / "root" / "tests" / "hidden").mkdir(parents=True, exist_ok=True)
    course = Course(folder / "course")
    submissions = write_class(folder / "submissions", CLASS)
    grade(GradeRequest(lab, [submissions], course, digits_store, "synthetic", "quick"), Silent())
    (folder / "roster.csv").write_text(ROSTER)
    return lab, course, folder / "roster.csv"


def _run(graded, *words):
    lab, course, _ = graded
    place = ["--root", str(lab.root), "--course", str(course.root)]
    done = CliRunner().invoke(main, ["publish", *map(str, words), *place], catch_exceptions=False)
    return done.exit_code, done.output


def _publish(graded, folder, *, only=None, **options):
    lab, course, _ = graded
    with open_gradebook(course) as gradebook:
        report = class_report(lab, course, gradebook)
        wanted = replace(report, students=lambda: (e for e in report.students() if only in (None, e.student)))
        return publish_pages(wanted, course, folder, **options)


# --- pages -----------------------------------------------------------------------------------------------------------


def test_folder_that_would_show_the_course_is_refused(graded, tmp_path):
    _, course, _ = graded
    for folder in (course.root / "pages", course.root, course.root.parent):
        with pytest.raises(PublishError, match="lie in one another"):
            _publish(graded, folder)
    code, said = _run(graded, "pages", "small", "--into", tmp_path / "www", "--url", "javascript:alert(1)")
    assert code == 2
    assert "no address of a web server" in said


def test_names_cannot_be_guessed_and_say_nothing_of_the_student(graded, tmp_path):
    published = _publish(graded, tmp_path / "www")
    names = {path.name for path in (tmp_path / "www").iterdir()}
    assert names == {page.file for page in published.pages} | {"index.html", "robots.txt"}
    assert all(re.fullmatch("[a-z2-7]{32}\\.html", page.file) for page in published.pages)
    assert not any(word in " ".join(names) for word in ("ada", "bert", "eve"))
    assert "ada" not in (tmp_path / "www" / "index.html").read_text()


def test_page_is_the_students_own_and_shows_nothing_of_the_staffs(graded, tmp_path):
    published = _publish(graded, tmp_path / "www")
    pages = {page.student: (tmp_path / "www" / page.file).read_text() for page in published.pages}
    assert len(pages) == 3
    assert "bert" not in pages["ada"]
    assert "Says why." not in pages["ada"], "the rubric is for graders"
    assert "MARIGOLD" not in "".join(pages.values())
    assert "<script>" not in "".join(pages.values())


def test_address_and_content_stay_when_nothing_changed(graded, tmp_path):
    first, second = _publish(graded, tmp_path / "www"), _publish(graded, tmp_path / "www")
    assert first.pages == second.pages


def test_page_that_is_nobodys_any_more_goes_and_what_others_put_there_stays(graded, tmp_path):
    first = _publish(graded, tmp_path / "www")
    (tmp_path / "www" / "notes.html").write_text("mine")
    second = _publish(graded, tmp_path / "www", only="ada")
    assert [page.student for page in second.pages] == ["ada"]
    gone = {page.file for page in first.pages} - {page.file for page in second.pages}
    assert len(gone) == 2
    assert not any((tmp_path / "www" / file).exists() for file in gone)
    assert (tmp_path / "www" / "notes.html").read_text() == "mine"


def test_pages_move_with_the_folder(graded, tmp_path):
    _publish(graded, tmp_path / "old")
    _publish(graded, tmp_path / "new")
    assert {path.name for path in (tmp_path / "old").iterdir()} == {"index.html", "robots.txt"}


def test_list_of_addresses_is_private_and_no_spreadsheet_runs_it(graded, tmp_path):
    listing = tmp_path / "who.csv"
    words = ("--into", tmp_path / "www", "--url", "https://example.edu/le5/", "--list", listing)
    code, said = _run(graded, "pages", "small", *words)
    assert code == 0, said
    assert listing.stat().st_mode & 0o077 == 0
    rows = list(csv.DictReader(listing.open(encoding="utf-8")))
    assert len(rows) == 3
    assert all(row["page"].startswith("https://example.edu/le5/") for row in rows)
    assert not any(row["student"].startswith(("=", "+", "@")) for row in rows)


def test_students_whose_work_waits_for_a_person_are_left_out_where_asked(graded, tmp_path):
    code, said = _run(graded, "pages", "small", "--into", tmp_path / "www", "--only-reviewed")
    assert code == 0, said
    assert said.strip().startswith("0 pages"), "nobody has graded a3 yet"


@given(st.binary(min_size=32, max_size=32), *[st.text(max_size=12)] * 4)
def test_two_students_or_labs_or_courses_never_share_an_address(secret, lab, student, other_lab, other):
    same = page_name(secret, lab, student) == page_name(secret, other_lab, other)
    # A name with a NUL could be cut in two ways; neither labs nor keys may hold one.
    if "\0" not in lab + student + other_lab + other:
        assert same == ((lab, student) == (other_lab, other))
    assert page_name(secret, lab, student) != page_name(bytes(32 - len(secret[:1])) + b"x", lab, student)


# --- letters ---------------------------------------------------------------------------------------------------------


def _letter(**options):
    return letter_for(
        "ada",
        **{
            "name": "Ada",
            "email": "ada@example.edu",
            "sender": "Prof. <p@example.edu>",
            "title": "LE5",
            "sha256": "0",
            "address": "https://example.edu/x.html",
        }
        | options,
    )


@pytest.mark.parametrize(
    "bad", ["", "ada", "ada@", "a@b, c@d", "ada@example.edu\nBcc: all@example.edu", "<a@b>", 'a"b@c', "a b@c"]
)
def test_address_that_is_none_is_refused(bad):
    with pytest.raises(PublishError, match="no email address"):
        _letter(email=bad)


def test_letter_without_the_page_is_refused():
    with pytest.raises(PublishError, match="needs the page"):
        _letter(address=None)


def test_name_cannot_add_a_header():
    message = _letter(name="Ada\r\nBcc: all@example.edu\u202e", title="LE5\nX-Evil: 1").message
    assert message["Bcc"] is None
    assert message["X-Evil"] is None
    assert (
        message_from_bytes(message.as_bytes(), policy=default)["To"].addresses[0].addr_spec
        == "ada@example.edu"
    )


def test_letters_are_written_as_files_and_who_has_no_address_is_named(graded, tmp_path):
    _publish(graded, tmp_path / "www", url="https://example.edu")
    words = (
        "--from",
        "p@example.edu",
        "--roster",
        graded[2],
        "--outbox",
        tmp_path / "out",
        "--attach",
        "html",
    )
    code, said = _run(graded, "mail", "small", *words)
    assert code == 0, said
    assert "2 letters" in said
    assert "No address in the roster, so no letter (1)" in said
    files = sorted((tmp_path / "out").iterdir())
    assert all(file.stat().st_mode & 0o077 == 0 for file in files)
    letters = [message_from_bytes(file.read_bytes(), policy=default) for file in files]
    assert [letter["To"].addresses[0].addr_spec for letter in letters] == [
        "ada@example.edu",
        "bert@example.edu",
    ]
    text = letters[0].get_body(("plain",)).get_content()
    assert "Dear Ada King," in text
    address = re.search(r"https://example\.edu/([a-z2-7]{32}\.html)", text)
    assert (tmp_path / "www" / address[1]).is_file()
    attached = next(letters[0].iter_attachments())
    assert attached.get_filename() == "grade.html"
    assert attached.get_content() == (tmp_path / "www" / address[1]).read_text()


def _mail(graded, box, *words):
    server = ("--smtp", f"127.0.0.1:{box.port}", "--security", "none", "--pause", "0")
    return _run(graded, "mail", "small", "--from", "p@example.edu", "--roster", graded[2], *server, *words)


@pytest.fixture
def fresh(graded, tmp_path):
    """The class's pages published anew, and nothing sent yet."""
    (graded[1].root / "published" / "small.sent.jsonl").unlink(missing_ok=True)
    _publish(graded, tmp_path / "www", url="https://example.edu")
    return graded


def test_mail_needs_published_pages_one_way_to_send_and_addresses(graded, tmp_path):
    (graded[1].root / "published" / "small.json").unlink(missing_ok=True)
    sender = ("mail", "small", "--from", "p@example.edu")
    assert "No page of small is published yet" in _run(graded, *sender, "--outbox", tmp_path / "out")[1]
    _publish(graded, tmp_path / "www", url="https://example.edu")
    assert "either --outbox" in _run(graded, *sender)[1]
    assert "Nobody's address is known" in _run(graded, *sender, "--outbox", tmp_path / "out")[1]


def test_nothing_crosses_the_network_unencrypted(fresh):
    words = ("mail", "small", "--from", "p@example.edu", "--roster", fresh[2])
    code, said = _run(fresh, *words, "--smtp", "mail.example.edu", "--security", "none")
    assert code == 2
    assert "in the open" in said


def test_server_that_cannot_be_reached_or_does_not_encrypt_gets_nothing(fresh):
    with mail_server() as box:
        pass
    code, said = _mail(fresh, box)
    assert code == 2
    assert "Nothing was sent" in said
    with mail_server() as box:
        words = ("--from", "p@example.edu", "--roster", fresh[2], "--smtp", f"127.0.0.1:{box.port}")
        code, said = _run(fresh, "mail", "small", *words)
    assert code == 2
    assert "Nothing was sent" in said
    assert box.got == []


def test_nobody_gets_the_same_page_twice_and_a_changed_one_again(fresh):
    with mail_server() as box:
        assert "sent 2; 0 had the same page already" in _mail(fresh, box)[1]
        assert "sent 0; 2 had the same page already" in _mail(fresh, box)[1]
        record = fresh[1].root / "published" / "small.json"
        published = json.loads(record.read_text())
        published["pages"][0]["sha256"] = "1" * 64
        record.write_text(json.dumps(published))
        changed = published["pages"][0]["student"]
        said = _mail(fresh, box)[1]
    assert ("sent 1; 1" in said) == (changed in ("ada", "bert"))
    assert [to for to, _ in box.got][:2] == ["ada@example.edu", "bert@example.edu"]


def test_connection_that_is_lost_is_taken_up_where_it_was(fresh):
    with mail_server() as box:
        box.hang_up_after = 1
        code, said = _mail(fresh, box)
        assert code == 2
        assert "stopped taking letters after 1" in said
        sent = fresh[1].root / "published" / "small.sent.jsonl"
        sent.write_bytes(
            sent.read_bytes() + b'{"student": "be'
        )  # as a kill in the middle of writing leaves it
        box.hang_up_after = None
        assert "sent 1; 1 had the same page already" in _mail(fresh, box)[1]
        assert "sent 0; 2 had the same page already" in _mail(fresh, box)[1]
    assert [to for to, _ in box.got] == ["ada@example.edu", "bert@example.edu"]


def test_student_whom_the_server_refuses_is_named_and_the_others_get_theirs(fresh):
    with mail_server() as box:
        box.refused = {"ada@example.edu"}
        code, said = _mail(fresh, box)
    assert code == 0
    assert "The mail server refused (1)" in said
    assert "ada: 550 no such person" in said
    assert [to for to, _ in box.got] == ["bert@example.edu"]


def test_password_that_others_can_read_is_refused(tmp_path):
    file = tmp_path / "password"
    file.write_text("secret\n")
    file.chmod(0o644)
    with pytest.raises(PublishError, match="chmod 600"):
        read_password(file)
    file.chmod(0o600)
    assert read_password(file) == "secret"
    with pytest.raises(PublishError, match="holds no password"):
        read_password(tmp_path / "none")


# --- PDF -------------------------------------------------------------------------------------------------------------


def test_missing_page_and_missing_browser_are_said(tmp_path, monkeypatch):
    with pytest.raises(PublishError, match="There is no page"):
        write_pdf(tmp_path / "none.html", tmp_path / "page.pdf")
    (tmp_path / "page.html").write_text("hello")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PublishError, match="apt-get install chromium"):
        write_pdf(tmp_path / "page.html", tmp_path / "page.pdf")
    with pytest.raises(PublishError, match="printed no PDF"):
        write_pdf(tmp_path / "page.html", tmp_path / "page.pdf", browser="/bin/true")
    assert not (tmp_path / "page.pdf").exists()


@needs_chromium
def test_students_page_as_a_pdf(graded, tmp_path):
    code, said = _run(graded, "pdf", "small", "ada", "--into", tmp_path / "ada.pdf")
    assert code == 0, said
    data = (tmp_path / "ada.pdf").read_bytes()
    assert data.startswith(b"%PDF")
    assert len(data) > 10_000
    code, said = _run(graded, "pdf", "small", "nobody", "--into", tmp_path / "nobody.pdf")
    assert code == 2
    assert "nobody has handed in nothing for small" in said


@needs_chromium
def test_page_that_is_printed_reaches_nothing_on_this_machine_either(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        page = tmp_path / "page.html"
        page.write_text(f"<p>still</p><img src='{address}/a'><link rel='stylesheet' href='{address}/b'>")
        write_pdf(page, tmp_path / "page.pdf")
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()
    assert (tmp_path / "page.pdf").stat().st_size > 1000
