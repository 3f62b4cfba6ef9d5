"""The checks of keras_notes: what Keras prints, keeps and gives back.

They ask what was reached, not how it was written: any spelling of a loss, softmax or logits, any number type, labels as a
table or as its numbers, a split by Keras or by hand.
"""

import numpy as np

from deepgrade.checks import (
    assert_classes_compete,
    assert_compiled,
    assert_dropout,
    assert_fitted,
    assert_hidden_layers,
    assert_history_drawn,
    assert_loss,
    assert_read_by,
    assert_rows_of_pixels,
    axes_with,
    best_epoch,
    curve,
    is_close,
    number,
    numbers,
    right_share,
)
from deepgrade.lab import question, visible

PIXELS, BATCH, HELD_OUT, EPOCHS, PATIENCE = 28 * 28, 128, 0.2, 30, 3


def rows_fitted(lab):
    """Return the number of training images less the validation fifth."""
    return round((1 - HELD_OUT) * lab.data.mnist.train_size)


def assert_is_the_network(lab, model):
    """Assert 256, dropout 0.4, 128, dropout 0.3, 10, with ReLU in the hidden layers."""
    assert_hidden_layers(lab, model, [256, 128])
    assert_dropout(lab, model, [0.4, 0.3])


def assert_table(table, truth, what):
    """Assert one row an image, with a 1 in the column of its digit and 0 elsewhere."""
    assert hasattr(table, "columns"), f"{what} is no data frame yet"
    assert table.shape == (len(truth), 10), f"{what} has one row an image and one column a digit"
    values = np.asarray(table.to_numpy(), dtype=float)
    assert np.array_equal(values.sum(axis=1), np.ones(len(truth))), (
        f"some rows of {what} have not exactly one 1"
    )
    assert np.array_equal(values, np.eye(10)[truth]), f"some rows of {what} have the 1 in another column"


def assert_params(found, inputs, units, what):
    """Assert the number of parameters of a dense layer."""
    value = number(found, what)
    assert value != inputs * units, "each unit has an intercept besides its weights"
    assert value == (inputs + 1) * units, (
        f"{what}: what does a unit of this layer get, and how many units are there?"
    )


# Part A: the data


@question("k1", points=0.1)
@visible
def test_each_image_has_a_digit(x_train, y_train, x_test, y_test):
    """There is one digit for each training image and each test image."""
    hint = "what load_data() returns is nested in another way"
    assert len(x_train) == len(y_train) and len(x_test) == len(y_test), hint


@question("k1", points=0.3)
def test_mnist_is_complete(x_train, y_train, x_test, y_test, lab):
    """All training and test images are loaded, with their own digits."""
    for images, digits, split in ((x_train, y_train, "train"), (x_test, y_test, "test")):
        truth = lab.data.mnist.labels(split)
        assert np.prod(images.shape) == len(truth) * PIXELS, f"the {split} set has another number of images"
        assert right_share(lab, digits, truth) == 1, f"the {split} digits are not those of the images"


@question("k2", points=0.2)
@visible
def test_images_are_rows_of_small_numbers(x_train, x_test):
    """Training and test images are rows of values that are at most 1."""
    assert x_train.ndim == 2 and x_test.ndim == 2, "each image becomes one row"
    assert x_train.max() <= 1, "training pixels still go beyond 1"
    assert x_test.max() <= 1, "test pixels still go beyond 1"


@question("k2", points=0.3)
def test_images_are_flat_and_scaled(x_train, x_test, lab):
    """Training and test images are one row of 784 values each, which fill the interval from 0 to 1."""
    for images, rows in ((x_train, lab.data.mnist.train_size), (x_test, lab.data.mnist.test_size)):
        assert_rows_of_pixels(lab, images, rows)


@question("k3", points=0.1)
@visible
def test_label_columns_have_names(y_train, y_test):
    """Both label tables have ten columns named after the digits 0 to 9, in this order."""
    for table in (y_train, y_test):
        assert hasattr(table, "columns"), "the labels are no data frame yet, so their columns have no names"
        assert [str(name) for name in table.columns] == list("0123456789"), "columns are named 0 to 9"


@question("k3", points=0.4)
def test_training_table_is_one_hot(y_train, lab):
    """Each training label is a 1 in the column of its digit and 0 elsewhere."""
    assert_table(y_train, lab.data.mnist.labels("train"), "y_train")


@question("k3", points=0.3)
def test_test_table_is_one_hot(y_test, lab):
    """Each test label is a 1 in the column of its digit and 0 elsewhere."""
    assert_table(y_test, lab.data.mnist.labels("test"), "y_test")


@question("k4", points=0.3)
def test_digits_are_read_off_the_table(first_five, lab):
    """`first_five` are the digits of the first five training images."""
    try:
        found = [int(name) for name in lab.rows(first_five)]
    except (TypeError, ValueError):
        found = None
    assert found is not None and len(found) == 5, "five digits, one for each of the first five rows"
    hint = "the name of the column in which a row has its 1 is its digit"
    assert found == lab.data.mnist.labels("train")[:5].tolist(), hint


# Part B: the model


@question("k5", points=0.1)
@visible
def test_model_goes_from_pixels_to_digits(model):
    """The model takes all pixels of an image and gives one score for each of ten digits."""
    assert model.input_shape[-1] in (28 * 28, 28, 1), "state the input: all pixels of one image"
    assert model.output_shape[-1] == 10, "there is one output for each digit"


@question("k5", points=0.3)
def test_model_has_the_layers_asked_for(model, lab):
    """Dense layers of 256, 128 and 10 units, with dropout of 0.4 and 0.3 between them."""
    assert_is_the_network(lab, model)


@question("k5", points=0.2)
def test_model_gives_ten_probabilities(model, lab):
    """The ten scores are probabilities of classes that exclude one another, out of 235,146 parameters."""
    assert_classes_compete(lab, model, 10)
    assert model.count_params() == 235_146, "count weights and intercepts layer by layer"


@question("k6", points=0.2)
def test_parameters_of_the_first_layer(params_1):
    """`params_1` is the number of parameters of the layer of 256 units."""
    assert_params(params_1, PIXELS, 256, "params_1")


@question("k6", points=0.2)
def test_parameters_of_the_second_layer(params_2):
    """`params_2` is the number of parameters of the layer of 128 units."""
    assert_params(params_2, 256, 128, "params_2")


@question("k6", points=0.15)
def test_parameters_of_the_output_layer(params_3):
    """`params_3` is the number of parameters of the layer of ten units."""
    assert_params(params_3, 128, 10, "params_3")


@question("k6", points=0.1)
def test_parameters_of_dropout(params_dropout):
    """`params_dropout` is the number of parameters of a dropout layer."""
    assert number(params_dropout, "params_dropout") == 0, "what of a dropout layer does training change?"


@question("k6", points=0.15)
def test_parameters_of_the_model(params_total):
    """`params_total` is the number of parameters of the whole model."""
    assert number(params_total, "params_total") == 235_146, "add up the layers; the summary says the sum too"


@question("k7", points=0.3)
def test_first_axis_is_the_number_of_images(shape_of_one, shape_of_five):
    """One image gives one row of ten scores, and five images give five."""
    for shape, rows in ((shape_of_one, 1), (shape_of_five, 5)):
        found = [int(side) for side in shape] if isinstance(shape, list | tuple) else None
        assert found is not None, "keep the shape of what comes out: its .shape"
        assert found == [rows, 10], "one row of scores for each image that goes in, one column for each digit"


@question("k9", points=0.2)
def test_loss_suits_ten_classes(model, lab):
    """The loss is the cross-entropy of ten classes and fits what the output layer gives."""
    assert_loss(lab, model, "classes")


@question("k9", points=0.2)
def test_rmsprop_and_accuracy_are_chosen(model, lab):
    """The optimizer is RMSprop, and accuracy is among the metrics."""
    assert_compiled(lab, model, optimizer="RMSprop")


@question("k10", points=0.2)
def test_device_is_named(device_kind, lab):
    """`device_kind` says what Keras computes on."""
    hint = "the text 'gpu' or 'cpu', from the list of devices that Keras sees"
    assert isinstance(device_kind, str) and device_kind.lower() in ("gpu", "cpu"), hint
    seen = "gpu" if lab.devices.facts.get("gpus") else "cpu"
    assert device_kind.lower() == seen, "Keras sees another kind of device: compute the answer from its list"


@question("k10", points=0.2)
def test_training_could_use_the_gpu(lab):
    """A model was trained, and the notebook left the GPU within reach of it."""
    hint = {"hidden": "the notebook hides the GPU from Keras", "untrained": "no model was trained"}
    outcome = lab.devices.assess()
    assert outcome == "used", hint.get(outcome, "Keras did not find the GPU that was there")


# Part C: training


@question("k11", points=0.1)
@visible
def test_validation_is_recorded(history):
    """The history has a validation loss for each epoch."""
    assert "val_loss" in history.history, "fit has an argument for the share of validation data"


@question("k11", points=0.2)
def test_model_was_trained_for_30_epochs(history):
    """The model went through its training images 30 times."""
    assert_fitted(history, epochs=EPOCHS)


@question("k11", points=0.2)
def test_a_fifth_was_held_out(history, lab):
    """An epoch has as many batches of 128 as four fifths of the training images make."""
    assert_fitted(history, rows=rows_fitted(lab), batch_size=BATCH, validated=True)


@question("k11", points=0.3, hidden={"model": "mnist"})
def test_model_reads_new_digits(model, lab):
    """The trained model reads digits that it has never seen."""
    assert lab.reaches(model), "it learned too little: how did the loss develop?"


@question("k12", points=0.3)
def test_losses_are_drawn(history, lab):
    """A plot shows training and validation loss against the epoch, and says so."""
    assert_history_drawn(lab, "k12", history, "loss", "val_loss")


@question("k12", points=0.3)
def test_accuracies_are_drawn(history, lab):
    """A plot shows training and validation accuracy against the epoch, and says so."""
    assert_history_drawn(lab, "k12", history, "accuracy", "val_accuracy")


@question("k13", points=0.3)
def test_validation_rows_are_evaluated(val_loss_now, history):
    """`val_loss_now` is what the history says of the model as it is."""
    found = number(val_loss_now, "val_loss_now")
    hint = "which rows did fit set apart, and did they keep their own labels? Keep the loss, not the accuracy"
    assert is_close(found, curve(history, "val_loss")[-1], share=5e-3), hint


@question("k13", points=0.25)
def test_epoch_of_the_kept_weights_is_found(epoch_kept, val_loss_now, history):
    """`epoch_kept` is the epoch whose weights the model has."""
    losses = np.asarray(curve(history, "val_loss"))
    nearest = int(np.abs(losses - number(val_loss_now, "val_loss_now")).argmin()) + 1
    hint = "the epoch whose validation loss is nearest to that of the model now, counted from 1"
    assert number(epoch_kept, "epoch_kept") in (len(losses), nearest), hint


@question("k13", points=0.25)
def test_best_epoch_is_found(epoch_best, history):
    """`epoch_best` is the epoch with the lowest validation loss."""
    hint = "look at the validation loss, for its lowest point, and count epochs from 1"
    assert number(epoch_best, "epoch_best") == best_epoch(history, "val_loss"), hint


@question("k14", points=0.1)
@visible
def test_evaluation_gives_a_share(test_loss, test_accuracy):
    """The test accuracy is a share between 0 and 1, the test loss a positive number."""
    assert 0 <= test_accuracy <= 1, "accuracy is a share of the test images, not a percentage or a loss"
    assert test_loss > 0, "the loss is a positive number"


@question("k14", points=0.2)
def test_evaluation_is_of_the_test_images(test_loss, test_accuracy, history, lab):
    """The two numbers are those of the test images, on which the loss is about that of the validation images."""
    images = number(test_accuracy, "test_accuracy") * lab.data.mnist.test_size
    assert abs(images - round(images)) < 0.01, "no whole number of test images: which set is it?"
    hint = "the loss is far lower than on the validation images: has the model been trained on these?"
    assert number(test_loss, "test_loss") > 0.4 * min(history.history.get("val_loss", [0])), hint


@question("k15", points=0.4, hidden={"model": "mnist"})
def test_digits_of_all_test_images_are_read(digits, model, lab):
    """`digits` are the digits that the model holds most likely, one for each test image."""
    assert_read_by(lab, model, digits, lab.data.mnist.labels("test"), "digits")


@question("k15", points=0.1)
@visible
def test_first_ten_is_a_list(first_ten):
    """`first_ten` is a plain list of ten whole numbers."""
    assert isinstance(first_ten, list), "an array or a tensor is no list yet: .tolist() makes one"
    assert len(first_ten) == 10 and all(digit in range(10) for digit in first_ten), "ten whole numbers"


@question("k15", points=0.2)
def test_first_ten_are_those_of_digits(first_ten, digits, lab):
    """`first_ten` holds the first ten of `digits`."""
    found = numbers(lab, first_ten, "first_ten").reshape(-1).tolist()
    expected = numbers(lab, digits, "digits").reshape(-1)[:10].tolist()
    assert found == expected, "these are not the first ten predicted digits"


@question("k15", points=0.3)
def test_first_ten_are_drawn(first_ten, lab):
    """The first ten test images are drawn, with the digit that was read in each title."""
    drawn = axes_with(lab, "k15", images=1)
    assert len(drawn) >= 10, "there are fewer than ten images in the figure"
    read = [str(int(digit)) for digit in numbers(lab, first_ten, "first_ten").reshape(-1)]
    named = [digit in axes.title for digit, axes in zip(read, drawn, strict=False)]
    assert len(named) == 10 and all(named), "the titles do not say which digits the model read"


@question("k16", points=0.15)
def test_stopped_model_is_the_same_network(model_stopped, lab):
    """`model_stopped` has the layers of `model`."""
    assert_is_the_network(lab, model_stopped)


@question("k16", points=0.15)
def test_stopped_model_started_afresh(history_stopped, history):
    """The training of `model_stopped` started from new weights."""
    assert_fitted(history_stopped)
    hint = "its first loss is low already: fit goes on from the weights that a network has"
    assert history_stopped.history["loss"][0] > 0.6 * history.history["loss"][0], hint


@question("k16", points=0.15)
def test_stopped_model_was_fitted_like_the_first(history_stopped, lab):
    """At most 30 epochs in batches of 128, with a fifth of the images held out."""
    rows = rows_fitted(lab)
    assert_fitted(history_stopped, epochs=(1, EPOCHS), rows=rows, batch_size=BATCH, validated=True)


@question("k16", points=0.2)
def test_training_stopped_in_time(history_stopped):
    """Training went on for three epochs after the lowest validation loss, and no longer."""
    done, best = len(history_stopped.epoch), best_epoch(history_stopped, "val_loss")
    hint = "is the validation loss watched, and with the patience asked for?"
    assert (done == EPOCHS and best > EPOCHS - PATIENCE) or done == best + PATIENCE, hint


@question("k16", points=0.2)
def test_best_weights_are_restored(val_loss_stopped, history_stopped):
    """On the validation rows the model has the lowest loss of its history."""
    found = number(val_loss_stopped, "val_loss_stopped")
    losses = curve(history_stopped, "val_loss")
    assert found < 1.005 * min(losses), "the weights are not the best ones, or other rows were evaluated"
    assert found > 0.995 * min(losses), (
        "this is lower than any in the history: are these the validation rows?"
    )


@question("k16", points=0.15, hidden={"model_stopped": "mnist"})
def test_stopped_model_reads_new_digits(model_stopped, lab):
    """The stopped model reads digits that it has never seen."""
    assert lab.reaches(model_stopped), "it learned too little: was it stopped too early?"
