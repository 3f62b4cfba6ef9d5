"""The checks of mnist_one_layer: a network with one hidden layer, saved, loaded and judged.

What follows from the network's predictions (errors, the confusion matrix) is compared with the predictions that the notebook
kept, so a weak network costs its own points and no others.
"""

from types import SimpleNamespace

import numpy as np

from deepgrade.checks import (
    accuracy_in,
    assert_classes_compete,
    assert_compiled,
    assert_dropout,
    assert_fitted,
    assert_hidden_layers,
    assert_labelled,
    assert_loss,
    assert_one_hot,
    axes_with,
    batches,
    curve,
    draws,
    input_size,
    is_close,
    kinds,
    number,
    numbers,
    right_places,
    right_share,
)
from deepgrade.lab import question, visible

PIXELS, CLASSES, BATCH, EPOCHS, DRAWN = 28 * 28, 10, 128, 10, 12
NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def truth_of(lab):
    """Return the digits of the test images."""
    return lab.data.mnist.labels("test").astype(int)


def fitted_rows(lab):
    """Return how many training images are left when a fifth is set apart."""
    return round(lab.data.mnist.train_size * 0.8)


def loaded(lab, curves):
    """Return a loaded history, a dictionary or a data frame, as one that `curve` takes."""
    names = getattr(curves, "columns", curves)
    return SimpleNamespace(history={name: numbers(lab, curves[name], name).tolist() for name in names})


def assert_both_drawn(lab, history, measure):
    """Assert that a measure on training and on validation images is among the lines of c4."""
    for name in (measure, f"val_{measure}"):
        values, drawn = curve(history, name), axes_with(lab, "c4", lines=1)
        hint = f"draw two lines for the {measure}: training and validation, epoch by epoch"
        assert any(draws(axes, values) for axes in drawn), hint


def same_pixels(lab, images, before):
    """Return whether stored rows of prepared images are the loaded ones, whatever factor they were scaled by."""
    known = lab.row_indices(before)
    both, here, there = np.intersect1d(lab.row_indices(images), known, return_indices=True)
    assert len(both), "no image to compare"
    pair = (np.asarray(lab.rows(images))[here], np.asarray(lab.rows(before))[there])
    new, old = (rows.reshape(len(both), -1) / max(float(rows.max()), 1e-9) for rows in pair)
    return new.shape == old.shape and np.allclose(new, old, atol=1e-2)


# Part A: the data


@question("a1", points=0.1)
@visible
def test_pixels_of_an_image_are_counted(img_rows, img_cols, num_pixels):
    """`num_pixels` counts the pixels of one image."""
    assert num_pixels == img_rows * img_cols, "an image has rows and columns of pixels"


@question("a1", points=0.2)
def test_mnist_is_complete(train_images, g_train, test_images, g_test, lab):
    """All training and test images are loaded, with their own digits."""
    for images, labels, split in ((train_images, g_train, "train"), (test_images, g_test, "test")):
        truth = lab.data.mnist.labels(split)
        assert len(images) == len(truth), f"the {split} set has another number of images"
        assert right_share(lab, labels, truth) == 1, f"the {split} labels are not those of the images"


@question("a1", points=0.2)
def test_data_are_described(num_train_images, num_test_images, img_rows, img_cols, num_classes, lab):
    """The numbers of images, rows, columns and classes are those of the data."""
    images = (lab.data.mnist.train_size, lab.data.mnist.test_size)
    assert (number(num_train_images), number(num_test_images)) == images, "count the images of both sets"
    assert (number(img_rows), number(img_cols)) == (28, 28), "which axes are rows and columns?"
    assert number(num_classes) == CLASSES, "how many different digits are among the labels?"


@question("a2", points=0.1)
@visible
def test_images_have_a_channel_axis(x_train, x_test):
    """Training and test images have four axes, the last of length 1."""
    assert x_train.ndim == 4 and x_test.ndim == 4, "images x rows x columns x channels are four axes"
    assert x_train.shape[-1] == 1 and x_test.shape[-1] == 1, "grey images have one channel"


@question("a2", points=0.2)
def test_pixels_are_scaled(x_train, x_test):
    """Pixel values fill the interval from 0 to 1."""
    for images, what in ((x_train, "training"), (x_test, "test")):
        right = images.min() >= 0 and 0.9 < images.max() <= 1
        assert right, f"divide the {what} images by the largest pixel value, once"


@question("a2", points=0.3)
def test_pixels_stay_where_they_are(x_train, x_test, train_images, test_images, lab):
    """`x_train` and `x_test` show the training and the test images, in order and pixel by pixel."""
    for images, before, what in ((x_train, train_images, "x_train"), (x_test, test_images, "x_test")):
        assert len(images) == len(before), f"{what} has another number of images"
        assert same_pixels(lab, images, before), f"{what} shows other images, or its pixels are shuffled"


@question("a3", points=0.1)
@visible
def test_labels_have_ten_columns(y_train, y_test):
    """Training and test labels have one column for each class."""
    hint = "labels are still integers: one-hot gives one column for each class"
    assert y_train.ndim == 2 and y_train.shape[1] == 10, hint
    assert y_test.ndim == 2 and y_test.shape[1] == 10, hint


@question("a3", points=0.4)
def test_labels_are_one_hot(y_train, y_test, lab):
    """Each label is a 1 in the column of its digit and 0 elsewhere."""
    for labels, split in ((y_train, "train"), (y_test, "test")):
        assert_one_hot(lab, labels, lab.data.mnist.labels(split), CLASSES, f"{split} labels")


@question("a4", points=0.1)
@visible
def test_ten_classes_have_names(class_names):
    """There are ten names, and that of class 3 is `class_names[3]`."""
    names = list(class_names.values() if isinstance(class_names, dict) else class_names)
    assert len(names) == 10, "one name for each class"
    assert str(names[3]).lower() == "three", "names stand in the order of the classes, from zero"


@question("a4", points=0.2)
def test_twelve_images_are_drawn(lab):
    """Twelve images are drawn, each in a place of its own."""
    assert len(axes_with(lab, "a4", images=1)) >= DRAWN, "fewer than twelve images are shown"


@question("a4", points=0.3)
def test_images_bear_the_names_of_their_classes(lab):
    """Each image drawn has the name of its class as its title."""
    titles = [f"{axes.title} {axes.xlabel}".lower().split() for axes in axes_with(lab, "a4", images=1)]
    assert titles, "there is no image among the outputs of this question"
    names = [NAMES[digit] for digit in lab.data.mnist.labels("train")[:DRAWN]]
    named = all(name in title for name, title in zip(names, titles, strict=False))
    assert named, "the titles should be the names, in words, of the first training images' classes"


# Part B: the network


@question("b1", points=0.1)
@visible
def test_model_takes_images(model):
    """The model takes images of 28 x 28 and gives one score for each class."""
    assert tuple(model.input_shape[1:3]) == (28, 28), "the input is one image as it stands in x_train"
    assert model.output_shape[-1] == 10, "one output for each class"


@question("b1", points=0.15)
def test_images_are_flattened_inside(model, lab):
    """A layer of the model flattens the image before the first dense layer."""
    found = kinds(lab, model)
    assert "Dense" in found and input_size(model) == PIXELS, "the input is one image"
    before = found[: found.index("Dense")]
    hint = "flatten inside the model, before the first dense layer: that works on the last axis only"
    assert "Flatten" in before or "Reshape" in before, hint


@question("b1", points=0.2)
def test_one_hidden_layer_of_256_relu_units(model, lab):
    """One hidden layer of 256 units with ReLU stands before the output layer."""
    assert_hidden_layers(lab, model, [256])


@question("b1", points=0.15)
def test_dropout_stands_before_the_output(model, lab):
    """Dropout with rate 0.5 stands between the hidden layer and the output layer."""
    assert_dropout(lab, model, [0.5])


@question("b1", points=0.1)
def test_output_layer_gives_competing_scores(model, lab):
    """The output layer's ten scores are probabilities of classes that exclude one another."""
    assert_classes_compete(lab, model, CLASSES)


@question("b1", points=0.1)
def test_model_has_the_right_number_of_parameters(model):
    """The model has as many parameters as its layers give when worked out by hand."""
    assert model.count_params() == 203_530, "count weights and biases layer by layer"


@question("b2", points=0.2)
def test_parameters_of_the_hidden_layer(hidden_params):
    """`hidden_params` counts weights and biases of the layer of 256 units."""
    assert number(hidden_params) == (PIXELS + 1) * 256, "each unit has a weight for each input, and a bias"


@question("b2", points=0.2)
def test_parameters_of_the_output_layer(output_params):
    """`output_params` counts weights and biases of the last layer."""
    assert number(output_params) == (256 + 1) * CLASSES, "its inputs are the 256 values of the hidden layer"


@question("b2", points=0.2)
def test_total_is_the_sum_of_the_layers(total_params, hidden_params, output_params):
    """`total_params` adds up the layers; flattening and dropout have no parameters."""
    total = number(hidden_params) + number(output_params)
    assert number(total_params) == total, "which layers have something to learn?"


@question("b3", points=0.2)
def test_loss_suits_ten_classes(model, lab):
    """The loss is the cross-entropy of classes and fits what the output layer gives."""
    assert_loss(lab, model, "classes")


@question("b3", points=0.2)
def test_sgd_and_accuracy_are_chosen(model, lab):
    """The optimizer is SGD with learning rate 0.03, and accuracy is watched."""
    assert_compiled(lab, model, optimizer="SGD")
    assert is_close(lab.compile_facts(model).learning_rate or 0, 0.03), "look at the learning rate"


# Part C: training


@question("c1", points=0.1)
@visible
def test_validation_is_recorded(history):
    """The history has a validation loss for each epoch."""
    assert "val_loss" in history.history, "fit has an argument for setting images apart"


@question("c1", points=0.2)
def test_model_was_trained_for_ten_epochs(history):
    """The model went through its training images ten times."""
    assert_fitted(history, epochs=EPOCHS)


@question("c1", points=0.2)
def test_a_fifth_was_set_apart(history, lab):
    """An epoch has as many batches of 128 as four fifths of the training images make."""
    assert_fitted(history, rows=fitted_rows(lab), batch_size=BATCH)


@question("c1", points=0.4, hidden={"model": "mnist"})
def test_model_reads_new_digits(model, lab):
    """The trained model reads digits that it has never seen."""
    assert lab.reaches(model), "it learned too little: how did the loss develop?"


@question("c2", points=0.2)
def test_fitted_images_are_counted(fitted_images, lab):
    """`fitted_images` counts the images that are trained on."""
    assert abs(number(fitted_images) - fitted_rows(lab)) <= 1, "20 % of the images are set apart"


@question("c2", points=0.2)
def test_steps_are_the_batches_of_an_epoch(steps_per_epoch, lab):
    """`steps_per_epoch` counts the batches of 128 in an epoch, the last, smaller one included."""
    expected = batches(fitted_rows(lab), BATCH)
    assert number(steps_per_epoch) == expected, "how many batches do the images make, and what of the rest?"


@question("c2", points=0.2)
def test_updates_are_counted_over_all_epochs(updates, steps_per_epoch):
    """`updates` counts how often the weights were changed in ten epochs."""
    expected = EPOCHS * number(steps_per_epoch)
    assert number(updates) == expected, "the weights change after each batch of each epoch"


@question("c3", points=0.1)
@visible
def test_loaded_history_has_all_epochs(reloaded_history, history):
    """The loaded history has one loss for each epoch."""
    assert len(reloaded_history["loss"]) == len(history.epoch), "save the dictionary history.history"


@question("c3", points=0.2)
def test_history_survived(reloaded_history, history, lab):
    """The loaded history holds the figures of the training."""
    for measure, before in history.history.items():
        found = curve(loaded(lab, reloaded_history), measure)
        same = len(found) == len(before) and np.allclose(found, before, rtol=1e-3)
        assert same, f"{measure} is not as it was before saving"


@question("c3", points=0.2)
def test_model_file_was_written(model_bytes, model):
    """The model's file is at least as large as its parameters make it."""
    parameters = model.count_params()
    hint = "this is not the size in bytes of a file that holds all parameters"
    assert 3.5 * parameters <= number(model_bytes) <= 40 * parameters, hint


@question("c3", points=0.3, hidden={"reloaded": "mnist", "model": "mnist"})
def test_loaded_model_is_the_trained_one(reloaded, model, lab):
    """The loaded model has the layers of the trained one and predicts the same for new digits."""
    assert kinds(lab, reloaded) == kinds(lab, model), "which model was saved, and which file was loaded?"
    same = np.allclose(lab.predictions(reloaded), lab.predictions(model), atol=1e-4)
    assert same, "its weights are others: save after training, and save the weights too"


@question("c4", points=0.2)
def test_losses_are_drawn(history, lab):
    """Training and validation loss are drawn by epoch."""
    assert_both_drawn(lab, history, "loss")


@question("c4", points=0.2)
def test_accuracies_are_drawn(history, lab):
    """Training and validation accuracy are drawn by epoch."""
    assert_both_drawn(lab, history, "accuracy")


@question("c4", points=0.1)
def test_curves_are_labelled(lab):
    """Axes have labels, and a legend tells the lines apart."""
    drawn = axes_with(lab, "c4", lines=1)
    assert drawn, "there are no curves among the outputs of this question"
    for axes in drawn:
        assert_labelled(axes)


# Part D: judging


@question("d1", points=0.2)
def test_probabilities_sum_to_one(probabilities, lab):
    """There are ten probabilities for each test image, which sum to 1."""
    assert probabilities.shape == (lab.data.mnist.test_size, CLASSES), (
        "one row a test image, one column a class"
    )
    rows = numbers(lab, probabilities)
    proper = rows.min() >= 0 and np.allclose(rows.sum(axis=1), 1, atol=1e-3)
    assert proper, "raw scores are no probabilities yet"


@question("d1", points=0.25)
def test_predicted_class_is_the_most_likely(probabilities, predicted_classes, lab):
    """The predicted class of an image is the one with the largest probability."""
    best = np.asarray(lab.rows(probabilities)).argmax(axis=-1)
    right = np.array_equal(numbers(lab, predicted_classes).reshape(-1), best)
    assert right, "one class for each image: along which axis is the largest probability looked for?"


@question("d1", points=0.25)
def test_predictions_are_of_the_test_images(predicted_classes, lab):
    """Most test images are read correctly."""
    share = right_places(lab, predicted_classes, truth_of(lab)).mean()
    assert share >= 0.5, "this is hardly better than guessing: which images, and which model?"


@question("d2", points=0.25)
def test_error_is_the_share_of_wrong_classes(error_by_hand, predicted_classes, lab):
    """`error_by_hand` is the share of test images whose predicted class is wrong."""
    wrong = 1 - right_places(lab, predicted_classes, truth_of(lab)).mean()
    assert is_close(number(error_by_hand), wrong, within=1e-6), "count the wrong ones, as a share of all"


@question("d2", points=0.15)
@visible
def test_error_and_accuracy_make_one(error_by_hand, accuracy_by_hand):
    """What is not wrong is right: both shares sum to 1."""
    assert abs(error_by_hand + accuracy_by_hand - 1) < 1e-6, "both are shares of the same test images"


@question("d2", points=0.3)
def test_evaluate_agrees(results, predicted_classes, probabilities, lab):
    """The accuracy in `results` is the one that the predictions for the test images have."""
    counted = accuracy_in(results) * lab.data.mnist.test_size
    assert abs(counted - round(counted)) < 0.01, "no whole number of test images: which set was evaluated?"
    likely = np.asarray(lab.rows(probabilities)).argmax(axis=-1)
    right = [right_places(lab, classes, truth_of(lab)).sum() for classes in (predicted_classes, likely)]
    assert any(abs(counted - each) <= 1.5 for each in right), "which images and labels were evaluated?"


@question("d3", points=0.5)
def test_confusion_counts_truth_by_prediction(confusion, predicted_classes, lab):
    """Row i and column j of `confusion` count the test images of digit i that were read as j."""
    table = np.asarray(confusion.to_numpy() if hasattr(confusion, "to_numpy") else lab.rows(confusion))
    found = numbers(lab, predicted_classes).reshape(-1).astype(int)
    expected = np.zeros((CLASSES, CLASSES))
    np.add.at(expected, (truth_of(lab), found), 1)
    assert table.shape == expected.shape, "one row for each true digit, one column for each prediction"
    assert not np.array_equal(table, expected.T), "rows are the truth, columns the predictions"
    assert np.array_equal(table, expected), "each test image adds 1 to one place"


@question("d3", points=0.2)
def test_confusion_is_drawn(lab):
    """The confusion matrix is drawn, with labels on both axes."""
    drawn = axes_with(lab, "d3", images=1)
    assert drawn, "there is no picture of the matrix among the outputs of this question"
    assert any(axes.xlabel.strip() and axes.ylabel.strip() for axes in drawn), "which axis is the truth?"


@question("d4", points=0.2)
def test_eights_read_as_twos_are_found(eights_as_twos, predicted_classes, lab):
    """`eights_as_twos` holds the places of the test images that show an 8 and were read as a 2."""
    truth, read = truth_of(lab), numbers(lab, predicted_classes).reshape(-1)
    found = np.sort(numbers(lab, eights_as_twos).reshape(-1))
    hint = "places are asked for, where the truth is 8 and the prediction 2"
    assert np.array_equal(found, np.flatnonzero((truth == 8) & (read == 2))), hint


@question("d4", points=0.2)
def test_first_of_them_is_shown(shown, predicted_classes, lab):
    """`shown` is the first of them, or the first mistake of all where there is none."""
    truth, read = truth_of(lab), numbers(lab, predicted_classes).reshape(-1)
    places = np.flatnonzero((truth == 8) & (read == 2))
    first = places[0] if len(places) else np.flatnonzero(truth != read)[0]
    assert number(shown) == first, "this is another image than asked for"


@question("d4", points=0.1)
def test_mistake_is_drawn(lab):
    """The image is drawn."""
    assert axes_with(lab, "d4", images=1), "there is no image among the outputs of this question"
