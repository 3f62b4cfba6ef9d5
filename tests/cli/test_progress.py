"""What people see while a class is graded."""

import io

import pytest
from rich.console import Console

from deepgrade.cli import progress
from deepgrade.cli.progress import GradeProgress, in_words


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def _seen(*, terminal=True):
    console = Console(file=io.StringIO(), force_terminal=terminal, width=200, color_system=None)
    return console, GradeProgress(console)


def test_bar_says_what_runs_how_runs_ended_and_how_long_the_rest_takes(clock):
    console, bar = _seen()
    with bar:
        bar.begin(10, 2)
        for student in ("ada", "bert"):
            bar.started(student)
        clock[0] += 60
        bar.finished("ada", "ok", stored=False)
        bar.finished("bert", "timeout", stored=False)
        bar.started("cleo")
    text = console.file.getvalue().replace("\n", " ")
    assert "10 submissions, 2 at a time" in text
    assert "1 ok, 1 timeout | running cleo | about 4 min left" in text


def test_stored_runs_do_not_make_the_rest_look_quick(clock):
    console, bar = _seen()
    with bar:
        bar.begin(103, 1)
        for number in range(100):
            bar.finished(f"s{number}", "ok", stored=True)
        bar.started("ada")
        clock[0] += 30
        bar.finished("ada", "ok", stored=False)
    assert "about 60 s left" in console.file.getvalue()


def test_nothing_is_promised_before_a_run_has_ended_nor_when_all_have(clock):
    console, bar = _seen()
    with bar:
        bar.begin(1, 1)
        bar.started("ada")
        clock[0] += 30
        bar.finished("ada", "ok", stored=False)
    assert "left" not in console.file.getvalue()


def test_many_runs_at_a_time_are_named_in_part():
    console, bar = _seen()
    with bar:
        bar.begin(20, 10)
        for number in range(10):
            bar.started(f"s{number}")
    assert "running s0, s1, s2, s3 and 6 more" in console.file.getvalue()


def test_name_that_looks_like_markup_is_shown_as_it_is():
    console, bar = _seen()
    with bar:
        bar.begin(2, 1)
        bar.started("[/bold]eve")
    assert "running [/bold]eve" in console.file.getvalue()


def test_where_the_output_is_no_terminal_every_run_has_its_line(clock):
    console, bar = _seen(terminal=False)
    with bar:
        bar.begin(2, 1)
        bar.started("ada")
        bar.finished("ada", "ok", stored=False)
        bar.finished("bert", "ok", stored=True)
    assert console.file.getvalue().splitlines()[1:3] == ["  ada: ok", "  bert: ok (stored run)"]


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "10 s"), (44, "40 s"), (95, "2 min"), (5000, "83 min"), (12_000, "3 h 20 min")]
)
def test_durations_as_people_say_them(seconds, words):
    assert in_words(seconds) == words
