"""Known wrong answers to islr_imdb, each with the checks that must notice, and no others."""

from deepgrade.lab import Mistake


def _mistake(name: str, description: str, *edits: tuple[str, str], loses: str, size: str = "any") -> Mistake:
    """Write a mistake down; `loses` are check ids without their `test_`, separated by blanks."""
    checks = frozenset(f"test_{check}" for check in loses.split())
    return Mistake(name, description, tuple(edits), checks, size)


_LOADED = "(x_train, y_train), (x_test, y_test) = keras.datasets.imdb.load_data(num_words=10000)\n"
_RANKS = "words = {rank + 3: word for word, rank in word_index.items()}"
_MARKS = '    words |= {0: "<PAD>", 1: "<START>", 2: "<UNK>", 3: "<UNUSED>"}\n'
_JOINED = 'return " ".join(words[number] for number in numbers)'
_SHAPE = ", shape=(len(sequences), dimension))"
_ONES = "    matrix.data[:] = 1  # a word that occurs more than once was added up\n"
_TRAIN_1H = "x_train_1h = one_hot(x_train, 10000)"
_TEST_1H = "x_test_1h = one_hot(x_test, 10000)"
_SPARSE_MB = "(x_train_1h.data.nbytes + x_train_1h.indices.nbytes + x_train_1h.indptr.nbytes) / 1e6"
_CHOSEN = "np.random.default_rng(3).choice(len(y_train), 2000, replace=False)"
_VAL = "x_val, y_val = x_train_1h[held_out], y_train[held_out]"
_FIT = "x_fit, y_fit = x_train_1h[~held_out], y_train[~held_out]"
_PRICE = "C=1 / (len(y_fit) * penalty)"
_SCORES = "lasso_accuracy = np.array([lasso.score(x_val, y_val) for lasso in lasso_models])"
_WORDS_USED = "words_used = np.array([np.count_nonzero(lasso.coef_) for lasso in lasso_models])"
_FIRST = (
    "# %%" + ' question="d1"\n# BEGIN SOLUTION\nmodel = keras.Sequential(\n    [\n'
    "        keras.Input(shape=(10000,)),\n"
    '        layers.Dense(16, activation="relu"),\n'
    '        layers.Dense(16, activation="relu"),\n'
)
_COMPILE = (
    '\nmodel.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])\nmodel.summary()'
)
_FIT_MODEL = (
    "history = model.fit(x_fit, y_fit, epochs=20, batch_size=512, validation_data=(x_val, y_val), verbose=2)"
)
_BEST_EPOCH = 'best_epoch = int(np.argmax(history.history["val_accuracy"])) + 1'
_VAL_LINE = 'plt.plot(epochs, history.history["val_accuracy"], label="validation")\n'
_TEST_LINE = 'plt.plot(epochs, history_test.history["val_accuracy"], label="test")\n'
_AGAIN = "history_again = model.fit("
_FRESH = 'question="e2"\n# BEGIN SOLUTION\nfresh_model = keras.Sequential(\n    [\n        keras.Input(shape=(10000,)),\n'
_FRESH_COMPILE = (
    'fresh_model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])\n'
)
_TEST_ACC = 'test_acc_20 = history_test.history["val_accuracy"][-1]'

_WORDS = (
    _mistake(
        "fewer_words_kept",
        "Loaded the reviews with the 5,000 most frequent words.",
        ("load_data(num_words=10000)", "load_data(num_words=5000)"),
        loses="reviews_use_the_most_frequent_words matrices_say_which_words_occur share_of_entries_is_right"
        " labels_go_with_their_reviews",
    ),
    _mistake(
        "test_labels_from_the_training_set",
        "Took the labels of the training reviews for those of the test reviews.",
        (_LOADED, _LOADED + "y_test = y_train\n"),
        loses="each_review_has_a_label imdb_is_complete linear_model_is_tested_on_the_test_reviews"
        " second_fit_went_on epochs_of_the_second_fit_are_counted fresh_model_started_afresh"
        " test_accuracy_is_that_of_the_fresh_model three_accuracies_are_drawn",
        size="quick",
    ),
    _mistake(
        "offset_forgotten",
        "Took the rank of a word for its number.",
        (_RANKS, _RANKS.replace("rank + 3", "rank")),
        loses="words_are_found_three_places_on marks_have_their_names first_words_are_those_of_the_first_review",
    ),
    _mistake(
        "marks_left_out",
        "Wrote a question mark for each number that the dictionary does not have.",
        (_MARKS, ""),
        (_JOINED, _JOINED.replace("words[number]", 'words.get(number, "?")')),
        loses="first_words_are_a_text marks_have_their_names first_words_are_those_of_the_first_review",
    ),
    _mistake(
        "dictionary_of_its_own",
        "Used the published dictionary inside decode_review, whatever it is given.",
        (_RANKS, _RANKS.replace("word_index.items()", "keras.datasets.imdb.get_word_index().items()")),
        loses="words_are_found_three_places_on marks_have_their_names",
    ),
    _mistake(
        "another_review_decoded",
        "Decoded the second review.",
        ("first_words = decode_review(x_train[0][:12]", "first_words = decode_review(x_train[1][:12]"),
        loses="first_words_are_those_of_the_first_review",
    ),
    _mistake(
        "padding_expected",
        "Guessed that 0 occurs as padding, and did not look.",
        ("never_used = [number for number in range(4) if number not in used]", "never_used = [3]"),
        loses="marks_without_use_are_found",
    ),
)

_MATRICES = (
    _mistake(
        "words_counted",
        "Left the values that were added up, so that the matrix counts words.",
        (_ONES, ""),
        loses="words_that_occur_twice_count_once matrices_say_which_words_occur",
    ),
    _mistake(
        "largest_number_decides_the_columns",
        "Left the shape out, so that the matrix ends at the largest number it meets.",
        (_SHAPE, ")"),
        loses="one_hot_marks_words_that_occur",
    ),
    _mistake(
        "one_column_too_many",
        "Made 10,001 columns, one for each number up to 10,000.",
        (_TRAIN_1H, _TRAIN_1H.replace("10000", "10001")),
        (_TEST_1H, _TEST_1H.replace("10000", "10001")),
        loses="rows_have_a_column_for_each_word matrices_say_which_words_occur each_review_is_in_one_part"
        " linear_model_is_tested_on_the_test_reviews model_was_trained_for_20_epochs"
        " training_was_watched_on_the_validation_set model_judges_new_reviews accuracies_are_drawn"
        " best_epoch_has_the_highest_accuracy second_fit_went_on epochs_of_the_second_fit_are_counted"
        " fresh_model_started_afresh test_accuracy_is_that_of_the_fresh_model three_accuracies_are_drawn",
    ),
    _mistake(
        "share_in_percent",
        "Kept the share in percent.",
        (
            "share_nonzero = x_train_1h.nnz / (rows * columns)",
            "share_nonzero = 100 * x_train_1h.nnz / (rows * columns)",
        ),
        loses="share_of_entries_is_right",
    ),
    _mistake(
        "places_take_no_memory",
        "Counted the memory of the values only, without that of their places.",
        (_SPARSE_MB, "x_train_1h.data.nbytes / 1e6"),
        loses="memory_of_both_forms_is_right",
    ),
    _mistake(
        "drawn_with_repetition",
        "Drew the validation reviews with repetition.",
        (_CHOSEN, _CHOSEN.replace(", replace=False", "")),
        (_VAL, "x_val, y_val = x_train_1h[chosen], y_train[chosen]"),
        loses="each_review_is_in_one_part",
    ),
    _mistake(
        "first_reviews_for_validation",
        "Took the first 2,000 reviews for validation.",
        (_CHOSEN, "np.arange(2000)"),
        loses="validation_set_is_chosen_at_random",
    ),
    _mistake(
        "labels_in_another_order",
        "Took rows in the order of the training set and labels in the order in which they were drawn.",
        (_VAL, "x_val, y_val = x_train_1h[held_out], y_train[chosen]"),
        loses="labels_go_with_their_reviews accuracy_is_that_of_the_validation_set",
    ),
    _mistake(
        "labels_not_split",
        "Cut the matrix and forgot to cut the labels.",
        (_FIT, _FIT.replace("y_train[~held_out]", "y_train")),
        loses="rows_and_labels_are_split_alike labels_go_with_their_reviews path_has_one_entry_for_each_lambda"
        " penalty_removes_words accuracy_is_that_of_the_validation_set accuracy_is_drawn_against_minus_log_lambda"
        " axes_of_the_path_are_labelled best_lambda_is_best_on_the_validation_set"
        " linear_model_is_tested_on_the_test_reviews model_was_trained_for_20_epochs"
        " training_was_watched_on_the_validation_set model_judges_new_reviews accuracies_are_drawn"
        " best_epoch_has_the_highest_accuracy second_fit_went_on epochs_of_the_second_fit_are_counted"
        " fresh_model_started_afresh test_accuracy_is_that_of_the_fresh_model three_accuracies_are_drawn",
    ),
)

_LASSO = (
    _mistake(
        "even_steps",
        "Put the lambdas at even distances, so that nearly all are high.",
        ("lambdas = np.geomspace(", "lambdas = np.linspace("),
        loses="lambdas_are_as_asked",
    ),
    _mistake(
        "penalty_upside_down",
        "Gave lambda as C, so that a high lambda is a weak penalty.",
        (_PRICE, "C=penalty"),
        loses="penalty_removes_words",
    ),
    _mistake(
        "sum_taken_for_the_mean",
        "Took 1 / lambda for C and forgot that it goes with a sum over all reviews.",
        (_PRICE, "C=1 / penalty, max_iter=20"),
        loses="penalty_removes_words",
    ),
    _mistake(
        "words_of_one_model",
        "Counted the words of the last model only.",
        (_WORDS_USED, "words_used = np.count_nonzero(lasso_models[-1].coef_)"),
        loses="path_has_one_entry_for_each_lambda penalty_removes_words",
    ),
    _mistake(
        "accuracy_of_the_fitted_reviews",
        "Took the accuracy on the reviews that the models were fitted to.",
        (_SCORES, _SCORES.replace("x_val, y_val", "x_fit, y_fit")),
        loses="accuracy_is_that_of_the_validation_set",
    ),
    _mistake(
        "drawn_against_lambda",
        "Drew the accuracy against lambda itself.",
        ("plt.plot(-np.log(lambdas), lasso_accuracy", "plt.plot(lambdas, lasso_accuracy"),
        loses="accuracy_is_drawn_against_minus_log_lambda",
    ),
    _mistake(
        "path_without_labels",
        "Left the axes of the plot without labels.",
        ('plt.xlabel("-log(lambda)")\nplt.ylabel("validation accuracy")\n', ""),
        loses="axes_of_the_path_are_labelled",
    ),
    _mistake(
        "place_of_the_best_lambda",
        "Kept the place of the best lambda instead of the lambda.",
        ("best_lambda = float(lambdas[best])", "best_lambda = float(best)"),
        loses="best_lambda_is_best_on_the_validation_set",
    ),
    _mistake(
        "lasso_tested_on_the_fitted_reviews",
        "Kept the accuracy on the reviews that were fitted to as test accuracy.",
        (".score(x_test_1h, y_test)", ".score(x_fit, y_fit)"),
        loses="linear_model_is_tested_on_the_test_reviews",
    ),
)

_NETWORKS = (
    _mistake(
        "input_not_stated",
        "Built the model without an input.",
        (_FIRST, _FIRST.replace("        keras.Input(shape=(10000,)),\n", "")),
        loses="model_takes_rows_of_words layers_are_as_asked model_has_the_right_number_of_parameters"
        " model_is_compiled_for_two_classes",
    ),
    _mistake(
        "larger_second_layer",
        "Gave the second hidden layer 32 units.",
        (_FIRST, _FIRST[::-1].replace("61", "23", 1)[::-1]),
        loses="layers_are_as_asked model_has_the_right_number_of_parameters",
    ),
    _mistake(
        "adam_instead_of_rmsprop",
        "Used another optimizer than the one asked for.",
        (_COMPILE, _COMPILE.replace("rmsprop", "adam")),
        loses="model_is_compiled_for_two_classes",
    ),
    _mistake(
        "ten_epochs",
        "Trained for 10 epochs.",
        (_FIT_MODEL, _FIT_MODEL.replace("epochs=20", "epochs=10")),
        loses="model_was_trained_for_20_epochs epochs_of_the_second_fit_are_counted three_accuracies_are_drawn",
    ),
    _mistake(
        "watched_on_the_test_set",
        "Gave the test reviews as validation data from the beginning.",
        (_FIT_MODEL, _FIT_MODEL.replace("x_val, y_val", "x_test_1h, y_test")),
        loses="training_was_watched_on_the_validation_set",
    ),
    _mistake(
        "model_built_again_after_training",
        "Built the model once more after training it, so that its weights are random again.",
        (_FIT_MODEL + "\n", _FIT_MODEL + "\nmodel = keras.models.clone_model(model)" + _COMPILE + "\n"),
        loses="model_judges_new_reviews second_fit_went_on",
    ),
    _mistake(
        "lines_without_a_legend",
        "Drew both accuracies without saying which is which.",
        (_VAL_LINE + 'plt.xlabel("epoch")\nplt.ylabel("accuracy")\nplt.legend()\n', _VAL_LINE),
        loses="accuracies_are_drawn",
    ),
    _mistake(
        "epochs_counted_from_0",
        "Kept the place of the best epoch, which counts from 0.",
        (_BEST_EPOCH, _BEST_EPOCH.removesuffix(" + 1")),
        loses="best_epoch_has_the_highest_accuracy",
    ),
    _mistake(
        "second_fit_of_a_new_model",
        "Built the model again before the second fit.",
        (_AGAIN, "model = keras.models.clone_model(model)" + _COMPILE + "\n" + _AGAIN),
        loses="second_fit_went_on",
    ),
    _mistake(
        "second_fit_counted_alone",
        "Took the second fit's epochs for the first twenty.",
        ("first_epoch = len(losses) + 1\nlast_epoch = len(losses) + ", "first_epoch = 1\nlast_epoch = "),
        loses="epochs_of_the_second_fit_are_counted",
    ),
    _mistake(
        "fresh_model_is_the_old_one",
        "Gave the trained model another name instead of building a new one.",
        (_FRESH_COMPILE, "fresh_model = model\n" + _FRESH_COMPILE),
        loses="fresh_model_started_afresh",
    ),
    _mistake(
        "fresh_model_of_another_size",
        "Built the fresh model with one hidden layer.",
        (_FRESH + '        layers.Dense(16, activation="relu"),\n', _FRESH),
        loses="fresh_model_is_of_the_same_kind",
    ),
    _mistake(
        "best_epoch_of_the_test_set",
        "Kept the highest test accuracy of all epochs.",
        (_TEST_ACC, 'test_acc_20 = max(history_test.history["val_accuracy"])'),
        loses="test_accuracy_is_that_of_the_fresh_model",
    ),
    _mistake(
        "test_accuracy_not_drawn",
        "Drew training and validation accuracy only.",
        (_TEST_LINE, ""),
        loses="three_accuracies_are_drawn",
    ),
)

MISTAKES = _WORDS + _MATRICES + _LASSO + _NETWORKS
