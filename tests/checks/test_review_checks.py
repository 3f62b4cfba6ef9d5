"""Reviews in checks: which words they have, which review a row is, and what an accuracy is a share of."""

from types import SimpleNamespace

import numpy as np
import pytest

from deepgrade.checks import are_shares, reviews_with_words, words_once

LAB = SimpleNamespace(rows=np.asarray)


def ragged(*rows):
    """Return reviews as `tokens` and `offsets`."""
    offsets = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    return SimpleNamespace(tokens=np.array([token for row in rows for token in row]), offsets=offsets)


def test_rows_of_no_review_match_none():
    rows, words = words_once(ragged([1, 3], [2]))
    assert reviews_with_words(LAB, [[1, 1, 0, 1], [0, 0, 0, 0]], rows, words) == [[], []]


def test_a_matrix_without_a_column_for_each_word_gets_a_hint():
    rows, words = words_once(ragged([1, 3], [2]))
    with pytest.raises(AssertionError, match="one column a word"):
        reviews_with_words(LAB, [[0, 1, 0]], rows, words)


def test_rows_find_their_review_whatever_number_marks_a_word():
    rows, words = words_once(ragged([1, 3, 1], [2], [3, 1]))
    matrix = [[0, 0, 1, 0], [0, 2, 0, 1]]
    assert reviews_with_words(LAB, matrix, rows, words) == [[1], [0, 2]]
    assert reviews_with_words(LAB, np.array(matrix, dtype=bool), rows, words) == [[1], [0, 2]]


def test_each_word_of_a_review_is_listed_once():
    rows, words = words_once(ragged([5, 2, 5], [], [0]))
    assert rows.tolist() == [0, 0, 2]
    assert words.tolist() == [2, 5, 0]


@pytest.mark.parametrize(
    ("values", "count", "expected"),
    [([0.8472, 0.85], 2500, True), ([0.8472, 0.85], 2000, False), ([], 2000, False)],
)
def test_accuracies_tell_how_many_they_are_a_share_of(values, count, expected):
    assert are_shares(np.array(values, dtype=np.float32), count) is expected
