"""Known wrong answers to islr_cifar100, each with the checks that must notice, and no others."""

from deepgrade.lab import Mistake


def _mistake(name: str, description: str, *edits: tuple[str, str], loses: str, size: str = "any") -> Mistake:
    """Write a mistake down; `loses` are check ids without their `test_`, separated by blanks."""
    checks = frozenset(f"test_{check}" for check in loses.split())
    return Mistake(name, description, tuple(edits), checks, size)


_LOAD = "(x_train, g_train), (x_test, g_test) = keras.datasets.cifar100.load_data()"
_ONE_HOT = "y_train = keras.utils.to_categorical(g_train, 100)"
_CONV = 'layers.Conv2D({}, (3, 3), padding="same", activation="relu"),'
_COMPILE = 'model.compile(loss="categorical_crossentropy", optimizer="rmsprop", metrics=["accuracy"])'
_FIT = "history = model.fit(x_train, y_train, epochs=10, batch_size=128, validation_split=0.2, verbose=2)"
_PREDICT = "predicted = model.predict(x_test, verbose=0).argmax(axis=1)"
_SHARE = "test_acc = float(np.mean(predicted == g_test.reshape(-1)))"
_CONVOLUTION_CHECKS = "four_convolutions_with_more_and_more_filters"

MISTAKES = (
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
        "labels_shuffled_apart_from_images",
        "Sorted the class numbers of the training images after loading them.",
        (_LOAD, _LOAD + "\ng_train = np.sort(g_train, axis=0)"),
        loses="cifar100_is_complete labels_are_one_hot model_recognises_new_pictures",
    ),
    _mistake(
        "pairs_unpacked_in_another_order",
        "Took the two sets of images first and the labels second.",
        (_LOAD, "(x_train, x_test), (g_train, g_test) = keras.datasets.cifar100.load_data()"),
        loses="training_could_use_the_gpu each_image_has_a_class cifar100_is_complete images_keep_four_axes_and_small_numbers"
        " test_images_are_scaled labels_have_a_column_for_each_class labels_are_one_hot"
        " validation_accuracy_is_recorded training_had_ten_to_thirty_epochs a_fifth_was_held_back"
        " model_recognises_new_pictures both_accuracies_are_drawn plot_says_what_it_shows"
        " there_is_one_class_for_each_image predictions_are_the_models accuracy_is_the_share_of_right_classes",
    ),
    _mistake(
        "range_of_all_channels",
        "Gave the range of the whole first image instead of its red channel.",
        ("red = x_train[0, :, :, 0]", "red = x_train[0]"),
        loses="range_is_that_of_the_red_channel_of_the_first_image",
    ),
    _mistake(
        "test_images_not_scaled",
        "Scaled the training images and forgot the test images.",
        ('x_test = x_test.astype("float32") / 255\n', ""),
        loses="images_keep_four_axes_and_small_numbers test_images_are_scaled",
    ),
    _mistake(
        "scaled_twice",
        "Ran the cell that scales a second time.",
        (
            'x_train = x_train.astype("float32") / 255\n',
            'x_train = x_train.astype("float32") / 255\nx_train = x_train / 255\n',
        ),
        loses="training_images_are_scaled model_recognises_new_pictures",
    ),
    _mistake(
        "labels_left_as_integers",
        "Kept integer labels and changed the loss so that it takes them.",
        (_ONE_HOT, "y_train = g_train"),
        (_COMPILE, _COMPILE.replace("categorical", "sparse_categorical")),
        loses="labels_have_a_column_for_each_class labels_are_one_hot",
    ),
    _mistake(
        "classes_counted_from_one",
        "Moved every 1 into the next column.",
        (_ONE_HOT, "y_train = np.eye(100)[(g_train.reshape(-1) + 1) % 100]"),
        loses="labels_are_one_hot model_recognises_new_pictures",
    ),
    _mistake(
        "only_sixteen_images",
        "Drew a grid of four by four.",
        (
            "np.random.choice(len(x_train), 25, replace=False)",
            "np.random.choice(len(x_train), 16, replace=False)",
        ),
        ("plt.subplots(5, 5, figsize=(6, 6))", "plt.subplots(4, 4, figsize=(6, 6))"),
        loses="twenty_five_images_are_drawn images_stand_in_a_grid",
    ),
    _mistake(
        "images_drawn_over_each_other",
        "Drew all images into the first axes of the grid.",
        ("    axis.imshow(x_train[place])\n", "    axes[0, 0].imshow(x_train[place])\n"),
        loses="images_stand_in_a_grid",
    ),
    _mistake(
        "padding_forgotten_once",
        "Left the padding of the third convolution at its default.",
        (_CONV.format(128), _CONV.format(128).replace(' padding="same",', "")),
        loses="maps_are_halved_by_pooling_alone number_of_parameters",
    ),
    _mistake(
        "same_filters_everywhere",
        "Gave the third convolution 64 filters like the second.",
        (_CONV.format(128), _CONV.format(64) + "  # again"),
        loses="four_convolutions_with_more_and_more_filters number_of_parameters",
    ),
    _mistake(
        "dropout_forgotten",
        "Left dropout out.",
        ("        layers.Dropout(0.5),\n", ""),
        loses="half_is_dropped_before_the_dense_layers",
    ),
    _mistake(
        "dense_layer_too_small",
        "Gave the dense layer 256 units.",
        ('layers.Dense(512, activation="relu")', 'layers.Dense(256, activation="relu")'),
        loses="dense_layer_of_512_relu_units number_of_parameters",
    ),
    _mistake(
        "sigmoid_for_classes",
        "Gave the output layer a sigmoid, so that the scores do not compete.",
        ('layers.Dense(100, activation="softmax")', 'layers.Dense(100, activation="sigmoid")'),
        loses="classes_compete",
        size="full",
    ),
    _mistake(
        "ten_classes",
        "Copied the output layer of the digits.",
        ('layers.Dense(100, activation="softmax")', 'layers.Dense(10, activation="softmax")'),
        loses="training_could_use_the_gpu model_goes_from_pictures_to_scores classes_compete number_of_parameters"
        " validation_accuracy_is_recorded training_had_ten_to_thirty_epochs a_fifth_was_held_back"
        " model_recognises_new_pictures both_accuracies_are_drawn plot_says_what_it_shows predictions_are_the_models",
    ),
    _mistake(
        "grey_input",
        "Stated an input with one channel.",
        ("keras.Input(shape=(32, 32, 3))", "keras.Input(shape=(32, 32, 1))"),
        loses="training_could_use_the_gpu model_goes_from_pictures_to_scores number_of_parameters validation_accuracy_is_recorded"
        " training_had_ten_to_thirty_epochs a_fifth_was_held_back model_recognises_new_pictures"
        " both_accuracies_are_drawn plot_says_what_it_shows there_is_one_class_for_each_image"
        " predictions_are_the_models accuracy_is_the_share_of_right_classes",
    ),
    _mistake(
        "biases_not_counted",
        "Counted the weights of the convolutions without their biases.",
        ("first_conv_params = (3 * 3 * 3 + 1) * 32", "first_conv_params = 3 * 3 * 3 * 32"),
        ("last_conv_params = (3 * 3 * 128 + 1) * 256", "last_conv_params = 3 * 3 * 128 * 256"),
        loses="parameters_of_the_first_convolution parameters_of_the_last_convolution",
    ),
    _mistake(
        "sides_before_pooling",
        "Gave the sides before each pooling.",
        ("for poolings in (1, 2, 3, 4)]", "for poolings in (0, 1, 2, 3)]"),
        ("flat_size = sides[-1] ** 2 * 256", "flat_size = 2**2 * 256"),
        loses="sides_of_the_maps",
    ),
    _mistake(
        "channels_left_out_of_the_row",
        "Counted one value for each place of the last maps.",
        ("flat_size = sides[-1] ** 2 * 256", "flat_size = sides[-1] ** 2"),
        loses="size_of_the_flattened_row",
    ),
    _mistake(
        "binary_loss",
        "Compiled with the cross-entropy of two classes, with which a hundred are learned too slowly.",
        (_COMPILE, _COMPILE.replace("categorical", "binary")),
        loses="loss_suits_a_hundred_classes model_recognises_new_pictures",
        size="full",
    ),
    _mistake(
        "distance_as_loss",
        "Compiled with the squared error, with which a hundred classes are learned too slowly.",
        (_COMPILE, _COMPILE.replace("categorical_crossentropy", "mse")),
        loses="loss_suits_a_hundred_classes model_recognises_new_pictures",
        size="quick",
    ),
    _mistake(
        "adam_without_metrics",
        "Used Adam and did not ask for the accuracy.",
        (_COMPILE, 'model.compile(loss="categorical_crossentropy", optimizer="adam")'),
        loses="rmsprop_and_accuracy_are_chosen validation_accuracy_is_recorded both_accuracies_are_drawn"
        " plot_says_what_it_shows",
    ),
    _mistake(
        "loss_for_integers",
        "Compiled with the sparse loss for one-hot labels, so that fit stops with an error.",
        (_COMPILE, _COMPILE.replace("categorical", "sparse_categorical")),
        loses="training_could_use_the_gpu validation_accuracy_is_recorded training_had_ten_to_thirty_epochs"
        " a_fifth_was_held_back model_recognises_new_pictures both_accuracies_are_drawn plot_says_what_it_shows",
    ),
    _mistake(
        "three_epochs",
        "Stopped after three epochs, before enough was learned.",
        (_FIT, _FIT.replace("epochs=10", "epochs=3")),
        loses="training_had_ten_to_thirty_epochs model_recognises_new_pictures",
        size="full",
    ),
    _mistake(
        "validated_on_the_test_set",
        "Trained on all training images and validated on the test images.",
        (
            _FIT,
            _FIT.replace(
                "validation_split=0.2", "validation_data=(x_test, keras.utils.to_categorical(g_test, 100))"
            ),
        ),
        loses="a_fifth_was_held_back",
    ),
    _mistake(
        "one_epoch_of_one_batch",
        "Trained in batches of 1,024 for one epoch.",
        (_FIT, _FIT.replace("epochs=10, batch_size=128", "epochs=1, batch_size=1024")),
        loses="training_had_ten_to_thirty_epochs a_fifth_was_held_back model_recognises_new_pictures",
    ),
    _mistake(
        "only_one_line",
        "Drew the training accuracy alone.",
        ('plt.plot(epochs, history.history["val_accuracy"], "s-", label="validation")\n', ""),
        loses="both_accuracies_are_drawn",
    ),
    _mistake(
        "axes_not_labelled",
        "Drew the plot without labels on its axes.",
        ('plt.xlabel("epoch")\nplt.ylabel("accuracy")\n', ""),
        loses="plot_says_what_it_shows",
    ),
    _mistake(
        "scores_instead_of_classes",
        "Kept the hundred scores of each image.",
        (_PREDICT, "predicted = model.predict(x_test, verbose=0)"),
        (_SHARE, "test_acc = float(np.mean(predicted.argmax(axis=1) == g_test.reshape(-1)))"),
        loses="there_is_one_class_for_each_image predictions_are_the_models accuracy_is_the_share_of_right_classes",
    ),
    _mistake(
        "argmax_along_the_images",
        "Took the largest score along the wrong axis, padded to the right length.",
        (
            _PREDICT,
            "predicted = np.resize(model.predict(x_test, verbose=0).argmax(axis=0), len(x_test)) % 100",
        ),
        loses="predictions_are_the_models",
    ),
    _mistake(
        "compared_with_a_column",
        "Compared an array of shape (n,) with one of shape (n, 1).",
        (_SHARE, "test_acc = float(np.mean(predicted == g_test))"),
        loses="accuracy_is_the_share_of_right_classes",
    ),
)
