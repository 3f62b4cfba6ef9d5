"""Text, terminal output, Markdown, HTML and pictures from strangers."""

import base64
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from page_reader import Page
from report_runs import PNG

from deepgrade.report.ansi import plain_terminal, terminal_html
from deepgrade.report.images import PictureRefused, check_picture
from deepgrade.report.prose import html_output, prose
from deepgrade.report.text import clean, head_and_tail, number, one_line, points_text, seconds_text

ANY = st.text(st.characters(codec=None), max_size=300)
MARKUP = st.lists(
    st.sampled_from(
        [
            "<script>",
            "</",
            "<a href=javascript:x>",
            "<img onerror=",
            '"',
            "'",
            ">",
            "<svg>",
            "<math>",
            "<style>",
            "<!--",
            "-->",
            "]]>",
            "[a](javascript:b)",
            "![a](data:text/html,b)",
            "`",
            "```",
            "\n\n",
            "# ",
            "| a |\n|---|\n",
            "<td onclick=x>",
            "&lt;",
            "\x00",
            "x",
        ]
    )
).map("".join)


def problems(html: str) -> list[str]:
    return Page(html).problems


@settings(deadline=None)
@given(MARKUP | ANY)
def test_markdown_never_gives_an_element_that_acts(source):
    assert problems(str(prose(source))) == []


@settings(deadline=None)
@given(MARKUP | ANY)
def test_html_output_never_gives_an_element_that_acts(source):
    assert problems(str(html_output(source))) == []


@settings(deadline=None)
@given(
    ANY
    | st.lists(
        st.sampled_from(["\x1b[", "31", ";", "m", "\x1b]8;;", "\x07", "\r", "\b", "<b>", "x", "\n"])
    ).map("".join)
)
def test_terminal_output_gives_spans_and_text_only(text):
    page = Page(str(terminal_html(text)))
    assert page.problems == []
    assert {tag for tag, _ in page.elements} <= {"span"}


@settings(deadline=None)
@given(ANY)
def test_clean_is_stable_and_leaves_no_control_or_direction_mark(text):
    once = clean(text)
    assert clean(once) == once
    once.encode("utf-8")
    assert not [c for c in once if ord(c) < 32 and c not in "\n\t"]
    assert not set(once) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c\u200e\u200f")


@settings(deadline=None)
@given(ANY, st.integers(5, 50))
def test_one_line_is_one_line_of_bounded_length(text, most):
    line = one_line(text, most)
    assert "\n" not in line and len(line) <= most


def test_plain_names_of_all_scripts_are_left_as_they_are():
    for name in ("Dương Nguyễn", "王小明", "محمد علي", "Zoë O'Brien", "👩‍🔬 Ada"):
        assert one_line(name) == name


@pytest.mark.parametrize(
    "source",
    [
        "<div>" * 100_000,
        "<b>" * 5_990,
        "<table>" * 5_990,
        "&" * 100_000,
        "<p title='" * 5_000,
        "<a><p>" * 2_900,
    ],
    ids=["divs", "bold", "tables", "ampersands", "attributes", "mixed"],
)
def test_nested_html_takes_no_more_than_moments(source):
    start = time.perf_counter()
    html_output(source)
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize(
    "source",
    [
        "[" * 90_000,
        "> " * 40_000,
        "*a **b " * 20_000,
        "![[" * 20_000,
        "|a" * 300 + "\n" + "|-" * 300 + "\n" + "|\n" * 30_000,
        "`" * 90_000,
    ],
    ids=["brackets", "quotes", "emphasis", "images", "table", "ticks"],
)
def test_pathological_markdown_takes_no_more_than_moments(source):
    start = time.perf_counter()
    shown = prose(source)
    assert time.perf_counter() - start < 5
    assert len(shown) < 1_000_000


def test_a_link_is_shown_as_words_and_address():
    shown = str(prose("See [the notes](https://example.org/n)."))
    assert "the notes" in shown and "(https://example.org/n)" in shown and "href" not in shown


def test_a_heading_of_a_student_does_not_enter_the_outline():
    assert "<h1" not in prose("# Big") and "Big" in prose("# Big")


def test_a_table_keeps_its_cells_and_loses_its_dress():
    shown = html_output(
        '<table class="pill" style="color:red"><tr><td colspan="2">1</td><td colspan="99999">2</td></tr></table>'
    )
    assert shown is not None
    assert (
        '<td colspan="2">1</td>' in shown
        and "<td>2</td>" in shown
        and "style" not in shown
        and "class" not in shown
    )


def test_progress_bars_show_their_last_state():
    assert plain_terminal("a 1/9\b\b\b\b\b\ra 9/9\nnext") == "a 9/9\nnext"
    assert plain_terminal("50%\r100%\r\ndone") == "100%\ndone"


def test_colours_become_class_names_and_links_of_the_terminal_vanish():
    shown = str(terminal_html("\x1b[1;31mred\x1b[0m \x1b]8;;https://x.example\x07word\x1b]8;;\x07"))
    assert shown == '<span class="ansi-bold ansi-1">red</span> word'


def test_a_terminal_bomb_is_cut_and_says_so():
    shown = terminal_html("\x1b[31mx\x1b[0m" * 2_000_000)
    assert len(shown) < 400_000
    assert "characters are left out here" in shown


@pytest.mark.parametrize(
    "encoded",
    [
        "",
        "no base64!",
        base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg'/>").decode(),
        base64.b64encode(b"GIF89a" + b"\0" * 40).decode(),
        base64.b64encode(
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (100_000).to_bytes(4, "big") * 2 + b"\0" * 40
        ).decode(),
        base64.b64encode(b"\xff\xd8\xff\xe0\x00\x10JFIF").decode(),
        base64.b64encode(b"\xff\xd8\xff\xe0\x00\x00" * 3).decode(),
        "A" * 9_000_000,
    ],
    ids=["empty", "not-base64", "svg", "gif", "png-bomb", "jpeg-cut", "jpeg-loop", "large"],
)
def test_pictures_that_are_not_small_png_or_jpeg_are_refused(encoded):
    with pytest.raises(PictureRefused):
        check_picture(encoded)


def test_a_picture_keeps_its_bytes_and_its_size():
    picture = check_picture("\n".join(PNG[i : i + 76] for i in range(0, len(PNG), 76)))
    assert (picture.width, picture.height) == (320, 180)
    assert picture.address == f"data:image/png;base64,{PNG}"


def test_an_attached_picture_is_shown_and_a_remote_one_is_not():
    attachments = {"a.png": {"image/png": PNG}, "b.png": {"image/svg+xml": "PHN2Zz4="}}
    shown = str(
        prose("![x](attachment:a.png) ![y](attachment:b.png) ![z](https://example.org/z.png)", attachments)
    )
    assert shown.count("<img") == 1 and "picture left out: y" in shown and "picture left out: z" in shown
    assert problems(shown) == []


def test_numbers_are_finite_or_none():
    assert [number(v) for v in (True, "1", None, float("nan"), 10**400, 2)] == [
        None,
        None,
        None,
        None,
        None,
        2.0,
    ]


def test_points_and_times_read_like_words():
    assert [points_text(v) for v in (None, 0, 0.5, 1.25, 2.0, 1e-12)] == ["–", "0", "0.5", "1.25", "2", "0"]
    assert [seconds_text(v) for v in (None, 1.25, 59, 120, 125, 7260)] == [
        "–",
        "1.2 s",
        "59 s",
        "2 min",
        "2 min 05 s",
        "2 h 01 min",
    ]


def test_long_text_keeps_both_ends():
    shown = head_and_tail("a" * 900 + "z" * 900, 300)
    assert shown.startswith("a" * 200 + "\n… 1,500 characters") and shown.endswith("z" * 100)
