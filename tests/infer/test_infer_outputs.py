"""From what a model gives to one score per class."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from infer_bundles import layer, sequential

from deepgrade.infer import BundleError, ModelBounds, Reason
from deepgrade.infer.convert import convert
from deepgrade.infer.outputs import CompileFacts, class_scores, compile_facts, last_activation

UNKNOWN = CompileFacts()
LOGITS = CompileFacts("categorical_crossentropy", True)
BINARY = CompileFacts("binary_crossentropy", False)
BINARY_LOGITS = CompileFacts("binary_crossentropy", True)


def column(*values: float) -> np.ndarray:
    return np.array(values, np.float32)[:, None]


@pytest.mark.parametrize("shape", [(4, 3), (4, 11), (4, 1), (4, 2, 5)])
def test_a_wrong_number_of_columns_does_not_fit(shape: tuple[int, ...]) -> None:
    with pytest.raises(BundleError) as caught:
        class_scores(np.ones(shape, np.float32), 10, None, UNKNOWN)
    assert caught.value.reason == Reason.OUTPUT_DOES_NOT_FIT


def test_probabilities_stay_as_they_are() -> None:
    values = np.array([[0.2, 0.8], [0.5, 0.5]], np.float32)
    scores, name = class_scores(values, 2, "softmax", UNKNOWN)
    assert name == "probabilities"
    np.testing.assert_array_equal(scores, values)


def test_a_sigmoid_column_becomes_two() -> None:
    scores, name = class_scores(column(0.25, 1), 2, "sigmoid", BINARY)
    assert name == "sigmoid"
    np.testing.assert_allclose(scores, [[0.75, 0.25], [0, 1]])


def test_log_odds_are_cut_at_zero_not_at_one_half() -> None:
    scores, name = class_scores(column(-0.1, 0.1, 900, -900), 2, "linear", BINARY_LOGITS)
    assert name == "logit"
    assert scores.argmax(axis=1).tolist() == [0, 1, 1, 0]
    assert np.isfinite(scores).all()


def test_a_linear_column_trained_as_a_regression_is_cut_at_one_half() -> None:
    scores, name = class_scores(
        column(-0.3, 0.4, 0.6, 1.2), 2, "linear", CompileFacts("mean_squared_error", None)
    )
    assert (name, scores.argmax(axis=1).tolist()) == ("sigmoid", [0, 0, 1, 1])


def test_a_linear_column_without_compile_facts_is_judged_by_its_range() -> None:
    assert class_scores(column(-3, 0.2), 2, "linear", UNKNOWN)[1] == "logit"
    assert class_scores(column(0.1, 0.7), 2, "linear", UNKNOWN)[1] == "sigmoid"


def test_one_sigmoid_for_each_class_keeps_its_order() -> None:
    values = np.array([[0.9, 0.8, 0.1]], np.float32)
    scores, name = class_scores(values, 3, "sigmoid", BINARY)
    assert (name, scores.argmax()) == ("scores", 0)


@given(arrays(np.float32, (5, 4), elements=st.floats(-1e4, 1e4, width=32).map(lambda x: round(x, 2))))
def test_logits_become_probabilities_of_the_same_best_class(values: np.ndarray) -> None:
    scores, name = class_scores(values, 4, "linear", LOGITS)
    assert name in ("logits", "probabilities")
    np.testing.assert_allclose(scores.sum(axis=1), 1, atol=1e-5)
    best = np.take_along_axis(values, scores.argmax(axis=1)[:, None], axis=1)[:, 0]
    np.testing.assert_array_equal(best, values.max(axis=1))


@pytest.mark.parametrize("value", [None, [], {"loss": 3, "from_logits": "yes"}, "x"])
def test_odd_compile_facts_count_as_unknown(value: object) -> None:
    assert compile_facts(value) == UNKNOWN


def test_the_last_activation_is_found_in_nested_models_and_layers() -> None:
    inner = sequential(layer("Dense", units=2, activation="relu"), layer("Softmax"))
    nested = convert(json.dumps(sequential(inner, shape=[None, 4])).encode(), ModelBounds())
    assert last_activation(nested) == "softmax"
    flat = convert(json.dumps(sequential(layer("Dense", units=2), shape=[None, 4])).encode(), ModelBounds())
    assert last_activation(flat) == "linear"
