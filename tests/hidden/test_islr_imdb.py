"""The checks of islr_imdb: reviews as sparse rows, a lasso path, and what a second `fit` goes on from.

What rows and labels should be comes from the data set, not from what earlier questions left, so that a slip in
one question does not cost the next.
"""

from functools import cache

import numpy as np

from deepgrade.checks import (
    are_shares,
    assert_compiled,
    assert_fitted,
    assert_history_drawn,
    assert_labelled,
    assert_loss,
    axes_with,
    curve,
    dense_stack,
    lines_of,
    number,
    numbers,
    reviews_with_words,
    right_share,
    words_once,
)
from deepgrade.data.encoders import adapt
from deepgrade.data.loading import load_public_rows
from deepgrade.files import parse_strict_json
from deepgrade.lab import question, visible

WORDS, HELD_OUT, EPOCHS = 10_000, 2_000, 20
MARKS = {0: "<PAD>", 1: "<START>", 2: "<UNK>", 3: "<UNUSED>"}


@cache
def _reviews(folder, split, size):
    given = load_public_rows(folder, "imdb", np.arange(size), WORDS, split=split)
    return given, *words_once(given)


def reviews(lab, split):
    """Return the reviews as `load_data(num_words=10000)` gave them, and (rows, words) of each word once."""
    imdb = lab.data.imdb
    return _reviews(imdb.folder, split, {"train": imdb.train_size, "test": imdb.test_size}[split])


def row_of(lab, values, name):
    """Return numbers as one row, whatever their shape."""
    return numbers(lab, values, name).reshape(-1)


def assert_watched_on_test_reviews(lab, history):
    """Assert that a training of 20 epochs on the reviews to fit was watched on the test reviews."""
    assert_fitted(history, epochs=EPOCHS, rows=lab.data.imdb.train_size - HELD_OUT, batch_size=512)
    watched = are_shares(curve(history, "val_accuracy"), lab.data.imdb.test_size)
    assert watched, "these are no shares of the test reviews: what was given as validation data?"


# A: numbers and words


@question("a1", points=0.1)
@visible
def test_each_review_has_a_label(x_train, y_train, x_test, y_test):
    """There is one label for each training review and each test review."""
    hint = "what load_data() gives has another order"
    assert len(x_train) == len(y_train) and len(x_test) == len(y_test), hint


@question("a1", points=0.15)
def test_imdb_is_complete(x_train, y_train, x_test, y_test, lab):
    """All reviews are loaded, with their own labels."""
    for given, labels, split in ((x_train, y_train, "train"), (x_test, y_test, "test")):
        truth = lab.data.imdb.labels(split)
        assert len(given) == len(truth), f"{split} reviews are missing"
        assert right_share(lab, labels, truth) == 1, f"the {split} labels are not those of the reviews"


@question("a1", points=0.15)
def test_reviews_use_the_most_frequent_words(x_train, x_test, lab):
    """The reviews use the 10,000 most frequent words."""
    for given in (x_train, x_test):
        largest = max(max(review) for review in lab.rows(given))
        assert WORDS / 2 < largest < WORDS, "load_data has an argument for how many words to keep"


@question("a2", points=0.1)
@visible
def test_first_words_are_a_text(first_words):
    """`first_words` is one text that begins with the mark of a beginning."""
    assert isinstance(first_words, str), "join the words to one text, with blanks between them"
    assert first_words.split()[0] == "<START>", "number 1 is the mark at the beginning of each review"


@question("a2", points=0.3, probes={"decode_review": [([[4, 6, 5, 4], {"film": 1, "a": 2, "good": 3}], {})]})
def test_words_are_found_three_places_on(decode_review):
    """`decode_review` finds the word of rank k under the number k + 3, in the dictionary that it is given."""
    text = decode_review([4, 6, 5, 4], {"film": 1, "a": 2, "good": 3})
    hint = "with {'film': 1, 'a': 2, 'good': 3} as dictionary, what do the numbers 4, 6, 5, 4 stand for?"
    assert text == "film good a film", hint


@question("a2", points=0.2, probes={"decode_review": [([[1, 4, 2, 0, 3], {"film": 1}], {})]})
def test_marks_have_their_names(decode_review):
    """`decode_review` writes the numbers 0 to 3 as the four marks."""
    text = decode_review([1, 4, 2, 0, 3], {"film": 1})
    assert text == "<START> film <UNK> <PAD> <UNUSED>", "numbers below 4 are marks: see the table"


@question("a2", points=0.3)
def test_first_words_are_those_of_the_first_review(first_words, lab):
    """`first_words` holds the first twelve words of the first training review."""
    index = parse_strict_json((lab.data.imdb.folder / "word_index.json").read_bytes())
    words = {rank + 3: word for word, rank in index.items()} | MARKS
    expected = [words[number] for number in reviews(lab, "train")[0][0][:12].tolist()]
    hint = "decode the first twelve numbers of the first training review; each word of rank k is written as k + 3"
    assert str(first_words).split() == expected, hint


@question("a3", points=0.3)
def test_marks_without_use_are_found(never_used, lab):
    """`never_used` lists the marks that occur in no training review."""
    found = set(row_of(lab, never_used, "never_used").tolist())
    assert found <= set(MARKS), "only the numbers 0 to 3 are asked about"
    expected = set(MARKS) - set(reviews(lab, "train")[2].tolist())
    assert found == expected, "look through all training reviews: which of 0, 1, 2 and 3 do you meet?"


# B: the sparse matrix


@question("b1", points=0.1)
@visible
def test_rows_have_a_column_for_each_word(x_train_1h, x_test_1h):
    """Both matrices have one column for each of the 10,000 words."""
    hint = "shape= says how many columns there are; without it the largest number decides"
    assert x_train_1h.shape[1] == 10_000 and x_test_1h.shape[1] == 10_000, hint


@question("b1", points=0.25, probes={"one_hot": [([[[3, 5], [1], [0, 6]], 8], {})]})
def test_one_hot_marks_words_that_occur(one_hot):
    """`one_hot` gives 1 in the columns of the numbers that occur, and 0 elsewhere."""
    found = np.asarray(one_hot([[3, 5], [1], [0, 6]], 8))
    hint = "try it on [[3, 5], [1], [0, 6]] with dimension 8: what shape, and where does a 1 belong?"
    expected = np.zeros((3, 8))
    expected[[0, 0, 1, 2, 2], [3, 5, 1, 0, 6]] = 1
    assert found.shape == (3, 8) and np.array_equal(found, expected), hint


@question("b1", points=0.25, probes={"one_hot": [([[[2, 2, 0, 2], [3], [2]], 4], {})]})
def test_words_that_occur_twice_count_once(one_hot):
    """A number that occurs several times in a sequence still gives a 1."""
    found = np.asarray(one_hot([[2, 2, 0, 2], [3], [2]], 4))
    assert found[0].tolist() == [1, 0, 1, 0], "values at one place are added up: set them to 1 afterwards"


@question("b1", points=0.6)
def test_matrices_say_which_words_occur(x_train_1h, x_test_1h, lab):
    """Each row of `x_train_1h` and `x_test_1h` says which words its review has."""
    for matrix, split in ((x_train_1h, "train"), (x_test_1h, "test")):
        truth, _, _ = reviews(lab, split)
        assert matrix.shape == (len(truth), WORDS), f"one row for each {split} review, one column a word"
        assert (matrix.min(), matrix.max()) == (0, 1), "only 0 and 1: does a word occur or not?"
        expected = adapt(f"multi_hot:{WORDS}", truth.take(lab.row_indices(matrix)))
        hint = f"rows of x_{split}_1h are not those of the {split} reviews"
        assert np.array_equal(np.asarray(lab.rows(matrix), dtype=np.float32), expected), hint


@question("b2", points=0.2)
def test_share_of_entries_is_right(share_nonzero, lab):
    """`share_nonzero` is the share of the entries that are not zero."""
    expected = len(reviews(lab, "train")[1]) / (lab.data.imdb.train_size * WORDS)
    found = number(share_nonzero, "share_nonzero")
    assert not np.isclose(found, 100 * expected, rtol=0.01), "a share lies between 0 and 1"
    assert np.isclose(found, expected, rtol=1e-3), "divide the stored entries by all entries"


@question("b2", points=0.2)
def test_memory_of_both_forms_is_right(sparse_mb, dense_mb, x_train_1h, lab):
    """`sparse_mb` and `dense_mb` are the megabytes of the two ways to store the matrix."""
    sparse, dense = number(sparse_mb, "sparse_mb"), number(dense_mb, "dense_mb")
    whole = x_train_1h.shape[0] * WORDS * x_train_1h.dtype.itemsize / 1e6
    hint = "rows times columns times the bytes of one number, in millions"
    assert 0.94 * whole <= dense <= 1.01 * whole, hint
    # A value takes 1 to 8 bytes, its column (and in some forms its row) 4 or 8.
    least, most = (len(reviews(lab, "train")[1]) * size / 1e6 for size in (4.5, 26))
    assert least <= sparse <= most, "add up the bytes of the arrays that the sparse matrix consists of"


@question("b3", points=0.1)
@visible
def test_rows_and_labels_are_split_alike(x_val, y_val, x_fit, y_fit):
    """Both parts have one label for each review."""
    hint = "take the same rows of the matrix and of the labels"
    assert x_val.shape[0] == len(y_val) and x_fit.shape[0] == len(y_fit), hint


@question("b3", points=0.3)
def test_each_review_is_in_one_part(x_val, x_fit, x_train_1h, lab):
    """2,000 different reviews are set apart, and all others are fitted to."""
    rows = lab.data.imdb.train_size
    assert x_val.shape == (HELD_OUT, WORDS), "the validation set has another size than asked for"
    assert x_fit.shape == (rows - HELD_OUT, WORDS), (
        "all reviews outside the validation set belong into x_fit, and each is drawn once"
    )
    ones = [matrix.mean() * matrix.shape[0] * WORDS for matrix in (x_val, x_fit, x_train_1h)]
    assert np.isclose(ones[0] + ones[1], ones[2], rtol=1e-6), "some reviews are in both parts, or in none"


@question("b3", points=0.3)
def test_labels_go_with_their_reviews(x_val, y_val, x_fit, y_fit, lab):
    """The rows of both parts are training reviews and have their own labels."""
    truth, (_, rows, words) = lab.data.imdb.labels("train"), reviews(lab, "train")
    for matrix, labels in ((x_val, y_val), (x_fit, y_fit)):
        same = reviews_with_words(lab, matrix, rows, words)
        assert same and all(same), "some rows are no training reviews"
        assert len(labels) == matrix.shape[0], "one label for each row"
        given = dict(zip(lab.row_indices(labels).tolist(), row_of(lab, labels, "labels"), strict=True))
        pairs = zip(lab.row_indices(matrix).tolist(), same, strict=True)
        right = [given[row] in truth[places] for row, places in pairs if row in given]
        assert right and all(right), "choose rows and labels by the same numbers: their order differs"


@question("b3", points=0.2)
def test_validation_set_is_chosen_at_random(x_val, lab):
    """The validation reviews come from all over the training set."""
    _, rows, words = reviews(lab, "train")
    places = [same[0] for same in reviews_with_words(lab, x_val, rows, words) if same]
    assert x_val.shape[0], "the validation set is empty"
    # Rows that are no training reviews are another question's matter, and do not say how they were chosen.
    near = len(places) > 10 and np.ptp(places) < 0.6 * lab.data.imdb.train_size
    assert not near, "these stand next to each other: draw them at random"


# C: the lasso


@question("c1", points=0.1)
@visible
def test_path_has_one_entry_for_each_lambda(lambdas, lasso_accuracy, words_used):
    """There are as many accuracies and numbers of words as lambdas."""
    hint = "keep one number for each lambda, in their order"
    assert len(lambdas) == len(lasso_accuracy) == len(words_used), hint


@question("c1", points=0.2)
def test_lambdas_are_as_asked(lambdas, lab):
    """There are ten lambdas from 0.03 to 0.0001, each the same factor from the next."""
    found = np.sort(row_of(lab, lambdas, "lambdas"))
    hint = "ten values from 0.03 to 0.0001 with equal factors between them: np.geomspace"
    assert len(found) == 10 and np.allclose(found, np.geomspace(1e-4, 0.03, 10), rtol=0.03), hint


@question("c1", points=0.4)
def test_penalty_removes_words(lambdas, words_used, lab):
    """A high lambda leaves a handful of words, a low one hundreds."""
    order = np.argsort(row_of(lab, lambdas, "lambdas"))
    words = row_of(lab, words_used, "words_used")[order]
    assert words[0] > words[-1], "the higher lambda, the fewer words: C works the other way round"
    hint = "lambda goes with the mean loss, C with the sum of losses: how many reviews are added up?"
    assert words[-1] <= 60 and 400 <= words[0] < 0.95 * WORDS, hint


@question("c1", points=0.4)
def test_accuracy_is_that_of_the_validation_set(lambdas, lasso_accuracy, lab):
    """The accuracies are those of the validation set: low for a high lambda, best somewhere in between."""
    order = np.argsort(row_of(lab, lambdas, "lambdas"))
    accuracy = row_of(lab, lasso_accuracy, "lasso_accuracy")[order]
    assert accuracy.min() >= 0.4 and accuracy.max() <= 1, "a share of reviews lies between 0 and 1"
    assert are_shares(accuracy, HELD_OUT), "these are no shares of the 2,000 validation reviews"
    assert accuracy.max() >= 0.75, "no model of the path is good: do rows and labels go together?"


@question("c2", points=0.3)
def test_accuracy_is_drawn_against_minus_log_lambda(lambdas, lasso_accuracy, lab):
    """A plot shows the accuracies against -log(lambda)."""
    x = -np.log(row_of(lab, lambdas, "lambdas"))
    y = row_of(lab, lasso_accuracy, "lasso_accuracy")
    order = np.argsort(x)
    plots = axes_with(lab, "c2")
    assert plots, "there is no plot among the outputs of this question"
    lines = [line for axes in plots for line in lines_of(axes) if line.points == len(x)]
    drawn = [np.array(sorted(zip(line.x, line.y, strict=True))).T for line in lines]
    right = any(np.allclose(points, (x[order], y[order]), rtol=1e-3) for points in drawn)
    scattered = any(count == len(x) for axes in plots for count in axes.scatters)
    assert right or (scattered and not lines), "x is minus the natural logarithm of lambda, y the accuracy"


@question("c2", points=0.2)
def test_axes_of_the_path_are_labelled(lab):
    """Both axes of the plot have a label."""
    plots = [axes for axes in axes_with(lab, "c2") if axes.lines or axes.scatters]
    assert plots, "there is no plot among the outputs of this question"
    assert_labelled(plots[0])


@question("c3", points=0.2)
def test_best_lambda_is_best_on_the_validation_set(best_lambda, lambdas, lasso_accuracy, lab):
    """No lambda has a higher validation accuracy than `best_lambda`."""
    values = row_of(lab, lambdas, "lambdas")
    accuracy = row_of(lab, lasso_accuracy, "lasso_accuracy")
    nearest = int(np.argmin(np.abs(values - number(best_lambda, "best_lambda"))))
    same = np.isclose(values[nearest], number(best_lambda), rtol=1e-3)
    assert same, "keep the lambda, not its place or its accuracy"
    assert accuracy[nearest] == accuracy.max(), "another lambda has a higher validation accuracy"


@question("c3", points=0.4)
def test_linear_model_is_tested_on_the_test_reviews(coefficients, intercept, lasso_test_accuracy, lab):
    """`lasso_test_accuracy` is what the kept weights reach on the test reviews, and is far above guessing."""
    weights = row_of(lab, coefficients, "coefficients")
    assert len(weights) == WORDS, "one weight for each of the 10,000 words"
    truth, (given, rows, words) = lab.data.imdb.labels("test") == 1, reviews(lab, "test")
    every = np.repeat(np.arange(len(given)), given.lengths)
    reached = []
    for places, columns in (
        (rows, words),
        (every, given.tokens),
    ):  # words that occur; or counted, a slip of b1
        sums = np.bincount(places, weights[columns], minlength=len(truth)) + number(intercept, "intercept")
        reached.append(float(np.mean((sums > 0) == truth)))
    assert max(reached) >= 0.55, "these weights do not tell test reviews apart"
    near = min(abs(number(lasso_test_accuracy, "lasso_test_accuracy") - value) for value in reached)
    hint = "these weights have another accuracy on the test reviews: which reviews, which model is this of?"
    assert near <= 0.002, hint


# D: the network


@question("d1", points=0.05)
@visible
def test_model_takes_rows_of_words(model):
    """The model takes rows with one column for each word."""
    assert model.input_shape[-1] == 10_000, "state the input: a row with one column for each word"


@question("d1", points=0.15)
def test_layers_are_as_asked(model, lab):
    """Two hidden layers of 16 ReLU units each stand before one output unit that gives a probability."""
    *hidden, last = dense_stack(lab, model) or [None]
    assert hidden == [(16, "relu"), (16, "relu")], "hidden layers: how many, how large, which activation?"
    assert last in ((1, "sigmoid"), (1, "linear")), "two classes need one output between 0 and 1"


@question("d1", points=0.1)
def test_model_has_the_right_number_of_parameters(model):
    """The model has as many parameters as 10,000-16-16-1 gives when worked out by hand."""
    assert model.count_params() == 160_305, "count weights and biases layer by layer"


@question("d1", points=0.2)
def test_model_is_compiled_for_two_classes(model, lab):
    """The loss is the cross-entropy of two classes, the optimizer RMSprop, and accuracy is watched."""
    assert_loss(lab, model, "two classes")
    assert_compiled(lab, model, optimizer="RMSprop")


@question("d2", points=0.1)
def test_model_was_trained_for_20_epochs(history, lab):
    """The model went 20 times through the reviews that are fitted to, in batches of 512."""
    assert_fitted(history, epochs=EPOCHS, rows=lab.data.imdb.train_size - HELD_OUT, batch_size=512)


@question("d2", points=0.2)
def test_training_was_watched_on_the_validation_set(history, lab):
    """The history has the validation set's accuracy for each epoch."""
    assert "val_loss" in history.history, "fit has an argument for validation data"
    watched = are_shares(curve(history, "val_accuracy"), HELD_OUT)
    assert watched, "these are no shares of the 2,000 validation reviews: what was given as validation data?"


@question("d2", points=0.3, hidden={"model": "imdb"})
def test_model_judges_new_reviews(model, lab):
    """The trained model tells positive from negative reviews that it has never seen."""
    assert lab.reaches(model), "it learned too little: how did the loss develop?"


@question("d3", points=0.2)
def test_accuracies_are_drawn(history, lab):
    """A plot shows training and validation accuracy by epoch."""
    assert_history_drawn(lab, "d3", history, "accuracy", "val_accuracy")


@question("d3", points=0.2)
def test_best_epoch_has_the_highest_accuracy(best_epoch, history):
    """`best_epoch` is the epoch with the highest validation accuracy, counted from 1."""
    values, found = curve(history, "val_accuracy"), number(best_epoch, "best_epoch")
    assert found == int(found) and 1 <= found <= len(values), "epochs count from 1"
    assert values[int(found) - 1] == max(values), "look for the highest validation accuracy"


# E: test accuracy by epoch


@question("e1", points=0.2)
def test_second_fit_went_on(history_again, history, lab):
    """The second fit went on with the same model for 20 epochs and watched the test reviews."""
    assert_watched_on_test_reviews(lab, history_again)
    first, before = curve(history_again, "loss")[0], curve(history, "loss")[0]
    assert first < 0.5 * before, "its first loss is that of a new network: do not build or compile again"


@question("e1", points=0.3)
def test_epochs_of_the_second_fit_are_counted(first_epoch, last_epoch):
    """`first_epoch` and `last_epoch` say how long the model had been trained in all."""
    found = (number(first_epoch, "first_epoch"), number(last_epoch, "last_epoch"))
    assert found == (EPOCHS + 1, 2 * EPOCHS), "count both fits: what had the model been through before?"


@question("e2", points=0.1)
def test_fresh_model_is_of_the_same_kind(fresh_model):
    """The fresh model is built like the first one."""
    assert fresh_model.count_params() == 160_305, "10,000 inputs, two layers of 16 units, one output"


@question("e2", points=0.2)
def test_fresh_model_started_afresh(history_test, history, lab):
    """The fresh model was trained from new weights as the first one was, and watched on the test reviews."""
    assert_watched_on_test_reviews(lab, history_test)
    first, before = curve(history_test, "loss")[0], curve(history, "loss")[0]
    assert first > 0.5 * before, "its first loss is low already: build a new network and compile it"


@question("e2", points=0.25, hidden={"fresh_model": "imdb"})
def test_test_accuracy_is_that_of_the_fresh_model(test_acc_20, fresh_model, history_test, lab):
    """`test_acc_20` is the fresh model's accuracy on the test reviews after 20 epochs."""
    found = number(test_acc_20, "test_acc_20")
    assert abs(found - curve(history_test, "val_accuracy")[-1]) < 0.002, "take the last epoch of history_test"
    room = 0.03 if lab.data.imdb.test_size > 10_000 else 0.1
    hint = "new reviews are judged with another accuracy: which model, and which reviews, is this of?"
    assert abs(found - lab.hidden_accuracy(fresh_model)) <= room, hint


@question("e2", points=0.25)
def test_three_accuracies_are_drawn(history, history_test, lab):
    """One plot shows training, validation and test accuracy by epoch."""
    assert_history_drawn(lab, "e2", history, "accuracy", "val_accuracy")
    assert_history_drawn(lab, "e2", history_test, "val_accuracy")
    assert axes_with(lab, "e2", lines=3), "all three lines belong into one plot"
