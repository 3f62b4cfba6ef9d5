"""The app reads a course when it starts: in nobody's way, said on the page of all labs, and never instead of what is there."""

import threading

import pytest

from deepgrade.records import Course, Gradebook
from deepgrade.records.decisions import Place, Points
from deepgrade.records.reviews import ReviewLedger
from deepgrade.review.web.pages import labs
from deepgrade.review.web.settings import WebSettings
from deepgrade.review.web.site import Site
from review.test_review_pages import TOML, hand_in, score
from review.web_client import served


@pytest.fixture
def places(tmp_path):
    """Two labs; one student handed in the first of them."""
    root, course = tmp_path / "root", tmp_path / "course"
    for name in ("small", "twin"):
        toml = root / "solutions" / name / "lab.toml"
        toml.parent.mkdir(parents=True)
        toml.write_text(TOML.replace('"small"', f'"{name}"').replace('"Small"', f'"{name.title()}"'))
    (root / "tests" / "hidden").mkdir(parents=True)
    book = Gradebook(Course(course).database)
    hand_in(book, "ada", score("ada"))
    book.add_submission("twin", "bert", "bert.ipynb", sha256="a", run_key=None)
    book.close()
    return root, course


@pytest.fixture
def site(places):
    site = Site(WebSettings(root=places[0], course=places[1]))
    yield site
    site.close()


def test_a_lab_that_is_still_being_read_is_said_and_the_page_comes_again(places, monkeypatch):
    monkeypatch.setattr(
        Site, "read_ahead", lambda site: None
    )  # the test says itself what is still to be read
    with served(*places) as browser:
        client = browser("tom")
        site = client.app.state.site
        monkeypatch.setattr(labs, "_WAITS_S", -1.0)
        site._desks.clear()
        site._to_read.add("twin")
        page = client.get("/")
        assert page.headers["Refresh"] == "1"
        assert page.text.count("being read") == 1 and "1 student" in page.text
        site._to_read.clear()
        page = client.get("/")
        assert "Refresh" not in page.headers and "being read" not in page.text
        assert page.text.count("1 student") == 2


def test_every_lab_is_read_also_where_one_cannot_be(places, site, caplog):
    (places[0] / "solutions" / "small" / "lab.toml").write_text("schema_version = ")
    site.read_ahead()
    assert site.desk("twin").is_read
    assert not site.will_read("small") and not site.will_read("twin")
    assert "reading small ahead" in caplog.text


def test_reading_lets_pages_go_first_and_ends_when_the_app_does(site):
    with site.answering():
        reading = threading.Thread(target=site.read_ahead)
        reading.start()
        reading.join(0.3)
        assert reading.is_alive() and not site.desk("small").is_read
        site.stop_reading()
        reading.join(10)
        assert not reading.is_alive()
    assert not site.desk("small").is_read and not site.will_read("small")


def test_what_another_program_decides_is_on_the_next_page(places):
    with served(*places) as browser:
        client = browser("ada")
        paths = ["/labs/small", "/labs/small/queue", "/labs/small/students", "/labs/small/statistics"]
        before = [client.get(path).text for path in paths]
        student = next(part for part in before[2].split('"') if part.startswith("/labs/small/students/"))
        assert "on paper" not in client.get(student).text
        other = Gradebook(Course(places[1]).database)
        ledger = ReviewLedger(other, "small")
        ledger.append(Place("ada", "a3"), [Points(points=1)], who="tom", why="read on paper")
        other.close()
        assert "on paper" in client.get(student).text
        assert "on paper" in client.get(f"{student}/history").text
        for path, text in zip(paths, before, strict=True):
            assert client.get(path).text != text, path
