"""The instructors' page of a lab is built from its parts, and is never older than they are."""

import datetime

import pytest
from flavours_small_lab import CHECKS, TOML, write_lab

from deepgrade.flavours import build_lab, check_lab, write_readme
from deepgrade.lab import LabError

HIDDEN = """
[hidden.own]
source = "captured"
inputs = "numbers"
targets = "doubles"
inputs_question = "b1"
metric = "mae"

[thresholds.quick]
b2 = 30.0

[thresholds.full]
b2 = 25.0

[calibration.quick.b2]
network = "line"
metric = "mae"
n = 12
mean = 20.5
sd = 1.25
worst = 23.0
threshold = 28.0
fail_chance = 0.0004
chance_level = 90.0
rows = 87
model = "Student's t of logarithms"
data = "synthetic"
date = 2026-01-02
"""

MISTAKES = """
from deepgrade.lab import Mistake
MISTAKES = (
    Mistake("cubes", "Took cubes |\\n of numbers.", (("** 2", "** 3"),), frozenset({"test_numbers_are_squares_of_their_index"})),
    Mistake("late", "Seen on much data.", (("** 2", "** 4"),), frozenset({"test_numbers_are_squares_of_their_index"}), "full"),
)
"""


def test_an_alternative_that_cannot_be_read_stops_the_build(tmp_path):
    files = write_lab(tmp_path)
    files.alternatives.mkdir()
    (files.alternatives / "wrong.py").write_text("x = 1\n")
    with pytest.raises(LabError, match=r"wrong\.py"):
        build_lab(files)
    assert not files.readme.exists()


def test_a_page_that_is_older_than_the_lab_is_stale(tmp_path):
    files = write_lab(tmp_path)
    build_lab(files)
    assert check_lab(files) == []
    files.mistakes.write_text(MISTAKES)
    assert check_lab(files) == ["solutions/tiny/README.md is stale. Run: deepgrade build tiny"]
    write_readme(files)
    assert check_lab(files) == []


def test_a_lab_says_what_it_teaches_and_how_it_is_graded(tmp_path):
    files = write_lab(tmp_path)
    build_lab(files)
    text = files.readme.read_text()
    assert "4 questions, 4.75 points, 3 of them given by a person" in text
    assert "| b1 | Numbers | 0.75 | checks | 1 / 1 |" in text
    assert "| a1 | Why | 1 | a person, by the rubric |  |" in text
    assert "Thresholds" not in text and "Known mistakes" not in text
    assert str(tmp_path) not in text


def test_thresholds_stand_with_what_was_measured(tmp_path):
    checks = CHECKS.replace(
        '@question("b2", points=1, probes={"double": [([21], {})]})',
        '@question("b2", points=1, hidden={"double": "own"})',
    ).replace("assert double(21) == 42", "assert True")
    files = write_lab(tmp_path, toml=TOML + HIDDEN, checks=checks)
    files.mistakes.write_text(MISTAKES)
    files.alternatives.mkdir()
    (files.alternatives / "lists.py").write_text(
        '# %% [markdown]\n# Lists.\n\n# %% question="b1"\nnumbers = [1]\n'
    )
    build_lab(files)
    text = files.readme.read_text()
    assert "| b2 | full |  | 25 |" in text and "set by hand" in text
    row = next(line for line in text.splitlines() if line.startswith("| b2 | quick"))
    assert "`line`" in row and "mae at most 30" in row and "0.0004" in row
    assert f"{datetime.date(2026, 1, 2)} for 28, which is not in force" in row
    assert "- **lists** (b1): Lists." in text
    assert (
        "- **cubes**: Took cubes | of numbers." in text
        and "- **late**: Seen on much data. (full data only)" in text
    )
    assert "mae on the notebook's own `numbers` and `doubles` (question b1)" in text
