"""The page about competitions: every command in its `sh` blocks runs as it is printed, in an empty folder."""

import csv
import json

import pytest

from support.pages_of_docs import run_page


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_competition_runs_as_printed(tmp_path):
    said = run_page("competitions.md", tmp_path)
    course = tmp_path / "my-course"
    found = json.loads((course / "board.json").read_text(encoding="utf-8"))
    scores = {line["teamName"]: line["score"] for line in found["lines"]}
    # Two of the known mistakes have the solution's network: the earlier entry stands first.
    assert scores["solution"] == max(line["score"] for line in found["lines"] if line["rank"])
    assert any(name.startswith("The solution, mean of 2 seeds") for name in scores)
    with (course / "points.csv").open(encoding="utf-8") as stream:
        points = {row["student"]: float(row["points"]) for row in csv.DictReader(stream)}
    assert points["solution"] >= 0 and points["blank"] == 0
    assert {path.name for path in (course / "public").iterdir()} == {
        "board-mnist.html",
        "board-mnist_file.html",
    }
    page = (course / "public" / "board-mnist.html").read_text(encoding="utf-8")
    assert "<script" not in page and ">solution<" not in page
    assert (course / "course" / "report" / "islr_mnist" / "board-mnist.html").is_file()
    assert "change" in said and "scores of" in said
