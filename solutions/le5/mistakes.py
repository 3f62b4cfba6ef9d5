"""Known wrong answers to LE5, each with the checks that must notice, and no others."""

from deepgrade.lab import Mistake


def _mistake(name: str, description: str, *edits: tuple[str, str], loses: str, size: str = "any") -> Mistake:
    """Write a mistake down; `loses` are check ids without their `test_`, separated by blanks."""
    checks = frozenset(f"test_{check}" for check in loses.split())
    return Mistake(name, description, tuple(edits), checks, size)


_FIT_NETWORK = "network.fit(train_images, train_labels, epochs=5, batch_size=128, verbose=2)"
_COMPILE_NETWORK = (
    'network.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])'
)
_COMPILE_MODEL = (
    '# BEGIN SOLUTION\nmodel.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])'
)
_HIDDEN_512 = 'layers.Dense(512, activation="relu"),\n        layers.Dense(10, activation="softmax"),'
_MODEL = """model = keras.Sequential(
    [
        keras.Input(shape=(10000,)),
        layers.Dense(16, activation="relu"),
        layers.Dense(16, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ]
)
model.summary()"""
_SPLIT_X = "x_val, partial_x_train = x_train[:10000], x_train[10000:]"
_SPLIT_Y = "y_val, partial_y_train = y_train[:10000], y_train[10000:]"
_FIT_MODEL = "    partial_x_train,\n    partial_y_train,\n    epochs=20,\n    batch_size=512,\n"
_FIT_FINAL = "history_final = final_model.fit(x_train, y_train, epochs=4, batch_size=512, verbose=2)"
_BEST_EPOCH = 'best_epoch = int(np.argmin(history.history["val_loss"])) + 1'

_DIGITS = (
    _mistake(
        "pairs_unpacked_in_another_order",
        "Took images of both sets first and labels second, as some other libraries give them.",
        (
            "(train_images, train_labels), (test_images, test_labels) = keras",
            "(train_images, test_images), (train_labels, test_labels) = keras",
        ),
        loses="each_image_has_a_label mnist_is_complete images_are_rows_of_small_numbers images_are_flat_and_scaled"
        " labels_have_ten_columns labels_are_one_hot network_was_trained_for_five_epochs"
        " network_was_trained_on_the_training_images network_reads_new_digits evaluation_gives_a_share"
        " evaluation_is_of_the_test_set there_are_ten_digits first_ten_digits_are_read"
        " three_changed_networks_were_trained three_changed_networks_are_kept",
    ),
    _mistake(
        "input_not_stated",
        "Built the network without an input, so that it does not know its size before it is trained.",
        (
            "network = keras.Sequential(\n    [\n        keras.Input(shape=(28 * 28,)),\n",
            "network = keras.Sequential(\n    [\n",
        ),
        loses="network_goes_from_pixels_to_digits hidden_layer_has_512_relu_units output_layer_gives_competing_scores"
        " network_has_the_right_number_of_parameters loss_suits_ten_classes",
    ),
    _mistake(
        "hidden_layer_too_small",
        "Gave the hidden layer 256 units.",
        (_HIDDEN_512, _HIDDEN_512.replace("512", "256")),
        loses="hidden_layer_has_512_relu_units network_has_the_right_number_of_parameters",
    ),
    _mistake(
        "sigmoid_for_ten_classes",
        "Gave the output layer a sigmoid, so that the ten scores do not compete.",
        (_HIDDEN_512, _HIDDEN_512.replace("softmax", "sigmoid")),
        loses="output_layer_gives_competing_scores",
    ),
    _mistake(
        "squared_error_for_classes",
        "Compiled the network with the mean squared error.",
        (_COMPILE_NETWORK, _COMPILE_NETWORK.replace("categorical_crossentropy", "mse")),
        loses="loss_suits_ten_classes",
    ),
    _mistake(
        "no_metrics",
        "Compiled the network without metrics, so that evaluate gives one number.",
        (_COMPILE_NETWORK, _COMPILE_NETWORK.replace(', metrics=["accuracy"]', "")),
        loses="accuracy_of_digits_is_watched evaluation_gives_a_share evaluation_is_of_the_test_set",
    ),
    _mistake(
        "test_images_not_scaled",
        "Scaled the training images and forgot the test images.",
        ("test_images = test_images / 255\n", ""),
        loses="images_are_rows_of_small_numbers images_are_flat_and_scaled",
    ),
    _mistake(
        "labels_left_as_integers",
        "Changed the loss so that it takes integers, and skipped one-hot labels.",
        ("train_labels = keras.utils.to_categorical(train_labels, 10)\n", ""),
        ("test_labels = keras.utils.to_categorical(test_labels, 10)\n", ""),
        (_COMPILE_NETWORK, _COMPILE_NETWORK.replace("categorical", "sparse_categorical")),
        (
            'changed.compile(optimizer=optimizer, loss="categorical_crossentropy"',
            'changed.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy"',
        ),
        loses="labels_have_ten_columns labels_are_one_hot",
    ),
    _mistake(
        "one_hot_backwards",
        "Ordered the ten columns from 9 to 0.",
        ("keras.utils.to_categorical(train_labels, 10)", "np.eye(10)[9 - train_labels]"),
        ("keras.utils.to_categorical(test_labels, 10)", "np.eye(10)[9 - test_labels]"),
        loses="labels_are_one_hot network_reads_new_digits first_ten_digits_are_read",
    ),
    _mistake(
        "too_few_epochs",
        "Trained the network for 3 epochs.",
        (_FIT_NETWORK, _FIT_NETWORK.replace("epochs=5", "epochs=3")),
        loses="network_was_trained_for_five_epochs",
    ),
    _mistake(
        "batch_size_forgotten",
        "Left the batch size at Keras's default.",
        (_FIT_NETWORK, _FIT_NETWORK.replace("batch_size=128, ", "")),
        loses="network_was_trained_on_the_training_images",
    ),
    _mistake(
        "trained_on_the_test_set",
        "Trained the network on the test images.",
        (_FIT_NETWORK, _FIT_NETWORK.replace("train_", "test_")),
        loses="network_was_trained_on_the_training_images evaluation_is_of_the_test_set",
        size="quick",
    ),
    _mistake(
        "network_built_again_after_training",
        "Built the network once more after training it, so that its weights are random again.",
        (
            _FIT_NETWORK + "\n",
            _FIT_NETWORK + "\nnetwork = keras.models.clone_model(network)\n" + _COMPILE_NETWORK + "\n",
        ),
        loses="network_reads_new_digits first_ten_digits_are_read",
    ),
    _mistake(
        "evaluated_on_the_training_set",
        "Evaluated the network on the images it was trained on.",
        (
            "network.evaluate(test_images, test_labels, verbose=0)",
            "network.evaluate(train_images, train_labels, verbose=0)",
        ),
        loses="evaluation_is_of_the_test_set",
    ),
    _mistake(
        "largest_along_the_wrong_axis",
        "Looked for the image with the largest probability, not for the digit.",
        ("probabilities.argmax(axis=1)", "probabilities.argmax(axis=0)"),
        loses="first_ten_digits_are_read",
    ),
    _mistake(
        "probabilities_instead_of_digits",
        "Kept the probabilities of the first ten images and did not choose a digit.",
        ("first_ten = probabilities.argmax(axis=1)", "first_ten = probabilities"),
        loses="there_are_ten_digits first_ten_digits_are_read",
    ),
    _mistake(
        "gpu_hidden",
        "Set CUDA_VISIBLE_DEVICES so that Keras finds no GPU, to get rid of a warning.",
        (
            "import keras\nimport matplotlib",
            'import os\n\nos.environ["CUDA_VISIBLE_DEVICES"] = "-1"\n\nimport keras\nimport matplotlib',
        ),
        loses="training_could_use_the_gpu",
    ),
    _mistake(
        "one_change_kept_twice",
        "Kept the first changed network as the second as well.",
        (
            'changed_2, history_changed_2 = refit(optimizer="sgd")',
            "changed_2, history_changed_2 = changed_1, history_changed_1",
        ),
        loses="three_changed_networks_were_trained",
    ),
    _mistake(
        "changed_network_not_kept",
        "Kept the history of the third changed network, but not the network.",
        ("changed_3, history_changed_3 = refit", "_, history_changed_3 = refit"),
        loses="three_changed_networks_are_kept",
    ),
)

_REVIEWS = (
    _mistake(
        "all_words_kept",
        "Loaded the reviews without a limit on words, so that word numbers go beyond the columns.",
        ("imdb.load_data(num_words=10000)", "imdb.load_data()"),
        loses="reviews_use_the_most_frequent_words reviews_are_rows_of_equal_length reviews_are_multi_hot"
        " reviews_and_labels_are_split_alike validation_set_is_the_first_10000 training_goes_on_with_the_rest"
        " validation_loss_is_recorded model_was_trained_for_20_epochs model_was_trained_without_the_validation_set"
        " model_judges_new_reviews best_epoch_is_an_epoch best_epoch_is_where_validation_loss_turns"
        " history_is_plotted final_model_was_trained_on_all_reviews_for_few_epochs final_model_started_afresh"
        " final_model_judges_new_reviews results_are_of_the_test_reviews dropout_was_trained_like_the_first_model"
        " best_model_judges_new_reviews",
    ),
    _mistake(
        "words_counted",
        "Counted how often each word occurs instead of marking that it does.",
        ("        row[sequence] = 1\n", "        np.add.at(row, sequence, 1)\n"),
        loses="vectorize_sequences_marks_words_that_occur reviews_are_multi_hot",
    ),
    _mistake(
        "test_reviews_from_the_training_set",
        "Made x_test out of the training reviews.",
        ("x_test = vectorize_sequences(test_data)", "x_test = vectorize_sequences(train_data)"),
        loses="reviews_are_multi_hot results_are_of_the_test_reviews",
    ),
    _mistake(
        "review_labels_left_as_integers",
        "Left the labels of the reviews as whole numbers.",
        ('y_train = np.asarray(train_labels, dtype="float32")', "y_train = np.asarray(train_labels)"),
        ('y_test = np.asarray(test_labels, dtype="float32")', "y_test = np.asarray(test_labels)"),
        loses="review_labels_are_floats",
    ),
    _mistake(
        "test_labels_from_the_training_set",
        "Made y_test out of the training labels.",
        (
            'y_test = np.asarray(test_labels, dtype="float32")',
            'y_test = np.asarray(train_labels, dtype="float32")',
        ),
        loses="review_labels_are_kept results_are_of_the_test_reviews",
    ),
    _mistake(
        "one_hidden_layer",
        "Built the model with one hidden layer instead of two.",
        (_MODEL, _MODEL.replace('        layers.Dense(16, activation="relu"),\n', "", 1)),
        loses="two_hidden_layers_of_16_relu_units model_has_the_right_number_of_parameters",
    ),
    _mistake(
        "softmax_of_one_unit",
        "Gave the single output unit a softmax, which is always 1.",
        (_MODEL, _MODEL.replace("sigmoid", "softmax")),
        loses="output_is_one_probability model_judges_new_reviews",
    ),
    _mistake(
        "words_not_stated",
        "Built the model without an input.",
        (
            _MODEL,
            _MODEL.replace("        keras.Input(shape=(10000,)),\n", "").replace("\nmodel.summary()", ""),
        ),
        loses="model_takes_rows_of_words two_hidden_layers_of_16_relu_units output_is_one_probability"
        " model_has_the_right_number_of_parameters loss_suits_two_classes",
    ),
    _mistake(
        "adam_instead_of_rmsprop",
        "Used another optimizer than the one asked for.",
        (_COMPILE_MODEL, _COMPILE_MODEL.replace("rmsprop", "adam")),
        loses="rmsprop_and_accuracy_are_chosen",
    ),
    _mistake(
        "validation_set_from_the_end",
        "Set the last 10,000 reviews apart instead of the first.",
        (_SPLIT_X, "x_val, partial_x_train = x_train[-10000:], x_train[:-10000]"),
        (_SPLIT_Y, "y_val, partial_y_train = y_train[-10000:], y_train[:-10000]"),
        loses="validation_set_is_the_first_10000 training_goes_on_with_the_rest",
    ),
    _mistake(
        "labels_not_cut",
        "Cut the reviews and forgot to cut their labels.",
        (_SPLIT_Y, "y_val, partial_y_train = y_train[:10000], y_train"),
        loses="reviews_and_labels_are_split_alike training_goes_on_with_the_rest validation_loss_is_recorded"
        " model_was_trained_for_20_epochs model_was_trained_without_the_validation_set model_judges_new_reviews"
        " best_epoch_is_an_epoch best_epoch_is_where_validation_loss_turns history_is_plotted"
        " final_model_started_afresh dropout_was_trained_like_the_first_model",
    ),
    _mistake(
        "trained_on_the_validation_set_too",
        "Trained on all reviews, those of the validation set included.",
        (_FIT_MODEL, _FIT_MODEL.replace("partial_", "")),
        loses="model_was_trained_without_the_validation_set",
    ),
    _mistake(
        "no_validation_data",
        "Trained without validation data, so that there is no validation loss to look at.",
        (_FIT_MODEL + "    validation_data=(x_val, y_val),\n", _FIT_MODEL),
        loses="validation_loss_is_recorded best_epoch_is_an_epoch best_epoch_is_where_validation_loss_turns"
        " history_is_plotted",
    ),
    _mistake(
        "ten_epochs",
        "Trained for 10 epochs instead of 20.",
        (_FIT_MODEL, _FIT_MODEL.replace("epochs=20", "epochs=10")),
        loses="model_was_trained_for_20_epochs",
    ),
    _mistake(
        "epoch_with_the_largest_loss",
        "Looked for the largest validation loss.",
        (_BEST_EPOCH, _BEST_EPOCH.replace("argmin", "argmax")),
        loses="best_epoch_is_where_validation_loss_turns",
    ),
    _mistake(
        "epoch_of_the_training_loss",
        "Looked for the lowest training loss, which is that of the last epoch.",
        (_BEST_EPOCH, _BEST_EPOCH.replace("val_loss", "loss")),
        loses="best_epoch_is_where_validation_loss_turns",
        size="full",
    ),
    _mistake(
        "history_not_plotted",
        "Found the epoch without drawing the history.",
        ("    axis.legend()\nplt.show()\n", "    axis.legend()\nplt.close(figure)\n"),
        loses="history_is_plotted",
    ),
    _mistake(
        "trained_on_instead_of_afresh",
        "Fitted the first model again, which goes on from its overfitted weights.",
        ("final_model.compile(", "final_model = model\nfinal_model.compile("),
        loses="final_model_started_afresh",
        size="quick",
    ),
    _mistake(
        "final_model_on_part_of_the_reviews",
        "Trained the final model without the validation reviews.",
        (_FIT_FINAL, _FIT_FINAL.replace("x_train, y_train", "partial_x_train, partial_y_train")),
        loses="final_model_was_trained_on_all_reviews_for_few_epochs",
        size="full",  # 2,500 reviews are too few for the accuracy asked for
    ),
    _mistake(
        "results_of_the_training_reviews",
        "Evaluated the final model on the reviews it was trained on.",
        ("final_model.evaluate(x_test, y_test", "final_model.evaluate(x_train, y_train"),
        loses="results_are_of_the_test_reviews",
        size="full",
    ),
    _mistake(
        "dropout_forgotten",
        "Gave the dropout layers a rate of 0, so that they drop nothing.",
        (
            "        layers.Dropout(0.5),\n        layers.Dense(16",
            "        layers.Dropout(0.0),\n        layers.Dense(16",
        ),
        (
            '        layers.Dropout(0.5),\n        layers.Dense(1, activation="sigmoid"),\n    ]\n)\nmodel_dropout',
            '        layers.Dropout(0.0),\n        layers.Dense(1, activation="sigmoid"),\n    ]\n)\nmodel_dropout',
        ),
        loses="dropout_stands_between_dense_layers",
    ),
    _mistake(
        "dropout_trained_for_three_epochs",
        "Trained the network with dropout for 3 epochs, which says nothing about later ones.",
        (
            "partial_x_train, partial_y_train, epochs=20, batch_size=512",
            "partial_x_train, partial_y_train, epochs=3, batch_size=512",
        ),
        loses="dropout_was_trained_like_the_first_model",
    ),
    _mistake(
        "best_model_not_kept",
        "Kept the best model under another name.",
        ("best_model = keras.Sequential(", "best = keras.Sequential("),
        ("best_model.compile(", "best.compile("),
        ("history_best = best_model.fit", "history_best = best.fit"),
        loses="best_model_takes_the_same_rows best_model_judges_new_reviews",
    ),
)

MISTAKES = _DIGITS + _REVIEWS
"""All of them, in the order of the questions."""
