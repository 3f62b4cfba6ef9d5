"""Benchmarks run, keep what they measured, and the page holds the figures of the file beside it."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree

import pytest
from benchmarks import classes, machine, page, picture, queue
from benchmarks.__main__ import main
from benchmarks.bench import Bench, Table
from benchmarks.commands import CommandFailedError, run
from benchmarks.kept import Kept, OtherMachineError
from benchmarks.overhead import steady
from benchmarks.text import as_markdown, as_text


def test_figures_of_another_machine_are_not_mixed_with_these(tmp_path):
    path = tmp_path / "figures.json"
    Kept(path).get("one", lambda: {"value": 1})
    document = json.loads(path.read_text())
    document["machine"]["cores"] = 999
    path.write_text(json.dumps(document))
    with pytest.raises(OtherMachineError, match="Give --again"):
        Kept(path)
    assert Kept(path, again=True).figures == {}


def test_interrupted_benchmark_goes_on_where_it_stopped(tmp_path):
    def interrupted():
        raise KeyboardInterrupt

    kept = Kept(tmp_path / "figures.json")
    kept.get("one", lambda: {"value": 1})
    with pytest.raises(KeyboardInterrupt):
        kept.get("two", interrupted)
    again = Kept(tmp_path / "figures.json")
    assert again.get("one", interrupted)["value"] == 1
    assert again.get("two", lambda: {"value": 2})["value"] == 2


def test_command_that_fails_says_what_it_said(tmp_path):
    with pytest.raises(CommandFailedError, match=r"ended with 3:\n.*no such luck"):
        run(["sh", "-c", "echo no such luck; exit 3"], cwd=tmp_path)


def test_page_without_a_place_for_a_table_is_refused(tmp_path):
    document = json.loads(page.FIGURES.read_text(encoding="utf-8"))
    with pytest.raises(page.NoMarksError, match="machine"):
        page.rendered("# A page\n", document)


def test_page_holds_the_figures_of_the_file_beside_it():
    text = page.PAGE.read_text(encoding="utf-8")
    assert page.rendered(text, json.loads(page.FIGURES.read_text(encoding="utf-8"))) == text


def test_published_figures_name_no_path_and_the_picture_is_drawn_from_them(tmp_path):
    document = json.loads(page.FIGURES.read_text(encoding="utf-8"))

    def words(value):
        if isinstance(value, dict):
            return [word for child in value.values() for word in words(child)]
        return [value] if isinstance(value, str) else []

    assert not [word for word in words(document) if "/" in word]
    picture.draw(classes.sizes(document["figures"]), tmp_path / "growth.svg")
    drawn = (tmp_path / "growth.svg").read_text(encoding="utf-8")
    ElementTree.fromstring(drawn)  # noqa: S314 - our own
    assert "<script" not in drawn
    assert "goal: 300" in drawn


def test_quick_figures_are_not_written_into_the_page(capsys):
    with pytest.raises(SystemExit):
        main(["--quick", "--write"])
    assert "too little" in capsys.readouterr().err


def test_a_submission_costs_what_lies_between_two_ends_and_the_rest_is_starting():
    found = {
        "finished_s": [5.0, 6.0, 7.5, 8.0],
        "scoring_s": 1.0,
        "report_s": 0.5,
        "wall_s": 9.5,
        "head_mib": 1,
    }
    figures = steady(found)
    assert figures["each_s"] == 1.0
    assert figures["start_up_s"] == 4.0
    assert figures["afterwards_s"] == 1.5
    assert figures["start_up_s"] + 4 * figures["each_s"] + figures["afterwards_s"] == 9.5


def test_tables_have_the_same_cells_in_a_terminal_and_on_a_page():
    table = Table("t", "A title", ("what", "took"), [("one", "1 s"), ("another", "10 s")])
    assert as_text(table).splitlines()[2:] == [
        "what     took", "-------------", "one       1 s", "another  10 s",
    ]  # fmt: skip
    assert as_markdown(table).splitlines()[2:] == [
        "| what | took |", "| --- | ---: |", "| one | 1 s |", "| another | 10 s |",
    ]  # fmt: skip


def test_machine_is_described_without_its_name():
    here = machine.describe()
    assert here["cores"] >= 1
    assert "python" in here["versions"]
    assert "node" not in here


def test_class_of_copies_is_found_scored_and_scored_again(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(classes, "_QUICK_COUNTS", (3,))
    assert main(["--quick", "--only", "classes", "--work", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "scored again after a changed hidden check" in said
    figures = Kept(tmp_path / "quick" / "figures.json").figures["classes/3"]
    assert figures["count"] == 3
    assert 0 < figures["regrade"]["head_mib"] < 1000


def test_queue_of_submissions_is_measured_without_a_cluster(tmp_path):
    figures = queue.measure(tmp_path, count=30, ended=5)
    assert figures["count"] == 30
    assert figures["listing_bytes"] > 0


@pytest.mark.long
def test_quick_benchmark_prints_every_table(tmp_path, capsys):
    assert main(["--quick", "--work", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    for words in (
        "bare script",
        "deepgrade, plain",
        "`otter run`",
        "`nbgrader autograde`",
        "of the bare runs",
    ):
        assert words in said
    assert Bench(Kept(tmp_path / "quick" / "figures.json"), tmp_path).kept.figures
