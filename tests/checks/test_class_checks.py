"""Checks of classifiers and of plotted histories, on stand-ins for evidence: unhappy values first."""

from types import SimpleNamespace

import numpy as np
import pytest

from deepgrade.checks import (
    assert_classes_compete,
    assert_compiled,
    assert_dropout,
    assert_hidden_layers,
    assert_history_drawn,
    assert_read_by,
    assert_rows_of_pixels,
    curve,
    draws,
    right_places,
)


def layer(kind, units=None, activation=None, rate=None):
    return SimpleNamespace(kind=kind, units=units, activation=activation, rate=rate)


def lab(layers=(), optimizer="RMSprop", metrics=("accuracy",), accuracy=0.9, figures=()):
    """A `lab` whose captured values are plain arrays that were stored whole."""
    return SimpleNamespace(
        rows=lambda value: value,
        layers=lambda _: layers,
        compile_facts=lambda _: optimizer and SimpleNamespace(optimizer=optimizer, metrics=metrics),
        hidden_accuracy=lambda _: accuracy,
        figures=lambda _: figures,
    )


def plot(*curves, xlabel="epoch", ylabel="loss", legend=("a", "b")):
    lines = tuple(SimpleNamespace(points=len(values), y=tuple(values)) for values in curves)
    axes = SimpleNamespace(
        lines=lines, images=0, scatters=(), bars=0, xlabel=xlabel, ylabel=ylabel, legend=legend
    )
    return (SimpleNamespace(axes=(axes,)),)


def fitted(**measures):
    return SimpleNamespace(history=measures)


def images(count=40):
    """Dark in the middle and white at the margin, from 0 to 1."""
    squares = np.zeros((count, 28, 28))
    squares[:, 8:20, 8:20] = np.linspace(0.5, 1, count)[:, None, None]
    return squares.reshape(count, -1)


NETWORK = (layer("Dense", 8, "relu"), layer("Dropout", rate=0.4), layer("Dense", 3, "softmax"))


@pytest.mark.parametrize(
    ("layers", "hint"),
    [
        ((), "one output for each"),
        ((layer("Dense", 4, "softmax"),), "one output for each"),
        ((layer("Dense", 3, "sigmoid"),), "sum to 1"),
    ],
)
def test_scores_that_do_not_compete_get_a_hint(layers, hint):
    model = SimpleNamespace(output_shape=(None, 3))
    with pytest.raises(AssertionError, match=hint):
        assert_classes_compete(lab(layers), model, 3)


def test_softmax_and_raw_scores_compete():
    model = SimpleNamespace(output_shape=(None, 3))
    assert_classes_compete(lab(NETWORK), model, 3)
    assert_classes_compete(lab((layer("Dense", 3),)), model, 3)


def test_compilation_that_differs_from_what_was_asked_gets_a_hint():
    with pytest.raises(AssertionError, match="not compiled"):
        assert_compiled(lab(optimizer=None), None)
    with pytest.raises(AssertionError, match="optimizer"):
        assert_compiled(lab(optimizer="Adam"), None, optimizer="RMSprop")
    with pytest.raises(AssertionError, match="watch"):
        assert_compiled(lab(metrics=()), None)
    assert_compiled(lab(optimizer="Adam", metrics=()), None, metric=None)


def test_hidden_layers_and_dropout_are_compared_in_their_order():
    with pytest.raises(AssertionError, match="of units"):
        assert_hidden_layers(lab(NETWORK), None, [9])
    with pytest.raises(AssertionError, match="activation"):
        assert_hidden_layers(lab(NETWORK), None, [8], "tanh")
    with pytest.raises(AssertionError, match="rates"):
        assert_dropout(lab(NETWORK), None, [0.3])
    with pytest.raises(AssertionError, match="none the output layer"):
        assert_dropout(lab((*NETWORK, layer("Dropout", rate=0.4))), None, [0.4])
    assert_hidden_layers(lab(NETWORK), None, [8])
    assert_dropout(lab(NETWORK), None, [0.4])


@pytest.mark.parametrize("predicted", [np.eye(3), np.arange(2), np.arange(4)])
def test_predictions_of_another_number_of_examples_get_a_hint(predicted):
    with pytest.raises(AssertionError, match="one class for each"):
        right_places(lab(), predicted, np.arange(3))


def test_right_places_take_rows_columns_and_lists():
    for predicted in (np.array([0, 1, 9]), np.array([[0], [1], [9]]), [0, 1, 9]):
        assert right_places(lab(), predicted, np.arange(3)).tolist() == [True, True, False]


def test_predictions_worse_than_their_model_get_a_hint_and_a_poor_model_passes():
    truth = np.arange(100) % 10
    with pytest.raises(AssertionError, match="does better"):
        assert_read_by(lab(accuracy=0.9), None, (truth + 1) % 10, truth)
    assert_read_by(lab(accuracy=0.05), None, (truth + 1) % 10, truth)
    assert_read_by(lab(accuracy=1.0), None, truth, truth)


def test_curve_finds_accuracy_under_any_of_its_names_and_only_there():
    history = fitted(categorical_accuracy=[0.5], val_categorical_accuracy=[0.4], loss=[1.0])
    assert (curve(history, "accuracy"), curve(history, "val_accuracy")) == ([0.5], [0.4])
    with pytest.raises(AssertionError, match="no val_loss"):
        curve(history, "val_loss")
    with pytest.raises(AssertionError, match="no val_accuracy"):
        curve(fitted(acc=[0.5]), "val_accuracy")


def test_a_line_is_known_by_its_values_whatever_follows_a_shorter_column():
    (figure,) = plot([3.0, 2.0, float("nan")], [1.0, 1.0])
    assert draws(figure.axes[0], [3.0, 2.0])
    assert not draws(figure.axes[0], [2.0, 3.0])
    assert not draws(figure.axes[0], [3.0])


def test_histories_that_are_not_drawn_together_get_a_hint():
    history = fitted(loss=[3.0, 2.0, 1.0], val_loss=[3.0, 2.5, 2.6])
    apart = plot(history.history["loss"]) + plot(history.history["val_loss"])
    with pytest.raises(AssertionError, match="no plot shows loss and val_loss"):
        assert_history_drawn(lab(figures=apart), "b5", history, "loss", "val_loss")
    together = (history.history["val_loss"], history.history["loss"])
    with pytest.raises(AssertionError, match="legend"):
        assert_history_drawn(lab(figures=plot(*together, legend=())), "b5", history, "loss", "val_loss")
    assert_history_drawn(lab(figures=plot(*together)), "b5", history, "loss", "val_loss")


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        (lambda rows: rows.reshape(-1, 28, 28), "one row an image"),
        (lambda rows: rows[:-1], "one row an image"),
        (lambda rows: rows * 255, "divide"),
        (lambda rows: rows / 255, "divide"),
        (lambda rows: rows.reshape(-1, len(rows)).T, "margin"),
    ],
)
def test_images_that_are_no_rows_of_scaled_pixels_get_a_hint(change, hint):
    with pytest.raises(AssertionError, match=hint):
        assert_rows_of_pixels(lab(), change(images()), 40)


def test_rows_of_scaled_pixels_pass():
    assert_rows_of_pixels(lab(), images(), 40)
