"""What hidden checks share, on stand-ins for evidence: unhappy values first."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepgrade.checks import (
    accuracy_in,
    assert_fitted,
    assert_labelled,
    assert_loss,
    assert_one_hot,
    batches,
    best_epoch,
    dense_stack,
    dropout_rates,
    input_size,
    is_close,
    is_multi_hot,
    lines_of,
    number,
    right_share,
)


class Whole:
    """A `lab` whose captured values are plain arrays that were stored whole."""

    def __init__(self, layers=(), compiled=None):
        self._layers, self._compiled = layers, compiled

    def rows(self, value):  # noqa: D102
        return value

    def row_indices(self, value):  # noqa: D102
        return np.arange(len(value))

    def layers(self, model):  # noqa: D102
        return self._layers

    def compile_facts(self, model):  # noqa: D102
        return self._compiled


def layer(kind, units=None, activation=None, rate=None):
    return SimpleNamespace(kind=kind, units=units, activation=activation, rate=rate)


def compiled(loss, from_logits=False):
    return SimpleNamespace(loss=loss, from_logits=from_logits)


def history(epochs=3, steps=10, **measures):
    return SimpleNamespace(history=measures, epoch=list(range(epochs)), params={"steps": steps})


def axes(xlabel="x", ylabel="y", legend=(), points=()):
    lines = tuple(SimpleNamespace(points=count) for count in points)
    return SimpleNamespace(xlabel=xlabel, ylabel=ylabel, legend=legend, lines=lines)


@pytest.mark.parametrize(
    ("labels", "hint"),
    [
        (np.array([0, 1, 2]), "still integers"),
        (np.eye(3)[[0, 1]], "one row"),
        (np.eye(4)[[0, 1, 2]], "one column for each"),
        (np.eye(3)[[0, 2, 1]], "another column"),
    ],
)
def test_labels_that_are_not_one_hot_get_a_hint(labels, hint):
    with pytest.raises(AssertionError, match=hint):
        assert_one_hot(Whole(), labels, np.array([0, 1, 2]), 3)


def test_one_hot_labels_of_any_number_type_pass():
    for kind in (bool, np.float32, np.int64):
        assert_one_hot(Whole(), np.eye(3)[[2, 0]].astype(kind), np.array([[2], [0]]), 3)


def test_share_of_right_labels_is_nothing_where_shapes_or_places_do_not_fit():
    truth = np.array([1, 2, 3])
    assert right_share(Whole(), np.eye(3), truth) == 0
    assert right_share(Whole(), np.array([1, 2, 3, 4]), truth) == 0
    assert right_share(Whole(), np.zeros(0), truth) == 0
    assert right_share(Whole(), np.array([[1], [2], [0]]), truth) == pytest.approx(2 / 3)


def test_loss_and_output_layer_have_to_fit_together():
    softmax, scores = [layer("Dense", 3, "softmax")], [layer("Dense", 3)]
    for loss in ("categorical_crossentropy", "sparse_categorical_crossentropy"):
        assert_loss(Whole(softmax, compiled(loss)), None, "classes")
        assert_loss(Whole(scores, compiled(loss, from_logits=True)), None, "classes")
        for wrong in (Whole(scores, compiled(loss)), Whole(softmax, compiled(loss, from_logits=True))):
            with pytest.raises(AssertionError, match="raw scores"):
                assert_loss(wrong, None, "classes")
    with pytest.raises(AssertionError, match="another kind"):
        assert_loss(Whole(softmax, compiled("mean_squared_error")), None, "classes")
    with pytest.raises(AssertionError, match="not compiled"):
        assert_loss(Whole(softmax), None, "classes")


def test_activation_layers_count_with_the_dense_layer_before_them():
    layers = [layer("Flatten"), layer("Dense", 8), layer("ReLU"), layer("Dense", 2), layer("Softmax")]
    assert dense_stack(Whole(layers), None) == [(8, "relu"), (2, "softmax")]


def test_dropout_behind_the_output_does_not_count():
    layers = [layer("Dropout", rate=0.3), layer("Dense", 2), layer("Dropout", rate=0.5)]
    assert dropout_rates(Whole(layers), None) == [0.3]


def test_input_size_is_the_same_for_rows_squares_and_channels():
    sizes = {
        input_size(SimpleNamespace(input_shape=shape))
        for shape in [(None, 784), (None, 28, 28), (None, 28, 28, 1)]
    }
    assert sizes == {784}
    assert input_size(SimpleNamespace(input_shape=(None, None))) is None


@pytest.mark.parametrize("value", [None, "0.9", True, [0.1, 0.2], np.zeros(2), float("nan"), np.inf])
def test_what_is_not_one_finite_number_is_refused(value):
    with pytest.raises(AssertionError, match="this"):
        number(value)


@given(st.floats(-1e6, 1e6))
def test_a_number_may_come_in_any_container_of_one(value):
    for form in (value, np.float64(value), [value], np.array(value), np.array([[value]])):
        assert number(form) == pytest.approx(value)


def test_accuracy_is_found_in_lists_and_dicts():
    assert accuracy_in([0.3, 0.9]) == 0.9
    assert accuracy_in({"loss": 0.3, "accuracy": 0.9}) == 0.9
    for wrong in (0.9, [0.9], {"loss": 0.3}):
        with pytest.raises(AssertionError, match="evaluate"):
            accuracy_in(wrong)


@given(st.integers(1, 10_000), st.integers(1, 512))
def test_batches_hold_all_rows_and_none_is_empty(rows, size):
    assert (batches(rows, size) - 1) * size < rows <= batches(rows, size) * size


def test_training_that_differs_from_what_was_asked_gets_a_hint():
    with pytest.raises(AssertionError, match="number of epochs"):
        assert_fitted(history(epochs=2), epochs=3)
    with pytest.raises(AssertionError, match="batch size"):
        assert_fitted(history(steps=40), rows=1000, batch_size=100)
    with pytest.raises(AssertionError, match="validation"):
        assert_fitted(history(loss=[1.0]), validated=True)
    with pytest.raises(AssertionError, match="fit returns"):
        assert_fitted(3)
    assert_fitted(history(val_loss=[1.0]), epochs=(1, 3), rows=999, batch_size=100, validated=True)


def test_best_epoch_is_lowest_loss_or_highest_accuracy():
    fitted = history(val_loss=[3.0, 1.0, 2.0], val_accuracy=[0.1, 0.2, 0.3])
    assert (best_epoch(fitted), best_epoch(fitted, "val_accuracy")) == (2, 3)
    with pytest.raises(AssertionError, match="has no"):
        best_epoch(fitted, "val_mae")


def test_axes_without_labels_or_lines_without_a_legend_get_a_hint():
    with pytest.raises(AssertionError, match="label both axes"):
        assert_labelled(axes(ylabel=" "))
    with pytest.raises(AssertionError, match="legend"):
        assert_labelled(axes(points=(20, 20)))
    assert_labelled(axes(points=(20, 2)))  # a line and a mark of two points
    assert len(lines_of(axes(points=(20, 2, 1)), 3)) == 1


def test_multi_hot_rows_are_compared_with_the_words_of_their_review():
    rows = np.array([[0, 1, 1], [1, 0, 0]])
    assert is_multi_hot(Whole(), rows, [[1, 2, 2], [0]])
    assert not is_multi_hot(Whole(), rows, [[0], [1, 2]])
    assert not is_multi_hot(Whole(), rows, [[1, 2]])


def test_closeness_is_absolute_or_relative_whichever_is_more():
    assert is_close(100.009, 100) and not is_close(100.02, 100)
    assert is_close(0.02, 0, within=0.05)
