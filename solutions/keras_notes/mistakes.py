"""Known wrong answers to keras_notes, each with the checks that must notice, and no others."""

from deepgrade.lab import Mistake


def _mistake(name: str, description: str, *edits: tuple[str, str], loses: str, size: str = "any") -> Mistake:
    """Write a mistake down; `loses` are check ids without their `test_`, separated by blanks."""
    checks = frozenset(f"test_{check}" for check in loses.split())
    return Mistake(name, description, tuple(edits), checks, size)


_LOADED = "(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()\n"
_ROWS_TRAIN = "x_train = x_train.reshape(len(x_train), 28 * 28) / 255"
_ROWS_TEST = "x_test = x_test.reshape(len(x_test), 28 * 28) / 255"
_NAMES = "digit_names = [str(digit) for digit in range(10)]"
_TABLE_TRAIN = "y_train = pd.DataFrame(keras.utils.to_categorical(y_train, 10), columns=digit_names)"
_TABLE_TEST = "y_test = pd.DataFrame(keras.utils.to_categorical(y_test, 10), columns=digit_names)"
_FIVE = "first_five = [int(name) for name in y_train.head(5).idxmax(axis=1)]"
_HIDDEN = """        layers.Dense(256, activation="relu"),
        layers.Dropout(0.4),
        layers.Dense(128, activation="relu"),
        layers.Dropout(0.3),
"""
_MODEL = (
    "model = keras.Sequential(\n    [\n        keras.Input(shape=(784,)),\n"
    + _HIDDEN
    + '        layers.Dense(10, activation="softmax"),\n    ]\n)\nmodel.summary()'
)
_STOPPED = (
    "model_stopped = keras.Sequential(\n    [\n        keras.Input(shape=(784,)),\n"
    + _HIDDEN
    + '        layers.Dense(10, activation="softmax"),\n    ]\n)\nmodel_stopped.compile('
)
_COMPILE = 'model.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.RMSprop(), metrics=["accuracy"])'
_FIT = "history = model.fit(x_train, y_train, epochs=30, batch_size=128, validation_split=0.2, verbose=2)"
_FIT_STOPPED = (
    "x_train, y_train, epochs=30, batch_size=128, validation_split=0.2, callbacks=[stopper], verbose=2"
)
_STOPPER = 'monitor="val_loss", patience=3, restore_best_weights=True'
_NOW = "val_loss_now = model.evaluate(x_train[cut:], y_train.iloc[cut:], verbose=0)[0]"
_TEST = "test_loss, test_accuracy = model.evaluate(x_test, y_test, verbose=0)"
_DIGITS = "digits = model.predict(x_test, verbose=0).argmax(axis=1)"
_TEN = "first_ten = digits[:10].tolist()"

_DATA = (
    _mistake(
        "test_digits_from_the_training_set",
        "Took the digits of the training images for those of the test images.",
        (_LOADED, _LOADED + "y_test = y_train\n"),
        loses="each_image_has_a_digit mnist_is_complete test_table_is_one_hot evaluation_gives_a_share"
        " evaluation_is_of_the_test_images",
    ),
    _mistake(
        "test_images_not_scaled",
        "Scaled the training images and forgot the test images.",
        (_ROWS_TEST, _ROWS_TEST.replace(" / 255", "")),
        loses="images_are_rows_of_small_numbers images_are_flat_and_scaled",
    ),
    _mistake(
        "images_cut_across",
        "Reshaped to one row a pixel and transposed, which mixes the pixels of all training images.",
        (_ROWS_TRAIN, "x_train = x_train.reshape(28 * 28, -1).T / 255"),
        loses="images_are_flat_and_scaled model_reads_new_digits stopped_model_reads_new_digits",
    ),
    _mistake(
        "labels_without_a_table",
        "Made the labels one-hot and left them plain arrays, whose columns have no names.",
        (_TABLE_TRAIN, "y_train = keras.utils.to_categorical(y_train, 10)"),
        (_TABLE_TEST, "y_test = keras.utils.to_categorical(y_test, 10)"),
        loses="label_columns_have_names training_table_is_one_hot test_table_is_one_hot"
        " digits_are_read_off_the_table validation_rows_are_evaluated epoch_of_the_kept_weights_is_found"
        " best_epoch_is_found best_weights_are_restored",
    ),
    _mistake(
        "columns_named_from_one",
        "Named the columns 1 to 10.",
        (_NAMES, "digit_names = [str(digit) for digit in range(1, 11)]"),
        loses="label_columns_have_names digits_are_read_off_the_table",
    ),
    _mistake(
        "columns_backwards",
        "Filled the columns from 9 to 0, under names from 0 to 9.",
        (_TABLE_TRAIN, _TABLE_TRAIN.replace("to_categorical(y_train", "to_categorical(9 - y_train")),
        (_TABLE_TEST, _TABLE_TEST.replace("to_categorical(y_test", "to_categorical(9 - y_test")),
        loses="training_table_is_one_hot test_table_is_one_hot digits_are_read_off_the_table"
        " model_reads_new_digits stopped_model_reads_new_digits",
    ),
    _mistake(
        "digits_of_the_test_images",
        "Read the first five digits off the test table.",
        (_FIVE, _FIVE.replace("y_train", "y_test")),
        loses="digits_are_read_off_the_table",
    ),
)

_MODELS = (
    _mistake(
        "hidden_layers_exchanged",
        "Built the layer of 128 units before that of 256.",
        (_MODEL, _MODEL.replace("256", "0").replace("128", "256").replace("(0,", "(128,")),
        loses="model_has_the_layers_asked_for model_gives_ten_probabilities",
    ),
    _mistake(
        "dropout_forgotten",
        "Built the model without dropout.",
        (
            _MODEL,
            _MODEL.replace("        layers.Dropout(0.4),\n", "").replace(
                "        layers.Dropout(0.3),\n", ""
            ),
        ),
        loses="model_has_the_layers_asked_for",
    ),
    _mistake(
        "sigmoid_for_ten_classes",
        "Gave the output layer a sigmoid, so that the ten scores do not compete.",
        (_MODEL, _MODEL.replace("softmax", "sigmoid")),
        loses="model_gives_ten_probabilities",
    ),
    _mistake(
        "input_not_stated",
        "Built the model without an input, so that the summary shows no sizes.",
        (_MODEL, _MODEL.replace("        keras.Input(shape=(784,)),\n", "")),
        loses="model_goes_from_pixels_to_digits model_has_the_layers_asked_for model_gives_ten_probabilities",
    ),
    _mistake(
        "intercepts_forgotten",
        "Counted weights and forgot the intercepts.",
        ("params_1 = (784 + 1) * 256", "params_1 = 784 * 256"),
        ("params_2 = (256 + 1) * 128", "params_2 = 256 * 128"),
        ("params_3 = (128 + 1) * 10", "params_3 = 128 * 10"),
        loses="parameters_of_the_first_layer parameters_of_the_second_layer parameters_of_the_output_layer"
        " parameters_of_the_model",
    ),
    _mistake(
        "one_intercept_a_layer",
        "Counted one intercept for a layer instead of one for each unit.",
        ("params_1 = (784 + 1) * 256", "params_1 = 784 * 256 + 1"),
        loses="parameters_of_the_first_layer parameters_of_the_model",
    ),
    _mistake(
        "dropout_counted_as_units",
        "Took the size of a dropout layer's output for its number of parameters.",
        ("params_dropout = 0", "params_dropout = 256"),
        loses="parameters_of_dropout parameters_of_the_model",
    ),
    _mistake(
        "one_image_without_its_axis",
        "Sent one image through the model as a row without the axis for the batch.",
        ("model.predict(x_test[:1], verbose=0)", "model.predict(x_test[0], verbose=0)"),
        loses="first_axis_is_the_number_of_images",
    ),
    _mistake(
        "what_comes_out_instead_of_its_shape",
        "Kept what comes out instead of its shape.",
        ("model.predict(x_test[:5], verbose=0).shape", "model.predict(x_test[:5], verbose=0)"),
        loses="first_axis_is_the_number_of_images",
    ),
    _mistake(
        "squared_error_for_classes",
        "Compiled the model with the mean squared error.",
        (_COMPILE, _COMPILE.replace("categorical_crossentropy", "mse")),
        loses="loss_suits_ten_classes",
    ),
    _mistake(
        "adam_instead_of_rmsprop",
        "Used another optimizer than the one asked for.",
        (_COMPILE, _COMPILE.replace("RMSprop", "Adam")),
        loses="rmsprop_and_accuracy_are_chosen",
    ),
    _mistake(
        "device_with_its_number",
        "Kept the name of the device and not its kind.",
        ('device_kind = devices[0].split(":")[0]', "device_kind = devices[0]"),
        loses="device_is_named",
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
)

_TRAINING = (
    _mistake(
        "no_validation_data",
        "Fitted the model without a validation split.",
        (_FIT, _FIT.replace("validation_split=0.2, ", "")),
        loses="validation_is_recorded a_fifth_was_held_out losses_are_drawn accuracies_are_drawn"
        " validation_rows_are_evaluated epoch_of_the_kept_weights_is_found best_epoch_is_found",
    ),
    _mistake(
        "ten_epochs",
        "Fitted the model for 10 epochs.",
        (_FIT, _FIT.replace("epochs=30", "epochs=10")),
        loses="model_was_trained_for_30_epochs",
    ),
    _mistake(
        "batch_size_forgotten",
        "Left the batch size at Keras's default.",
        (_FIT, _FIT.replace("batch_size=128, ", "")),
        loses="a_fifth_was_held_out",
    ),
    _mistake(
        "training_lines_only",
        "Drew the training lines and left the validation lines out.",
        ('    axis.plot(epochs, history.history[f"val_{measure}"], label="validation")\n', ""),
        loses="losses_are_drawn accuracies_are_drawn",
    ),
    _mistake(
        "losses_drawn_alone",
        "Drew the losses twice and no accuracy.",
        ('((upper, "loss"), (lower, "accuracy"))', '((upper, "loss"), (lower, "loss"))'),
        loses="accuracies_are_drawn",
    ),
    _mistake(
        "accuracies_drawn_alone",
        "Drew the accuracies twice and no loss.",
        ('((upper, "loss"), (lower, "accuracy"))', '((upper, "accuracy"), (lower, "accuracy"))'),
        loses="losses_are_drawn",
    ),
    _mistake(
        "lines_without_names",
        "Drew two lines in each plot and did not say which is which.",
        ("    axis.set_ylabel(measure)\n    axis.legend()\n", "    axis.set_ylabel(measure)\n"),
        loses="losses_are_drawn accuracies_are_drawn",
    ),
    _mistake(
        "first_fifth_evaluated",
        "Evaluated the first fifth of the rows, which the model was trained on.",
        (_NOW, _NOW.replace("x_train[cut:]", "x_train[:-cut]").replace("iloc[cut:]", "iloc[:-cut]")),
        loses="validation_rows_are_evaluated",
    ),
    _mistake(
        "accuracy_instead_of_loss",
        "Kept the validation accuracy instead of the loss.",
        (_NOW, _NOW.replace("[0]", "[1]")),
        loses="validation_rows_are_evaluated",
    ),
    _mistake(
        "epochs_counted_from_zero",
        "Counted epochs from 0.",
        (
            "epoch_kept = int(np.abs(val_losses - val_loss_now).argmin()) + 1",
            "epoch_kept = int(np.abs(val_losses - val_loss_now).argmin())",
        ),
        ("epoch_best = int(val_losses.argmin()) + 1", "epoch_best = int(val_losses.argmin())"),
        loses="epoch_of_the_kept_weights_is_found best_epoch_is_found",
    ),
    _mistake(
        "epoch_with_the_largest_loss",
        "Looked for the epoch with the largest validation loss.",
        ("epoch_best = int(val_losses.argmin()) + 1", "epoch_best = int(val_losses.argmax()) + 1"),
        loses="best_epoch_is_found",
    ),
    _mistake(
        "accuracy_in_percent",
        "Reported the test accuracy as a percentage.",
        (_TEST, _TEST + "\ntest_accuracy = 100 * test_accuracy"),
        loses="evaluation_gives_a_share",
    ),
    _mistake(
        "loss_and_accuracy_exchanged",
        "Took the first number of `evaluate` for the accuracy.",
        (_TEST, _TEST.replace("test_loss, test_accuracy", "test_accuracy, test_loss")),
        loses="evaluation_is_of_the_test_images",
    ),
    _mistake(
        "evaluated_on_the_training_set",
        "Evaluated the model on the images it was trained on.",
        (_TEST, _TEST.replace("x_test, y_test", "x_train, y_train")),
        loses="evaluation_is_of_the_test_images",
    ),
    _mistake(
        "largest_along_the_wrong_axis",
        "Looked, for each digit, for the image with the largest probability.",
        (_DIGITS, _DIGITS.replace("axis=1", "axis=0")),
        loses="digits_of_all_test_images_are_read first_ten_is_a_list",
    ),
    _mistake(
        "digits_of_ten_images_only",
        "Read the first ten test images and no others.",
        (_DIGITS, _DIGITS.replace("model.predict(x_test,", "model.predict(x_test[:10],")),
        loses="digits_of_all_test_images_are_read",
    ),
    _mistake(
        "array_instead_of_a_list",
        "Left the first ten digits an array.",
        (_TEN, "first_ten = digits[:10]"),
        loses="first_ten_is_a_list",
    ),
    _mistake(
        "ten_training_images_read",
        "Read the first ten training images.",
        (_TEN, "first_ten = model.predict(x_train[:10], verbose=0).argmax(axis=1).tolist()"),
        loses="first_ten_are_those_of_digits",
    ),
    _mistake(
        "pictures_without_digits",
        "Drew the images and left out what the model read.",
        ('    axis.set_title(f"read as {digit}")\n', ""),
        loses="first_ten_are_drawn",
    ),
    _mistake(
        "old_model_fitted_again",
        "Fitted the first model again, which goes on from the weights it has.",
        ("model_stopped.compile(\n", "model_stopped = model\nmodel_stopped.compile(\n"),
        loses="stopped_model_started_afresh",
    ),
    _mistake(
        "stopped_model_without_dropout",
        "Built the second model without dropout.",
        (
            _STOPPED,
            _STOPPED.replace("        layers.Dropout(0.4),\n", "").replace(
                "        layers.Dropout(0.3),\n", ""
            ),
        ),
        loses="stopped_model_is_the_same_network",
    ),
    _mistake(
        "stopped_model_with_other_batches",
        "Fitted the second model in batches of 32.",
        (_FIT_STOPPED, _FIT_STOPPED.replace("batch_size=128, ", "")),
        loses="stopped_model_was_fitted_like_the_first",
    ),
    _mistake(
        "no_patience",
        "Stopped at the first epoch that brought no improvement.",
        (_STOPPER, _STOPPER.replace("patience=3", "patience=1")),
        loses="training_stopped_in_time",
    ),
    _mistake(
        "best_weights_not_restored",
        "Left the model with the weights of its last epoch.",
        (_STOPPER, _STOPPER.replace(", restore_best_weights=True", "")),
        loses="best_weights_are_restored",
    ),
    _mistake(
        "no_early_stopping",
        "Made the callback and forgot to pass it to `fit`.",
        (_FIT_STOPPED, _FIT_STOPPED.replace("callbacks=[stopper], ", "")),
        loses="training_stopped_in_time best_weights_are_restored",
        size="full",  # on a small set the validation loss may fall for 30 epochs
    ),
)

MISTAKES = _DATA + _MODELS + _TRAINING
"""All of them, in the order of the questions."""
