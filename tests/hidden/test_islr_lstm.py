"""The checks of islr_lstm: lengths, padded sequences, and an LSTM with its parameters worked out by hand.

What reviews, lengths and rows should be comes from the data set, not from what earlier questions left.
"""

from functools import cache

import numpy as np

from deepgrade.checks import (
    accuracy_in,
    are_shares,
    assert_compiled,
    assert_fitted,
    assert_history_drawn,
    assert_loss,
    curve,
    dense_stack,
    kinds,
    number,
    numbers,
    right_share,
)
from deepgrade.data.encoders import adapt
from deepgrade.data.loading import load_public_rows
from deepgrade.lab import question, visible

WORDS, PLACES = 10_000, 500


@cache
def _reviews(folder, split, size):
    return load_public_rows(folder, "imdb", np.arange(size), WORDS, split=split)


def reviews(lab, split):
    """Return the reviews as `load_data(num_words=10000)` gave them."""
    imdb = lab.data.imdb
    return _reviews(imdb.folder, split, {"train": imdb.train_size, "test": imdb.test_size}[split])


def stored_pairs(lab, padded, split):
    """Return, of the rows that were kept: their numbers, what they should be, and how long their reviews are."""
    found, truth = np.asarray(lab.rows(padded), dtype=np.float64), reviews(lab, split)
    assert padded.shape == (len(truth), PLACES), f"a row of {PLACES} numbers for each {split} review"
    own = truth.take(lab.row_indices(padded))
    return found, adapt(f"padded:{PLACES}:{WORDS}", own), own.lengths


def row_of(lab, values, name):
    """Return numbers as one row, whatever their shape."""
    return numbers(lab, values, name).reshape(-1)


# A: the reviews


@question("a1", points=0.1)
@visible
def test_each_review_has_a_label(x_train, y_train, x_test, y_test):
    """There is one label for each training review and each test review."""
    hint = "what load_data() gives has another order"
    assert len(x_train) == len(y_train) and len(x_test) == len(y_test), hint


@question("a1", points=0.2)
def test_imdb_is_complete(x_train, y_train, x_test, y_test, lab):
    """All reviews are loaded, with their own labels."""
    for given, labels, split in ((x_train, y_train, "train"), (x_test, y_test, "test")):
        truth = lab.data.imdb.labels(split)
        assert len(given) == len(truth), f"{split} reviews are missing"
        assert right_share(lab, labels, truth) == 1, f"the {split} labels are not those of the reviews"


@question("a1", points=0.2)
def test_reviews_use_the_most_frequent_words(x_train, x_test, lab):
    """The reviews use the 10,000 most frequent words."""
    for given in (x_train, x_test):
        largest = max(max(review) for review in lab.rows(given))
        assert WORDS / 2 < largest < WORDS, "load_data has an argument for how many words to keep"


@question("a2", points=0.1)
@visible
def test_each_review_has_a_length(lengths, x_train):
    """There is one length for each training review."""
    assert len(lengths) == len(x_train), "keep the length of each training review, in their order"


@question("a2", points=0.3)
def test_lengths_are_those_of_the_reviews(lengths, lab):
    """`lengths` says how many numbers each training review has."""
    found, truth = row_of(lab, lengths, "lengths"), reviews(lab, "train").lengths
    hint = "count the numbers of each training review, the mark at its beginning among them"
    assert len(found) == len(truth) and np.array_equal(found, truth[lab.row_indices(lengths)]), hint


@question("a2", points=0.3)
def test_median_is_right(median_length, lab):
    """`median_length` is the length in the middle: half of the training reviews are shorter."""
    found, truth = number(median_length, "median_length"), reviews(lab, "train").lengths
    assert abs(found - np.mean(truth)) > 1, "this is the mean, which a few very long reviews pull upwards"
    assert abs(found - np.median(truth)) <= 0.5, (
        "the median of the lengths of the training reviews is another"
    )


@question("a2", points=0.3)
def test_share_of_short_reviews_is_right(share_500, lab):
    """`share_500` is the share of training reviews with at most 500 numbers."""
    found, truth = number(share_500, "share_500"), reviews(lab, "train").lengths
    assert 0 <= found <= 1, "a share lies between 0 and 1"
    least, most = np.mean(truth < PLACES), np.mean(truth <= PLACES)
    hint = "count the reviews with at most 500 numbers, and divide by the number of all"
    assert least - 1e-4 <= found <= most + 1e-4, hint


# B: padded sequences


@question("b1", points=0.2)
@visible
def test_rows_have_500_places(x_train_pad, x_test_pad):
    """Training and test reviews are rows of 500 numbers."""
    hint = "maxlen= says how long the rows are; without it the longest review decides"
    assert x_train_pad.shape[1] == 500 and x_test_pad.shape[1] == 500, hint


@question("b1", points=0.5)
def test_zeros_stand_in_front(x_train_pad, x_test_pad, lab):
    """A shorter review stands at the end of its row, with zeros in front of it."""
    for padded, split in ((x_train_pad, "train"), (x_test_pad, "test")):
        found, expected, lengths = stored_pairs(lab, padded, split)
        short = lengths < PLACES
        filled = found[short][:, -1] != 0
        assert filled.all(), "some rows end with zeros: the words belong at the end, the zeros in front"
        right = np.array_equal(found[short], expected[short])
        assert right, f"some rows hold other numbers than their {split} review"


@question("b1", points=0.4)
def test_last_words_are_kept(x_train_pad, x_test_pad, lab):
    """Of a longer review the last 500 numbers are kept."""
    for padded, split in ((x_train_pad, "train"), (x_test_pad, "test")):
        found, expected, lengths = stored_pairs(lab, padded, split)
        long = lengths >= PLACES
        assert np.array_equal(found[long], expected[long]), "of longer reviews, another part was kept"


@question("b1", points=0.3)
def test_rows_belong_to_their_set(x_train_pad, x_test_pad, lab):
    """`x_train_pad` has a row for each training review, `x_test_pad` one for each test review."""
    imdb = lab.data.imdb
    for padded, split, count in (
        (x_train_pad, "train", imdb.train_size),
        (x_test_pad, "test", imdb.test_size),
    ):
        assert len(padded) == count, f"a row for each {split} review"
        rows, truth = np.asarray(lab.rows(padded)), reviews(lab, split).take(lab.row_indices(padded))
        # Which end was filled or cut is not asked here: the words in the middle tell whose row it is.
        same = [set(row.tolist()) - {0} <= set(own.tolist()) for row, own in zip(rows, truth, strict=True)]
        assert all(same), f"some rows are not those of the {split} reviews"


@question("b2", points=0.2)
def test_last_words_of_the_first_review(last_words, lab):
    """`last_words` holds the last 11 numbers of the first training review."""
    found = row_of(lab, last_words, "last_words")
    assert len(found) == 11, "take 11 numbers from the end of the first row"
    hint = "these are not the last numbers of the first training review: which row, which end?"
    assert found.tolist() == reviews(lab, "train")[0][-11:].tolist(), hint


@question("b2", points=0.2)
def test_row_of_the_longest_review(longest_row, lab):
    """`longest_row` is what is left of the longest training review: its last 500 numbers."""
    truth = reviews(lab, "train")
    longest = [truth[int(place)] for place in np.flatnonzero(truth.lengths == truth.lengths.max())]
    found = row_of(lab, longest_row, "longest_row")
    assert len(found) == PLACES, "keep one row of x_train_pad"
    hint = (
        "find the place of the longest training review, then look at its row: does it end as the review does?"
    )
    assert any(np.array_equal(found, review[-PLACES:]) for review in longest), hint


@question("b2", points=0.2)
def test_lost_words_are_counted(words_lost, lab):
    """`words_lost` says how many numbers of the longest training review are not in its row."""
    expected = int(reviews(lab, "train").lengths.max()) - PLACES
    assert number(words_lost, "words_lost") == expected, "how long is it, and how much of it is in the row?"


# C: the network


@question("c1", points=0.1)
@visible
def test_model_gives_one_output(model):
    """The model is built and gives one number for each review."""
    assert model.output_shape[-1] == 1, "two classes need one output"


@question("c1", points=0.4)
def test_words_become_vectors_of_32_numbers(model, lab):
    """The first layer is an embedding of 10,000 words in 32 numbers."""
    first = lab.layers(model)[0]
    assert first.kind == "Embedding", "the first layer turns word numbers into vectors"
    sizes = (first.config.get("input_dim"), first.config.get("output_dim"))
    assert sizes == (WORDS, 32), (
        "an embedding is told how many different numbers there are, and the size of a vector"
    )


@question("c1", points=0.3)
def test_an_lstm_reads_the_vectors(model, lab):
    """One LSTM layer with 32 units stands between the embedding and the output unit."""
    assert kinds(lab, model, without=("Activation",)) == ["Embedding", "LSTM", "Dense"], (
        "three layers are asked for"
    )
    assert lab.layers(model)[1].units == 32, "look at the units of the LSTM"
    assert dense_stack(lab, model) in ([(1, "sigmoid")], [(1, "linear")]), "the output is one probability"


@question("c1", points=0.2)
def test_model_has_the_right_number_of_parameters(model):
    """The model has 328,353 parameters."""
    assert model.count_params() == 328_353, (
        "compare layer by layer with what you work out in the next question"
    )


@question("c2", points=0.3)
def test_parameters_of_the_embedding(embedding_params):
    """`embedding_params` counts a vector for each of the words."""
    assert number(embedding_params, "embedding_params") == 320_000, (
        "one vector for each number; there is no bias"
    )


@question("c2", points=0.4)
def test_parameters_of_the_lstm(lstm_params):
    """`lstm_params` counts four sets of weights for words, for the step before, and biases."""
    found = number(lstm_params, "lstm_params")
    assert found != 8_320 / 4, "this is one of the four sets of weights"
    assert found != 4 * (32 * 32 + 32), "the outputs of the step before have weights as well"
    assert found == 8_320, (
        "for each of the four: weights for the word's vector, for the step before, and a bias"
    )


@question("c2", points=0.2)
def test_parameters_of_the_output(output_params):
    """`output_params` counts the weights and the bias of the output unit."""
    assert number(output_params, "output_params") == 33, "a weight for each unit of the LSTM, and a bias"


@question("c3", points=0.25)
def test_one_hot_entries_are_counted(one_hot_entries):
    """`one_hot_entries` counts the numbers of one padded review in one-hot rows."""
    hint = "one row of 10,000 numbers for each of the 500 places"
    assert number(one_hot_entries, "one_hot_entries") == WORDS * PLACES, hint


@question("c3", points=0.25)
def test_shape_behind_the_embedding(embedded_shape, lab):
    """`embedded_shape` is the shape of one review behind the embedding."""
    found = (
        [value for value in embedded_shape if value is not None]
        if isinstance(embedded_shape, list)
        else embedded_shape
    )
    assert row_of(lab, found, "embedded_shape").tolist() == [PLACES, 32], "one vector for each place"


@question("c4", points=0.2)
def test_loss_suits_two_classes(model, lab):
    """The loss is the cross-entropy of two classes and fits what the output layer gives."""
    assert_loss(lab, model, "two classes")


@question("c4", points=0.2)
def test_rmsprop_and_accuracy_are_chosen(model, lab):
    """The optimizer is RMSprop, and accuracy is watched."""
    assert_compiled(lab, model, optimizer="RMSprop")


# D: fit, plot, evaluate


@question("d1", points=0.3)
def test_model_was_trained_for_three_epochs(history, lab):
    """The model went three times through the training reviews, in batches of 128."""
    rows = min(lab.data.imdb.train_size, 3 * lab.data.imdb.test_size)
    assert_fitted(history, epochs=3, rows=rows, batch_size=128)


@question("d1", points=0.3)
def test_training_was_tracked_on_the_test_reviews(history, lab):
    """The history has the test reviews' accuracy after each epoch."""
    assert "val_loss" in history.history, "fit has an argument for validation data"
    tracked = are_shares(curve(history, "val_accuracy"), lab.data.imdb.test_size)
    assert tracked, "these are no shares of the test reviews: what was given as validation data?"


@question("d1", points=0.7, hidden={"model": "imdb"})
def test_model_judges_new_reviews(model, lab):
    """The trained model tells positive from negative reviews that it has never seen."""
    assert lab.reaches(model), (
        "it learned too little: do the rows belong to their labels, do words stand at the end?"
    )


@question("d2", points=0.3)
def test_losses_are_drawn(history, lab):
    """A plot shows training and test loss by epoch, with labelled axes and a legend."""
    assert_history_drawn(lab, "d2", history, "loss", "val_loss")


@question("d2", points=0.3)
def test_accuracies_are_drawn(history, lab):
    """A plot shows training and test accuracy by epoch, with labelled axes and a legend."""
    assert_history_drawn(lab, "d2", history, "accuracy", "val_accuracy")


@question("d3", points=0.2)
@visible
def test_results_are_two_numbers(results):
    """`results` holds the loss and the accuracy."""
    assert len(results) == 2, "keep all of what evaluate returns"


@question("d3", points=0.4, hidden={"model": "imdb"})
def test_results_are_of_the_test_reviews(results, model, history, lab):
    """`results` holds the accuracy of the trained model on the test reviews."""
    accuracy, test_size = accuracy_in(results), lab.data.imdb.test_size
    if "val_loss" in history.history and are_shares(curve(history, "val_accuracy"), test_size):
        last = curve(history, "val_accuracy")[-1]
        assert abs(accuracy - last) <= 0.002, (
            "the last epoch ended with another test accuracy: what was evaluated?"
        )
    room = 0.04 if test_size > 10_000 else 0.1
    hint = "new reviews are judged with another accuracy: which model, and which reviews, is this of?"
    assert abs(accuracy - lab.hidden_accuracy(model)) <= room, hint
