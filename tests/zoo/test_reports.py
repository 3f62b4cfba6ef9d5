"""What people open after a class of hostile submissions was graded: pages, the grade table, the terminal."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from rich.console import Console

from deepgrade.cli.reporting import print_class
from support.browser import chromium, listen
from zoo.corpus import Attack, read_corpus
from zoo.lab import NAME

SHOWN = [attack for attack in read_corpus() if attack.group == "outputs"]
FORMULA_STARTS = tuple("=+-@\t\r\n|%\uff1d\uff0b\uff0d\uff20")
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
FACTS = """() => ({
    acting: document.querySelectorAll('script,iframe,object,embed,form,base,input,button,video,audio').length,
    handlers: [...document.querySelectorAll('*')].flatMap(e => e.getAttributeNames()).filter(n => n.startsWith('on')).length,
    outside: [...document.querySelectorAll('[href],[src]')].map(e => e.getAttribute('href') || e.getAttribute('src'))
        .filter(a => !/^(#|data:image\\/(png|jpeg);base64,|(\\.\\.\\/|students\\/)?[a-z0-9_-]+\\.html(#|$))/.test(a)),
    fixed: [...document.querySelectorAll('main *')].filter(e => getComputedStyle(e).position == 'fixed').length,
    title: document.title,
    heading: document.querySelector('h1').textContent})"""

every_output = pytest.mark.parametrize("attack", SHOWN, ids=[attack.name for attack in SHOWN])


def _pages(report, student=None):
    """Return the pages of the class, or one student's page and feedback."""
    listed = json.loads((report / "results.json").read_text(encoding="utf-8"))["students"]
    pages = {entry["student"]: report / entry["page"] for entry in listed}
    if student is not None:
        return [pages[student]]
    return [report / "index.html", *sorted((report / "feedback").iterdir())]


@pytest.fixture(scope="module")
def browser():
    """A real browser."""
    with chromium() as made:
        yield made


def _look(browser, paths):
    """Open pages and everything in them that opens; return what was heard and the facts of each."""
    heard, facts = [], []
    page = browser.new_page()
    listen(page, heard)
    for path in paths:
        page.goto(path.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        page.mouse.click(2, 2)
        facts.append(page.evaluate(FACTS))
        assert page.url.split("#")[0] == path.as_uri()
    page.close()
    return heard, facts


@every_output
def test_page_of_a_hostile_submission_runs_nothing_and_asks_nobody(
    attack: Attack, aftermaths, report, browser
):
    heard, facts = _look(browser, _pages(report, aftermaths[attack.name].entry.student))
    assert heard == []
    quiet = {"acting": 0, "handlers": 0, "outside": [], "fixed": 0}
    assert [{name: fact[name] for name in quiet} for fact in facts] == [quiet]
    assert "mine" not in facts[0]["title"]


def test_class_page_and_feedback_run_nothing_and_ask_nobody(report, browser):
    paths = _pages(report)
    heard, facts = _look(browser, paths)
    assert heard == []
    assert [
        path.name for path, fact in zip(paths, facts, strict=True) if fact["acting"] or fact["outside"]
    ] == []


def test_no_text_of_a_page_holds_controls_or_direction_marks(report):
    for path in report.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not {c for c in text if ord(c) < 32 and c not in "\n\t"}, path
        assert not set(text) & set("\x7f\x9b\x9d\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u200f\ufeff"), path


def test_pages_stay_small_whatever_was_printed(report):
    assert [path.name for path in report.rglob("*.html") if path.stat().st_size > 4_000_000] == []


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_no_cell_of_the_grade_table_is_a_formula_however_it_is_split(report, delimiter):
    text = (report / "grades.csv").read_text(encoding="utf-8")
    cells = [cell for row in csv.reader(io.StringIO(text), delimiter=delimiter) for cell in row]
    assert [cell for cell in cells if cell.startswith(FORMULA_STARTS)] == []
    assert not {c for c in text if ord(c) < 32 and c not in "\r\n"}


def test_grade_table_has_a_row_of_the_right_length_for_every_student(report):
    rows = list(csv.reader(io.StringIO((report / "grades.csv").read_text(encoding="utf-8"))))
    listed = json.loads((report / "results.json").read_text(encoding="utf-8"))["students"]
    assert len(rows) == len(listed) + 1
    assert {len(row) for row in rows} == {len(rows[0])}


@pytest.mark.parametrize("terminal", [True, False])
def test_terminal_table_prints_no_escape_but_colours(arena, report, terminal):
    stream = io.StringIO()
    console = Console(
        file=stream, force_terminal=terminal, width=120, color_system="standard" if terminal else None
    )
    print_class(console, arena.lab({}), arena.course)
    text = stream.getvalue()
    assert NAME in text.lower() or "zoo" in text.lower()
    bare = COLOURS.sub("", text) if terminal else text
    assert not {c for c in bare if ord(c) < 32 and c != "\n"} | (set(bare) & set("\x7f\x9b\x9d\u202e\u2066"))
