"""Grading on the pages of the review app, without a script and without a screen."""

import html
import re

import pytest

from deepgrade.records import Course, Gradebook
from deepgrade.records.decisions import Place, SecondLook
from deepgrade.records.reviews import ReviewLedger
from deepgrade.score import CheckStatus
from review import small_desk
from review.web_client import served, token_of

TOML = """
schema_version = 1
name = "small"
title = "Small"
data = []
[[questions]]
id = "a1"
title = "Scale"
points = 1.0
[[questions]]
id = "a2"
title = "Count"
points = 2.0
[[questions]]
id = "a3"
title = "Explain"
points = 1.0
manual = true
rubric = '''
0.6 says why.
0.4 gives an example,
and compares.

Be kind.
'''
"""
KEY = "1" * 64
"""Of a run that is not there any more: pages say so where it matters."""


def score(student, **more):
    return small_desk.score(student, run_key=KEY, **more)


def hand_in(book, student, made=None, refusal=None):
    key = None if refusal else KEY
    submission = book.add_submission(
        "small", student, f"{student}.ipynb", sha256="a", run_key=key, refusal=refusal
    )
    if made is not None:
        book.add_score(submission, made)


PAGES = (
    "/",
    "/account",
    "/labs/small",
    "/labs/small/queue",
    "/labs/small/queue?state=all",
    "/labs/small/students",
    "/labs/small/rubrics",
    "/labs/small/rubrics/a3",
    "/labs/small/comments",
    "/labs/small/decisions",
)


@pytest.fixture
def places(tmp_path):
    return make_places(tmp_path)


def make_places(folder, database=None):
    """Write the lab and a gradebook with a class of four; return the labs' root and the course."""
    root, course = folder / "root", folder / "course"
    (root / "solutions" / "small").mkdir(parents=True)
    (root / "tests" / "hidden").mkdir(parents=True)
    (root / "solutions" / "small" / "lab.toml").write_text(TOML)
    course.mkdir()
    if database is not None:
        Course(course).database_setting.write_text(database)
    book = Gradebook(Course(course).database)
    hand_in(book, "Zoe Ada", score("Zoe Ada"))
    hand_in(book, "Bert", score("Bert", a1=0.0, flags=[("near_threshold", "a1"), ("odd", None)]))
    hand_in(book, "Cleo", score("Cleo", a2=(0.0, 1.0), a2_status=CheckStatus.NEEDS_REVIEW))
    hand_in(book, "Gus", refusal="Gus.ipynb is no notebook.")
    book.close()
    return root, course


@pytest.fixture
def book(places):
    opened = Gradebook(Course(places[1]).gradebook)
    yield opened
    opened.close()


@pytest.fixture
def browser(places):
    with served(*places) as opened:
        yield opened


def forms(page):
    """Return the forms of a page: (action, fields) each."""
    found = []
    for match in re.finditer(r"<form\b([^>]*)>(.*?)</form>", page.text, re.DOTALL):
        fields = {}
        for tag in re.findall(r"<(?:input|textarea)\b[^>]*>", match[2]):
            name = re.search(r'name="([^"]*)"', tag)
            value = re.search(r'value="([^"]*)"', tag)
            if name and 'type="checkbox"' not in tag:
                fields.setdefault(name[1], html.unescape(value[1]) if value else "")
        for name, text in re.findall(r'<textarea\b[^>]*name="([^"]*)"[^>]*>([^<]*)</textarea>', match[2]):
            fields[name] = html.unescape(text)
        action = re.search(r'action="([^"]*)"', match[1])
        found.append((html.unescape(action[1]) if action else "", fields))
    return found


def form(page, action, **with_fields):
    """Return the fields of the form on a page that does something."""
    return next(
        fields
        for _, fields in forms(page)
        if fields.get("action") == action and all(fields.get(k) == v for k, v in with_fields.items())
    )


def item(client, kind, student=None):
    """Open the first item of a kind, or a student's."""
    listed = client.get("/labs/small/queue", params={"kind": kind, "state": "all"})
    links = re.findall(r'<a href="(/labs/small/items/[^"]*)"><bdi>([^<]*)</bdi>', listed.text)
    path = next(path for path, name in links if student in (None, name))
    return client.get(html.unescape(path))


def student_page(client, student):
    listed = client.get("/labs/small/students")
    path = re.search(rf'href="([^"]*)"><bdi>{student}</bdi>', listed.text)[1]
    return client.get(path)


def send(client, page, action, go="stay", fields=(), **changes):
    """Send a page's form of an action with other values."""
    data = form(page, action) | {"go": go} | changes
    return client.post("/labs/small/decide", data=[*data.items(), *fields])


# httpx takes lists of pairs as content only: encode them here
def _encoded(pairs):
    from urllib.parse import urlencode

    return urlencode(pairs)


@pytest.fixture(autouse=True)
def _posting_pairs(monkeypatch):
    from review.web_client import Browser

    plain = Browser.post

    def post(self, url, *, data=None, **more):
        if isinstance(data, list):
            kind = {"content-type": "application/x-www-form-urlencoded"}
            return plain(self, url, content=_encoded(data), headers=kind, **more)
        return plain(self, url, data=data, **more)

    monkeypatch.setattr(Browser, "post", post)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_there_for_a_ta(browser, path):
    answer = browser("tom").get(path)
    assert answer.status_code == 200
    assert "<h1" in answer.text


def test_statistics_are_for_instructors(browser):
    assert browser("tom").get("/labs/small/statistics").status_code == 403
    assert "Statistics" not in browser("tom").get("/labs/small").text
    assert browser("ada").get("/labs/small/statistics").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/labs/none",
        "/labs/..%2f..%2fetc",
        "/labs/small/items/aaaaaaaaaaaaaaaa",
        "/labs/small/students/aaaaaaaaaaaaaaaa",
        "/labs/small/students/Bert",
        "/labs/small/rubrics/a9",
        "/static/../settings.py",
        "/labs/small/students/aaaaaaaaaaaaaaaa/notebook/frame",
    ],
)
def test_what_is_not_there_is_said(browser, path):
    assert browser("tom").get(path).status_code == 404


def test_a_lab_that_is_not_there_is_said_without_the_servers_folders(browser, places):
    text = browser("tom").get("/labs/none").text
    assert "There is no lab none" in text
    assert not any(str(place) in text for place in places[:2])


def test_points_that_are_saved_with_a_comment_are_told_once(browser):
    client = browser("tom")
    send(client, item(client, "manual", "Bert"), "grade", fields=[("items", "r1")], comment="Where?")
    page = student_page(client, "Bert")
    history = re.search(r'href="([^"]*/history)"', page.text)[1]
    for path in ("/labs/small/decisions", history):
        assert client.get(path).text.count("– → 0.6") == 1, path
    assert page.text.count("– → 0.6") == 1


def test_an_answer_is_graded_by_rubric_and_the_next_one_comes(browser, book):
    client = browser("tom")
    page = item(client, "manual", "Bert")
    answer = send(client, page, "grade", go="next", fields=[("items", "r1")], comment="Say where it differs.")
    assert answer.status_code == 303
    after = client.get(answer.headers["location"])
    assert "Saved: a3 of" in after.text and "/items/" in answer.headers["location"]
    shown = student_page(client, "Bert")
    assert "Say where it differs." in shown.text and "0.6" in shown.text
    kinds = [d.kind for d in ReviewLedger(book, "small").decisions(students=["Bert"])]
    assert kinds == ["rubric", "comment"]


def test_saving_without_points_says_what_is_missing_and_keeps_what_was_typed(browser, book):
    client = browser("tom")
    page = item(client, "manual", "Bert")
    answer = send(client, page, "grade", points="two")
    assert answer.status_code == 400 and "is no number" in answer.text and 'value="two"' in answer.text
    answer = send(client, page, "grade", points="7", comment="long thought")
    assert answer.status_code == 400 and "worth 1 points" in answer.text and "long thought" in answer.text
    answer = send(client, page, "grade")
    assert answer.status_code == 400 and "No points were given" in answer.text
    assert ReviewLedger(book, "small").decisions(students=["Bert"]) == []
    again = form(answer, "grade") | {"points": "0,5"}
    assert client.post("/labs/small/decide", data=again).status_code == 303
    assert ReviewLedger(book, "small").decisions(students=["Bert"])[-1].value.points == 0.5


@pytest.mark.parametrize("points", ["-1", "nan", "inf", "1e3", "0x1", "٠.٥", "1.2.3", "9" * 20])
def test_points_that_are_no_points_are_refused(browser, book, points):
    client = browser("tom")
    assert send(client, item(client, "manual", "Bert"), "grade", points=points).status_code == 400
    assert ReviewLedger(book, "small").decisions(students=["Bert"]) == []


def test_the_second_of_two_sees_what_the_first_did_and_decides(browser, book):
    tom, tina = browser("tom"), browser("tina")
    at_tom, at_tina = item(tom, "manual", "Bert"), item(tina, "manual", "Bert")
    assert "tom has this open too" in at_tina.text
    assert send(tom, at_tom, "grade", fields=[("items", "r1")]).status_code == 303
    conflict = send(tina, at_tina, "grade", points="0.2", comment="I disagree")
    assert conflict.status_code == 409
    assert "tom" in conflict.text and "says why" in conflict.text
    assert "I disagree" in conflict.text and 'value="0.2"' in conflict.text
    assert len(ReviewLedger(book, "small").decisions(students=["Bert"])) == 1
    mine = form(conflict, "grade")
    assert tina.post("/labs/small/decide", data=mine).status_code == 303
    decided = ReviewLedger(book, "small").decisions(students=["Bert"])
    assert [d.who for d in decided] == ["tom", "tina", "tina", "tina"]
    assert "tina" in student_page(tom, "Bert").text


def test_next_skips_what_somebody_else_has_open(browser):
    tom, tina = browser("tom"), browser("tina")
    one = tom.get("/labs/small")
    start = html.unescape(re.search(r'class="button" href="([^"]*question=a3[^"]*)"', one.text)[1])
    tom.get(start)
    other = tina.get("/labs/small")
    assert html.unescape(re.search(r'class="button" href="([^"]*question=a3[^"]*)"', other.text)[1]) != start


def test_a_decision_is_undone_and_the_undo_too(browser, book):
    client = browser("tom")
    answer = send(client, item(client, "manual", "Bert"), "grade", fields=[("none", "1")])
    after = client.get(answer.headers["location"])
    undo = form(after, "undo")
    assert client.post("/labs/small/decide", data=undo).status_code == 303
    shown = student_page(client, "Bert")
    assert "taken back" in shown.text
    assert "waits for a person" in shown.text
    again = next(
        f for _, f in forms(shown) if f.get("action") == "undo" and f["decisions"] != undo["decisions"]
    )
    assert client.post("/labs/small/decide", data=again).status_code == 303
    assert ReviewLedger(book, "small").decisions(students=["Bert"])[-1].kind == "undo"
    assert "No rubric item fits" in student_page(client, "Bert").text


def test_a_check_is_overridden_with_a_reason_and_never_without(browser, book):
    client = browser("tom")
    page = item(client, "check", "Cleo")
    refused = send(client, page, "override", points="1")
    assert refused.status_code == 400 and "reason" in refused.text
    assert send(client, page, "override", points="1", why="The figure shows it.").status_code == 303
    shown = student_page(client, "Cleo")
    assert "decided by tom" in shown.text and "The figure shows it." in shown.text


def test_a_flag_is_settled_and_opened_again(browser):
    client = browser("tom")
    page = item(client, "flag", "Bert")
    assert send(client, page, "settle", note="Looked into the notebook.").status_code == 303
    page = item(client, "flag", "Bert")
    assert "done by tom" in page.text
    assert send(client, page, "settle", open="1").status_code == 303
    assert "done by tom" not in item(client, "flag", "Bert").text


def test_a_second_look_shows_the_request_and_is_answered(browser, book):
    ledger = ReviewLedger(book, "small")
    ledger.append(Place("Bert", "a1"), [SecondLook(text="My <b>pixels</b> are scaled.")], who="Bert")
    client = browser("tom")
    page = item(client, "second_look", "Bert")
    assert "&lt;b&gt;pixels" in page.text
    assert send(client, page, "answer", answer="They go up to 255.").status_code == 303
    assert "done by tom" in item(client, "second_look", "Bert").text


def test_points_are_adjusted_with_a_reason_and_a_bonus_goes_above(browser):
    client = browser("tom")
    page = student_page(client, "Zoe Ada")
    data = form(page, "adjust", question="a1") | {
        "points": "+0.5",
        "bonus": "1",
        "why": "Did more than asked.",
    }
    assert client.post("/labs/small/decide", data=data).status_code == 303
    assert "1.5" in student_page(client, "Zoe Ada").text


def test_an_extension_and_a_waiver_are_kept_with_their_reason(browser, book):
    client = browser("tom")
    page = student_page(client, "Bert")
    wrong = form(page, "extension") | {"due": "next week", "why": "ill"}
    assert client.post("/labs/small/decide", data=wrong).status_code == 400
    assert client.post("/labs/small/decide", data=wrong | {"due": "2026-05-08 23:59"}).status_code == 303
    assert ReviewLedger(book, "small").decisions(students=["Bert"])[-1].value.due.hour == 23


def test_a_rubrics_points_change_for_all_who_have_the_item(browser, book):
    client = browser("tom")
    for student in ("Bert", "Cleo"):
        page = item(client, "manual", student)
        assert send(client, page, "grade", fields=[("items", "r1")]).status_code == 303
    page = client.get("/labs/small/rubrics/a3")
    changed = _rubric_form(page, {"0.6": "0.8"})
    looked = client.post("/labs/small/rubrics/a3", data=[*changed, ("go", "look")])
    assert looked.status_code == 200 and "2 students get other points" in looked.text
    assert client.post("/labs/small/rubrics/a3", data=[*changed, ("go", "save")]).status_code == 303
    assert "0.8" in student_page(client, "Bert").text
    stale = client.post("/labs/small/rubrics/a3", data=[*_rubric_form(page, {"0.6": "0.1"}), ("go", "save")])
    assert stale.status_code == 409 and "tom" in stale.text


def test_an_item_that_is_taken_out_never_gives_its_id_to_another(browser, book):
    client = browser("tom")
    fields = _rubric_form(client.get("/labs/small/rubrics/a3"), {"gives an example, and compares.": ""})
    assert client.post("/labs/small/rubrics/a3", data=[*fields, ("go", "save")]).status_code == 303
    fields = _rubric_form(client.get("/labs/small/rubrics/a3"), {})
    place = [n for n, (name, _) in enumerate(fields) if name == "points"][1]
    fields[place], fields[place + 1] = ("points", "0.3"), ("text", "something new")
    assert client.post("/labs/small/rubrics/a3", data=[*fields, ("go", "save")]).status_code == 303
    assert [i.id for i in ReviewLedger(book, "small").rubrics()["a3"].items] == ["r1", "r3"]


def test_a_rubric_that_cannot_be_used_is_shown_again_as_it_was_typed(browser):
    client = browser("tom")
    page = client.get("/labs/small/rubrics/a3")
    answer = client.post(
        "/labs/small/rubrics/a3",
        data=[*_rubric_form(page, {"0.6": "much", "says why.": "says it"}), ("go", "save")],
    )
    assert answer.status_code == 400 and "is no number" in answer.text and "says it" in answer.text


def _rubric_form(page, changes):
    """Return the pairs of the rubric form, with values replaced."""
    token = token_of(page.text)
    seen = re.search(r'name="seen" value="([^"]*)"', page.text)[1]
    pairs = [("form_token", token), ("seen", seen), ("start", "none"), ("guidance", "Be kind."), ("why", "")]
    for row in re.findall(r"<tr><td><input.*?</tr>", page.text, re.DOTALL):
        item_id = re.search(r'name="id" value="([^"]*)"', row)[1]
        points = re.search(r'name="points"[^>]*value="([^"]*)"', row)[1]
        text = html.unescape(re.search(r"<textarea[^>]*>([^<]*)</textarea>", row)[1])
        pairs += [("id", item_id), ("points", changes.get(points, points)), ("text", changes.get(text, text))]
    return pairs


def test_comments_are_kept_used_and_removed(browser, book):
    client = browser("tom")
    data = {"name": "where", "text": "Say where.", "question": "a3"}
    assert client.post_form("/labs/small/comments", data).status_code == 303
    page = item(client, "manual", "Bert")
    assert "Say where." in page.text
    sent = send(client, page, "grade", fields=[("items", "r1"), ("use", "where")], comment="Good.")
    assert sent.status_code == 303
    assert "Good.\n\nSay where." in html.unescape(student_page(client, "Bert").text)
    assert client.post_form("/labs/small/comments", data | {"remove": "1"}).status_code == 303
    assert "Say where." not in client.get("/labs/small/comments").text
    assert client.post_form("/labs/small/comments", {"name": "x", "text": ""}).status_code == 400


def test_hidden_names_stand_on_no_page_and_in_no_address(browser, book):
    ReviewLedger(book, "small").append(Place("Bert", "a1"), [SecondLook(text="Please look.")], who="Bert")
    client = browser("ada")
    assert client.post_form("/names", {"hidden": "1", "next": "/labs/small"}).status_code == 303
    seen, waiting = set(), ["/", *PAGES, "/labs/small/statistics"]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = client.get(path)
        for name in ("Zoe", "Bert", "Cleo", "Gus"):
            assert name not in answer.text, path
            assert name not in path
        links = [html.unescape(link) for link in re.findall(r'(?:href|src)="(/[^"#]*)', answer.text)]
        waiting += [link for link in links if link.startswith("/labs/small/") and len(seen) < 150]
    assert len(seen) > 30
    client.post_form("/names", {"hidden": "0"})
    assert "Bert" in client.get("/labs/small/students").text


def test_a_student_page_tells_how_the_grade_came_about(browser):
    client = browser("tom")
    send(client, item(client, "manual", "Bert"), "grade", fields=[("items", "r1")], why="as agreed")
    page = student_page(client, "Bert")
    path = re.search(r'href="([^"]*/history)"', page.text)[1]
    history = client.get(path)
    assert "handed in Bert.ipynb" in history.text and "as agreed" in history.text


def test_decisions_of_everybody_stand_in_one_list(browser):
    client = browser("tom")
    send(client, item(client, "manual", "Bert"), "grade", fields=[("items", "r1")])
    page = client.get("/labs/small/decisions")
    assert "tom" in page.text and "says why" in page.text
    assert "Nobody has decided anything" in client.get("/labs/small/decisions?who=tina").text


def test_forms_of_another_lab_or_of_nobody_change_nothing(browser, book):
    client = browser("tom")
    page = item(client, "manual", "Bert")
    data = form(page, "grade")
    assert client.post("/labs/small/decide", data=data | {"student": "a" * 16}).status_code == 404
    assert client.post("/labs/small/decide", data=data | {"question": "a9"}).status_code == 404
    assert client.post("/labs/small/decide", data=data | {"action": "delete"}).status_code == 400
    assert client.post("/labs/none/decide", data=data).status_code == 404
    assert ReviewLedger(book, "small").decisions(students=["Bert"]) == []


def test_a_regrade_keeps_what_people_decided_and_says_so(browser, book):
    client = browser("tom")
    page = student_page(client, "Bert")
    data = form(page, "override", question="a1") | {"points": "1", "why": "It is scaled."}
    assert client.post("/labs/small/decide", data=data).status_code == 303
    submission = book.entry("small", "Bert").submission_id
    book.add_score(submission, score("Bert", a1=0.5))
    assert "made when the check gave 0; it gives 0.5 now" in student_page(client, "Bert").text


def test_the_statistics_tell_how_many_each_re_grade_set_moved(browser, book):
    for points, kept in ((0.5, False), (0.5, True), (0.25, True)):
        changed = book.new_set("small")
        for student in ("Bert", "Zoe Ada"):
            entry = book.entry("small", student)
            moved = score(student, a1=points) if student == "Bert" else entry.score
            book.add_score(entry.submission_id, moved, set_id=changed)
        book.decide_set(changed, apply=kept, reason="The check was too strict." if kept else None)
    html = browser("ada").get("/labs/small/statistics").text
    rows = re.findall(r"<tr>.*?</tr>", html.partition('id="regrades"')[2])[1:]
    cells = [re.findall(r">([^<]*)</t[dh]>", row) for row in rows]
    assert [(row[0], *row[2:6]) for row in cells] == [
        ("3", "applied", "0", "1", "1"),
        ("2", "applied", "1", "0", "1"),
        ("1", "cancelled", "1", "0", "1"),
    ]


def test_what_was_decided_about_an_older_file_is_confirmed_by_saving_it_once_more(browser, book):
    client = browser("tom")
    assert send(client, item(client, "manual", "Bert"), "grade", fields=[("items", "r1")]).status_code == 303
    newer = book.add_submission("small", "Bert", "Bert.ipynb", sha256="b", run_key=KEY)
    book.add_score(newer, score("Bert"))
    page = item(client, "manual", "Bert")
    assert "handed in anew" in page.text and "done by tom" not in page.text
    assert send(client, page, "grade", fields=[("items", "r1")]).status_code == 303
    assert "done by tom" in item(client, "manual", "Bert").text


def test_on_postgresql_pages_conflicts_and_undos_are_the_same(postgres, tmp_path):
    places = make_places(tmp_path, postgres.new_database())
    with served(*places) as opened:
        tom, tina = opened("tom"), opened("tina")
        for path in PAGES:
            assert tom.get(path).status_code == 200, path
        at_tom, at_tina = item(tom, "manual", "Bert"), item(tina, "manual", "Bert")
        assert send(tom, at_tom, "grade", fields=[("items", "r1")]).status_code == 303
        conflict = send(tina, at_tina, "grade", points="0.2")
        assert conflict.status_code == 409 and "says why" in conflict.text
        mine = tina.post("/labs/small/decide", data=form(conflict, "grade"))
        after = tina.get(mine.headers["location"])
        assert tina.post("/labs/small/decide", data=form(after, "undo")).status_code == 303
        assert "taken back" in student_page(tom, "Bert").text
        assert opened("ada").get("/labs/small/statistics").status_code == 200
    book = Gradebook(Course(places[1]).database)
    try:
        kinds = [(d.who, d.kind) for d in ReviewLedger(book, "small").decisions(students=["Bert"])]
    finally:
        book.close()
    assert kinds == [("tom", "rubric"), ("tina", "rubric_cleared"), ("tina", "points"), ("tina", "undo")]
    assert not (places[1] / "gradebook.db").exists()
