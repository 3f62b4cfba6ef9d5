"""The checks of islr_cifar100: a convolutional network.

They ask what was reached, not how it was written: any spelling of a loss, softmax or logits, any number type, activations in
the layer or behind it, rescaling before the model or inside it.
"""

from deepgrade.checks import (
    assert_classes_compete,
    assert_compiled,
    assert_fitted,
    assert_labelled,
    assert_loss,
    assert_one_hot,
    axes_with,
    dense_stack,
    draws,
    dropout_rates,
    is_close,
    number,
    numbers,
    right_places,
    right_share,
)
from deepgrade.lab import question, visible

SIDE, CLASSES, FILTERS = 32, 100, (32, 64, 128, 256)


def _truth(lab, split):
    return lab.data.cifar100.labels(split).reshape(-1)


def _convolutions(lab, model):
    """Return [facts, activation] of each convolution; an activation layer counts with the layer before it."""
    found = []
    for layer in lab.layers(model):
        if layer.kind == "Conv2D":
            found.append([layer, layer.activation or "linear"])
        elif found and layer.kind in ("Activation", "ReLU") and found[-1][1] == "linear":
            found[-1][1] = layer.activation or layer.kind.lower()
    return found


@question("q1", points=0.1)
@visible
def test_each_image_has_a_class(x_train, g_train, x_test, g_test):
    """There is one class number for each training image and each test image."""
    hint = "what load_data() gives has another order"
    assert len(x_train) == len(g_train) and len(x_test) == len(g_test), hint


@question("q1", points=0.4)
def test_cifar100_is_complete(x_train, g_train, x_test, g_test, lab):
    """All training and test images are loaded, with their own fine classes."""
    for images, classes, split in ((x_train, g_train, "train"), (x_test, g_test, "test")):
        truth = _truth(lab, split)
        assert tuple(images.shape) == (len(truth), SIDE, SIDE, 3), f"look at the shape of the {split} images"
        hint = f"the {split} labels are not the fine classes of the images"
        assert right_share(lab, classes, truth) == 1, hint


@question("q2", points=0.4)
def test_range_is_that_of_the_red_channel_of_the_first_image(red_min, red_max, lab):
    """`red_min` and `red_max` are the range of the red channel of the first training image."""
    red = lab.data.cifar100.inputs("train")[0, :, :, 0]
    found = (number(red_min, "red_min"), number(red_max, "red_max"))
    whole = lab.data.cifar100.inputs("train")[0]
    assert found != (whole.min(), whole.max()) or found == (red.min(), red.max()), (
        "this is of all three channels"
    )
    assert found == (red.min(), red.max()), "which image, which rows and columns, which channel?"


@question("q3", points=0.2)
@visible
def test_images_keep_four_axes_and_small_numbers(x_train, x_test):
    """Training and test images have four axes and values that are at most 1."""
    assert len(x_train.shape) == 4 and len(x_test.shape) == 4, (
        "a convolution needs rows and columns: do not flatten"
    )
    assert x_train.max() <= 1, "training pixels still go beyond 1"
    assert x_test.max() <= 1, "test pixels still go beyond 1"


@question("q3", points=0.3)
def test_training_images_are_scaled(x_train, lab):
    """Training images are whole and fill the interval from 0 to 1."""
    assert tuple(x_train.shape) == (lab.data.cifar100.train_size, SIDE, SIDE, 3), "images lost their shape"
    assert x_train.min() >= 0 and 0.9 < x_train.max() <= 1, "divide by the largest pixel value, once"


@question("q3", points=0.3)
def test_test_images_are_scaled(x_test, lab):
    """Test images are whole and fill the interval from 0 to 1."""
    assert tuple(x_test.shape) == (lab.data.cifar100.test_size, SIDE, SIDE, 3), "images lost their shape"
    assert x_test.min() >= 0 and 0.9 < x_test.max() <= 1, "divide by the largest pixel value, once"


@question("q4", points=0.2)
@visible
def test_labels_have_a_column_for_each_class(y_train):
    """`y_train` has one column for each class."""
    assert len(y_train.shape) == 2 and y_train.shape[1] == 100, (
        "y_train is not one-hot: a row of 100 for each image"
    )


@question("q4", points=0.5)
def test_labels_are_one_hot(y_train, lab):
    """Each row of `y_train` is a 1 in the column of its class and 0 elsewhere."""
    assert_one_hot(lab, y_train, _truth(lab, "train"), CLASSES, "training labels")


@question("q5", points=0.4)
def test_twenty_five_images_are_drawn(lab):
    """A figure shows at least 25 images."""
    counts = [sum(axes.images for axes in figure.axes) for figure in lab.figures("q5")]
    assert counts, "there is no figure among the outputs of this question"
    assert max(counts) >= 25, "there are fewer than 25 images in the figure"


@question("q5", points=0.2)
def test_images_stand_in_a_grid(lab):
    """Each image has axes of its own in the grid."""
    places = [sum(axes.images > 0 for axes in figure.axes) for figure in lab.figures("q5")]
    whole = any(
        axes.images == 1 and len(figure.axes) == 1 for figure in lab.figures("q5") for axes in figure.axes
    )
    hint = "draw each image into axes of its own: all of them into one leaves only the last visible"
    assert places and (max(places) >= 25 or whole), hint


@question("q6", points=0.1)
@visible
def test_model_goes_from_pictures_to_scores(model):
    """The model takes colour images of 32 x 32 pixels and gives one score for each of a hundred classes."""
    sides = list(model.input_shape[1:])
    assert sides == [32, 32, 3], "state the input: rows, columns and channels of one image"
    assert model.output_shape[-1] == 100, "there is one output for each class"


@question("q6", points=0.4)
def test_four_convolutions_with_more_and_more_filters(model, lab):
    """Four convolutions of 3 x 3 have 32, 64, 128 and 256 filters and ReLU."""
    convolutions = _convolutions(lab, model)
    assert tuple(layer.config.get("filters") for layer, _ in convolutions) == FILTERS, (
        "look at the number of convolutions, their order and their filters"
    )
    sizes = {tuple(layer.config.get("kernel_size") or ()) for layer, _ in convolutions}
    assert sizes == {(3, 3)}, "each filter looks at 3 x 3 pixels"
    assert {activation for _, activation in convolutions} == {"relu"}, "each convolution is followed by ReLU"


@question("q6", points=0.4)
def test_maps_are_halved_by_pooling_alone(model, lab):
    """Convolutions keep the size of their maps, and four poolings halve it."""
    poolings = [layer for layer in lab.layers(model) if layer.kind == "MaxPooling2D"]
    assert len(poolings) == 4, "max pooling stands behind each convolution"
    sides = [layer.output_shape[1] for layer, _ in _convolutions(lab, model)]
    assert sides == [SIDE, SIDE // 2, SIDE // 4, SIDE // 8][: len(sides)] and sides, (
        "maps shrink in the convolutions: padding keeps their size"
    )


@question("q6", points=0.2)
def test_half_is_dropped_before_the_dense_layers(model, lab):
    """A dropout of one half stands between the convolutions and the output."""
    assert 0.5 in dropout_rates(lab, model), "drop half of the flattened row"


@question("q6", points=0.2)
def test_dense_layer_of_512_relu_units(model, lab):
    """A dense layer of 512 ReLU units stands before the output layer."""
    assert dense_stack(lab, model)[:-1] == [(512, "relu")], (
        "look at the dense layers between flattening and output"
    )


@question("q6", points=0.2)
def test_classes_compete(model, lab):
    """The hundred outputs are probabilities of classes that exclude one another."""
    assert_classes_compete(lab, model, CLASSES)


@question("q6", points=0.1)
def test_number_of_parameters(model):
    """The model has as many parameters as the layers give when worked out by hand."""
    assert model.count_params() == 964_516, (
        "compare your summary with the layers that were asked for, one by one"
    )


@question("q7", points=0.25)
def test_parameters_of_the_first_convolution(first_conv_params):
    """`first_conv_params` counts the weights and biases of the first convolution."""
    assert number(first_conv_params) != 864, "each filter has a bias as well"
    assert number(first_conv_params) == 896, (
        "a filter has a weight for each of 3 x 3 pixels in each of its channels"
    )


@question("q7", points=0.25)
def test_parameters_of_the_last_convolution(last_conv_params):
    """`last_conv_params` counts the weights and biases of the fourth convolution."""
    assert number(last_conv_params) == 295_168, (
        "its filters look at all channels that the third convolution made"
    )


@question("q7", points=0.3)
def test_sides_of_the_maps(sides, lab):
    """`sides` holds the side length of the maps after each pooling."""
    found = numbers(lab, sides, "sides").reshape(-1).tolist()
    assert len(found) == 4, "one length after each of the four poolings"
    assert found == [16, 8, 4, 2], "pooling over blocks of 2 x 2 halves the side; padded convolutions keep it"


@question("q7", points=0.2)
def test_size_of_the_flattened_row(flat_size):
    """`flat_size` is the length of the row that flattening makes."""
    assert number(flat_size) == 1024, "what is left is rows x columns x channels"


@question("q9", points=0.4)
def test_loss_suits_a_hundred_classes(model, lab):
    """The loss is the cross-entropy of classes and fits what the output layer gives."""
    assert_loss(lab, model, "classes")


@question("q9", points=0.2)
def test_rmsprop_and_accuracy_are_chosen(model, lab):
    """The optimizer is RMSprop, and accuracy is among the metrics."""
    assert_compiled(lab, model, optimizer="RMSprop")


@question("q10", points=0.2)
@visible
def test_validation_accuracy_is_recorded(history):
    """The history has an accuracy on the validation images for each epoch."""
    assert "val_accuracy" in history.history or "val_acc" in history.history, "hold validation images back"


@question("q10", points=0.2)
def test_training_had_ten_to_thirty_epochs(history):
    """The model went through its training images ten to thirty times."""
    assert_fitted(history, epochs=(10, 30))


@question("q10", points=0.2)
def test_a_fifth_was_held_back(history, lab):
    """The number of batches in an epoch is that of four fifths of the training images in batches of 128."""
    assert_fitted(history, rows=int(lab.data.cifar100.train_size * 0.8), batch_size=128)


@question("q10", points=0.8, hidden={"model": "cifar100"})
def test_model_recognises_new_pictures(model, lab):
    """The trained model names pictures that it has never seen."""
    assert lab.reaches(model), "it learned too little: did the loss fall, and is what it gets scaled?"


@question("q11", points=0.3)
def test_both_accuracies_are_drawn(lab, history):
    """One plot shows the accuracy on training and on validation images by epoch."""
    measures = [history.history.get(name) for name in ("accuracy", "val_accuracy")]
    if None in measures:
        measures = [values for name, values in history.history.items() if "acc" in name]
    assert len(measures) == 2, "the history has no two accuracies to draw"
    drawn = [
        axes for axes in axes_with(lab, "q11", lines=2) if all(draws(axes, values) for values in measures)
    ]
    assert drawn, "draw both accuracies of the history, by epoch, in one plot"


@question("q11", points=0.3)
def test_plot_says_what_it_shows(lab):
    """The axes of the plot are labelled, and a legend tells the lines apart."""
    drawn = axes_with(lab, "q11", lines=1)
    assert drawn, "there is no plot with lines among the outputs of this question"
    for axes in drawn:
        assert_labelled(axes)


@question("q12", points=0.2)
@visible
def test_there_is_one_class_for_each_image(predicted):
    """`predicted` holds one number for each image."""
    assert len(predicted.shape) == 1, "choose one class for each image, not a hundred scores"


@question("q12", points=0.3, hidden={"model": "cifar100"})
def test_predictions_are_the_models(predicted, model, lab):
    """The predicted classes are right about as often as the model is on new pictures."""
    right = right_places(lab, predicted, _truth(lab, "test"), "predicted").mean()
    room = 0.06 if lab.data.cifar100.test_size > 5_000 else 0.1
    hint = "these classes are right more or less often than your model is: along which axis, of which images?"
    score = lab.hidden_score(model)
    # A wrong axis is right once in a hundred: near a weak model, but not near one that learned anything.
    guesses = right <= 2 / CLASSES and score > 3 / CLASSES
    assert abs(right - score) <= room and not guesses, hint


@question("q12", points=0.3)
def test_accuracy_is_the_share_of_right_classes(test_acc, predicted, lab):
    """`test_acc` is the share of test images whose predicted class is the true one."""
    share = right_places(lab, predicted, _truth(lab, "test"), "predicted").mean()
    hint = "not the share of right classes: do both sides of the comparison have the shape (n,)?"
    assert is_close(number(test_acc, "test_acc"), share, within=1e-6), hint


@question("q13", points=0.4)
def test_training_could_use_the_gpu(lab):
    """A model was trained, and the notebook left the GPU within reach of it."""
    hint = {"hidden": "the notebook hides the GPU from Keras", "untrained": "no model was trained"}
    outcome = lab.devices.assess()
    assert outcome == "used", hint[outcome]
