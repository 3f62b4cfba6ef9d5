"""The checks of islr_mnist: a network with two hidden layers, and logistic regression.

They ask what was reached, not how it was written: any spelling of a loss, softmax or logits, any number type, one-hot or
integer labels in the fit, a split by Keras or by hand.
"""

import numpy as np

from deepgrade.checks import (
    accuracy_in,
    assert_classes_compete,
    assert_compiled,
    assert_dropout,
    assert_fitted,
    assert_hidden_layers,
    assert_history_drawn,
    assert_labelled,
    assert_loss,
    assert_one_hot,
    assert_read_by,
    assert_rows_of_pixels,
    axes_with,
    batches,
    curve,
    dense_stack,
    draws,
    input_size,
    is_close,
    number,
    numbers,
    right_places,
    right_share,
)
from deepgrade.lab import question, visible

PIXELS, BATCH, HELD_OUT = 28 * 28, 128, 0.2


def rows_fitted(lab):
    """Return the number of training images less the validation fifth."""
    return round((1 - HELD_OUT) * lab.data.mnist.train_size)


def assert_share_of(lab, value, pred, what):
    """Assert that an accuracy is the share of right answers among the predictions."""
    share = right_places(lab, pred, lab.data.mnist.labels("test")).mean()
    hint = f"{what} is not the share of test images whose predicted class is the true digit"
    assert is_close(number(value, what), share, within=1e-6), hint


# Part A: the data


@question("a1", points=0.1)
@visible
def test_each_image_has_a_digit(x_train, g_train, x_test, g_test):
    """There is one digit for each training image and each test image."""
    hint = "what load_data() gives has another order"
    assert len(x_train) == len(g_train) and len(x_test) == len(g_test), hint


@question("a1", points=0.3)
def test_mnist_is_complete(x_train, g_train, x_test, g_test, lab):
    """All training and test images are loaded, with their own digits."""
    for images, digits, split in ((x_train, g_train, "train"), (x_test, g_test, "test")):
        truth = lab.data.mnist.labels(split)
        assert np.prod(images.shape) == len(truth) * PIXELS, f"the {split} set has another number of images"
        assert right_share(lab, digits, truth) == 1, f"the {split} digits are not those of the images"


@question("a2", points=0.3)
def test_digits_are_drawn_with_their_names(lab):
    """The first 25 training images are drawn, each with its digit as title."""
    drawn = axes_with(lab, "a2", images=1)
    assert sum(axes.images for axes in drawn) >= 25, "there are fewer than 25 images in the figure"
    truth = lab.data.mnist.labels("train")
    named = [str(digit) in axes.title for axes, digit in zip(drawn, truth[:25], strict=False)]
    assert len(named) == 25 and all(named), "the titles are not the digits of the first 25 training images"


@question("a2", points=0.1)
@visible
def test_there_are_ten_counts(digit_counts):
    """`digit_counts` has one number for each of the ten digits."""
    assert len(digit_counts) == 10, "one count for each digit, ten in all"


@question("a2", points=0.2)
def test_digits_are_counted(digit_counts, lab):
    """`digit_counts` says how often each digit occurs among the training images."""
    found = numbers(lab, digit_counts, "digit_counts").reshape(-1)
    expected = np.bincount(lab.data.mnist.labels("train"), minlength=10)
    assert found.sum() == expected.sum(), "the counts do not add up to the number of training images"
    assert np.array_equal(found, expected), "the digit 0 comes first and the digit 9 last"


@question("a3", points=0.2)
@visible
def test_images_are_rows_of_small_numbers(x_train, x_test):
    """Training and test images are rows of values that are at most 1."""
    assert x_train.ndim == 2 and x_test.ndim == 2, "each image becomes one row"
    assert x_train.max() <= 1, "training pixels still go beyond 1"
    assert x_test.max() <= 1, "test pixels still go beyond 1"


@question("a3", points=0.25)
def test_training_images_are_rows_of_pixels(x_train, lab):
    """Each training image is one row with its 784 pixels, which fill the interval from 0 to 1."""
    assert_rows_of_pixels(lab, x_train, lab.data.mnist.train_size)


@question("a3", points=0.25)
def test_test_images_are_rows_of_pixels(x_test, lab):
    """Each test image is one row with its 784 pixels, which fill the interval from 0 to 1."""
    assert_rows_of_pixels(lab, x_test, lab.data.mnist.test_size)


@question("a4", points=0.1)
@visible
def test_labels_have_ten_columns(y_train, y_test):
    """One-hot labels have one column for each digit."""
    assert y_train.ndim == 2 and y_train.shape[1] == 10, "training labels are not one-hot yet"
    assert y_test.ndim == 2 and y_test.shape[1] == 10, "test labels are not one-hot yet"


@question("a4", points=0.3)
def test_labels_are_one_hot(y_train, y_test, lab):
    """Each label is a 1 in the column of its digit and 0 elsewhere."""
    for labels, split in ((y_train, "train"), (y_test, "test")):
        assert_one_hot(lab, labels, lab.data.mnist.labels(split), 10, f"{split} labels")


@question("a4", points=0.1)
def test_digits_themselves_are_kept(g_train, g_test, lab):
    """`g_train` and `g_test` are still the digits."""
    for digits, split in ((g_train, "train"), (g_test, "test")):
        truth = lab.data.mnist.labels(split)
        hint = "g_train and g_test hold something else by now; y_train and y_test are for the one-hot labels"
        assert np.prod(digits.shape) == len(truth) and right_share(lab, digits, truth) == 1, hint


# Part B: the network


@question("b1", points=0.1)
@visible
def test_network_goes_from_pixels_to_digits(modelnn):
    """The network takes 28 * 28 values and gives one score for each of ten digits."""
    assert modelnn.input_shape[-1] in (28 * 28, 28, 1), "state the input: all pixels of one image"
    assert modelnn.output_shape[-1] == 10, "there is one output for each digit"


@question("b1", points=0.25)
def test_two_hidden_layers_with_relu(modelnn, lab):
    """Two hidden layers of 256 and 128 units with ReLU stand before the output layer."""
    assert_hidden_layers(lab, modelnn, [256, 128])


@question("b1", points=0.25)
def test_dropout_follows_each_hidden_layer(modelnn, lab):
    """Dropout of 0.4 follows the first hidden layer, and of 0.3 the second."""
    assert_dropout(lab, modelnn, [0.4, 0.3])


@question("b1", points=0.1)
def test_network_scores_compete(modelnn, lab):
    """The network's ten scores are probabilities of classes that exclude one another."""
    assert_classes_compete(lab, modelnn, 10)


@question("b1", points=0.1)
def test_network_has_the_right_number_of_parameters(modelnn):
    """The network has 235,146 parameters."""
    assert input_size(modelnn) == PIXELS, "the network takes all pixels of one image"
    assert modelnn.count_params() == 235_146, "count weights and biases layer by layer"


@question("b2", points=0.2)
def test_network_loss_suits_ten_classes(modelnn, lab):
    """The loss is the cross-entropy of ten classes and fits what the output layer gives."""
    assert_loss(lab, modelnn, "classes")


@question("b2", points=0.2)
def test_rmsprop_and_accuracy_are_chosen(modelnn, lab):
    """The optimizer is RMSprop, and accuracy is among the metrics."""
    assert_compiled(lab, modelnn, optimizer="RMSprop")


@question("b3", points=0.1)
@visible
def test_validation_is_recorded(history):
    """The history has a validation loss for each epoch."""
    assert "val_loss" in history.history, "fit has an argument for the share of validation data"


@question("b3", points=0.2)
def test_network_was_trained_for_15_epochs(history):
    """The network went through its training images 15 times."""
    assert_fitted(history, epochs=15)


@question("b3", points=0.3)
def test_a_fifth_was_held_out(history, lab):
    """An epoch has as many batches of 128 as four fifths of the training images make."""
    assert_fitted(history, rows=rows_fitted(lab), batch_size=BATCH, validated=True)


@question("b3", points=0.4, hidden={"modelnn": "mnist"})
def test_network_reads_new_digits(modelnn, lab):
    """The trained network reads digits that it has never seen."""
    assert lab.reaches(modelnn), "it learned too little: how did the loss develop?"


@question("b4", points=0.2)
def test_steps_of_an_epoch_are_counted(steps_per_epoch, lab):
    """`steps_per_epoch` is the number of batches that the images trained on make."""
    found, rows = number(steps_per_epoch, "steps_per_epoch"), rows_fitted(lab)
    assert found != batches(lab.data.mnist.train_size, BATCH), "validation images are not trained on"
    assert found != rows // BATCH or not rows % BATCH, "a batch that is not full still makes a step"
    assert found == batches(rows, BATCH), "images trained on, divided by the images in a batch"


@question("b4", points=0.1)
def test_steps_of_all_epochs_are_counted(steps_per_epoch, steps_in_all):
    """`steps_in_all` is the number of steps in 15 epochs."""
    hint = "each of the 15 epochs takes as many steps"
    assert number(steps_in_all, "steps_in_all") == 15 * number(steps_per_epoch, "steps_per_epoch"), hint


@question("b5", points=0.1)
@visible
def test_table_has_four_measures(history_table):
    """`history_table` has a column for each of the four measures."""
    assert len(history_table.shape) == 2, "a table with one row an epoch and one column a measure"
    assert hasattr(history_table, "columns"), "a data frame has columns with names"
    columns = [str(name) for name in history_table.columns]
    assert sum("loss" in name for name in columns) >= 2, "the two losses are not both among the columns"
    assert sum("acc" in name for name in columns) >= 2, "the two accuracies are not both among the columns"


@question("b5", points=0.25)
def test_table_is_the_history(history_table, history):
    """`history_table` has one row an epoch, with the numbers of the history."""
    assert hasattr(history_table, "columns"), "a data frame has columns with names"
    columns = [np.asarray(history_table[name], dtype=float) for name in history_table.columns]
    for measure in ("loss", "accuracy", "val_loss", "val_accuracy"):
        expected = curve(history, measure)
        assert history_table.shape[0] == len(expected), "the table has one row for each epoch"
        found = [np.allclose(column, expected, rtol=1e-3) for column in columns]
        assert any(found), f"no column holds the {measure} of the history"


@question("b5", points=0.35)
def test_history_is_drawn(history, lab):
    """Losses and accuracies of training and validation are drawn against the epoch, in plots that say so."""
    for measure in ("loss", "accuracy"):
        assert_history_drawn(lab, "b5", history, measure, f"val_{measure}")


@question(
    "b7",
    points=0.3,
    probes={"accuracy": [([[7, 2, 1, 0], [7, 2, 1, 9]], {}), ([[4, 4], [9, 9]], {}), ([[3, 5], [3, 5]], {})]},
)
def test_accuracy_is_the_share_of_agreement(accuracy):
    """`accuracy` returns the share of places at which predicted and true classes agree."""
    hint = "try it on [7, 2, 1, 0] and [7, 2, 1, 9]: at how many of four places do they agree?"
    assert is_close(number(accuracy([7, 2, 1, 0], [7, 2, 1, 9]), "what accuracy returns"), 0.75), hint
    assert number(accuracy([4, 4], [9, 9]), "what accuracy returns") == 0, "no place agrees: the share is 0"
    assert is_close(number(accuracy([3, 5], [3, 5]), "what accuracy returns"), 1), "all places agree"


@question("b7", points=0.3, probes={"accuracy": [([[[1], [2], [3], [4]], [1, 2, 3, 9]], {})]})
def test_accuracy_takes_columns(accuracy):
    """`accuracy` gives the same for a column of predictions as for a row."""
    found = number(accuracy([[1], [2], [3], [4]], [1, 2, 3, 9]), "what accuracy returns")
    assert is_close(found, 0.75), "a column against a row: flatten both before you compare"


@question("b8", points=0.1)
@visible
def test_predictions_are_digits(pred_nn):
    """`pred_nn` holds digits, not probabilities."""
    assert len(getattr(pred_nn, "shape", (0,))) == 1, "choose one digit for each image, not ten scores"
    assert all(pred_nn[place] in range(10) for place in range(10)), "digits are whole numbers from 0 to 9"


@question("b8", points=0.25, hidden={"modelnn": "mnist"})
def test_network_reads_the_test_images(pred_nn, modelnn, lab):
    """`pred_nn` are the classes that the network holds most likely, one for each test image."""
    assert_read_by(lab, modelnn, pred_nn, lab.data.mnist.labels("test"), "pred_nn")


@question("b8", points=0.15)
def test_network_accuracy_is_computed(acc_nn, pred_nn, lab):
    """`acc_nn` is the share of test images that `pred_nn` reads rightly."""
    assert_share_of(lab, acc_nn, pred_nn, "acc_nn")


@question("b9", points=0.3)
def test_evaluation_agrees(results_nn, pred_nn, lab):
    """`evaluate` gives the same accuracy as counting."""
    share = right_places(lab, pred_nn, lab.data.mnist.labels("test"), "pred_nn").mean()
    hint = "evaluate and your own count do not agree: which images, which labels, which model?"
    assert is_close(accuracy_in(results_nn), share, within=1.5 / lab.data.mnist.test_size), hint


# Part C: logistic regression


@question("c1", points=0.2)
def test_regression_has_no_hidden_layer(modellr, lab):
    """The pixels go straight into the ten scores."""
    assert len(dense_stack(lab, modellr)) == 1, "there is one dense layer, and no hidden one"


@question("c1", points=0.15)
def test_regression_scores_compete(modellr, lab):
    """The ten scores of the regression are probabilities of classes that exclude one another."""
    assert_classes_compete(lab, modellr, 10)


@question("c1", points=0.15)
def test_regression_has_the_right_number_of_parameters(modellr):
    """The regression has one weight for each pixel and class, and one constant for each class."""
    assert modellr.count_params() == (PIXELS + 1) * 10, "a weight for each pixel and class, and ten constants"


@question("c2", points=0.2)
def test_regression_is_compiled_like_the_network(modellr, lab):
    """The regression has a cross-entropy of ten classes, RMSprop and accuracy."""
    assert_loss(lab, modellr, "classes")
    assert_compiled(lab, modellr, optimizer="RMSprop")


@question("c2", points=0.2)
def test_regression_was_fitted_as_asked(history_lr, lab):
    """The regression was fitted for 30 epochs in batches of 128, with a fifth of the images held out."""
    assert_fitted(history_lr, epochs=30, rows=rows_fitted(lab), batch_size=BATCH, validated=True)


@question("c2", points=0.3, hidden={"modellr": "mnist"})
def test_regression_reads_new_digits(modellr, lab):
    """The fitted regression reads digits that it has never seen."""
    assert lab.reaches(modellr), "it learned too little: how did the loss develop?"


@question("c3", points=0.25, hidden={"modellr": "mnist"})
def test_regression_reads_the_test_images(pred_lr, pred_nn, modellr, lab):
    """`pred_lr` are the classes that the regression holds most likely, one for each test image."""
    assert_read_by(lab, modellr, pred_lr, lab.data.mnist.labels("test"), "pred_lr")
    same = np.array_equal(numbers(lab, pred_lr).reshape(-1), numbers(lab, pred_nn).reshape(-1))
    assert not same, "these are the predictions of the network"


@question("c3", points=0.15)
def test_regression_accuracy_is_computed(acc_lr, pred_lr, lab):
    """`acc_lr` is the share of test images that `pred_lr` reads rightly."""
    assert_share_of(lab, acc_lr, pred_lr, "acc_lr")


@question("c4", points=0.3)
def test_models_are_compared_image_by_image(only_nn_right, only_lr_right, pred_nn, pred_lr, lab):
    """The two counts say how many test images only one of the models reads rightly."""
    truth = lab.data.mnist.labels("test")
    network = right_places(lab, pred_nn, truth, "pred_nn")
    regression = right_places(lab, pred_lr, truth, "pred_lr")
    found = (number(only_nn_right, "only_nn_right"), number(only_lr_right, "only_lr_right"))
    expected = (np.sum(network & ~regression), np.sum(regression & ~network))
    assert found != expected[::-1] or found == expected, "the two counts are the wrong way round"
    assert found == expected, "count images that one model reads rightly and the other does not"


@question("c4", points=0.3)
def test_validation_accuracies_are_drawn_together(history, history_lr, lab):
    """One plot shows the validation accuracies of both models against the epoch and says so."""
    curves = [curve(fit, "val_accuracy") for fit in (history, history_lr)]
    fitting = [
        axes for axes in axes_with(lab, "c4", lines=2) if all(draws(axes, values) for values in curves)
    ]
    assert fitting, "no plot shows the validation accuracies of both models as lines"
    assert_labelled(fitting[0])
