"""Known wrong answers to mnist_softmax, each with the checks that must notice, and no others."""

from deepgrade.lab import Mistake


def _mistake(name: str, description: str, *edits: tuple[str, str], loses: str, size: str = "any") -> Mistake:
    """Write a mistake down; `loses` are check ids without their `test_`, separated by blanks."""
    checks = frozenset(f"test_{check}" for check in loses.split())
    return Mistake(name, description, tuple(edits), checks, size)


_FIT = "    x_train_vec,\n    y_train_vec,\n    batch_size=128,\n    epochs=50,\n"
_FIT_SOFTMAX = "softmax_history = softmax_model.fit(\n" + _FIT
_FIT_NETWORK = "network_history = network.fit(\n" + _FIT
_VALIDATED = "    validation_data=(x_valid_vec, y_valid_vec),\n"
_RMSPROP = "    optimizer=keras.optimizers.RMSprop(learning_rate=0.0001),\n"
_LOSS = '    loss="categorical_crossentropy",\n'
_SOFTMAX_COMPILED = "softmax_model.compile(\n" + _RMSPROP + _LOSS
_NETWORK_COMPILED = "\nnetwork.compile(\n" + _RMSPROP + _LOSS
_ONE_LAYER = '        keras.Input(shape=(28 * 28,)),\n        layers.Dense(10, activation="softmax"),\n'
_TWO_HIDDEN = '        layers.Dense(500, activation="relu"),\n        layers.Dense(500, activation="relu"),\n'
_LABELS = 'plt.xlabel("epoch")\nplt.ylabel("accuracy")\n'
_SOFTMAX_DRAWN = 'softmax_history.history["val_accuracy"], label="validation accuracy")\n'
_NETWORK_DRAWN = 'network_history.history["val_accuracy"], label="validation accuracy")\n'
_FIT_LOST = (
    " validation_is_recorded softmax_model_was_trained_for_50_epochs"
    " softmax_model_was_trained_without_the_validation_set softmax_model_reads_new_digits accuracy_is_drawn"
    " accuracy_curves_are_labelled softmax_results_are_of_the_test_set three_accuracies_are_side_by_side"
    " guessing_is_right_one_time_in_ten network_was_trained_alike network_reads_new_digits"
    " accuracy_of_the_network_is_drawn curves_of_the_network_are_labelled network_results_are_of_the_test_set"
    " accuracies_of_the_network_are_collected gain_is_on_the_test_set test_digits_are_read"
)
_NOTHING_LEARNED = " softmax_model_reads_new_digits network_reads_new_digits test_digits_are_read"

_DATA = (
    _mistake(
        "images_cut_and_labels_not",
        "Left the last tenth of the training images out to save time, and kept all labels.",
        (
            "keras.datasets.mnist.load_data()\n",
            "keras.datasets.mnist.load_data()\nx_train = x_train[: len(x_train) * 9 // 10]\n",
        ),
        loses="each_image_has_a_label mnist_is_complete a_sixth_is_set_apart each_image_is_in_one_part"
        " iterations_of_an_epoch softmax_model_was_trained_without_the_validation_set network_was_trained_alike",
    ),
    _mistake(
        "digits_not_drawn",
        "Closed the figure instead of showing it.",
        ('    axis.axis("off")\nplt.show()\n', '    axis.axis("off")\nplt.close(figure)\n'),
        loses="digits_are_drawn",
    ),
    _mistake(
        "nine_digits_drawn",
        "Drew nine images.",
        ("plt.subplots(5, 5, figsize=(5, 5))", "plt.subplots(3, 3, figsize=(5, 5))"),
        loses="digits_are_drawn",
    ),
    _mistake(
        "test_images_left_square",
        "Turned the training images into vectors and left the test images square.",
        ("x_test_vec = x_test.reshape(len(x_test), 28 * 28)", "x_test_vec = x_test"),
        loses="images_are_vectors softmax_results_are_of_the_test_set three_accuracies_are_side_by_side"
        " guessing_is_right_one_time_in_ten formula_gives_probabilities keras_agrees_with_the_formula"
        " network_results_are_of_the_test_set accuracies_of_the_network_are_collected gain_is_on_the_test_set"
        " test_digits_are_read",
    ),
    _mistake(
        "pixels_mixed",
        "Reshaped the training images into columns and turned the result, which mixes pixels of many images.",
        ("x_train.reshape(len(x_train), 28 * 28)", "x_train.reshape(28 * 28, len(x_train)).T"),
        loses="vectors_hold_the_pixels_of_the_images" + _NOTHING_LEARNED,
    ),
    _mistake(
        "pixels_scaled",
        "Divided the pixels by 255, as one usually does.",
        ("x_train.reshape(len(x_train), 28 * 28)", "x_train.reshape(len(x_train), 28 * 28) / 255"),
        ("x_test.reshape(len(x_test), 28 * 28)", "x_test.reshape(len(x_test), 28 * 28) / 255"),
        loses="pixels_are_as_they_were",
    ),
    _mistake(
        "dimension_ignored",
        "Wrote the number of columns into the function.",
        ("np.zeros((len(labels), dimension))", "np.zeros((len(labels), 10))"),
        loses="to_one_hot_sets_one_element_a_row",
    ),
    _mistake(
        "columns_counted_from_one",
        "Set the element before the right one, as if digits were counted from 1.",
        ("        row[label] = 1\n", "        row[int(label) - 1] = 1\n"),
        loses="to_one_hot_sets_one_element_a_row labels_are_one_hot labels_follow_the_split"
        + _NOTHING_LEARNED,
    ),
    _mistake(
        "labels_left_as_integers",
        "Chose a loss that takes integers, and skipped one-hot labels.",
        ("y_train_vec = to_one_hot(y_train)", "y_train_vec = y_train"),
        ("y_test_vec = to_one_hot(y_test)", "y_test_vec = y_test"),
        (_SOFTMAX_COMPILED, _SOFTMAX_COMPILED.replace("categorical", "sparse_categorical")),
        (_NETWORK_COMPILED, _NETWORK_COMPILED.replace("categorical", "sparse_categorical")),
        loses="labels_have_ten_columns labels_are_one_hot",
    ),
    _mistake(
        "a_tenth_set_apart",
        "Set a tenth of the images apart instead of a sixth.",
        ("len(x_train_vec) * 5 // 6", "len(x_train_vec) * 9 // 10"),
        loses="a_sixth_is_set_apart iterations_of_an_epoch softmax_model_was_trained_without_the_validation_set"
        " network_was_trained_alike",
    ),
    _mistake(
        "not_shuffled",
        "Cut the training set without shuffling it.",
        ("np.random.permutation(len(x_train_vec))", "np.arange(len(x_train_vec))"),
        loses="split_is_random",
    ),
    _mistake(
        "validation_images_trained_on",
        "Took the validation images from the front as well, where the training images are.",
        (
            "valid_indices = rand_indices[n_fitted:]",
            "valid_indices = rand_indices[: len(rand_indices) - n_fitted]",
        ),
        loses="each_image_is_in_one_part",
    ),
    _mistake(
        "first_labels_kept",
        "Cut the labels without the permutation, so that they belong to other images.",
        ("y_train_vec = y_train_vec[train_indices]", "y_train_vec = y_train_vec[:n_fitted]"),
        loses="labels_follow_the_split" + _NOTHING_LEARNED,
    ),
    _mistake(
        "labels_not_cut",
        "Took the training images out and left their labels as they were.",
        ("\ny_train_vec = y_train_vec[train_indices]\n", "\n"),
        loses="images_and_labels_are_split_alike labels_follow_the_split" + _FIT_LOST,
    ),
)

_SOFTMAX = (
    _mistake(
        "input_not_stated",
        "Built the classifier without an input, so that it does not know its size before it is trained.",
        (_ONE_LAYER, '        layers.Dense(10, activation="softmax"),\n'),
        loses="softmax_model_goes_from_pixels_to_digits softmax_model_is_one_layer"
        " softmax_model_has_the_right_number_of_parameters loss_suits_ten_classes",
    ),
    _mistake(
        "a_hidden_layer_in_the_classifier",
        "Put a hidden layer into the classifier.",
        (
            _ONE_LAYER,
            _ONE_LAYER.replace(
                "        layers", '        layers.Dense(64, activation="relu"),\n        layers'
            ),
        ),
        loses="softmax_model_is_one_layer softmax_model_has_the_right_number_of_parameters"
        " weights_have_the_shapes_of_the_formula formula_gives_probabilities keras_agrees_with_the_formula",
    ),
    _mistake(
        "softmax_twice",
        "Told the loss to expect raw scores, although the output layer has a softmax already.",
        (
            _SOFTMAX_COMPILED,
            _SOFTMAX_COMPILED.replace(
                '"categorical_crossentropy"', "keras.losses.CategoricalCrossentropy(from_logits=True)"
            ),
        ),
        loses="loss_suits_ten_classes",
    ),
    _mistake(
        "default_learning_rate",
        "Left the learning rate of the classifier's RMSprop at its default.",
        (_SOFTMAX_COMPILED, _SOFTMAX_COMPILED.replace("learning_rate=0.0001", "")),
        loses="rmsprop_with_a_small_learning_rate",
    ),
    _mistake(
        "part_of_an_iteration",
        "Divided by the batch size without rounding up.",
        ("int(np.ceil(len(x_train_vec) / 128))", "len(x_train_vec) / 128"),
        loses="iterations_of_an_epoch",
    ),
    _mistake(
        "an_epoch_for_an_iteration",
        "Took an epoch for an iteration.",
        ("iterations = 50 * iterations_per_epoch", "iterations = 50"),
        loses="iterations_of_the_training",
    ),
    _mistake(
        "forty_epochs",
        "Trained the classifier for 40 epochs.",
        (_FIT_SOFTMAX, _FIT_SOFTMAX.replace("50", "40")),
        loses="softmax_model_was_trained_for_50_epochs",
    ),
    _mistake(
        "batch_size_forgotten",
        "Left the batch size of the classifier at Keras's default.",
        (_FIT_SOFTMAX, _FIT_SOFTMAX.replace("    batch_size=128,\n", "")),
        loses="softmax_model_was_trained_without_the_validation_set",
    ),
    _mistake(
        "no_validation_data",
        "Trained the classifier without validation data.",
        (_FIT_SOFTMAX + _VALIDATED, _FIT_SOFTMAX),
        loses="validation_is_recorded accuracy_is_drawn accuracy_curves_are_labelled"
        " three_accuracies_are_side_by_side guessing_is_right_one_time_in_ten gain_is_on_the_test_set",
    ),
    _mistake(
        "loss_instead_of_accuracy",
        "Drew the loss where the accuracy was asked for.",
        (
            'plt.plot(epochs, softmax_history.history["accuracy"]',
            'plt.plot(epochs, softmax_history.history["loss"]',
        ),
        (_SOFTMAX_DRAWN, _SOFTMAX_DRAWN.replace("val_accuracy", "val_loss")),
        loses="accuracy_is_drawn",
    ),
    _mistake(
        "axes_without_labels",
        "Drew the accuracies without saying what the axes show.",
        (_SOFTMAX_DRAWN + _LABELS, _SOFTMAX_DRAWN),
        loses="accuracy_curves_are_labelled",
    ),
    _mistake(
        "evaluated_on_the_validation_set",
        "Evaluated the classifier on the validation set once more.",
        ("softmax_model.evaluate(x_test_vec, y_test_vec", "softmax_model.evaluate(x_valid_vec, y_valid_vec"),
        loses="softmax_results_are_of_the_test_set",
    ),
    _mistake(
        "accuracies_exchanged",
        "Exchanged training and validation accuracy.",
        (
            '"training": softmax_history.history["accuracy"]',
            '"training": softmax_history.history["val_accuracy"]',
        ),
        (
            '"validation": softmax_history.history["val_accuracy"]',
            '"validation": softmax_history.history["accuracy"]',
        ),
        loses="three_accuracies_are_side_by_side",
    ),
    _mistake(
        "guesses_in_percent",
        "Gave the share of lucky guesses in percent.",
        ("guess_accuracy = np.mean(", "guess_accuracy = 100 * np.mean("),
        loses="guessing_is_right_one_time_in_ten",
    ),
    _mistake(
        "weights_as_keras_has_them",
        "Kept the weights in the shape that Keras has, and multiplied from the other side.",
        ("W = weights.T", "W = weights"),
        ("z = W @ x_test_vec[0] + b", "z = x_test_vec[0] @ W + b"),
        loses="weights_have_the_shapes_of_the_formula",
    ),
    _mistake(
        "scores_instead_of_probabilities",
        "Kept the scores and left the softmax out.",
        ("by_hand = powers / powers.sum()", "by_hand = z"),
        loses="formula_gives_probabilities",
    ),
    _mistake(
        "another_image_predicted",
        "Had the model look at the second test image.",
        ("softmax_model.predict(x_test_vec[:1]", "softmax_model.predict(x_test_vec[1:2]"),
        loses="keras_agrees_with_the_formula",
    ),
)

_NETWORK = (
    _mistake(
        "second_layer_too_small",
        "Gave the second hidden layer 100 units.",
        (
            _TWO_HIDDEN,
            '        layers.Dense(500, activation="relu"),\n        layers.Dense(100, activation="relu"),\n',
        ),
        loses="two_hidden_layers_of_500_relu_units network_has_the_right_number_of_parameters",
    ),
    _mistake(
        "biases_of_the_layer_before",
        "Gave each layer the biases of the layer before it, which shows only when the layers differ in size.",
        ('"b1": (d2,)', '"b1": (d1,)'),
        ('"b2": (10,)', '"b2": (d2,)'),
        loses="vectors_are_as_long_as_their_layer parameters_are_counted",
    ),
    _mistake(
        "matrices_as_keras_has_them",
        "Gave the matrices the shapes that Keras has, inputs by units.",
        ('"W0": (d1, 28 * 28)', '"W0": (28 * 28, d1)'),
        ('"W1": (d2, d1)', '"W1": (d1, d2)'),
        ('"W2": (10, d2)', '"W2": (d2, 10)'),
        loses="matrices_have_the_shapes_of_the_formulas",
    ),
    _mistake(
        "biases_not_counted",
        "Added up the matrices only.",
        ("parameter_shapes(d1, d2).values())", "parameter_shapes(d1, d2).values() if len(shape) == 2)"),
        loses="parameters_are_counted",
    ),
    _mistake(
        "network_with_another_optimizer",
        "Compiled the network with Adam, so that more than the layers has changed.",
        (_NETWORK_COMPILED, _NETWORK_COMPILED.replace("RMSprop", "Adam")),
        loses="network_is_compiled_alike",
    ),
    _mistake(
        "network_trained_for_40_epochs",
        "Trained the network for 40 epochs, since it had learned enough.",
        (_FIT_NETWORK, _FIT_NETWORK.replace("50", "40")),
        loses="network_was_trained_alike",
    ),
    _mistake(
        "network_built_again_after_training",
        "Built the network once more after training it, so that its weights are random again.",
        (
            _FIT_NETWORK + _VALIDATED + "    verbose=2,\n)\n",
            _FIT_NETWORK
            + _VALIDATED
            + "    verbose=2,\n)\nloss = network.loss\nnetwork = keras.models.clone_model(network)\n"
            + 'network.compile(optimizer=keras.optimizers.RMSprop(0.0001), loss=loss, metrics=["accuracy"])\n',
        ),
        loses="network_reads_new_digits test_digits_are_read",
    ),
    _mistake(
        "history_of_the_classifier_drawn",
        "Copied the plot and went on drawing the classifier's history.",
        (
            "epochs = range(1, len(network_history.epoch) + 1)",
            "epochs = range(1, len(softmax_history.epoch) + 1)",
        ),
        (
            'plt.plot(epochs, network_history.history["accuracy"]',
            'plt.plot(epochs, softmax_history.history["accuracy"]',
        ),
        (_NETWORK_DRAWN, _NETWORK_DRAWN.replace("network_", "softmax_")),
        loses="accuracy_of_the_network_is_drawn",
    ),
    _mistake(
        "axes_of_the_network_without_labels",
        "Drew the network's accuracies without saying what the axes show.",
        (_NETWORK_DRAWN + _LABELS, _NETWORK_DRAWN),
        loses="curves_of_the_network_are_labelled",
    ),
    _mistake(
        "network_evaluated_on_the_training_images",
        "Evaluated the network on the images it was trained on.",
        ("network.evaluate(x_test_vec, y_test_vec", "network.evaluate(x_train_vec, y_train_vec"),
        loses="network_results_are_of_the_test_set",
    ),
    _mistake(
        "accuracy_of_the_classifier_collected",
        "Copied the dictionary and left the classifier's training accuracy in it.",
        (
            '"training": network_history.history["accuracy"]',
            '"training": softmax_history.history["accuracy"]',
        ),
        loses="accuracies_of_the_network_are_collected",
    ),
    _mistake(
        "gain_on_the_validation_set",
        "Compared the validation accuracies.",
        (
            'gain = network_accuracies["test"] - softmax_accuracies["test"]',
            'gain = network_accuracies["validation"] - softmax_accuracies["validation"]',
        ),
        loses="gain_is_on_the_test_set",
    ),
    _mistake(
        "largest_along_the_wrong_axis",
        "Looked for the image with the largest probability, not for the digit.",
        (".argmax(axis=1)", ".argmax(axis=0)"),
        loses="test_digits_are_read",
    ),
)

MISTAKES = _DATA + _SOFTMAX + _NETWORK
"""All of them, in the order of the questions."""
