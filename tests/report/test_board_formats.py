"""A board in the terminal, as CSV and as JSON."""

import csv
import io
import json
import math
from dataclasses import replace

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_hostile import BAD, HOSTILE
from rich.console import Console

from deepgrade.board.errors import BoardError
from deepgrade.board.showing.standing import Figure, Line
from deepgrade.report.board import (
    BOARD_SCHEMA,
    excerpt,
    standing_csv,
    standing_json,
    standing_table,
    style_of,
)
from deepgrade.report.board.formats import FIELDS
from deepgrade.report.text import clean
from support.made_standings import DEADLINE, made_standing

VALIDATOR = jsonschema.Draft202012Validator(json.loads(BOARD_SCHEMA.read_text(encoding="utf-8")))
HOSTILE_NAMES = (
    *HOSTILE,
    "x" * 10_000,
    "a\nb\r\nc\u2028d\x9b31m",
    "[bold]x[/bold]",
    "\ud800",
    "",
    "😀\U000e0041",
)
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "\t=1", "＝1", "-inf", "=\n1")


def board(names, **fields):
    """Return a board of such names."""
    plain = {
        "kind": "student", "figure": Figure(0.5, None, None), "public": None, "ties": (), "entries": 1,
        "entered_at": DEADLINE, "movement": None, "history": (), "note": "", "own": False,
    }  # fmt: skip
    lines = tuple(Line(rank=place, who=name, **plain | fields) for place, name in enumerate(names, start=1))
    return made_standing(0, lines=lines)


def rows(standing):
    return list(csv.DictReader(io.StringIO(standing_csv(standing), newline="")))


def strict(text):
    def refuse(constant):
        raise AssertionError(constant)

    return json.loads(text, parse_constant=refuse)


def printed(table, width=80):
    stream = io.StringIO()
    Console(file=stream, width=width, force_terminal=False).print(table)
    return stream.getvalue()


def test_text_that_a_spreadsheet_would_calculate_is_text_wherever_it_stands():
    for row in rows(board(FORMULAS, note="=cmd()", student="@x")):
        for field in ("teamId", "teamName", "note"):
            assert row[field].startswith("'")
        assert row["score"] == "0.5"


def test_a_score_below_zero_stays_a_number():
    assert rows(board(["Ada"], figure=Figure(-0.5, -0.75, -0.25), movement=-3))[0] | {} == {
        "teamId": "Ada", "teamName": "Ada", "submissionDate": "2026-03-22T22:59:00Z", "score": "-0.5", "rank": "1",
        "low": "-0.75", "high": "-0.25", "publicScore": "", "publicLow": "", "publicHigh": "", "kind": "student",
        "entries": "1", "movement": "-3", "points": "", "own": "false", "note": "",
    }  # fmt: skip


def test_the_first_fields_are_those_of_kaggle():
    header = standing_csv(made_standing(3)).splitlines()[0].split(",")
    assert header[:4] == ["teamId", "teamName", "submissionDate", "score"]
    assert FIELDS[:4] == ("teamId", "teamName", "submissionDate", "score")
    assert "tie1" in header and "ties" not in header


@settings(max_examples=200)
@given(st.floats(), st.none() | st.floats(), st.none() | st.floats())
def test_figures_are_written_in_full_or_not_at_all(value, low, high):
    standing = board(["Ada"], figure=Figure(value, low, high), ties=(value,), history=((DEADLINE, value),))
    row = rows(standing)[0]
    line = strict(standing_json(standing))["lines"][0]
    for figure, cell, item in ((value, row["score"], line["score"]), (low, row["low"], line["low"]),
                               (value, row["tie1"], line["ties"][0]), (value, row["score"], line["history"][0][1])):  # fmt: skip
        if figure is None or not math.isfinite(figure):
            assert cell == "" and item is None
        else:
            assert float(cell) == figure == item and type(item) is float


def test_numbers_of_numpy_are_written_as_plain_numbers():
    numpy = pytest.importorskip("numpy")
    figure = Figure(numpy.float64(0.25), numpy.float64(0.125), numpy.float64(0.5))
    standing = board(["Ada"], figure=figure)
    assert rows(standing)[0]["score"] == "0.25"
    assert '"score": 0.25,' in standing_json(standing)


def test_hostile_names_make_one_row_each_and_no_character_that_acts():
    standing = board(HOSTILE_NAMES, note=BAD)
    found = rows(standing)
    assert len(found) == len(HOSTILE_NAMES)
    assert all(None not in row and None not in row.values() for row in found)
    for text in (standing_csv(standing).replace("\r\n", "\n"), standing_json(standing)):
        assert clean(text) == text
        text.encode("utf-8")
    assert max(map(len, standing_csv(standing).splitlines())) < 1_000


def test_a_reader_of_json_gets_every_character_of_a_name_back():
    found = strict(standing_json(board(HOSTILE_NAMES)))["lines"]
    assert tuple(line["teamName"] for line in found) == HOSTILE_NAMES
    assert "Zoë" in standing_json(board(["Zoë"]))


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize("students", [0, 1, 60])
def test_json_is_as_the_schema_says(students, private):
    standing = made_standing(students, private=private)
    document = strict(standing_json(standing))
    VALIDATOR.validate(document)
    assert [line["teamName"] for line in document["lines"]] == [line.who for line in standing.lines]
    assert document["synthetic"] and document["hiddenSplit"] != private
    assert set(document["lines"][0]) == {*FIELDS, "history"} if students else True


def test_the_schema_refuses_a_line_without_its_score():
    document = strict(standing_json(made_standing(3)))
    del document["lines"][0]["score"]
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(document)


def test_asking_for_fields_gives_these_in_this_order():
    document = strict(standing_json(made_standing(3), "score, teamName,score"))
    VALIDATOR.validate(document)
    assert document["fields"] == ["score", "teamName"]
    assert {tuple(line) for line in document["lines"]} == {("score", "teamName")}
    assert "history" in strict(standing_json(made_standing(3), "history"))["lines"][0]


@pytest.mark.parametrize("fields", ["", "id", "score,,rank", "score;rank", BAD])
def test_fields_that_are_not_known_are_named_with_those_that_are(fields):
    with pytest.raises(BoardError, match="there are: teamId, teamName"):
        standing_json(made_standing(1), fields)
    with pytest.raises(BoardError, match="there are: teamId, teamName"):
        style_of(f"json({fields})".replace("\n", " "))


def test_formats_are_read_as_people_type_them():
    assert style_of("table") == ("table", None)
    assert style_of(" csv ") == ("csv", None)
    assert style_of("json") == ("json", None)
    assert style_of("json(teamName,score)") == ("json", "teamName,score")
    for strange in ("", "yaml", "JSON", "csv(score)", "json(score", "table()", BAD):
        with pytest.raises(BoardError, match="Use table, csv, json"):
            style_of(strange)


def test_every_figure_is_readable_at_eighty_columns():
    standing = made_standing(200)
    text = printed(standing_table(standing))
    for line in standing.lines:
        if line.figure is not None:
            assert f"{line.figure.value:.4f}" in text
    ranked = [line for line in standing.lines if line.rank is not None]
    assert all(
        f" {line.rank:>3}  " in f" {row}"
        for line, row in zip(ranked[:20], text.splitlines()[3:], strict=False)
    )
    assert max(map(len, text.splitlines())) <= 80


def test_the_terminal_says_what_is_synthetic_hidden_and_frozen():
    text = " ".join(printed(standing_table(made_standing(60), top=3)).split())
    for words in ("Synthetic data", "Private scores are hidden.", "Frozen since 21 Mar, 23:59.", "you: ", "more",
                  "Your score earns ", "not told apart"):  # fmt: skip
        assert words in text
    text = printed(standing_table(made_standing(60, private=True, data="real data, full")))
    assert "Synthetic" not in text and "hidden" not in text


def test_hostile_names_do_nothing_in_the_terminal():
    text = printed(standing_table(board(HOSTILE_NAMES)), width=120)
    assert clean(text) == text
    assert "[bold]x[/bold]" in text


def test_the_excerpt_is_a_table_of_its_lines():
    standing = made_standing(200)
    text = printed(standing_table(standing, lines=excerpt(standing)))
    assert next(line for line in standing.lines if line.own).who in text
    assert len(text.splitlines()) < 12


def test_points_have_a_column_where_they_are_of_others_too():
    standing = made_standing(60)
    assert "Points" not in printed(standing_table(standing))
    seen = replace(standing, lines=tuple(replace(line, points=1.5, student="key") for line in standing.lines))
    assert "Points" in printed(standing_table(seen), width=100)
    assert rows(seen)[0]["teamId"] == "key" and rows(seen)[0]["points"] == "1.5"
