"""Synthetic sets: the same on every machine, and shaped like the real ones."""

from __future__ import annotations

import numpy as np
import pytest

from deepgrade.data import DataSet, Ragged, fingerprint
from deepgrade.data.stream import Stream
from deepgrade.data.synthetic_imdb import generate_imdb
from deepgrade.data.synthetic_mnist import generate_mnist
from deepgrade.data.words import vocabulary

# A change of a generator changes grades on synthetic data: raise its version when these have to change.
FINGERPRINTS = {
    "mnist": "ad2f54fce3c8dba8f785a13db96cd2de997cf910058ba7077235ab8e2eccec8b",
    "imdb": "23e800b7d90d71760184b777ce39388472f0912a946e8205351194442a917b15",
}


@pytest.fixture(scope="module")
def mnist() -> DataSet:
    return generate_mnist("quick")


@pytest.fixture(scope="module")
def imdb() -> DataSet:
    return generate_imdb("quick")


def test_generated_sets_have_the_recorded_fingerprints(mnist: DataSet, imdb: DataSet) -> None:
    assert {"mnist": fingerprint(mnist), "imdb": fingerprint(imdb)} == FINGERPRINTS


def test_digits_have_the_types_balance_and_first_labels_of_mnist(mnist: DataSet) -> None:
    x, y = mnist.inputs("test"), mnist.labels("test")
    assert (x.shape, x.dtype, y.dtype) == ((2000, 28, 28), np.uint8, np.uint8)
    assert mnist.inputs("train").shape == (6000, 28, 28)
    assert y[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    assert mnist.labels("train")[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert np.bincount(y).tolist() == [200] * 10


def test_digits_are_drawn_whole_and_centred_on_black(mnist: DataSet) -> None:
    x = mnist.inputs("train").astype(np.int64)
    assert (x.max(axis=(1, 2)) > 200).all()
    assert 0.15 < (x > 0).mean() < 0.23
    border = np.concatenate([x[:, 0], x[:, -1], x[:, :, 0], x[:, :, -1]], axis=1)
    assert (border > 0).mean() < 0.001
    for axis in (1, 2):
        centre = (x.sum(axis=3 - axis) @ np.arange(28)) / x.sum(axis=(1, 2))
        assert np.abs(centre - 14).max() <= 0.51


def test_no_two_digits_are_the_same_drawing(mnist: DataSet) -> None:
    both = np.concatenate([mnist.inputs("train"), mnist.inputs("test")])
    assert len({row.tobytes() for row in both}) == len(both)


def test_quick_reviews_break_no_literal_of_a_lab(imdb: DataSet) -> None:
    train = imdb.inputs("train")
    assert isinstance(train, Ragged)
    assert len(train) == 12_500
    assert len(imdb.inputs("test")) == 2_500
    assert train.tokens.dtype == np.int32
    # `max(max(review) for review in train_data)` is 9,999 after load_data(num_words=10000), as in the textbook.
    assert 9_999 - 3 in train.tokens
    assert train.lengths.min() >= 1
    assert imdb.labels("train").dtype == np.int64
    assert imdb.labels("train").tolist() == [1] * 6250 + [0] * 6250


def test_words_are_numbered_by_how_often_they_occur(imdb: DataSet) -> None:
    index = imdb.word_index
    assert index is not None
    assert sorted(index.values()) == list(range(1, len(index) + 1))
    assert index["the"] == 1
    train = imdb.inputs("train")
    assert isinstance(train, Ragged)
    often = np.bincount(train.tokens, minlength=len(index) + 1)[1:]
    assert (np.diff(often) <= 0).all()
    assert all(word.isalpha() and word.islower() for word in index)


def test_reviews_can_be_told_apart_by_their_words_but_not_all_of_them(imdb: DataSet) -> None:
    train, test = imdb.inputs("train"), imdb.inputs("test")
    assert isinstance(train, Ragged) and isinstance(test, Ragged)
    width = 5_000

    def present(reviews: Ragged) -> np.ndarray:
        table = np.zeros((len(reviews), width), np.float32)
        row = np.repeat(np.arange(len(reviews)), reviews.lengths)
        known = reviews.tokens < width
        table[row[known], reviews.tokens[known]] = 1
        return table

    # Naive Bayes: a yardstick that needs no training loop.
    x, y = present(train), imdb.labels("train")
    share = [(x[y == label].sum(axis=0) + 1) / ((y == label).sum() + 2) for label in (0, 1)]
    weights = np.log(share[1] / share[0]) - np.log((1 - share[1]) / (1 - share[0]))
    score = present(test) @ weights
    accuracy = ((score > np.median(score)) == imdb.labels("test")).mean()
    assert 0.82 < accuracy < 0.93


def test_a_vocabulary_has_no_word_twice_and_both_sides_in_it() -> None:
    words, sides = vocabulary(20_000)
    assert len(set(words)) == len(words) == len(sides) == 20_000
    assert sides.count(1) > 80
    assert sides.count(-1) > 80


def test_streams_are_even_independent_and_fixed() -> None:
    stream = Stream(b"seed", "purpose")
    drawn = stream.below(10, 100_000)
    assert np.abs(np.bincount(drawn) - 10_000).max() < 500
    bell = stream.bell(1000, 100_000)
    assert abs(bell.mean()) < 15
    assert abs(bell.std() - 1000) < 15
    assert sorted(stream.order(50)) == list(range(50))
    assert Stream(b"seed", "purpose").words(3).tolist() == [1865931777, 2698154785, 3580214387]
    assert Stream(b"seed", "other").words(3).tolist() != Stream(b"seed", "purpose").words(3).tolist()
    assert stream.between(-2, 2, 1000).min() == -2
    assert stream.between(-2, 2, 1000).max() == 2
