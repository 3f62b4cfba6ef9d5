"""Figures of the sources beside those of runs made by hand: what is read, what is missing, what is in keeping."""

import json

import numpy as np
import pytest
from pydantic import ValidationError

from deepgrade.evidence import Verdict
from deepgrade.grading.fairness import fairness_text
from deepgrade.grading.headlines import measure
from deepgrade.grading.record import FairnessRecord, Points, Tally, write_record
from deepgrade.lab import Headline, LabError, load_lab
from deepgrade.records import Course, RunStore
from support.made_runs import LAB_TOML, make_lab, make_record, whole

HISTORY = {"loss": [0.9, 0.5, 0.4], "val_accuracy": [0.7, 0.9, 0.8]}


def headline(**changes):
    return Headline(
        **{"title": "accuracy", "value": 0.8, "tolerance": 0.05, "evidence": "a2/found"} | changes
    )


def stored_run(folder, item, **changes):
    """Store a run whose question a2 kept `found`; return the runs and its record."""
    files = make_lab(folder / "root")
    record = make_record(files, plan={"a2": ("found",)}, questions_finished=("a2",), **changes)
    runs = RunStore(Course(folder / "course"), "tiny")
    evidence = runs.folder(record.key) / "evidence"
    evidence.mkdir(parents=True)
    made = item(evidence.parent) if callable(item) else item
    (evidence / "a2.json").write_text(json.dumps({"schema_version": 1, "items": {"found": made}}))
    return runs, record


def history(_):
    epochs = list(range(len(HISTORY["loss"])))
    return {"kind": "history", "params": {"epochs": 3, "steps": 1}, "history": HISTORY, "epoch": epochs}


def figures(tmp_path, item, changes=None, **run):
    runs, record = stored_run(tmp_path, item, **run)
    (found,) = measure([headline(**(changes or {}))], runs, [record])
    return found


NUMBER = {"kind": "value", "type": "float", "value": 0.83}


def test_a_number_is_read_and_held_beside_the_source(tmp_path):
    found = figures(tmp_path, NUMBER)
    assert (found.found, found.missing, headline().holds(found.mean)) == ((0.83,), (), True)


@pytest.mark.parametrize(("take", "expected"), [("last", 0.8), ("max", 0.9), ("min", 0.7)])
def test_a_history_gives_its_last_best_or_lowest_epoch(tmp_path, take, expected):
    found = figures(tmp_path, history, {"part": "val_accuracy", "take": take})
    assert found.found == (expected,), found.missing


def test_a_place_in_a_list_and_in_an_array_is_read(tmp_path):
    def stored(folder):
        return whole(folder / "evidence", np.array([0.1, 0.2]))

    assert figures(tmp_path / "array", stored, {"part": 1}).found == (0.2,)
    pair = {"kind": "value", "type": "list", "value": [0.4, 0.6]}
    assert figures(tmp_path / "list", pair, {"part": 1}).found == (0.6,)


@pytest.mark.parametrize(
    ("item", "changes"),
    [
        ({"kind": "missing"}, {}),
        (NUMBER, {"part": 1}),
        (NUMBER, {"part": "accuracy"}),
        ({"kind": "value", "type": "list", "value": [0.4]}, {"part": 3}),
        ({"kind": "value", "type": "str", "value": "high"}, {}),
        ({"kind": "value", "type": "float", "value": "nan"}, {}),
        (history, {"part": "val_mae"}),
        (NUMBER, {"evidence": "a2/other"}),
    ],
)
def test_a_figure_that_is_not_there_says_whose_run_and_why(tmp_path, item, changes):
    found = figures(tmp_path, item, changes)
    assert (found.found, found.mean) == ((), None)
    assert found.missing[0].startswith("ada: ")


def test_runs_that_did_not_end_well_have_no_figures(tmp_path):
    found = figures(tmp_path, NUMBER, verdict=Verdict.TIMEOUT)
    assert (found.found, found.missing) == ((), ())


@pytest.mark.parametrize(
    ("sense", "mean", "holds"),
    [
        ("about", 0.85, True),
        ("about", 0.7499, False),
        ("about", 0.86, False),
        ("at least", 0.99, True),
        ("at least", 0.74, False),
    ],
)
def test_tolerances_hold_on_both_sides_or_on_one(sense, mean, holds):
    assert headline(sense=sense).holds(mean) is holds


def test_the_best_epoch_of_what_is_no_history_is_refused():
    with pytest.raises(ValidationError, match="name its figure as `part`"):
        headline(take="max", part=1)


def test_a_headline_of_a_question_that_does_not_exist_is_named(tmp_path):
    toml = LAB_TOML + '[[headlines]]\ntitle = "accuracy"\nvalue = 0.8\nevidence = "z9/found"\n'
    with pytest.raises(LabError, match="headlines: there is no question 'z9'"):
        load_lab(make_lab(tmp_path, toml=toml))


def test_the_page_sets_ours_beside_the_source_and_says_what_misses(tmp_path):
    found = figures(tmp_path, NUMBER)
    toml = (
        LAB_TOML
        + """
[[headlines]]
title = "accuracy"
value = 0.9
tolerance = 0.05
evidence = "a2/found"
note = "Older libraries."
[[headlines]]
title = "another"
value = 1
evidence = "a2/other"
"""
    )
    files = make_lab(tmp_path / "root", toml=toml)
    record = FairnessRecord(
        lab="tiny", title="Tiny", origin="real", size="full", date="2026-01-01", cores=2, sandbox="none", device="one card",
        gpu=True, versions={}, visible_checks=1, hidden_checks=3, solution={"otter": Points(earned=3, possible=3, ok=True)},
        blank={}, alternatives=Tally(passed=0, total=0), mistakes=Tally(passed=0, total=0), left_out=(),
        seeds=Tally(passed=5, total=5), unkilled=(), not_assessed=(), complaints=(), run_s=10, solution_s=(2.0, 3.0, 30.0),
        headlines=(found,),
    )  # fmt: skip
    assert write_record(files.root, record).name == "tiny.real.full.gpu.json"
    text = fairness_text(files.root)
    assert "## Real data, full size, on a GPU" in text
    assert "| tiny | accuracy | 0.9 ± 0.05 | 0.83 | 0.83 | 0.83 | 1 | **no** | GPU |" in text
    assert "| tiny | another | 1 ± 0 | - | - | - | 0 | not measured | GPU |" in text
    assert "- tiny, accuracy: Older libraries." in text
    assert "| tiny | GPU | 3 s | 3 | one card |" in text
