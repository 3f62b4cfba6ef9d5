"""Model scores on pages: the right metric, the right rows, the right direction."""

import json

import jsonschema
import pytest
from page_reader import Page
from report_fixtures import make_report
from report_lab import DATA, make_lab, make_score

from deepgrade.report import ClassReport, StudentEntry, write_report, write_results
from deepgrade.report.grades import RESULTS_SCHEMA
from deepgrade.report.scored import interval_text, threshold_text, value_text
from deepgrade.score import ModelScore

OWN = {
    "source": "captured",
    "inputs": "x_test",
    "inputs_question": "b1",
    "targets": "y_test",
    "metric": "mae",
}


def _own(value, rows=87, metric="mae", **changes):
    values = {"question": "b3", "name": "lasso", "hidden": "players", "metric": metric, "value": value}
    return ModelScore(**values, rows=rows, low=value * 0.9, high=value * 1.1, **changes)


def _report(scores_of, **thresholds) -> ClassReport:
    """Return a report in which each student has these model scores, and no others."""
    lab = make_lab()
    hidden = {**lab.model_dump()["hidden"], "players": OWN, "days": OWN | {"metric": "r2"}}
    values = lab.model_dump(exclude={"hidden", "thresholds"})
    lab = lab.model_validate({**values, "hidden": hidden, "thresholds": {DATA[0].size: thresholds}})
    entries = []
    for student, scores in scores_of.items():
        score = make_score(student).model_copy(update={"model_scores": tuple(scores)})
        entries.append(StudentEntry(student, student.lower(), score))
    return make_report(entries, lab=lab, data=DATA)


def _words(report, folder, student=None):
    index = write_report(report, folder)
    return Page((folder / "students" / f"{student}.html" if student else index).read_text()).words


def test_an_error_below_its_threshold_is_reached(tmp_path):
    report = _report({"Ada": [_own(250.5)], "Bert": [_own(290.0, rows=88)]}, b3=260)
    ada = _words(report, tmp_path, "ada")
    assert "the notebook's own x_test mean absolute error 250.5" in ada
    assert "at most 260 reached" in ada
    assert "on the rows that the notebook itself set apart, with the targets that it gives them" in ada
    assert "which no notebook has seen" not in ada and "accuracy" not in ada.lower()
    assert "at most 260 missed" in _words(report, tmp_path, "bert")


def test_the_class_page_draws_errors_with_the_better_ones_on_the_good_side(tmp_path):
    report = _report({"Ada": [_own(250.5)], "Bert": [_own(290.0, rows=88)]}, b3=260)
    index = write_report(report, tmp_path)
    page = Page(index.read_text())
    caption = "b3 · lasso on players · mean absolute error on the notebook's own x_test · 2 models"
    assert f"{caption}, n = 87 – 88 · 1 did not reach the threshold" in page.words
    labels = [a["aria-label"] for a in page.all("svg") if a.get("role") == "img"]
    assert (
        "b3 · lasso on players: 2 models, mean absolute error from 250.5 to 290; 1 above the threshold 260."
        in labels
    )


def test_a_lab_with_both_kinds_of_rows_says_so(tmp_path):
    carved = ModelScore(question="b7", name="n", hidden="digits", metric="accuracy", value=0.97, rows=5000)
    words = _words(_report({"Ada": [carved, _own(-0.2, metric="r2")]}, b7=0.96), tmp_path, "ada")
    assert (
        "on hidden inputs, which no notebook has seen, or on the rows that the notebook itself set apart"
        in words
    )
    assert "hidden set digits accuracy 0.9700 0.965 – 0.974 at least 0.96 reached" in words
    assert "R² -0.2" in words


@pytest.mark.parametrize("value", [None, 0.5])
def test_scores_of_old_records_have_the_interval_that_their_metric_allows(value):
    old = ModelScore(question="b7", name="n", hidden="digits", metric="accuracy", value=value, rows=100)
    assert interval_text(old) == ("–" if value is None else "0.404 – 0.596")
    assert interval_text(old.model_copy(update={"metric": "mae"})) == "–"
    assert value_text(old) == ("–" if value is None else "0.5000")
    assert threshold_text(old, None) == "–"


def test_results_hold_intervals_and_follow_their_schema(tmp_path):
    path = write_results(_report({"Ada": [_own(250.5, reported=251.0)]}), tmp_path / "results.json")
    document = json.loads(path.read_text())
    jsonschema.validate(document, json.loads(RESULTS_SCHEMA.read_text()))
    assert document["schema_version"] == 4
    found = document["students"][0]["models"][0]
    assert (found["metric"], found["value"], found["reported"]) == ("mae", 250.5, 251.0)
    assert found["low"] < found["value"] < found["high"]
