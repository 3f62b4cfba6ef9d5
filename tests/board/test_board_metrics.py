"""The metrics of boards: against computations by hand, their mirrors, what they refuse and what they make of outputs."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from deepgrade.board.errors import BoardError
from deepgrade.board.scoring.metrics import METRICS, answers_for, are_probabilities, measure
from deepgrade.score.metrics import METRICS as LAB_METRICS

NAMES = tuple(METRICS)
FEW = settings(max_examples=40)  # of each metric; scikit-learn takes its time
CLASSES = 7

NUMBERS = st.floats(-1e6, 1e6)
ROWS = st.integers(1, 25)


def numbers(rows):
    return arrays(np.float64, rows, elements=NUMBERS)


def classes(rows, most=CLASSES - 1):
    return arrays(np.int64, rows, elements=st.integers(0, most))


def probabilities(rows, columns=CLASSES):
    # All different within a row, so that who is among the five likeliest is not a matter of ties.
    order = st.permutations(range(1, columns + 1))
    return st.lists(order, min_size=rows, max_size=rows).map(
        lambda lists: np.array(lists, np.float64) / sum(range(1, columns + 1))
    )


def pairs(name):
    """Targets and predictions that a metric can use."""
    needs = METRICS[name].needs
    if needs == "values":
        return ROWS.flatmap(lambda rows: st.tuples(numbers(rows), numbers(rows)))
    if needs == "scores":
        both = classes(20, 1).filter(lambda targets: len(set(targets)) == 2)
        return st.tuples(both, arrays(np.float64, 20, elements=st.sampled_from([-2, 0, 0.5, 0.7, 3])))
    if needs == "classes":
        return ROWS.flatmap(lambda rows: st.tuples(classes(rows), classes(rows)))
    return ROWS.flatmap(lambda rows: st.tuples(classes(rows), probabilities(rows)))


def by_hand(name, targets, predictions):
    """Every metric once more, in plain Python."""
    rows = list(zip(targets.tolist(), predictions.tolist(), strict=True))
    if name == "accuracy":
        return sum(right == found for right, found in rows) / len(rows)
    if name == "error_rate":
        return sum(right != found for right, found in rows) / len(rows)
    if name == "log_loss":
        return -sum(math.log(found[right] / sum(found)) for right, found in rows) / len(rows)
    if name == "top_5":
        return sum(sum(one > found[right] for one in found) < 5 for right, found in rows) / len(rows)
    if name == "mae":
        return sum(abs(right - found) for right, found in rows) / len(rows)
    if name == "rmse":
        return math.sqrt(sum((right - found) ** 2 for right, found in rows) / len(rows))
    if name == "r2":
        mean = sum(right for right, _ in rows) / len(rows)
        return 1 - sum((right - found) ** 2 for right, found in rows) / sum(
            (right - mean) ** 2 for right, _ in rows
        )
    if name == "auc":
        ones = [found for right, found in rows if right == 1]
        zeros = [found for right, found in rows if right == 0]
        wins = [1.0 if one > zero else 0.5 if one == zero else 0.0 for one, zero in product(ones, zeros)]
        return sum(wins) / len(wins)
    named = {right for right, _ in rows} | {found for _, found in rows}
    parts = []
    for one in named:
        hits = sum(right == found == one for right, found in rows)
        wrong = sum((right == one) != (found == one) for right, found in rows)
        parts.append(2 * hits / (2 * hits + wrong))
    return sum(parts) / len(parts)


def good(name, rows=40):
    """Targets and predictions without faults."""
    rng = np.random.default_rng(1)
    needs = METRICS[name].needs
    if needs == "values":
        return rng.normal(size=rows), rng.normal(size=rows)
    if needs == "scores":
        return np.arange(rows) % 2, rng.normal(size=rows)
    targets = np.arange(rows) % CLASSES
    if needs == "classes":
        return targets, rng.integers(0, CLASSES, rows)
    return targets, rng.dirichlet(np.ones(CLASSES), rows)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_prediction_that_is_no_number_is_refused_and_never_a_score(name, bad):
    targets, predictions = good(name)
    broken = predictions.astype(np.float64)
    broken.flat[3] = bad
    with pytest.raises(BoardError, match="not a number, or infinite"):
        measure(METRICS[name], targets, broken)
    wrong = targets.astype(np.float64)
    wrong[3] = bad
    with pytest.raises(BoardError):
        measure(METRICS[name], wrong, predictions)


@pytest.mark.parametrize("name", NAMES)
def test_wrong_shapes_are_refused(name):
    targets, predictions = good(name)
    for right, found in (
        (targets, predictions[:-1]),
        (targets, predictions[..., None]),
        (targets[:, None], predictions),
        (targets, np.float64(1)),
        (np.float64(1), predictions),
    ):
        with pytest.raises(BoardError, match=METRICS[name].title):
            measure(METRICS[name], np.asarray(right), np.asarray(found))
    with pytest.raises(BoardError, match="there are no rows"):
        measure(METRICS[name], targets[:0], predictions[:0])


@pytest.mark.parametrize("name", NAMES)
def test_text_objects_and_complex_numbers_are_refused(name):
    targets, predictions = good(name)
    for kind in (str, object, complex):
        with pytest.raises(BoardError, match="no numbers"):
            measure(METRICS[name], targets, predictions.astype(kind))
        with pytest.raises(BoardError, match="no numbers"):
            measure(METRICS[name], targets.astype(kind), predictions)


@pytest.mark.parametrize("name", [name for name in NAMES if METRICS[name].needs != "values"])
@pytest.mark.parametrize("bad", [-1, 0.5, 1e300])
def test_targets_that_are_no_class_numbers_are_refused(name, bad):
    targets, predictions = good(name)
    wrong = targets.astype(np.float64)
    wrong[0] = bad
    with pytest.raises(BoardError, match="targets are no class numbers"):
        measure(METRICS[name], wrong, predictions)


@pytest.mark.parametrize("name", ["accuracy", "error_rate", "macro_f1"])
@pytest.mark.parametrize("bad", [-1, 0.5, 1e300])
def test_predictions_that_are_no_class_numbers_are_refused(name, bad):
    targets, predictions = good(name)
    wrong = predictions.astype(np.float64)
    wrong[0] = bad
    with pytest.raises(BoardError, match="a prediction is no class number"):
        measure(METRICS[name], targets, wrong)


def test_the_area_under_the_curve_needs_two_classes_0_and_1():
    for targets in ([0, 0, 0], [1, 1, 1], [1, 2, 1], [0, 1, 2]):
        with pytest.raises(BoardError, match="rows of two classes, 0 and 1"):
            measure(METRICS["auc"], np.array(targets), np.array([0.1, 0.2, 0.3]))


@pytest.mark.parametrize("rows", [[[0.5, 0.6]], [[-0.1, 1.1]], [[0.0, 0.0]], [[3.0, -2.0]]])
def test_a_log_loss_of_what_are_no_probabilities_is_refused(rows):
    with pytest.raises(BoardError, match="no probabilities"):
        measure(METRICS["log_loss"], np.array([0]), np.array(rows))


def test_fewer_columns_than_classes_and_a_single_column_are_refused():
    with pytest.raises(BoardError, match="2 columns for 4 classes"):
        measure(METRICS["log_loss"], np.array([0, 3]), np.full((2, 2), 0.5))
    with pytest.raises(BoardError, match="one number a row"):
        measure(METRICS["log_loss"], np.array([0, 0]), np.ones((2, 1)))
    with pytest.raises(BoardError, match="every answer is among five"):
        measure(METRICS["top_5"], np.array([0, 1]), np.full((2, 5), 0.2))


def test_r2_of_targets_without_variance_is_refused():
    with pytest.raises(BoardError, match="no variance"):
        measure(METRICS["r2"], np.full(5, 2.0), np.arange(5.0))


@pytest.mark.parametrize("name", ["rmse", "r2"])
def test_numbers_too_large_to_square_are_refused_and_not_ranked(name):
    with pytest.raises(BoardError, match="comes to no number"):
        measure(METRICS[name], np.array([1.0, 2.0, 3.0]), np.array([1e200, 0.0, 0.0]))


def test_a_figure_whose_interval_is_no_number_has_none():
    assert measure(METRICS["mae"], np.array([1.0, 2.0]), np.array([1e200, 0.0])) == (5e199, None, None)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("auc", "r2")])
def test_a_single_row_has_a_figure_without_an_interval(name):
    targets, predictions = good(name)
    value, low, high = measure(METRICS[name], targets[:1], predictions[:1])
    assert value == pytest.approx(by_hand(name, targets[:1], predictions[:1]))
    assert (low, high) == (None, None)


@pytest.mark.parametrize("name", NAMES)
@FEW
@given(data=st.data())
def test_figures_are_those_computed_by_hand_and_their_intervals_hold_them(name, data):
    targets, predictions = data.draw(pairs(name))
    metric = METRICS[name]
    if name == "r2":
        assume(targets.std() > 1e-3)
    value, low, high = measure(metric, targets, predictions)
    assert value == pytest.approx(by_hand(name, targets, predictions), rel=1e-6, abs=1e-9)
    assert metric.low <= value <= metric.high + 1e-12
    if low is not None:
        assert low <= value <= high


@pytest.mark.parametrize("name", NAMES)
@FEW
@given(data=st.data())
def test_perfect_predictions_reach_the_best_there_is_and_nothing_passes_it(name, data):
    targets, predictions = data.draw(pairs(name))
    metric = METRICS[name]
    if name == "r2":
        assume(targets.std() > 1e-3)
    perfect = np.eye(CLASSES)[targets] if metric.needs == "probabilities" else targets
    best = measure(metric, targets, perfect)
    assert best.value == pytest.approx(metric.best, abs=1e-12)
    assert best.low is None or best.low - 1e-12 <= metric.best <= best.high + 1e-12
    value = measure(metric, targets, predictions).value
    assert value <= best.value + 1e-9 if metric.higher_is_better else value >= best.value - 1e-9


@pytest.mark.parametrize("name", NAMES)
@FEW
@given(data=st.data())
def test_the_order_of_rows_does_not_matter(name, data):
    targets, predictions = data.draw(pairs(name))
    if name == "r2":
        assume(targets.std() > 1e-3)
    order = np.array(data.draw(st.permutations(range(len(targets)))), dtype=int)
    value = measure(METRICS[name], targets, predictions).value
    other = measure(METRICS[name], targets[order], predictions[order]).value
    assert other == pytest.approx(value, rel=1e-9, abs=1e-12)


@given(pairs("accuracy"))
def test_the_error_rate_is_what_accuracy_leaves(pair):
    right, wrong = measure(METRICS["accuracy"], *pair), measure(METRICS["error_rate"], *pair)
    assert wrong.value == 1 - right.value
    if right.low is not None:
        assert (wrong.low, wrong.high) == pytest.approx((1 - right.high, 1 - right.low))


@given(pairs("auc"))
def test_the_area_of_negated_scores_is_what_the_area_leaves(pair):
    targets, scores = pair
    one, other = measure(METRICS["auc"], targets, scores), measure(METRICS["auc"], targets, -scores)
    assert other.value == pytest.approx(1 - one.value)
    assert (other.low, other.high) == pytest.approx((1 - one.high, 1 - one.low))


@given(pairs("auc"))
def test_the_area_depends_on_the_order_of_scores_alone(pair):
    targets, scores = pair
    assert measure(METRICS["auc"], targets, np.exp(scores)) == measure(METRICS["auc"], targets, scores)


@pytest.mark.parametrize("name", ["accuracy", "mae", "rmse", "r2"])
@FEW
@given(data=st.data())
def test_labs_and_boards_agree_on_what_they_both_measure(name, data):
    targets, predictions = data.draw(pairs(name).filter(lambda pair: len(pair[0]) > 1))
    if name == "r2":
        assume(targets.std() > 1e-3)
    shape = (-1,) if name == "accuracy" else (-1, 1)
    found, right = (values.astype(np.float64).reshape(shape) for values in (predictions, targets))
    value, low, high = measure(METRICS[name], targets, predictions)
    metric = LAB_METRICS[name]
    assert (METRICS[name].title, METRICS[name].higher_is_better) == (metric.title, metric.higher_is_better)
    assert value == pytest.approx(metric.function(found, right), rel=1e-6, abs=1e-9)
    ends = metric.interval(found, right)
    assert low == pytest.approx(max(METRICS[name].low, ends.low), rel=1e-6, abs=1e-9)
    assert high == pytest.approx(min(METRICS[name].high, ends.high), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_equal_numbers_of_other_types_give_exactly_the_same_figure(name):
    targets, predictions = good(name)
    single = predictions.astype(np.float32)
    assert measure(METRICS[name], targets, single) == measure(
        METRICS[name], targets, single.astype(np.float64)
    )
    assert measure(METRICS[name], targets.astype(np.float64), predictions) == measure(
        METRICS[name], targets, predictions
    )


def test_a_class_is_never_taken_from_outputs_with_a_hole():
    outputs = np.array([[0.1, 0.9], [math.nan, 0.2]])
    with pytest.raises(BoardError, match="not a number"):
        answers_for(METRICS["accuracy"], outputs)


def test_outputs_that_do_not_hold_what_a_metric_needs_are_refused():
    for name, shape, says in (
        ("log_loss", (4,), "one probability a class"),
        ("accuracy", (4, 1), "one number a class"),
        ("mae", (4, 3), "one number a row, there are 3"),
        ("auc", (4, 3), "one number a row, there are 3"),
        ("accuracy", (4, 2, 2), "have shape"),
        ("auc", (), "have shape"),
    ):
        with pytest.raises(BoardError, match=says):
            answers_for(METRICS[name], np.zeros(shape))


def test_class_scores_become_what_a_metric_needs():
    outputs = np.array([[0.75, 0.25], [0.5, 0.5], [0.0, 1.0]])
    assert answers_for(METRICS["accuracy"], outputs).tolist() == [0, 0, 1]
    assert answers_for(METRICS["auc"], outputs).tolist() == [0.25, 0.5, 1.0]
    assert answers_for(METRICS["log_loss"], outputs) is outputs
    assert answers_for(METRICS["mae"], np.array([[1.0], [2.0]])).tolist() == [1.0, 2.0]
    assert answers_for(METRICS["accuracy"], np.array([2, 0])).tolist() == [2, 0]


def test_scores_that_are_no_probabilities_are_ordered_by_how_far_class_1_is_ahead():
    logits = np.array([[0.0, 1.0], [5.0, 2.0]])
    assert np.argsort(answers_for(METRICS["auc"], logits)).tolist() == [1, 0]


def test_probabilities_sum_to_one_within_a_thousandth_and_are_not_negative():
    assert are_probabilities(np.array([[0.3, 0.7005], [1.0, 0.0]]))
    for row in ([0.3, 0.702], [-0.1, 1.1], [math.nan, 1.0]):
        assert not are_probabilities(np.array([row]))
