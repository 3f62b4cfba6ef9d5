"""A board in a real browser: it runs nothing, asks for nothing, and fits every screen in light and dark."""

from dataclasses import replace

import pytest
from report_hostile import BAD, HOSTILE

from deepgrade.report.board import write_board
from support.browser import chromium, listen, needs_chromium
from support.made_standings import made_standing

pytestmark = needs_chromium

FACTS = """() => {
  const seen = e => getComputedStyle(e).display !== 'none';
  const pictures = [...document.querySelectorAll('.board .picture')].map(e => e.getBoundingClientRect());
  const text = getComputedStyle(document.querySelector('.board td.score'));
  return {
    wide: document.documentElement.scrollWidth - innerWidth,
    cut: [...document.querySelectorAll('.board td, .board th')].filter(e => seen(e) && e.scrollWidth > e.clientWidth + 1
        && !e.classList.contains('picture')).map(e => e.textContent.slice(0, 40)),
    acting: document.querySelectorAll('script,iframe,object,embed,form,base').length,
    handlers: [...document.querySelectorAll('*')].flatMap(e => e.getAttributeNames()).filter(n => n.startsWith('on')).length,
    narrow: pictures.filter(r => r.width < 70).length,
    drawn: [...document.querySelectorAll('.lane .point')].every(e => e.getBoundingClientRect().width > 0),
    lines: [...document.querySelectorAll('.lane use')].every(e => e.getBoundingClientRect().height > 10),
    shown: [...document.querySelectorAll('.board thead th')].filter(seen).map(e => e.className),
    dark: text.color.match(/\\d+/g).slice(0, 3).reduce((a, b) => a + +b, 0) > 382,
  }; }"""
COLUMNS = {
    1200: ["rank", "who", "score", "ends", "picture", "entries", "entered"],
    390: ["rank", "who", "score", "picture"],
}


@pytest.fixture(scope="module")
def boards(tmp_path_factory):
    folder = tmp_path_factory.mktemp("boards")
    hostile = made_standing(60, seed=3)
    names = iter([*HOSTILE, "x" * 10_000, "w" * 59, "\n\r\u2028"] * 9)
    lines = tuple(replace(line, who=next(names), note=BAD, student=BAD) for line in hostile.lines)
    return [
        write_board(made_standing(200), folder / "public.html"),
        write_board(made_standing(200, private=True), folder / "private.html"),
        write_board(replace(hostile, lines=lines, title=BAD, description=BAD), folder / "hostile.html"),
        write_board(made_standing(0), folder / "baselines.html"),
    ]


def test_boards_are_quiet_and_never_wider_than_the_screen(boards):
    heard: list[str] = []
    with chromium() as browser:
        for width, scheme in ((1200, "light"), (1200, "dark"), (390, "light"), (390, "dark")):
            page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
            listen(page, heard)
            for path in boards:
                page.goto(path.as_uri())
                facts = page.evaluate(FACTS)
                tables = facts.pop("shown")
                assert facts == {
                    "wide": 0, "cut": [], "acting": 0, "handlers": 0, "narrow": 0, "drawn": True, "lines": True,
                    "dark": scheme == "dark",
                }, (path.name, width, scheme)  # fmt: skip
                assert tables[: len(COLUMNS[width])] == COLUMNS[width]
            page.close()
    assert heard == []


def test_the_axis_stays_in_sight_while_the_places_scroll(boards):
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1200, "height": 900})
        page.goto(boards[0].as_uri())
        page.evaluate("scrollTo(0, 4000)")
        tops = page.evaluate(
            "[...document.querySelectorAll('#places ~ table thead th')].map(e => e.getBoundingClientRect().top)"
        )
        assert tops == [0] * 7


def test_marks_of_all_rows_stand_on_one_axis(boards):
    with chromium() as browser:
        for width in (1200, 390):
            page = browser.new_page(viewport={"width": width, "height": 900})
            page.goto(boards[1].as_uri())
            found = page.evaluate(
                """[...document.querySelectorAll('#places ~ table tbody tr')].flatMap(row => {
                    const mark = row.querySelector('.point'), r = mark && mark.getBoundingClientRect();
                    return r ? [[+row.querySelector('.score').textContent, r.left + r.width / 2]] : []; })"""
            )
            assert len(found) > 150
            (low, left), (high, right) = min(found), max(found)
            for score, place in found:
                assert abs(left + (score - low) * (right - left) / (high - low) - place) < 0.6
            page.close()
