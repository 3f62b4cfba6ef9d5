"""Thresholds are written into lab.toml with their calibration; comments, layout and everything else stay."""

import datetime
import tomllib

import pytest

from deepgrade.grading.lab_toml import write_calibration
from deepgrade.lab import Calibration, LabError, LabFiles, load_lab, mismatches

TOML = """# The head.
schema_version = 1
name = "tiny"
title = "Tiny"   # the title
data = ["mnist"]

[hidden.digits]
dataset = "mnist"
inputs = "images"
inputs_question = "b1"
input_adapters = [
    "flat/unit",   # first
]

# Lowest accuracy.
[thresholds.full]
b1 = 0.96  # by hand

[[questions]]
id = "b1"
title = "One"
points = 1

[[questions]]
id = "b2"
title = "Two"
points = 1
"""


def measured(threshold=0.93, **changes):
    values = {
        "network": "network",
        "metric": "accuracy",
        "n": 30,
        "mean": 0.95,
        "sd": 0.004,
        "worst": 0.94,
        "threshold": threshold,
        "fail_chance": 0.0004,
        "chance_level": 0.11,
        "normality_p": 0.3,
        "rows": 500,
        "model": 'Student\'s t of "logits"',
        "data": "synthetic",
        "date": datetime.date(2026, 1, 2),
        "versions": {"keras": "3.15.1", "scikit-learn": "1.9"},
    }
    return Calibration(**values | changes)


@pytest.fixture
def files(tmp_path):
    files = LabFiles(tmp_path, "tiny")
    files.folder.mkdir(parents=True)
    files.toml.write_text(TOML)
    return files


def test_a_lab_toml_that_is_not_valid_is_left_alone(files):
    files.toml.write_text(TOML.replace("schema_version = 1", "schema_version = 2"))
    before = files.toml.read_text()
    with pytest.raises(LabError):
        write_calibration(files, "quick", {"b1": measured()})
    assert files.toml.read_text() == before


@pytest.mark.parametrize(
    ("changes", "says"),
    [({"n": 1}, "n"), ({"fail_chance": 2}, "fail_chance"), ({"sd": -1}, "sd"), ({"colour": 1}, "colour")],
)
def test_a_calibration_that_cannot_be_is_refused(files, changes, says):
    good = {
        "network": '"n"',
        "metric": '"mae"',
        "n": 3,
        "mean": 1,
        "sd": 1,
        "worst": 1,
        "threshold": 1,
        "rows": 1,
    }
    good |= {"fail_chance": 0.1, "model": '"t"', "data": '"real"', "date": "2026-01-02"}
    fields = "\n".join(f"{key} = {value}" for key, value in (good | changes).items())
    files.toml.write_text(f"{TOML}\n[calibration.full.b1]\n{fields}\n")
    with pytest.raises(LabError, match=rf"calibration\.full\.b1\.{says}"):
        load_lab(files)


def test_a_calibration_of_a_question_that_is_not_there_is_refused(files):
    write_calibration(files, "quick", {"b1": measured()})
    files.toml.write_text(files.toml.read_text().replace("calibration.quick.b1", "calibration.quick.b7"))
    with pytest.raises(LabError, match=r"calibration\.quick: there is no question 'b7'"):
        load_lab(files)


def test_a_threshold_that_was_changed_by_hand_is_told_with_the_command(files):
    write_calibration(files, "quick", {"b1": measured()})
    lab = load_lab(files)
    assert list(mismatches(lab.thresholds, lab.calibration, lab.name)) == []
    files.toml.write_text(files.toml.read_text().replace("b1 = 0.93", "b1 = 0.95"))
    lab = load_lab(files)
    (said,) = mismatches(lab.thresholds, lab.calibration, lab.name)
    assert "b1 on quick data is 0.95" in said and "says 0.93" in said
    assert "deepgrade calibrate tiny --data synthetic --size quick --write" in said


def test_thresholds_and_calibration_are_written_and_all_else_stays(files):
    write_calibration(files, "quick", {"b2": measured(0.5, normality_p=None), "b1": measured()})
    text = files.toml.read_text()
    head, _, tail = text.partition("# Measured, and written by")
    assert [line for line in TOML.splitlines() if line not in head.splitlines()] == []
    assert head.index("# Lowest accuracy.") < head.index("[thresholds.full]") < head.index("[[questions]]")
    assert tail.index("[calibration.quick.b1]") < tail.index("[calibration.quick.b2]")
    lab = load_lab(files)
    assert lab.thresholds == {"full": {"b1": 0.96}, "quick": {"b1": 0.93, "b2": 0.5}}
    assert lab.calibration["quick"]["b1"] == measured()
    old, new = tomllib.loads(TOML), tomllib.loads(text)
    assert {name: new[name] for name in old if name != "thresholds"} == {
        name: old[name] for name in old if name != "thresholds"
    }


def test_writing_again_replaces_what_was_measured_and_keeps_the_rest(files):
    write_calibration(files, "quick", {"b1": measured()})
    once = files.toml.read_text()
    write_calibration(files, "quick", {"b1": measured()})
    assert files.toml.read_text() == once
    write_calibration(files, "full", {"b1": measured(0.97, data="real")})
    write_calibration(files, "quick", {"b2": measured(0.4)})
    text = files.toml.read_text()
    assert text.count("written by `deepgrade calibrate") == 1
    assert "b1 = 0.97  # by hand" in text
    lab = load_lab(files)
    assert {size: set(table) for size, table in lab.calibration.items()} == {
        "full": {"b1"},
        "quick": {"b1", "b2"},
    }


def test_a_lab_without_thresholds_gets_them(files):
    files.toml.write_text(TOML.replace("# Lowest accuracy.\n[thresholds.full]\nb1 = 0.96  # by hand\n", ""))
    write_calibration(files, "full", {"b1": measured(0.9)})
    assert load_lab(files).thresholds == {"full": {"b1": 0.9}}
