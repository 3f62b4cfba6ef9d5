"""The checks of mnist_softmax: a softmax classifier and a network with two hidden layers, on unscaled pixels.

They ask what was reached, not how it was written: labels may be one-hot or integers in the fit, the split may be drawn in any
random way, and the classifier may end in softmax or in raw scores.
"""

import numpy as np

from deepgrade.checks import (
    accuracy_in,
    assert_classes_compete,
    assert_compiled,
    assert_fitted,
    assert_hidden_layers,
    assert_labelled,
    assert_loss,
    assert_one_hot,
    axes_with,
    batches,
    curve,
    dense_stack,
    draws,
    is_close,
    number,
    numbers,
    right_places,
    right_share,
)
from deepgrade.lab import question, visible

PIXELS, CLASSES, BATCH, EPOCHS, RATE = 28 * 28, 10, 128, 50, 0.0001
SIZES = [([500, 500], {}), ([300, 40], {}), ([7, 20], {})]


def fitted_rows(lab):
    """Return how many training images are five sixths of them."""
    return lab.data.mnist.train_size * 5 // 6


def same_pixels(lab, vectors, images):
    """Return whether stored rows hold the pixels of the loaded images, whatever factor they were scaled by."""
    places = np.intersect1d(lab.row_indices(vectors), lab.row_indices(images), return_indices=True)
    assert len(places[0]), "no image to compare"
    pair = (np.asarray(lab.rows(vectors))[places[1]], np.asarray(lab.rows(images))[places[2]])
    new, old = (rows.reshape(len(rows), -1) / max(float(rows.max()), 1e-9) for rows in pair)
    return new.shape == old.shape and np.allclose(new, old, atol=1e-3)


def assert_accuracies_drawn(lab, where, history):
    """Assert that training and validation accuracy are among the lines that a question shows."""
    for measure in ("accuracy", "val_accuracy"):
        values, drawn = curve(history, measure), axes_with(lab, where, lines=1)
        hint = "draw two lines, training and validation accuracy, with one point an epoch"
        assert any(draws(axes, values) for axes in drawn), hint


def assert_lines_labelled(lab, where):
    """Assert that all axes with lines have labels, and a legend where there are several."""
    drawn = axes_with(lab, where, lines=1)
    assert drawn, "there are no curves among the outputs of this question"
    for axes in drawn:
        assert_labelled(axes)


def assert_test_results(results, history, lab):
    """Assert that what `evaluate` returned is of the test set.

    Where the validation images are clearly harder than those trained on, the test images have to be harder too.
    """
    digits = accuracy_in(results) * lab.data.mnist.test_size
    assert abs(digits - round(digits)) < 0.01, "no whole number of test images: which set is it?"
    loss = number(results["loss"] if isinstance(results, dict) else results[0], "the loss")
    fitted = curve(history, "loss")[-1]
    held_out = history.history.get("val_loss", [fitted])[-1]
    assert not is_close(loss, held_out, share=1e-5), "this is the loss on the validation set"
    hint = "the loss is that of images the model was trained on"
    assert loss > fitted or held_out < 1.1 * fitted, hint


def assert_three_accuracies(found, history, results):
    """Assert that a dictionary holds the accuracies after the last epoch, and that on the test set."""
    assert {"training", "validation", "test"} <= set(found), "the dictionary needs three keys"
    fitted, held_out = curve(history, "accuracy")[-1], curve(history, "val_accuracy")[-1]
    last = {"training": fitted, "validation": held_out, "test": accuracy_in(results)}
    for name, expected in last.items():
        room = (
            0.03 if name == "training" else 0.002
        )  # the history's training accuracy is an average over the epoch
        assert is_close(number(found[name]), expected, within=room), f"{name}: this is another accuracy"


def softmax_of_first(lab, W, b, x_test_vec):
    """Return the ten probabilities that W and b give for the first test image."""
    weights, pixels = numbers(lab, W), numbers(lab, x_test_vec)[0].reshape(-1)
    weights = weights.T if weights.shape == (PIXELS, CLASSES) else weights
    assert weights.shape == (CLASSES, PIXELS), "W has a weight for each of ten scores and each pixel"
    z = weights @ pixels + numbers(lab, b).reshape(-1)
    powers = np.exp(z - z.max())
    return powers / powers.sum()


# Part A: the data


@question("a1", points=0.1)
@visible
def test_each_image_has_a_label(x_train, y_train, x_test, y_test):
    """There is one label for each training image and each test image."""
    hint = "what load_data() gives has another order"
    assert len(x_train) == len(y_train) and len(x_test) == len(y_test), hint


@question("a1", points=0.2)
def test_mnist_is_complete(x_train, y_train, x_test, y_test, lab):
    """All training and test images are loaded, with their own labels."""
    for images, labels, split in ((x_train, y_train, "train"), (x_test, y_test, "test")):
        truth = lab.data.mnist.labels(split)
        assert len(images) == len(truth), f"the {split} set has another number of images"
        assert right_share(lab, labels, truth) == 1, f"the {split} labels are not those of the images"


@question("a1", points=0.2)
def test_digits_are_drawn(lab):
    """Training images are drawn: 25 of them, or one picture of all."""
    drawn = len(axes_with(lab, "a1", images=1))
    assert drawn, "there is no image among the outputs of this question"
    assert drawn == 1 or drawn >= 25, "a grid of 5 x 5 has place for 25 images"


@question("a2", points=0.1)
@visible
def test_images_are_vectors(x_train_vec, x_test_vec):
    """Training and test images are rows of 28 * 28 numbers."""
    assert x_train_vec.ndim == 2 and x_test_vec.ndim == 2, "one row for each image"
    assert x_train_vec.shape[1] == x_test_vec.shape[1] == 28 * 28, "one column for each pixel"


@question("a2", points=0.2)
def test_vectors_hold_the_pixels_of_the_images(x_train_vec, x_test_vec, x_train, x_test, lab):
    """Each row holds the pixels of its image, row by row."""
    for vectors, images, what in ((x_train_vec, x_train, "training"), (x_test_vec, x_test, "test")):
        assert len(vectors) == len(images), f"one row for each {what} image"
        assert same_pixels(lab, vectors, images), f"{what} rows belong to other images, or pixels are mixed"


@question("a2", points=0.2)
def test_pixels_are_as_they_were(x_train_vec, x_test_vec):
    """Pixels still go from 0 to 255."""
    for vectors in (x_train_vec, x_test_vec):
        assert vectors.min() >= 0 and vectors.max() <= 255, "where do these values come from?"
        assert vectors.max() > 200, (
            "in this lab the pixels are not scaled: their figures could not be compared"
        )


@question("a3", points=0.1)
@visible
def test_labels_have_ten_columns(y_train_vec, y_test_vec):
    """Training and test labels have one column for each digit."""
    hint = "labels are still integers: one-hot gives one column for each digit"
    assert y_train_vec.ndim == 2 and y_train_vec.shape[1] == 10, hint
    assert y_test_vec.ndim == 2 and y_test_vec.shape[1] == 10, hint


@question("a3", points=0.3, probes={"to_one_hot": [([[2, 0, 1, 2]], {"dimension": 4}), ([[9, 3]], {})]})
def test_to_one_hot_sets_one_element_a_row(to_one_hot):
    """`to_one_hot` gives a 1 in the column of the label, 0 elsewhere, and as many columns as asked for."""
    four = np.asarray(to_one_hot([2, 0, 1, 2], dimension=4))
    assert four.shape == (4, 4), "try it on [2, 0, 1, 2] with dimension 4: one row a label, four columns"
    assert four.tolist() == [[0, 0, 1, 0], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]], (
        "try it on [2, 0, 1, 2] with dimension 4: which element of each row is 1?"
    )
    assert np.asarray(to_one_hot([9, 3])).shape == (2, 10), "without dimension there are ten columns"


@question("a3", points=0.3)
def test_labels_are_one_hot(y_train_vec, y_test_vec, lab):
    """Each label is a 1 in the column of its digit and 0 elsewhere."""
    for labels, split in ((y_train_vec, "train"), (y_test_vec, "test")):
        assert_one_hot(lab, labels, lab.data.mnist.labels(split), CLASSES, f"{split} labels")


@question("a4", points=0.1)
@visible
def test_images_and_labels_are_split_alike(x_train_vec, y_train_vec, x_valid_vec, y_valid_vec):
    """Both parts have one label for each image."""
    hint = "take the same places from images and labels"
    assert len(x_train_vec) == len(y_train_vec) and len(x_valid_vec) == len(y_valid_vec), hint


@question("a4", points=0.2)
def test_a_sixth_is_set_apart(x_train_vec, x_valid_vec, lab):
    """Five sixths of the training images are left to train on, one sixth is for validation."""
    n = lab.data.mnist.train_size
    assert abs(len(x_train_vec) - 5 * n / 6) <= 1, "look at the number of images to train on"
    assert abs(len(x_valid_vec) - n / 6) <= 1, "look at the number of validation images"


@question("a4", points=0.2)
def test_each_image_is_in_one_part(train_indices, valid_indices, lab):
    """Each training image is in one of the two parts, and in one only."""
    both = np.concatenate([numbers(lab, part).reshape(-1) for part in (train_indices, valid_indices)])
    assert len(np.unique(both)) == len(both), "some images are in both parts, or twice in one"
    assert np.array_equal(np.sort(both), np.arange(lab.data.mnist.train_size)), "some images are in no part"


@question("a4", points=0.1)
def test_split_is_random(valid_indices, lab):
    """The validation images are taken from all over the training set."""
    places = numbers(lab, valid_indices).reshape(-1)
    assert len(places) > 1 and np.ptp(places) + 1 > 2 * len(places), "shuffle before you cut"


@question("a4", points=0.2)
def test_labels_follow_the_split(y_train_vec, y_valid_vec, train_indices, valid_indices, lab):
    """The labels of both parts are those of the images at the places kept."""
    truth = lab.data.mnist.labels("train")
    for labels, places in ((y_train_vec, train_indices), (y_valid_vec, valid_indices)):
        rows, chosen = numbers(lab, labels), numbers(lab, places).reshape(-1).astype(int)
        digits = rows.argmax(axis=1) if rows.ndim == 2 else rows
        expected = truth[chosen][lab.row_indices(labels)] if len(chosen) == len(labels) else None
        assert np.array_equal(digits, expected), "these labels belong to other places"


# Part B: the softmax classifier


@question("b1", points=0.1)
@visible
def test_softmax_model_goes_from_pixels_to_digits(softmax_model):
    """The model takes rows of 28 * 28 values and gives ten scores."""
    assert softmax_model.input_shape[-1] == 28 * 28, "state the input: a row with all pixels of one image"
    assert softmax_model.output_shape[-1] == 10, "there is one output for each digit"


@question("b1", points=0.2)
def test_softmax_model_is_one_layer(softmax_model, lab):
    """One dense layer gives ten scores that compete."""
    assert len(dense_stack(lab, softmax_model)) == 1, "the formula has one W: one dense layer, nothing hidden"
    assert_classes_compete(lab, softmax_model, CLASSES)


@question("b1", points=0.2)
def test_softmax_model_has_the_right_number_of_parameters(softmax_model):
    """The model has as many parameters as W and b have elements."""
    assert softmax_model.count_params() == 7_850, "count the elements of W and of b"


@question("b2", points=0.2)
def test_loss_suits_ten_classes(softmax_model, lab):
    """The loss is the cross-entropy of classes and fits what the output layer gives."""
    assert_loss(lab, softmax_model, "classes")


@question("b2", points=0.2)
def test_rmsprop_with_a_small_learning_rate(softmax_model, lab):
    """The optimizer is RMSprop with learning rate 0.0001, and accuracy is watched."""
    assert_compiled(lab, softmax_model, optimizer="RMSprop")
    assert is_close(lab.compile_facts(softmax_model).learning_rate or 0, RATE, share=1e-3), "look at its rate"


@question("b3", points=0.25)
def test_iterations_of_an_epoch(iterations_per_epoch, lab):
    """`iterations_per_epoch` counts the batches of 128, the last, smaller one included."""
    found = number(iterations_per_epoch)
    assert found == round(found), "iterations are counted, so this is a whole number"
    assert found == batches(fitted_rows(lab), BATCH), "n is what is trained on; the rest forms one more batch"


@question("b3", points=0.25)
def test_iterations_of_the_training(iterations, iterations_per_epoch):
    """`iterations` counts those of all 50 epochs."""
    assert number(iterations) == EPOCHS * number(iterations_per_epoch), "there are as many in every epoch"


@question("b4", points=0.1)
@visible
def test_validation_is_recorded(softmax_history):
    """The history has a validation loss for each epoch."""
    assert "val_loss" in softmax_history.history, "fit has an argument for the validation data"


@question("b4", points=0.1)
def test_softmax_model_was_trained_for_50_epochs(softmax_history):
    """The model went through its training images 50 times."""
    assert_fitted(softmax_history, epochs=EPOCHS)


@question("b4", points=0.1)
def test_softmax_model_was_trained_without_the_validation_set(softmax_history, lab):
    """An epoch has as many batches of 128 as five sixths of the training images make."""
    assert_fitted(softmax_history, rows=fitted_rows(lab), batch_size=BATCH)


@question("b4", points=0.4, hidden={"softmax_model": "mnist"})
def test_softmax_model_reads_new_digits(softmax_model, lab):
    """The trained classifier reads digits that it has never seen."""
    assert lab.reaches(softmax_model), "it learned too little: do images and labels belong together?"


@question("b5", points=0.35)
def test_accuracy_is_drawn(softmax_history, lab):
    """Training and validation accuracy are drawn by epoch."""
    assert_accuracies_drawn(lab, "b5", softmax_history)


@question("b5", points=0.15)
def test_accuracy_curves_are_labelled(lab):
    """Axes have labels, and a legend tells the lines apart."""
    assert_lines_labelled(lab, "b5")


@question("b6", points=0.2)
def test_softmax_results_are_of_the_test_set(softmax_results, softmax_history, lab):
    """`softmax_results` holds loss and accuracy on the test set."""
    assert_test_results(softmax_results, softmax_history, lab)


@question("b6", points=0.2)
def test_three_accuracies_are_side_by_side(softmax_accuracies, softmax_history, softmax_results):
    """`softmax_accuracies` holds the accuracies on training, validation and test set."""
    assert_three_accuracies(softmax_accuracies, softmax_history, softmax_results)


@question("b6", points=0.1)
def test_guessing_is_right_one_time_in_ten(guess_accuracy, lab):
    """`guess_accuracy` is the share of random guesses that are right."""
    room = 5 * (0.1 * 0.9 / lab.data.mnist.test_size) ** 0.5
    assert is_close(number(guess_accuracy), 0.1, within=room), "how often is one of ten digits right by luck?"


@question("b7", points=0.15)
@visible
def test_weights_have_the_shapes_of_the_formula(W, b):
    """`W` and `b` have the shapes that z = W x + b needs."""
    assert tuple(W.shape) == (10, 28 * 28), "W x has ten elements, and x has one for each pixel"
    assert tuple(b.shape) in ((10,), (10, 1)), "b is added to ten scores"


@question("b7", points=0.2)
def test_formula_gives_probabilities(by_hand, W, b, x_test_vec, lab):
    """`by_hand` holds the probabilities that W and b give for the first test image."""
    found = numbers(lab, by_hand, "by_hand").reshape(-1)
    assert found.shape == (CLASSES,), "ten probabilities for one image"
    right = np.allclose(found, softmax_of_first(lab, W, b, x_test_vec), atol=0.02)
    assert right, "the exponential of each z, divided by their sum; subtract the largest z first"


@question("b7", points=0.15)
def test_keras_agrees_with_the_formula(by_keras, W, b, x_test_vec, lab):
    """`by_keras` holds what the model predicts for the same image."""
    found = numbers(lab, by_keras, "by_keras").reshape(-1)
    assert found.shape == (CLASSES,), "the prediction for one image"
    same = np.allclose(found, softmax_of_first(lab, W, b, x_test_vec), atol=0.05)
    assert same, "which image, and are W and b those of the trained model?"


# Part C: the network


@question("c1", points=0.25)
def test_two_hidden_layers_of_500_relu_units(network, lab):
    """Two hidden layers of 500 ReLU units each stand before ten scores that compete."""
    assert_hidden_layers(lab, network, [500, 500])
    assert_classes_compete(lab, network, CLASSES)


@question("c1", points=0.15)
def test_network_has_the_right_number_of_parameters(network):
    """The network has as many parameters as its layers give when worked out by hand."""
    assert network.count_params() == 648_010, "count weights and biases layer by layer"


@question("c2", points=0.25, probes={"parameter_shapes": SIZES})
def test_matrices_have_the_shapes_of_the_formulas(parameter_shapes):
    """W0, W1 and W2 have as many rows as the layer has units, and as many columns as it has inputs."""
    for (d1, d2), _ in SIZES:
        shapes = parameter_shapes(d1, d2)
        for name, expected in (("W0", (d1, PIXELS)), ("W1", (d2, d1)), ("W2", (CLASSES, d2))):
            hint = f"{name}, with {d1} and {d2} hidden units: W x has one element for each unit"
            assert tuple(np.ravel(shapes[name])) == expected, hint


@question("c2", points=0.25, probes={"parameter_shapes": SIZES})
def test_vectors_are_as_long_as_their_layer(parameter_shapes):
    """b0, b1 and b2 have one element for each unit of their layer."""
    for (d1, d2), _ in SIZES:
        shapes = parameter_shapes(d1, d2)
        for name, units in (("b0", d1), ("b1", d2), ("b2", CLASSES)):
            hint = f"{name}, with {d1} and {d2} hidden units: what is it added to?"
            assert tuple(np.ravel(shapes[name])) in ((units,), (units, 1)), hint


@question("c2", points=0.2, probes={"parameter_count": SIZES})
def test_parameters_are_counted(parameter_count):
    """`parameter_count` adds up the elements of all six."""
    for (d1, d2), _ in SIZES:
        expected = (PIXELS + 1) * d1 + (d1 + 1) * d2 + (d2 + 1) * CLASSES
        assert number(parameter_count(d1, d2)) == expected, f"try it with {d1} and {d2} hidden units"


@question("c3", points=0.15)
def test_network_is_compiled_alike(network, lab):
    """The network has the loss, the optimizer, the learning rate and the metric of the classifier."""
    assert_loss(lab, network, "classes")
    assert_compiled(lab, network, optimizer="RMSprop")
    assert is_close(lab.compile_facts(network).learning_rate or 0, RATE, share=1e-3), "look at its rate"


@question("c3", points=0.25)
def test_network_was_trained_alike(network_history, lab):
    """The network was trained for 50 epochs in batches of 128, with validation data."""
    assert_fitted(network_history, epochs=EPOCHS, rows=fitted_rows(lab), batch_size=BATCH, validated=True)


@question("c3", points=0.4, hidden={"network": "mnist"})
def test_network_reads_new_digits(network, lab):
    """The trained network reads digits that it has never seen."""
    assert lab.reaches(network), "it learned too little: how did loss and accuracy develop?"


@question("c4", points=0.3)
def test_accuracy_of_the_network_is_drawn(network_history, lab):
    """Training and validation accuracy of the network are drawn by epoch."""
    assert_accuracies_drawn(lab, "c4", network_history)


@question("c4", points=0.1)
def test_curves_of_the_network_are_labelled(lab):
    """Axes have labels, and a legend tells the lines apart."""
    assert_lines_labelled(lab, "c4")


@question("c5", points=0.2)
def test_network_results_are_of_the_test_set(network_results, network_history, lab):
    """`network_results` holds loss and accuracy on the test set."""
    assert_test_results(network_results, network_history, lab)


@question("c5", points=0.15)
def test_accuracies_of_the_network_are_collected(network_accuracies, network_history, network_results):
    """`network_accuracies` holds the accuracies on training, validation and test set."""
    assert_three_accuracies(network_accuracies, network_history, network_results)


@question("c5", points=0.15)
def test_gain_is_on_the_test_set(gain, network_accuracies, softmax_accuracies):
    """`gain` is the difference of the two test accuracies."""
    difference = number(network_accuracies["test"]) - number(softmax_accuracies["test"])
    assert is_close(number(gain), difference, within=1e-6), (
        "network minus softmax classifier, on the test set"
    )


@question("c6", points=0.3)
def test_test_digits_are_read(predicted_digits, lab):
    """`predicted_digits` has one digit for each test image, most of them right."""
    share = right_places(lab, predicted_digits, lab.data.mnist.labels("test")).mean()
    assert share >= 0.5, (
        "hardly better than guessing: along which axis is the largest probability looked for?"
    )
