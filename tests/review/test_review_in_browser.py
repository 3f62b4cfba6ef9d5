"""The review app in a real browser: a class is graded by keyboard, two TAs collide, a hostile submission runs nothing."""

from datetime import UTC, datetime

import pytest

from deepgrade.lab import LabFiles, load_lab
from deepgrade.records.decisions import DatesSet, Place
from deepgrade.records.reviews import ReviewLedger
from deepgrade.review.desk import Desk
from review.web_class import add_hostile
from review.web_client import PASSWORD
from review.web_server import running
from support.axe import axe_source, serious_faults
from support.browser import chromium, follow, needs_chromium
from support.made_class import REPOSITORY, make_class

pytestmark = needs_chromium

CLASS = 30
GRADED = 9
"""All answers of thirty submissions that really ran are graded in `test_real_class_in_browser`."""

_ACTING = """() => {
    const ours = address => new URL(address, location).href.startsWith(location.origin + '/');
    const all = query => [...document.querySelectorAll(query)];
    return {
        scripts: all('script').filter(s => s.textContent.trim() || !s.src.startsWith(location.origin + '/static/')).length,
        handlers: all('*').flatMap(e => e.getAttributeNames()).filter(n => n.startsWith('on')).length,
        styles: all('[style]').length,
        foreign: all('form,a[href],iframe').filter(e => !ours(e.getAttribute('action') || e.href || e.src)).length,
        frames: all('iframe').filter(f => f.getAttribute('sandbox') !== '').length,
        others: all('object,embed,base,meta[http-equiv]').length};
}"""
"""Counts what a page may not hold."""


def opened(browser, base, who, **options):
    """Open a page of somebody who is logged in."""
    page = browser.new_context(**options).new_page()
    page.goto(f"{base}/login")
    page.fill("#name", who)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{base}/")
    return page


def quiet(page, base, heard):
    """Note everything that a page says, opens or asks for but this server's own pages."""
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("dialog", lambda dialog: (heard.append(dialog.message), dialog.dismiss()))
    page.on("popup", lambda popup: heard.append(popup.url))
    page.on("download", lambda download: heard.append(download.url))
    page.on("request", lambda r: r.url.startswith((f"{base}/", "data:")) or heard.append(r.url))


@pytest.fixture
def le5(tmp_path, request):
    book = make_class(tmp_path / "course", "le5", getattr(request, "param", CLASS))
    with running(REPOSITORY, tmp_path / "course") as base:
        yield base, book
    book.close()


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def save(page):
    """Save by keyboard and wait for what comes next."""
    with page.expect_navigation():
        page.keyboard.press("s")


@pytest.mark.parametrize("le5", [GRADED], indirect=True)
def test_a_ta_grades_a_class_from_the_queue_by_keyboard(le5):
    base, book = le5
    heard, graded = [], {}
    with chromium() as browser:
        page = opened(browser, base, "tom", viewport={"width": 1280, "height": 900})
        quiet(page, base, heard)
        page.goto(f"{base}/labs/le5/queue?kind=manual&question=a1")
        with page.expect_navigation():
            page.keyboard.press("g")
        for number in range(GRADED):
            assert f"{GRADED - number} wait" in page.inner_text("nav.pager")
            student = page.inner_text("h1 ~ p bdi")
            assert "ReLU" in page.inner_text(".answer")
            if number % 3 == 0:
                press(page, "1", "2", "3")
                points = 0.4
            elif number % 3 == 1:
                press(page, "1")
                page.keyboard.press("c")
                page.keyboard.type("Say where they differ, s, n and 1 are letters here.")
                points = 0.1
            else:
                press(page, "0")
                points = 0.0
            assert float(page.inner_text("[data-sum]")) == pytest.approx(points)
            graded[student] = points
            if number % 3 == 1:
                with page.expect_navigation():
                    page.keyboard.press("Control+Enter")
            else:
                save(page)
            if number == 4:
                with page.expect_navigation():
                    page.keyboard.press("z")  # takes the last one back ...
                assert "takes back" in page.inner_text(".said-bar")
                with page.expect_navigation():
                    page.keyboard.press("z") if page.query_selector("[data-key=z]") else page.reload()
                page.goto(f"{base}/labs/le5/queue?kind=manual&question=a1&state=waits")
                follow(page, f"a:has-text('{student}')")
                press(page, "1")
                save(page)  # ... and grades it anew
        assert page.url.startswith(f"{base}/labs/le5?saved=")
    desk = Desk(book, load_lab(LabFiles(REPOSITORY, "le5")))
    found = {one.student: one.grade.question("a1").points for one in desk.students()}
    assert len(found) == GRADED
    assert found == pytest.approx(graded)
    assert heard == []


def test_two_tas_collide_and_nothing_is_lost(le5):
    base, book = le5
    with chromium() as browser:
        tom, tina = opened(browser, base, "tom"), opened(browser, base, "tina")
        tom.goto(f"{base}/labs/le5/queue?kind=manual&question=a2")
        with tom.expect_navigation():
            tom.keyboard.press("g")
        tina.goto(tom.url)
        assert "tom has this open too" in tina.inner_text("main")
        press(tom, "1")
        save(tom)
        press(tina, "2", "c")
        tina.keyboard.type("The noise is missing.")
        with tina.expect_navigation():
            tina.keyboard.press("Control+Enter")
        assert "Somebody else decided meanwhile" in tina.inner_text("h1")
        assert "tom" in tina.inner_text(".theirs") and "gradient descent" in tina.inner_text(".theirs")
        assert tina.input_value("textarea[name=comment]") == "The noise is missing."
        follow(tina, "text=Save mine over it")
    decided = [
        d for d in ReviewLedger(book, "le5").decisions() if d.place.question == "a2" and d.place.student
    ]
    assert [(d.who, d.kind) for d in decided] == [("tom", "rubric"), ("tina", "rubric"), ("tina", "comment")]


def test_everything_works_without_script(le5):
    base, _ = le5
    with chromium() as browser:
        page = opened(browser, base, "tom", java_script_enabled=False)
        page.goto(f"{base}/labs/le5")
        follow(page, "tr:has-text('a1') a.button")
        page.check("input[name=items] >> nth=0")
        follow(page, "button:has-text('Save and next')")
        assert "Saved: a1" in page.inner_text(".said-bar")
        follow(page, ".said-bar button")
        assert "takes back" in page.inner_text(".said-bar")


def test_the_page_of_a_hostile_submission_runs_nothing(tmp_path):
    root, course = tmp_path / "root", tmp_path / "course"
    lab = add_hostile(course, root)
    heard: list[str] = []
    with running(root, course) as base, chromium() as browser:
        page = opened(browser, base, "ada")
        quiet(page, base, heard)
        seen, waiting = set(), [f"{base}/labs/{lab}", f"{base}/labs/{lab}/statistics"]
        while waiting and len(seen) < 60:
            path = waiting.pop(0)
            if path in seen:
                continue
            seen.add(path)
            page.goto(path)
            page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            facts = page.evaluate(_ACTING)
            assert set(facts.values()) == {0}, (path, facts)
            links = page.eval_on_selector_all("a[href], iframe[src]", "all => all.map(e => e.href || e.src)")
            waiting += [link.partition("#")[0] for link in links if f"/labs/{lab}" in link]
        frames = [path for path in seen if path.endswith("/frame")]
        assert len(frames) == 2 and len(seen) > 25
    assert heard == []


def test_a_students_frame_has_no_right_to_anything(tmp_path):
    root, course = tmp_path / "root", tmp_path / "course"
    lab = add_hostile(course, root)
    with running(root, course) as base, chromium() as browser:
        page = opened(browser, base, "ada")
        page.goto(f"{base}/labs/{lab}/students")
        follow(page, "tbody a")
        follow(page, "text=Executed notebook")
        assert page.url.endswith("/notebook")
        address = page.eval_on_selector("iframe", "frame => frame.src")
        answer = page.request.get(address)
        assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
        assert answer.headers["x-frame-options"] == "SAMEORIGIN"
        assert address.endswith("/frame") and answer.ok
        # A frame whose content could run scripts would answer this from its own origin.
        assert page.evaluate(
            "(() => { try { return window[0].document.body } catch { return 'closed' } })()"
        ) in (None, "closed")


def test_no_page_is_wider_than_a_phone(le5):
    base, _ = le5
    with chromium() as browser:
        page = opened(browser, base, "ada", viewport={"width": 390, "height": 844})
        page.goto(f"{base}/labs/le5/queue?kind=manual")
        follow(page, "tbody a")
        paths = [page.url, base, f"{base}/account", f"{base}/accounts"]
        page.goto(f"{base}/labs/le5/students")
        paths.append(page.url)
        follow(page, "tbody a")
        paths.append(page.url)
        paths += [
            f"{base}/labs/le5/{name}"
            for name in ("queue", "rubrics", "rubrics/a1", "comments", "statistics", "decisions")
        ]
        for path in paths:
            page.goto(path)
            page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
            tab = page.query_selector(".tabs a[aria-current]")
            assert tab is None or tab.bounding_box()["x"] + tab.bounding_box()["width"] <= 390, path


def test_a_comment_to_use_again_is_read_in_lines_not_in_letters_on_a_phone(le5):
    base, _ = le5
    with chromium() as browser:
        page = opened(browser, base, "tom", viewport={"width": 390, "height": 844})
        page.goto(f"{base}/labs/le5/comments")
        page.fill("#name", "noise")
        page.fill("#text", "Say where the noise comes from, and what it is good for. " * 4)
        follow(page, "button:has-text('Keep it')")
        assert page.query_selector(".block-list li > span").bounding_box()["width"] > 250


@pytest.mark.parametrize("question", ["a1", "b11"])
def test_items_and_comment_and_saving_are_in_sight_without_scrolling(le5, question):
    base, _ = le5
    with chromium() as browser:
        page = opened(browser, base, "tom", viewport={"width": 1280, "height": 900})
        page.goto(f"{base}/labs/le5/queue?kind=manual&question={question}")
        follow(page, "tbody a")
        saving = page.query_selector("[data-save]").bounding_box()
        comment = page.query_selector("textarea[name=comment]").bounding_box()
        assert comment["y"] + comment["height"] <= saving["y"]
        assert saving["y"] + saving["height"] <= 900
        assert page.evaluate("document.documentElement.scrollHeight") <= 900


def test_dates_are_shown_in_the_zone_in_which_they_are_typed(le5):
    base, book = le5
    due = datetime(2026, 3, 20, 22, 59, tzinfo=UTC)
    ReviewLedger(book, "le5").append(
        Place(""), [DatesSet(due=due, zone="Europe/Berlin")], who="ada", why="as announced"
    )
    with chromium() as browser:
        page = opened(browser, base, "tom")
        page.goto(f"{base}/labs/le5")
        assert "due 2026-03-20 23:59 Europe/Berlin" in page.inner_text("main")
        page.goto(f"{base}/labs/le5/students")
        follow(page, "tbody a")
        assert "Due 2026-03-20 23:59 Europe/Berlin" in page.inner_text("form[aria-label=Extension]")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault_on_any_page(le5, scheme):
    base, _ = le5
    source, found = axe_source(), {}
    with chromium() as browser:
        page = opened(browser, base, "ada", color_scheme=scheme)
        paths = [base, f"{base}/account", f"{base}/accounts", f"{base}/labs/le5"]
        for name in ("queue", "students", "rubrics", "rubrics/a1", "comments", "statistics", "decisions"):
            paths.append(f"{base}/labs/le5/{name}")
        for kind in ("manual", "check", "flag", "borderline"):
            page.goto(f"{base}/labs/le5/queue?kind={kind}")
            follow(page, "tbody a")
            paths.append(page.url)
        page.goto(f"{base}/labs/le5/students")
        follow(page, "tbody a")
        paths += [page.url, f"{page.url}/history"]
        for path in paths:
            page.goto(path)
            page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            found |= serious_faults(page, source)
        page = browser.new_page(color_scheme=scheme)
        page.goto(f"{base}/login")
        found |= serious_faults(page, source)
    assert found == {}
