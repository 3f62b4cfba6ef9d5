"""Known wrong answers to mnist_one_layer, each with the checks that must notice, and no others."""

from deepgrade.lab import Mistake


def _mistake(name: str, description: str, *edits: tuple[str, str], loses: str, size: str = "any") -> Mistake:
    """Write a mistake down; `loses` are check ids without their `test_`, separated by blanks."""
    checks = frozenset(f"test_{check}" for check in loses.split())
    return Mistake(name, description, tuple(edits), checks, size)


_X_TRAIN = "x_train = (train_images / 255).reshape(num_train_images, img_rows, img_cols, 1)"
_X_TEST = "x_test = (test_images / 255).reshape(num_test_images, img_rows, img_cols, 1)"
_INPUT = "        keras.Input(shape=(img_rows, img_cols, 1)),\n        layers.Flatten(),\n"
_HIDDEN = '        layers.Dense(256, activation="relu"),\n'
_DROPOUT = "        layers.Dropout(0.5),\n"
_OUTPUT = 'layers.Dense(num_classes, activation="softmax")'
_LOSS = 'loss="categorical_crossentropy"'
_FIT = "model.fit(x_train, y_train, epochs=10, batch_size=128, validation_split=0.2, verbose=2)"
_PREDICT = "model.predict(x_test, verbose=0)"
_EVALUATE = "model.evaluate(x_test, y_test, verbose=0)"
_HISTORY_DRAWN = '    axis.set_xlabel("epoch")\n    axis.set_ylabel(measure)\n    axis.legend()\nplt.show()\n'

_DATA = (
    _mistake(
        "last_tenth_left_out",
        "Left the last tenth of the training images out, meaning to validate on them.",
        (
            "keras.datasets.mnist.load_data()\n\nnum_train",
            "keras.datasets.mnist.load_data()\nkept = len(train_images) * 9 // 10\n"
            "train_images, g_train = train_images[:kept], g_train[:kept]\n\nnum_train",
        ),
        loses="mnist_is_complete data_are_described labels_are_one_hot a_fifth_was_set_apart fitted_images_are_counted"
        " steps_are_the_batches_of_an_epoch",
    ),
    _mistake(
        "sides_added",
        "Added the sides of an image instead of multiplying them.",
        ("num_pixels = img_rows * img_cols", "num_pixels = img_rows + img_cols"),
        loses="pixels_of_an_image_are_counted parameters_of_the_hidden_layer",
    ),
    _mistake(
        "training_images_counted_twice",
        "Counted the training images where the test images were asked for.",
        ("num_test_images = len(test_images)", "num_test_images = len(train_images)"),
        (_X_TEST, _X_TEST.replace("num_test_images", "-1")),
        loses="data_are_described",
    ),
    _mistake(
        "channel_axis_forgotten",
        "Scaled the images and left them with three axes.",
        (_X_TRAIN, "x_train = train_images / 255"),
        (_X_TEST, "x_test = test_images / 255"),
        ("axis.imshow(image[:, :, 0]", "axis.imshow(image"),
        ("axis.imshow(x_test[shown, :, :, 0]", "axis.imshow(x_test[shown]"),
        loses="images_have_a_channel_axis",
    ),
    _mistake(
        "test_images_not_scaled",
        "Scaled the training images and forgot the test images.",
        (_X_TEST, _X_TEST.replace("(test_images / 255)", "test_images")),
        loses="pixels_are_scaled",
    ),
    _mistake(
        "transposed_before_the_reshape",
        "Transposed the training images to make room for the channels, so that reshape mixes pixels of many images.",
        (_X_TRAIN, _X_TRAIN.replace("(train_images / 255)", "(train_images.T / 255)")),
        loses="pixels_stay_where_they_are model_reads_new_digits predictions_are_of_the_test_images",
    ),
    _mistake(
        "labels_left_as_integers",
        "Chose a loss that takes integers, and skipped one-hot labels.",
        ("y_train = keras.utils.to_categorical(g_train, num_classes)", "y_train = g_train"),
        ("y_test = keras.utils.to_categorical(g_test, num_classes)", "y_test = g_test"),
        (_LOSS, _LOSS.replace("categorical", "sparse_categorical")),
        loses="labels_have_ten_columns labels_are_one_hot",
    ),
    _mistake(
        "test_labels_from_the_training_set",
        "Made the one-hot test labels out of training labels.",
        (
            "y_test = keras.utils.to_categorical(g_test, num_classes)",
            "y_test = keras.utils.to_categorical(g_train[:num_test_images], num_classes)",
        ),
        loses="labels_are_one_hot evaluate_agrees",
    ),
    _mistake(
        "names_begin_with_one",
        "Began the names with one, as if classes were counted from 1.",
        (
            '["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]',
            '["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "zero"]',
        ),
        loses="ten_classes_have_names images_bear_the_names_of_their_classes",
    ),
    _mistake(
        "digits_as_titles",
        "Wrote the digit over each image, not the name of its class.",
        ("axis.set_title(class_names[digit])", "axis.set_title(str(digit))"),
        loses="images_bear_the_names_of_their_classes",
    ),
    _mistake(
        "three_images",
        "Drew three images only.",
        ("plt.subplots(3, 4, figsize=(7, 6))", "plt.subplots(1, 3, figsize=(7, 3))"),
        loses="twelve_images_are_drawn",
    ),
)

_NETWORK = (
    _mistake(
        "flattened_outside",
        "Built the model for flat rows, and flattened the images each time before they went in.",
        (_INPUT, "        keras.Input(shape=(num_pixels,)),\n"),
        (_FIT, _FIT.replace("x_train,", "x_train.reshape(-1, num_pixels),")),
        ("network.predict(x_test[:100],", "network.predict(x_test[:100].reshape(-1, num_pixels),"),
        (_PREDICT, _PREDICT.replace("x_test,", "x_test.reshape(-1, num_pixels),")),
        (_EVALUATE, _EVALUATE.replace("x_test,", "x_test.reshape(-1, num_pixels),")),
        loses="model_takes_images images_are_flattened_inside",
    ),
    _mistake(
        "hidden_layer_too_small",
        "Gave the hidden layer 128 units.",
        (_HIDDEN, _HIDDEN.replace("256", "128")),
        loses="one_hidden_layer_of_256_relu_units model_has_the_right_number_of_parameters",
    ),
    _mistake(
        "no_activation",
        "Left the hidden layer without an activation, which makes the network linear.",
        (_HIDDEN, _HIDDEN.replace(', activation="relu"', "")),
        loses="one_hidden_layer_of_256_relu_units",
    ),
    _mistake(
        "pixels_dropped",
        "Put dropout before the hidden layer, where it drops pixels.",
        (_HIDDEN + _DROPOUT, _DROPOUT + _HIDDEN),
        loses="dropout_stands_before_the_output",
    ),
    _mistake(
        "dropout_forgotten",
        "Left dropout out.",
        (_DROPOUT, ""),
        loses="dropout_stands_before_the_output",
    ),
    _mistake(
        "sigmoid_for_ten_classes",
        "Gave the output layer a sigmoid, so that the ten scores do not compete.",
        (_OUTPUT, _OUTPUT.replace("softmax", "sigmoid")),
        loses="output_layer_gives_competing_scores probabilities_sum_to_one",
    ),
    _mistake(
        "biases_not_counted",
        "Counted the weights and forgot the biases.",
        ("hidden_params = (num_pixels + 1) * 256", "hidden_params = num_pixels * 256"),
        ("output_params = (256 + 1) * num_classes", "output_params = 256 * num_classes"),
        loses="parameters_of_the_hidden_layer parameters_of_the_output_layer",
    ),
    _mistake(
        "dropout_counted",
        "Counted dropout as if it had one parameter for each unit.",
        (
            "total_params = hidden_params + output_params",
            "total_params = hidden_params + 256 + output_params",
        ),
        loses="total_is_the_sum_of_the_layers",
    ),
    _mistake(
        "softmax_twice",
        "Told the loss to expect raw scores, although the output layer has a softmax already.",
        (_LOSS, "loss=keras.losses.CategoricalCrossentropy(from_logits=True)"),
        loses="loss_suits_ten_classes",
    ),
    _mistake(
        "another_optimizer",
        "Used RMSprop with its defaults, which learns faster.",
        ("keras.optimizers.SGD(learning_rate=0.03)", "keras.optimizers.RMSprop()"),
        loses="sgd_and_accuracy_are_chosen",
    ),
    _mistake(
        "default_learning_rate",
        "Left the learning rate of SGD at its default.",
        ("keras.optimizers.SGD(learning_rate=0.03)", '"sgd"'),
        loses="sgd_and_accuracy_are_chosen",
    ),
)

_TRAINING = (
    _mistake(
        "no_validation",
        "Trained on all images, with none set apart.",
        (_FIT, _FIT.replace("validation_split=0.2, ", "")),
        loses="validation_is_recorded a_fifth_was_set_apart losses_are_drawn accuracies_are_drawn curves_are_labelled",
    ),
    _mistake(
        "seven_epochs",
        "Trained for 7 epochs, since the loss had nearly stopped falling.",
        (_FIT, _FIT.replace("epochs=10", "epochs=7")),
        loses="model_was_trained_for_ten_epochs",
    ),
    _mistake(
        "batch_size_forgotten",
        "Left the batch size at Keras's default.",
        (_FIT, _FIT.replace("batch_size=128, ", "")),
        loses="a_fifth_was_set_apart",
    ),
    _mistake(
        "built_again_after_training",
        "Built the network once more after training it, so that its weights are random again.",
        (
            _FIT + "\n",
            _FIT + "\nmodel = keras.models.clone_model(model)\n"
            'model.compile(loss="categorical_crossentropy", optimizer="sgd", metrics=["accuracy"])\n',
        ),
        loses="model_reads_new_digits predictions_are_of_the_test_images",
    ),
    _mistake(
        "validation_images_counted",
        "Counted the images set apart instead of those trained on.",
        ("round(num_train_images * (1 - 0.2))", "round(num_train_images * 0.2)"),
        loses="fitted_images_are_counted steps_are_the_batches_of_an_epoch",
    ),
    _mistake(
        "steps_of_all_images",
        "Divided all training images by the batch size, those set apart included.",
        ("int(np.ceil(fitted_images / 128))", "int(np.ceil(num_train_images / 128))"),
        loses="steps_are_the_batches_of_an_epoch",
    ),
    _mistake(
        "last_batch_forgotten",
        "Counted full batches only.",
        ("int(np.ceil(fitted_images / 128))", "fitted_images // 128"),
        loses="steps_are_the_batches_of_an_epoch",
        size="quick",  # the published 48,000 images make 375 full batches and leave nothing over
    ),
    _mistake(
        "an_epoch_for_a_step",
        "Took an epoch for one gradient step.",
        ("updates = steps_per_epoch * 10", "updates = 10"),
        loses="updates_are_counted_over_all_epochs",
    ),
    _mistake(
        "architecture_without_weights",
        "Made the second model from the description of the first, which has no weights.",
        ("reloaded = keras.models.load_model(model_file)", "reloaded = keras.models.clone_model(model)"),
        loses="loaded_model_is_the_trained_one",
    ),
    _mistake(
        "size_in_kilobytes",
        "Gave the size of the model's file in kilobytes.",
        ("model_bytes = model_file.stat().st_size", "model_bytes = model_file.stat().st_size / 1024"),
        loses="model_file_was_written",
    ),
    _mistake(
        "last_epoch_saved",
        "Saved the figures of the last epoch only.",
        (
            "json.dumps(history.history)",
            "json.dumps({name: values[-1:] for name, values in history.history.items()})",
        ),
        loses="loaded_history_has_all_epochs history_survived losses_are_drawn accuracies_are_drawn",
    ),
    _mistake(
        "training_curves_only",
        "Drew the training curves and forgot those of the validation.",
        ('    axis.plot(epochs, reloaded_history["val_" + measure], label="validation")\n', ""),
        loses="losses_are_drawn accuracies_are_drawn",
    ),
    _mistake(
        "axes_without_labels",
        "Drew the curves without saying what the axes show.",
        (_HISTORY_DRAWN, "    axis.legend()\nplt.show()\n"),
        loses="curves_are_labelled",
    ),
)

_JUDGING = (
    _mistake(
        "above_one_half",
        "Took the class whose probability is above one half, which is class 0 where none is.",
        ("probabilities.argmax(axis=1)", "(probabilities > 0.5).argmax(axis=1)"),
        loses="predicted_class_is_the_most_likely",
    ),
    _mistake(
        "training_images_predicted",
        "Had the network look at training images.",
        (_PREDICT, _PREDICT.replace("x_test,", "x_train[:num_test_images],")),
        loses="predictions_are_of_the_test_images evaluate_agrees",
    ),
    _mistake(
        "error_in_percent",
        "Gave the misclassification error in percent.",
        ("np.mean(predicted_classes != g_test)", "100 * np.mean(predicted_classes != g_test)"),
        loses="error_is_the_share_of_wrong_classes error_and_accuracy_make_one",
    ),
    _mistake(
        "evaluated_on_the_training_images",
        "Evaluated the network on the images it was trained on.",
        (_EVALUATE, _EVALUATE.replace("x_test, y_test", "x_train, y_train")),
        loses="evaluate_agrees",
    ),
    _mistake(
        "confusion_the_other_way_round",
        "Counted predictions in rows and the truth in columns.",
        ("confusion[truth, guess] += 1", "confusion[guess, truth] += 1"),
        loses="confusion_counts_truth_by_prediction",
    ),
    _mistake(
        "confusion_not_drawn",
        "Printed the confusion matrix and did not draw it.",
        ('axis.set_ylabel("true digit")\nplt.show()\n', 'axis.set_ylabel("true digit")\nplt.close(figure)\n'),
        loses="confusion_is_drawn",
    ),
    _mistake(
        "twos_read_as_eights",
        "Looked for twos that were read as eights.",
        ("(predicted_classes == 2) & (g_test == 8)", "(predicted_classes == 8) & (g_test == 2)"),
        loses="eights_read_as_twos_are_found first_of_them_is_shown",
    ),
    _mistake(
        "any_mistake_shown",
        "Showed the first mistake of any kind.",
        ("shown = eights_as_twos[0] if len(eights_as_twos) else wrong[0]", "shown = wrong[0]"),
        loses="first_of_them_is_shown",
    ),
    _mistake(
        "mistake_not_drawn",
        "Found the image and did not draw it.",
        (
            'read as {class_names[predicted_classes[shown]]}")\naxis.axis("off")\nplt.show()\n',
            'read as {class_names[predicted_classes[shown]]}")\nplt.close(figure)\n',
        ),
        loses="mistake_is_drawn",
    ),
)

MISTAKES = _DATA + _NETWORK + _TRAINING + _JUDGING
"""All of them, in the order of the questions."""
