"""Known wrong answers to islr_lstm, each with the checks that must notice, and no others."""

from deepgrade.lab import Mistake


def _mistake(name: str, description: str, *edits: tuple[str, str], loses: str, size: str = "any") -> Mistake:
    """Write a mistake down; `loses` are check ids without their `test_`, separated by blanks."""
    checks = frozenset(f"test_{check}" for check in loses.split())
    return Mistake(name, description, tuple(edits), checks, size)


_LOADED = "(x_train, y_train), (x_test, y_test) = keras.datasets.imdb.load_data(num_words=10000)\n"
_LENGTHS = "lengths = np.array([len(review) for review in x_train])"
_PAD_TRAIN = "x_train_pad = keras.utils.pad_sequences(x_train, maxlen=500)"
_PAD_TEST = "x_test_pad = keras.utils.pad_sequences(x_test, maxlen=500)"
_COMPILE = 'model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])'
_LABELS = "    y_train[:train_rows],\n"
_VALIDATION = "    validation_data=(x_test_pad, y_test),\n"
_LSTM_PARAMS = "lstm_params = 4 * (32 * 32 + 32 * 32 + 32)"
_EVALUATE = "results = model.evaluate(x_test_pad, y_test, batch_size=128, verbose=0)"
_TRAINED = (
    "model_was_trained_for_three_epochs training_was_tracked_on_the_test_reviews model_judges_new_reviews"
)
_DRAWN = "losses_are_drawn accuracies_are_drawn"
_RESULTS = "results_are_two_numbers results_are_of_the_test_reviews"
_UNMATCHED = "model_judges_new_reviews results_are_of_the_test_reviews"
"""Inputs that are prepared otherwise than asked cannot be prepared for hidden reviews: a person looks."""

_REVIEWS = (
    _mistake(
        "fewer_words_kept",
        "Loaded the reviews with the 5,000 most frequent words.",
        ("load_data(num_words=10000)", "load_data(num_words=5000)"),
        loses="reviews_use_the_most_frequent_words zeros_stand_in_front last_words_are_kept rows_belong_to_their_set"
        " last_words_of_the_first_review row_of_the_longest_review " + _UNMATCHED,
    ),
    _mistake(
        "test_labels_from_the_training_set",
        "Took the labels of the training reviews for those of the test reviews.",
        (_LOADED, _LOADED + "y_test = y_train\n"),
        loses=f"each_review_has_a_label imdb_is_complete {_TRAINED} {_DRAWN} {_RESULTS}",
        size="quick",
    ),
    _mistake(
        "lengths_of_the_test_reviews",
        "Measured the test reviews.",
        (_LENGTHS, _LENGTHS.replace("x_train", "x_test")),
        loses="each_review_has_a_length lengths_are_those_of_the_reviews median_is_right share_of_short_reviews_is_right"
        " row_of_the_longest_review lost_words_are_counted",
        size="quick",
    ),
    _mistake(
        "lengths_sorted",
        "Sorted the lengths, so that they no longer belong to their reviews.",
        (_LENGTHS, "lengths = np.sort([len(review) for review in x_train])"),
        loses="lengths_are_those_of_the_reviews row_of_the_longest_review",
    ),
    _mistake(
        "mean_instead_of_median",
        "Took the mean length.",
        ("np.median(lengths)", "np.mean(lengths)"),
        loses="median_is_right",
    ),
    _mistake(
        "share_in_percent",
        "Kept the share in percent.",
        ("share_500 = np.mean(lengths <= 500)", "share_500 = 100 * np.mean(lengths <= 500)"),
        loses="share_of_short_reviews_is_right",
    ),
)

_SEQUENCES = (
    _mistake(
        "rows_of_400_places",
        "Gave the training reviews 400 places.",
        (_PAD_TRAIN, _PAD_TRAIN.replace("500", "400")),
        loses="rows_have_500_places zeros_stand_in_front last_words_are_kept row_of_the_longest_review",
    ),
    _mistake(
        "zeros_behind",
        "Filled the rows behind the words.",
        (_PAD_TRAIN, _PAD_TRAIN.replace("500)", '500, padding="post")')),
        (_PAD_TEST, _PAD_TEST.replace("500)", '500, padding="post")')),
        loses="zeros_stand_in_front last_words_of_the_first_review " + _UNMATCHED,
    ),
    _mistake(
        "first_words_kept",
        "Kept the first 500 words of longer reviews.",
        (_PAD_TRAIN, _PAD_TRAIN.replace("500)", '500, truncating="post")')),
        (_PAD_TEST, _PAD_TEST.replace("500)", '500, truncating="post")')),
        loses="last_words_are_kept row_of_the_longest_review " + _UNMATCHED,
    ),
    _mistake(
        "beginning_of_the_row",
        "Looked at the first numbers of the row.",
        ("last_words = x_train_pad[0, -11:]", "last_words = x_train_pad[0, :11]"),
        loses="last_words_of_the_first_review",
    ),
    _mistake(
        "shortest_review",
        "Looked for the shortest review.",
        ("longest_row = x_train_pad[longest]", "longest_row = x_train_pad[lengths.argmin()]"),
        loses="row_of_the_longest_review",
    ),
    _mistake(
        "words_in_all",
        "Kept the length of the longest review.",
        ("words_lost = int(lengths[longest]) - 500", "words_lost = int(lengths[longest])"),
        loses="lost_words_are_counted",
    ),
)

_NETWORK = (
    _mistake(
        "input_not_stated",
        "Built the model without an input, so that it does not know its sizes before it is trained.",
        ("        keras.Input(shape=(500,)),\n", ""),
        loses="model_gives_one_output words_become_vectors_of_32_numbers an_lstm_reads_the_vectors"
        " model_has_the_right_number_of_parameters shape_behind_the_embedding loss_suits_two_classes",
    ),
    _mistake(
        "longer_vectors",
        "Gave the vectors of the embedding 64 numbers.",
        ("layers.Embedding(10000, 32)", "layers.Embedding(10000, 64)"),
        loses="words_become_vectors_of_32_numbers model_has_the_right_number_of_parameters shape_behind_the_embedding",
    ),
    _mistake(
        "gru_instead_of_lstm",
        "Used another recurrent layer.",
        ("layers.LSTM(32)", "layers.GRU(32)"),
        loses="an_lstm_reads_the_vectors model_has_the_right_number_of_parameters",
    ),
    _mistake(
        "embedding_with_biases",
        "Counted a bias for each number of the embedding's vectors.",
        ("embedding_params = 10000 * 32", "embedding_params = 10000 * 32 + 32"),
        loses="parameters_of_the_embedding",
    ),
    _mistake(
        "step_before_forgotten",
        "Forgot the weights for the outputs of the step before.",
        (_LSTM_PARAMS, "lstm_params = 4 * (32 * 32 + 32)"),
        loses="parameters_of_the_lstm",
    ),
    _mistake(
        "bias_of_the_output_forgotten",
        "Counted the weights of the output unit only.",
        ("output_params = 32 * 1 + 1", "output_params = 32 * 1"),
        loses="parameters_of_the_output",
    ),
    _mistake(
        "one_place_counted",
        "Counted one place of a review.",
        ("one_hot_entries = 500 * 10000", "one_hot_entries = 10000"),
        loses="one_hot_entries_are_counted",
    ),
    _mistake(
        "shape_behind_the_lstm",
        "Gave the shape behind the LSTM.",
        ("model.layers[0].output.shape[1:]", "model.layers[1].output.shape[1:]"),
        loses="shape_behind_the_embedding",
    ),
    _mistake(
        "squared_error_for_classes",
        "Compiled the model with the mean squared error.",
        (_COMPILE, _COMPILE.replace("binary_crossentropy", "mse")),
        loses="loss_suits_two_classes",
    ),
    _mistake(
        "adam_instead_of_rmsprop",
        "Used another optimizer than the one asked for.",
        (_COMPILE, _COMPILE.replace("rmsprop", "adam")),
        loses="rmsprop_and_accuracy_are_chosen",
    ),
)

_TRAINING = (
    _mistake(
        "one_epoch",
        "Trained for one epoch.",
        ("    epochs=3,\n", "    epochs=1,\n"),
        loses="model_was_trained_for_three_epochs model_judges_new_reviews",
        size="quick",
    ),
    _mistake(
        "no_validation_data",
        "Trained without validation data.",
        (_VALIDATION, ""),
        loses="training_was_tracked_on_the_test_reviews " + _DRAWN,
    ),
    _mistake(
        "labels_of_other_reviews",
        "Took the last labels for the first rows.",
        (_LABELS, "    y_train[::-1][:train_rows],\n"),
        loses="model_judges_new_reviews",
    ),
    _mistake(
        "tracked_on_the_training_set",
        "Gave the training reviews as validation data.",
        (_VALIDATION, "    validation_data=(x_train_pad[:1000], y_train[:1000]),\n"),
        loses="training_was_tracked_on_the_test_reviews",
    ),
    _mistake(
        "axes_without_labels",
        "Left the vertical axes without labels.",
        ("    axis.set_ylabel(measure)\n", ""),
        loses=_DRAWN,
    ),
    _mistake(
        "accuracy_drawn_twice",
        "Drew the accuracies in both plots.",
        ('["loss", "accuracy"], strict=True)', '["accuracy", "accuracy"], strict=True)'),
        loses="losses_are_drawn",
    ),
    _mistake(
        "accuracy_alone",
        "Kept the accuracy and dropped the loss.",
        (_EVALUATE, _EVALUATE + "[1]"),
        loses=_RESULTS,
    ),
    _mistake(
        "evaluated_on_the_training_reviews",
        "Evaluated the model on reviews that it was trained on.",
        (_EVALUATE, _EVALUATE.replace("x_test_pad, y_test", "x_train_pad[:2000], y_train[:2000]")),
        loses="results_are_of_the_test_reviews",
    ),
)

MISTAKES = _REVIEWS + _SEQUENCES + _NETWORK + _TRAINING
