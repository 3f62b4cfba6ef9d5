"""The page of a board: what it says, what nobody can make it do, and that it stays light."""

import base64
import hashlib
import math
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from page_reader import Page
from report_hostile import BAD, BAD_MARKDOWN, HOSTILE

from deepgrade.board.showing.standing import Figure, Line
from deepgrade.report.board import excerpt, own_excerpt, write_board
from deepgrade.report.board.axis import axis_of, numbers_of
from deepgrade.report.board.pictures import distribution
from deepgrade.report.board.rows import Gap, first_lines
from support.made_standings import BASELINES, DEADLINE, made_standing, mirrored

NAMES = (*HOSTILE, "x" * 10_000, "a\nb\r\nc\u2028d", "=1+1", "@SUM(A1)", "[bold]x[/bold]", "", " ", "\ud800")


def html(standing, folder, **options):
    return write_board(standing, folder / "board.html", **options).read_text(encoding="utf-8")


def read(standing, folder, **options):
    return Page(html(standing, folder, **options))


def student(value, low=None, high=None, **fields):
    """Return a student's line."""
    plain = {
        "rank": 1, "who": "Ada", "kind": "student", "public": None, "ties": (), "entries": 1, "entered_at": DEADLINE,
        "movement": 0, "history": ((DEADLINE, value),), "note": "", "own": False,
    }  # fmt: skip
    return Line(**plain | fields, figure=Figure(value, low, high))


@pytest.fixture(scope="module")
def public(tmp_path_factory):
    return html(made_standing(), tmp_path_factory.mktemp("public"))


@pytest.fixture(scope="module")
def private(tmp_path_factory):
    return html(made_standing(private=True), tmp_path_factory.mktemp("private"))


@pytest.fixture(scope="module")
def hostile():
    standing = made_standing(len(NAMES), seed=2)
    names = iter(NAMES * 3)
    lines = tuple(
        replace(line, who=next(names), note=BAD, student=BAD, own=index == 1)
        for index, line in enumerate(standing.lines)
    )
    return replace(standing, lines=lines, title=BAD, lab_title=BAD, metric=BAD, data=BAD, board=BAD,
                   description=BAD_MARKDOWN + BAD)  # fmt: skip


def test_hostile_names_notes_and_descriptions_do_nothing(hostile, tmp_path):
    text = html(hostile, tmp_path)
    page = Page(text)
    assert page.problems == []
    assert not [c for c in text if ord(c) < 32 and c not in "\n\t"]
    assert not set(text) & set("\u202e\u2066\u2067\u200f\x7f\x9b")
    assert "{{ 7 * 7 }}" in page.words
    assert "x" * 100 not in text
    assert len(text) < 400_000


def test_the_only_style_is_ours_and_the_policy_names_it_by_hash(public):
    page = Page(public)
    digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
    policy = [m["content"] for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy"]
    assert policy == [
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    ]
    assert "url(" not in page.style and "@import" not in page.style


@pytest.mark.parametrize("split", ["public", "private"])
def test_lines_stand_in_their_order_and_baselines_without_a_rank(split, public, private):
    text = public if split == "public" else private
    table = text[text.index("All places") :]
    lines = made_standing(private=split == "private").lines
    rows = re.findall(r'<tr class="(\w+)[^"]*"><td class="rank">(\d*).*?<bdi>(.*?)</bdi>', table)
    assert rows == [(line.kind, "" if line.rank is None else str(line.rank), line.who) for line in lines]
    assert [kind for kind, _, _ in rows if kind != "student"].count("published") == 2
    for _, _, _, source in BASELINES:
        assert source in table
    assert Page(text).problems == []


def test_entries_without_a_score_stand_last_and_say_why(public):
    table = public[public.index("All places") :]
    places = [match.start() for match in re.finditer("no score", table)]
    assert len(places) == 4
    assert places[0] > max(match.start() for match in re.finditer('class="point"', table))
    assert table.count("the model could not be rebuilt") == 4


def test_every_movement_is_an_arrow_a_number_and_words(tmp_path):
    moves = (3, -1, 0, None)
    lines = tuple(student(0.9, rank=n + 1, movement=move) for n, move in enumerate(moves))
    standing = made_standing(0, lines=lines)
    words = [
        re.sub("<[^>]+>", "", cell)
        for cell in re.findall('<td class="rank">(.*?)</td>', html(standing, tmp_path))
    ]
    assert words == [
        "1 ▲3 places up",
        "2 ▼1 place down",
        "3 = same place",
        "4 new not on the board a week ago",
    ]
    words = read(replace(standing, split="private"), tmp_path).words
    assert "not on the public board" in words and "from the public to the private board" in words


def test_every_picture_has_a_text_alternative(public, private):
    for text in (public, private):
        for opening in re.findall(r"<svg[^>]*>(?:<title>)?", text):
            is_mark = 'y="50%"' in opening
            assert is_mark or "aria-label" in opening or "aria-hidden" in opening or "<title>" in opening


def test_every_row_uses_the_lines_of_its_own_table(public):
    page = Page(public)
    ids = [
        attributes["id"] for _, attributes in page.elements if attributes.get("id", "").startswith("lines")
    ]
    used = {attributes["href"] for attributes in page.all("use")}
    assert sorted(f"#{name}" for name in ids) == sorted(used)
    assert len(used) == 2


def test_what_is_hidden_frozen_or_synthetic_is_said(tmp_path):
    words = read(made_standing(5), tmp_path).words
    assert words.count("Synthetic data.") == 1
    assert "private scores stay hidden until they are revealed" in words
    assert "since 2026-03-21 23:59 (Europe/Berlin), 22:59 UTC: later entries do not show yet" in words
    assert "Deadline 2026-03-22 23:59 (Europe/Berlin), 22:59 UTC" in words
    assert "accuracy (share of rows); higher is better" in words
    words = read(made_standing(5, private=True, data="real data, full"), tmp_path).words
    assert "Synthetic" not in words and "scores hidden" not in words and "Frozen" not in words
    assert "private scores, on 3,000 rows" in words
    assert "lower is better" in read(mirrored(made_standing(5)), tmp_path).words


def test_overlap_with_the_first_place_is_counted(tmp_path):
    lines = (student(0.9, 0.88, 0.92), student(0.88, 0.86, 0.9), student(0.8, 0.78, 0.82), student(0.7))
    page = read(made_standing(0, lines=lines), tmp_path)
    assert "neighbours whose bars overlap are not told apart. Here 1 student's bar overlaps" in page.words
    assert "bar" not in read(made_standing(0, lines=(student(0.9),)), tmp_path).words


def test_the_order_of_equal_scores_is_said(tmp_path):
    words = read(made_standing(0, lines=(student(0.9),)), tmp_path).words
    assert "Equal scores stand in the order of their time." in words
    words = read(made_standing(0, lines=(student(0.9, ties=(0.5,)),)), tmp_path).words
    assert "Equal scores stand in the order of their tie-breaks, then of their time." in words


def test_a_board_without_entries_and_one_without_scores_have_pages(tmp_path):
    assert "Nobody has entered yet." in read(made_standing(0, lines=()), tmp_path).words
    lonely = replace(student(0.5), figure=None, rank=None, history=(), entered_at=None, own=True)
    page = read(made_standing(0, lines=(lonely,)), tmp_path)
    assert page.problems == [] and "No entry of yours has a score yet." in page.words


def test_the_own_line_stands_apart_with_the_three_above_and_what_it_earns(public):
    page = Page(public)
    assert "Place 66 of 196. This score earns 3.5 points." in page.words
    assert public.count('<tr class="student own">') == 2
    own = public[public.index("Your place and those above it") : public.index("All public scores")]
    assert re.findall(r'<td class="rank">(\d+)', own) == ["63", "64", "65", "66"]


def test_an_excerpt_holds_the_baselines_between_and_nobody_else():
    lines = list(made_standing(40, seed=5).lines)
    place = next(index for index, line in enumerate(lines) if line.who == "LeNet-5")
    for below in (1, 2, 3):
        lines_with = list(lines)
        lines_with[place + below] = replace(lines[place + below], own=True)
        found = excerpt(made_standing(0, lines=tuple(lines_with)))
        assert sum(line.kind == "student" for line in found) == min(place, 3 - below + 1) + below
        assert ("LeNet-5" in [line.who for line in found]) == (place > 0)
        assert found[-1].own and found[0].kind == "student"
    assert excerpt(made_standing(0, lines=tuple(lines))) == ()
    first = replace(lines[0], own=True)
    assert excerpt(made_standing(0, lines=(first, *lines[1:]))) == (first,)
    last = replace(lines[-1], own=True, rank=None, figure=None)
    assert excerpt(made_standing(0, lines=(*lines[:-1], last))) == (last,)


def test_the_piece_for_other_pages_is_safe_and_missing_where_the_viewer_is(hostile):
    piece = own_excerpt(hostile)
    assert Page(str(piece)).problems == []
    assert own_excerpt(made_standing(3)) is None
    assert "Synthetic data" in own_excerpt(made_standing(50)) and "Place " in own_excerpt(made_standing(50))
    assert "Synthetic" not in own_excerpt(made_standing(50, data="real data, full"))


@settings(max_examples=60)
@given(st.integers(0, 70), st.integers(0, 60))
def test_a_short_board_shows_or_counts_everyone_once(top, own):
    lines = [replace(line, own=index == own) for index, line in enumerate(made_standing(55).lines)]
    standing = made_standing(0, lines=tuple(lines))
    pieces = first_lines(standing, top)
    shown = [piece for piece in pieces if isinstance(piece, Line)]
    hidden = sum(piece.count for piece in pieces if isinstance(piece, Gap))
    students = [line for line in lines if line.kind == "student"]
    assert sum(line.kind == "student" for line in shown) + hidden == len(students)
    assert [line for line in shown if line.own] == [line for line in lines if line.own]
    assert sum(line.rank is not None and not line.own for line in shown) <= max(top, 0) or top >= 53


def test_names_beyond_the_top_are_nowhere_on_the_page(tmp_path):
    standing = made_standing()
    text = html(standing, tmp_path, top=10)
    own = {line.who for line in excerpt(standing)}
    ranked = [line for line in standing.lines if line.rank is not None]
    assert all(line.who in text for line in ranked[:10])
    assert not [line.who for line in ranked[10:] if line.who in text and line.who not in own]


def test_a_thousand_students_stay_under_a_megabyte(tmp_path, public):
    assert len(public.encode()) < 250_000
    assert len(html(made_standing(1_000), tmp_path).encode()) < 1_000_000


@pytest.mark.parametrize("students", [1, 30, 200, 1_000])
def test_every_score_is_a_dot_or_counted_beyond_the_axis(students):
    standing = made_standing(students)
    figure, dots = distribution(standing, axis_of(standing), numbers_of(standing))
    far = sum(int(n.replace(",", "")) for n in re.findall(r"([\d,]+) farther", figure))
    assert dots
    assert figure.count("<circle") + far == sum(line.rank is not None for line in standing.lines)


def test_students_who_all_tie_are_a_bar_that_counts_them():
    lines = tuple(student(1.0, 0.99, 1.0, own=place == 7) for place in range(400))
    standing = made_standing(0, lines=lines)
    figure, dots = distribution(standing, axis_of(standing), numbers_of(standing))
    assert not dots and "400 students</title>" in figure and figure.count('class="own"') == 1


def test_shares_of_few_rows_make_even_columns():
    rows = 400
    lines = tuple(student(share / rows) for share in range(200, 400) for _ in range(2))
    standing = made_standing(0, lines=lines, rows=rows, thresholds=())
    figure, _ = distribution(standing, axis_of(standing), numbers_of(standing))
    columns = re.findall(r'<circle cx="([\d.]+)"', figure)
    heights = sorted({columns.count(x) for x in set(columns)})
    assert len(heights) == 1 or (
        len(heights) == 2 and [columns.count(x) for x in set(columns)].count(heights[0]) <= 2
    )


VALUES = {
    "any": st.floats(allow_nan=False, allow_infinity=False),
    "share": st.floats(0, 1),
    "same": st.just(0.25),
}


@settings(max_examples=150)
@given(
    st.sampled_from(sorted(VALUES)).flatmap(
        lambda kind: st.tuples(
            st.lists(VALUES[kind], max_size=12),
            st.lists(VALUES[kind], max_size=3),
            st.lists(VALUES[kind], max_size=3),
        )
    ),
    st.booleans(),
    st.sampled_from([(0.0, 1.0), (-math.inf, 1.0), (math.inf, 0.0), (0.0, math.inf)]),
)
def test_any_scores_are_drawn_inside_their_pictures(tmp_path_factory, drawn, higher, ends):
    values, others, corners = drawn
    ordered = sorted(values, reverse=higher)
    lines = [
        student(
            value, value - 1, value + 1, rank=place + 1, public=Figure(-value, None, None), own=place == 2
        )
        for place, value in enumerate(ordered)
    ]
    lines += [replace(student(value), kind="measured", rank=None, history=()) for value in others]
    standing = made_standing(0, lines=tuple(lines), higher_is_better=higher, low=ends[0], high=ends[1],
                             thresholds=tuple((corner, 1.0) for corner in corners))  # fmt: skip
    text = html(standing, tmp_path_factory.mktemp("any"))
    assert Page(text).problems == []
    body = text[text.index("<main") :]
    places = [float(x) for x in re.findall(r'(?:x|x1|x2|cx)="([^"%]+)%"', body)]
    assert all(0 <= place <= 100 for place in places)
    assert not re.search(r'="[^"]*\b(nan|inf)\b', body)
    axis = axis_of(standing)
    drawn_at = [axis.place(value) for value in sorted(values)]
    assert drawn_at == sorted(drawn_at)


@settings(max_examples=100)
@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=30), st.booleans())
def test_the_better_half_is_always_on_the_axis(values, higher):
    ordered = sorted(values, reverse=higher)
    lines = tuple(student(value) for value in ordered)
    axis = axis_of(made_standing(0, lines=lines, higher_is_better=higher, low=-math.inf, high=math.inf))
    assert not [value for value in ordered[: len(ordered) // 2 + 1] if axis.beyond(value)]


def test_a_board_of_errors_is_the_mirror_of_one_of_shares():
    standing = made_standing(80)
    axis, other = axis_of(standing), axis_of(mirrored(standing))
    assert axis.low == pytest.approx(1 - other.high) and axis.high == pytest.approx(1 - other.low)


def test_scores_that_differ_do_not_read_the_same_and_are_not_longer_than_needed():
    def decimals(*values):
        return numbers_of(made_standing(0, lines=tuple(student(value) for value in values))).decimals

    assert decimals(0.9, 0.8) == 4
    assert decimals(0.90001, 0.90002) == 5
    assert decimals(254.31, 268.9) == 1
    assert decimals(1.5, 2.5) == 3
    assert decimals() == 4
    assert decimals(2.5e-6) == 8
    assert numbers_of(made_standing(0, lines=(student(-2e9),))).text(-2e9) == "-2e+09"


def test_a_deadline_far_away_does_not_press_the_entries_together(tmp_path):
    near = read(made_standing(20), tmp_path)
    far = read(made_standing(20, deadline=DEADLINE + timedelta(days=400), frozen_at=None), tmp_path)
    drawn = [sum(a.get("class") == "event deadline" for a in page.all("line")) for page in (near, far)]
    assert drawn == [1, 0]


def test_entries_of_one_moment_and_of_many_years_are_drawn(tmp_path):
    for span in (timedelta(0), timedelta(minutes=5), timedelta(hours=30), timedelta(days=4_000)):
        history = ((DEADLINE - span, 0.5), (DEADLINE, 0.9))
        page = read(made_standing(0, lines=(student(0.9, history=history),)), tmp_path)
        assert page.problems == []
        assert any(
            "2 scored entries from" in (picture.get("aria-label") or "") for picture in page.all("svg")
        )
