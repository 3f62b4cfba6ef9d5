"""Captured variables in words: data frames, lists of arrays and estimators."""

from deepgrade.report.captured import captured_row

FRAME = {"kind": "frame", "shape": [3, 2], "columns": ["a", "b"]}


def test_hostile_facts_are_left_out():
    for item in (
        {**FRAME, "nulls": {"a": "x", "b": 10**400}, "columns": 5},
        {"kind": "list", "items": [5, {"shape": "x"}]},
        {"kind": "list", "items": 5},
        {"kind": "estimator", "class": 5, "params": {"a": {"b": 1}}, "fitted": [1]},
    ):
        assert captured_row("x", item).kind == item["kind"]


def test_frames_lists_and_estimators_say_what_they_hold():
    frame = captured_row("df", {**FRAME, "nulls": {"a": 1, "b": 1}})
    assert (frame.shape, frame.facts) == ("(3 × 2)", "a, b; 2 missing")
    pair = captured_row("pair", {"kind": "list", "items": [{"shape": [5, 2]}, {"shape": [3]}]})
    assert (pair.shape, pair.facts) == ("2 arrays", "(5 × 2), (3)")
    item = {"kind": "estimator", "class": "Lasso", "params": {"alpha": 0.5}, "fitted": {"coef_": {}}}
    lasso = captured_row("lasso", item)
    assert (lasso.dtype, lasso.facts) == ("Lasso", "alpha=0.5; learnt: coef_")
