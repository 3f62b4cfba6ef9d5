"""Known wrong answers to islr_mnist, each with the checks that must notice, and no others."""

from deepgrade.lab import Mistake


def _mistake(name: str, description: str, *edits: tuple[str, str], loses: str, size: str = "any") -> Mistake:
    """Write a mistake down; `loses` are check ids without their `test_`, separated by blanks."""
    checks = frozenset(f"test_{check}" for check in loses.split())
    return Mistake(name, description, tuple(edits), checks, size)


_LOADED = "(x_train, g_train), (x_test, g_test) = keras.datasets.mnist.load_data()\n"
_COUNTS = "digit_counts = np.bincount(g_train, minlength=10)"
_ROWS_TRAIN = "x_train = x_train.reshape(len(x_train), -1) / 255"
_ROWS_TEST = "x_test = x_test.reshape(len(x_test), -1) / 255"
_HOT_TRAIN = "y_train = keras.utils.to_categorical(g_train, 10)"
_HOT_TEST = "y_test = keras.utils.to_categorical(g_test, 10)"
_HIDDEN = 'layers.Dense(256, activation="relu"),\n        layers.Dropout(0.4)'
_SECOND = 'layers.Dense(128, activation="relu"),\n        layers.Dropout(0.3)'
_NETWORK_END = '        layers.Dropout(0.3),\n        layers.Dense(10, activation="softmax"),\n'
_COMPILE_NN = 'modelnn.compile(loss="categorical_crossentropy", optimizer="rmsprop", metrics=["accuracy"])'
_COMPILE_LR = 'modellr.compile(loss="categorical_crossentropy", optimizer="rmsprop", metrics=["accuracy"])'
_FIT_NN = (
    "history = modelnn.fit(x_train, y_train, epochs=15, batch_size=128, validation_split=0.2, verbose=2)"
)
_FIT_LR = "modellr.fit(x_train, y_train, epochs=30, batch_size=128, validation_split=0.2, verbose=2)"
_LINEAR = '        keras.Input(shape=(28 * 28,)),\n        layers.Dense(10, activation="softmax"),\n'

_DATA = (
    _mistake(
        "test_digits_from_the_training_set",
        "Took the digits of the training images for those of the test images.",
        (_LOADED, _LOADED + "g_test = g_train\n"),
        loses="each_image_has_a_digit mnist_is_complete labels_are_one_hot digits_themselves_are_kept"
        " network_accuracy_is_computed evaluation_agrees regression_accuracy_is_computed"
        " models_are_compared_image_by_image validation_accuracies_are_drawn_together",
    ),
    _mistake(
        "digits_without_their_names",
        "Drew the digits and left the titles out.",
        ("    axis.set_title(str(digit))\n", ""),
        loses="digits_are_drawn_with_their_names",
    ),
    _mistake(
        "too_few_digits_drawn",
        "Drew a row of five digits.",
        ("plt.subplots(5, 5, figsize=(6, 7))", "plt.subplots(1, 5, figsize=(6, 2))"),
        loses="digits_are_drawn_with_their_names",
    ),
    _mistake(
        "counts_in_nine_bins",
        "Counted with a histogram of nine bins, in which two digits share one.",
        (_COUNTS, "digit_counts = np.histogram(g_train, bins=9)[0]"),
        loses="there_are_ten_counts digits_are_counted",
    ),
    _mistake(
        "counts_of_the_drawn_digits",
        "Counted among the 25 digits that were drawn.",
        (_COUNTS, _COUNTS.replace("g_train", "g_train[:25]")),
        loses="digits_are_counted",
    ),
    _mistake(
        "test_images_not_scaled",
        "Scaled the training images and forgot the test images.",
        (_ROWS_TEST, _ROWS_TEST.replace(" / 255", "")),
        loses="images_are_rows_of_small_numbers test_images_are_rows_of_pixels",
    ),
    _mistake(
        "scaled_twice",
        "Divided the training images by 255 twice, as happens when a cell is run again.",
        (_ROWS_TRAIN, _ROWS_TRAIN + " / 255"),
        loses="training_images_are_rows_of_pixels network_reads_new_digits",
        size="quick",
    ),
    _mistake(
        "images_cut_across",
        "Reshaped to one row a pixel and transposed, which mixes the pixels of all training images.",
        (_ROWS_TRAIN, "x_train = x_train.reshape(28 * 28, -1).T / 255"),
        loses="training_images_are_rows_of_pixels network_reads_new_digits regression_reads_new_digits",
    ),
    _mistake(
        "labels_left_as_integers",
        "Changed the loss so that it takes integers, and skipped one-hot labels.",
        (_HOT_TRAIN, "y_train = g_train"),
        (_HOT_TEST, "y_test = g_test"),
        (_COMPILE_NN, _COMPILE_NN.replace("categorical", "sparse_categorical")),
        (_COMPILE_LR, _COMPILE_LR.replace("categorical", "sparse_categorical")),
        loses="labels_have_ten_columns labels_are_one_hot",
    ),
    _mistake(
        "one_hot_backwards",
        "Ordered the ten columns from 9 to 0.",
        (_HOT_TRAIN, "y_train = np.eye(10)[9 - g_train]"),
        (_HOT_TEST, "y_test = np.eye(10)[9 - g_test]"),
        loses="labels_are_one_hot network_reads_new_digits evaluation_agrees regression_reads_new_digits",
    ),
    _mistake(
        "digits_overwritten",
        "Made the labels one-hot in place, so that the digits are gone.",
        (_HOT_TEST, _HOT_TEST + "\ng_train, g_test = y_train, y_test"),
        loses="digits_themselves_are_kept network_accuracy_is_computed regression_accuracy_is_computed"
        " models_are_compared_image_by_image validation_accuracies_are_drawn_together",
    ),
)

_NETWORK = (
    _mistake(
        "hidden_layer_too_small",
        "Gave both hidden layers 128 units.",
        (_HIDDEN, _HIDDEN.replace("256", "128")),
        loses="two_hidden_layers_with_relu network_has_the_right_number_of_parameters",
    ),
    _mistake(
        "hidden_layers_without_relu",
        "Left out the activation of the second hidden layer.",
        (_SECOND, _SECOND.replace(', activation="relu"', "")),
        loses="two_hidden_layers_with_relu",
    ),
    _mistake(
        "dropout_rates_exchanged",
        "Exchanged the rates of the two dropout layers.",
        (_HIDDEN, _HIDDEN.replace("0.4", "0.3")),
        (_SECOND, _SECOND.replace("0.3", "0.4")),
        loses="dropout_follows_each_hidden_layer",
    ),
    _mistake(
        "dropout_behind_the_output",
        "Put the second dropout layer behind the output layer, where it deletes answers.",
        (_NETWORK_END, '        layers.Dense(10, activation="softmax"),\n        layers.Dropout(0.3),\n'),
        loses="dropout_follows_each_hidden_layer",
    ),
    _mistake(
        "sigmoid_for_ten_classes",
        "Gave the output layer a sigmoid, so that the ten scores do not compete.",
        (_NETWORK_END, _NETWORK_END.replace("softmax", "sigmoid")),
        loses="network_scores_compete",
    ),
    _mistake(
        "input_not_stated",
        "Built the network without an input, so that it does not know its size before it is trained.",
        ("        keras.Input(shape=(28 * 28,)),\n        layers.Dense(256", "        layers.Dense(256"),
        loses="network_goes_from_pixels_to_digits two_hidden_layers_with_relu dropout_follows_each_hidden_layer"
        " network_scores_compete network_has_the_right_number_of_parameters network_loss_suits_ten_classes",
    ),
    _mistake(
        "squared_error_for_classes",
        "Compiled the network with the mean squared error.",
        (_COMPILE_NN, _COMPILE_NN.replace("categorical_crossentropy", "mse")),
        loses="network_loss_suits_ten_classes",
    ),
    _mistake(
        "adam_instead_of_rmsprop",
        "Used another optimizer than the one asked for.",
        (_COMPILE_NN, _COMPILE_NN.replace("rmsprop", "adam")),
        loses="rmsprop_and_accuracy_are_chosen",
    ),
    _mistake(
        "no_metrics",
        "Compiled the network without metrics.",
        (_COMPILE_NN, _COMPILE_NN.replace(', metrics=["accuracy"]', "")),
        loses="rmsprop_and_accuracy_are_chosen table_has_four_measures table_is_the_history history_is_drawn"
        " evaluation_agrees validation_accuracies_are_drawn_together",
    ),
    _mistake(
        "no_validation_data",
        "Fitted the network without a validation split.",
        (_FIT_NN, _FIT_NN.replace("validation_split=0.2, ", "")),
        loses="validation_is_recorded a_fifth_was_held_out table_has_four_measures table_is_the_history"
        " history_is_drawn validation_accuracies_are_drawn_together",
    ),
    _mistake(
        "five_epochs",
        "Fitted the network for 5 epochs.",
        (_FIT_NN, _FIT_NN.replace("epochs=15", "epochs=5")),
        loses="network_was_trained_for_15_epochs",
    ),
    _mistake(
        "batch_size_forgotten",
        "Left the batch size at Keras's default.",
        (_FIT_NN, _FIT_NN.replace("batch_size=128, ", "")),
        loses="a_fifth_was_held_out",
    ),
    _mistake(
        "network_built_again_after_training",
        "Built the network once more after training it, so that its weights are random again.",
        (_FIT_NN, _FIT_NN + "\nmodelnn = keras.models.clone_model(modelnn)\n" + _COMPILE_NN),
        loses="network_reads_new_digits",
    ),
    _mistake(
        "steps_with_the_validation_images",
        "Counted the steps as if the validation images were trained on as well.",
        ("rows_fitted = len(x_train) - round(0.2 * len(x_train))", "rows_fitted = len(x_train)"),
        loses="steps_of_an_epoch_are_counted",
    ),
    _mistake(
        "last_batch_forgotten",
        "Left the last batch out of the count, because it is not full.",
        ("int(np.ceil(rows_fitted / 128))", "rows_fitted // 128"),
        loses="steps_of_an_epoch_are_counted",
        size="quick",  # 48,000 images make 375 full batches
    ),
    _mistake(
        "epoch_taken_for_a_step",
        "Took an epoch for one gradient step.",
        ("steps_in_all = 15 * steps_per_epoch", "steps_in_all = 15"),
        loses="steps_of_all_epochs_are_counted",
    ),
    _mistake(
        "first_five_epochs_only",
        "Kept only the five epochs that were printed.",
        (
            "pd.DataFrame(history.history)\nprint(history_table.head())",
            "pd.DataFrame(history.history).head()",
        ),
        loses="table_is_the_history history_is_drawn",
    ),
    _mistake(
        "losses_only",
        "Kept the losses in the table and left the accuracies out.",
        ("pd.DataFrame(history.history)\n", 'pd.DataFrame(history.history)[["loss", "val_loss"]]\n'),
        loses="table_has_four_measures table_is_the_history history_is_drawn",
    ),
    _mistake(
        "axes_not_labelled",
        "Drew the history without saying what the axes show.",
        ('    axis.set_xlabel("epoch")\n    axis.set_ylabel(measure)\n', ""),
        loses="history_is_drawn",
    ),
    _mistake(
        "accuracy_in_percent",
        "Returned a percentage instead of a share.",
        ("return float(np.mean(predicted == true))", "return 100 * float(np.mean(predicted == true))"),
        loses="accuracy_is_the_share_of_agreement accuracy_takes_columns network_accuracy_is_computed"
        " regression_accuracy_is_computed",
    ),
    _mistake(
        "errors_counted",
        "Returned the share of errors.",
        ("return float(np.mean(predicted == true))", "return float(np.mean(predicted != true))"),
        loses="accuracy_is_the_share_of_agreement accuracy_takes_columns network_accuracy_is_computed"
        " regression_accuracy_is_computed",
    ),
    _mistake(
        "column_compared_with_row",
        "Compared without flattening, so that a column meets a row.",
        (
            "predicted, true = np.asarray(pred).reshape(-1), np.asarray(truth).reshape(-1)",
            "predicted, true = np.asarray(pred), np.asarray(truth)",
        ),
        loses="accuracy_takes_columns",
    ),
    _mistake(
        "probabilities_instead_of_digits",
        "Kept the ten probabilities of each image and did not choose a digit.",
        (
            "pred_nn = modelnn.predict(x_test, verbose=0).argmax(axis=1)",
            "pred_nn = modelnn.predict(x_test, verbose=0)",
        ),
        loses="predictions_are_digits network_reads_the_test_images network_accuracy_is_computed evaluation_agrees"
        " models_are_compared_image_by_image validation_accuracies_are_drawn_together",
    ),
    _mistake(
        "training_images_read",
        "Let the network read the training images.",
        ("pred_nn = modelnn.predict(x_test", "pred_nn = modelnn.predict(x_train"),
        loses="network_reads_the_test_images network_accuracy_is_computed evaluation_agrees"
        " models_are_compared_image_by_image validation_accuracies_are_drawn_together",
    ),
    _mistake(
        "training_accuracy_reported",
        "Reported the accuracy of the last epoch of training.",
        ("acc_nn = accuracy(pred_nn, g_test)", 'acc_nn = history.history["accuracy"][-1]'),
        loses="network_accuracy_is_computed",
    ),
    _mistake(
        "evaluated_on_the_training_set",
        "Evaluated the network on the images it was trained on.",
        ("modelnn.evaluate(x_test, y_test", "modelnn.evaluate(x_train, y_train"),
        loses="evaluation_agrees",
    ),
)

_REGRESSION = (
    _mistake(
        "regression_with_a_hidden_layer",
        "Left a hidden layer in the logistic regression.",
        (
            _LINEAR,
            _LINEAR.replace(
                "layers.Dense(10,", 'layers.Dense(32, activation="relu"),\n        layers.Dense(10,'
            ),
        ),
        loses="regression_has_no_hidden_layer regression_has_the_right_number_of_parameters",
    ),
    _mistake(
        "regression_with_sigmoid",
        "Gave the regression a sigmoid for each class.",
        (_LINEAR, _LINEAR.replace("softmax", "sigmoid")),
        loses="regression_scores_compete",
    ),
    _mistake(
        "regression_without_constants",
        "Left out the constants (biases) of the regression.",
        (_LINEAR, _LINEAR.replace('activation="softmax"', 'activation="softmax", use_bias=False')),
        loses="regression_has_the_right_number_of_parameters",
    ),
    _mistake(
        "regression_with_squared_error",
        "Compiled the regression with the mean squared error.",
        (_COMPILE_LR, _COMPILE_LR.replace("categorical_crossentropy", "mse")),
        loses="regression_is_compiled_like_the_network",
    ),
    _mistake(
        "regression_for_15_epochs",
        "Fitted the regression for as many epochs as the network.",
        (_FIT_LR, _FIT_LR.replace("epochs=30", "epochs=15")),
        loses="regression_was_fitted_as_asked",
    ),
    _mistake(
        "regression_with_a_tiny_step",
        "Fitted the regression with a learning rate that is far too low.",
        (
            _COMPILE_LR,
            _COMPILE_LR.replace('"rmsprop"', "keras.optimizers.RMSprop(learning_rate=1e-6)"),
        ),
        loses="regression_reads_new_digits",
    ),
    _mistake(
        "network_asked_again",
        "Copied the line and forgot to change the model.",
        ("pred_lr = modellr.predict", "pred_lr = modelnn.predict"),
        loses="regression_reads_the_test_images",
    ),
    _mistake(
        "accuracy_of_the_network_again",
        "Computed the accuracy of the network's predictions twice.",
        ("acc_lr = accuracy(pred_lr, g_test)", "acc_lr = accuracy(pred_nn, g_test)"),
        loses="regression_accuracy_is_computed",
    ),
    _mistake(
        "counts_exchanged",
        "Exchanged the two counts.",
        (
            "only_nn_right = int(np.sum(right_nn & ~right_lr))",
            "only_lr_right = int(np.sum(right_nn & ~right_lr))",
        ),
        (
            "only_lr_right = int(np.sum(right_lr & ~right_nn))",
            "only_nn_right = int(np.sum(right_lr & ~right_nn))",
        ),
        loses="models_are_compared_image_by_image",
    ),
    _mistake(
        "right_answers_counted",
        "Counted all images that each model reads rightly.",
        ("np.sum(right_nn & ~right_lr)", "np.sum(right_nn)"),
        ("np.sum(right_lr & ~right_nn)", "np.sum(right_lr)"),
        loses="models_are_compared_image_by_image",
    ),
    _mistake(
        "training_accuracies_compared",
        "Drew the training accuracies of the two models.",
        ('fitted.history["val_accuracy"]', 'fitted.history["accuracy"]'),
        loses="validation_accuracies_are_drawn_together",
    ),
    _mistake(
        "curves_without_names",
        "Drew two lines and did not say which is which.",
        ('plt.ylabel("validation accuracy")\nplt.legend()\n', 'plt.ylabel("validation accuracy")\n'),
        loses="validation_accuracies_are_drawn_together",
    ),
)

MISTAKES = _DATA + _NETWORK + _REGRESSION
"""All of them, in the order of the questions."""
