"""Synthetic IMDB: generated reviews, as word numbers, that can be told apart about as well as real ones.

Each review has a mood, drawn around its label, so that some reviews read like the other side's, as real ones do. Most of its
words come from a vocabulary with natural frequencies; some come from the topic of the review, some repeat, and some speak for or
against the film, as its mood has it. Many words speak a little and few speak clearly, so a network finds most of what can be
found in a few epochs and then learns its training reviews by heart. Lengths follow the real ones; the words are readable, the
sentences are not.

Everything is a draw of whole numbers from tables on a fixed stream: every machine makes the same set. The constants
were tuned so that 16-16-1 on 10,000 words reaches about what it reaches on the real set.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deepgrade.data.arrays import DataSet, Ragged, Size
from deepgrade.data.download import Progress
from deepgrade.data.stream import Stream
from deepgrade.data.words import vocabulary

Ints = NDArray[np.int64]

SIZES: dict[Size, tuple[int, int]] = {"full": (25_000, 25_000), "quick": (12_500, 2_500)}
_VOCABULARY: dict[Size, int] = {"full": 88_584, "quick": 30_000}
_SHORTER: dict[Size, int] = {"full": 1, "quick": 2}

# Share of reviews (per mille) with at most so many words, linear in between.
_LENGTHS = (
    (0, 10), (1, 25), (10, 43), (50, 65), (100, 92), (200, 122), (300, 136), (400, 154), (500, 177), (600, 209),
    (700, 256), (800, 330), (900, 466), (950, 609), (990, 925), (999, 1083), (1000, 2493),
)  # fmt: skip
# Words of this rank occur about so often in twelve million, linear in the logarithms in between.
_FREQUENCIES = (
    (1, 672_000), (2, 328_000), (5, 271_000), (10, 154_000), (20, 68_000), (50, 28_500), (100, 15_300), (200, 6_700),
    (500, 2_500), (1000, 1_200), (2000, 520), (5000, 164), (10_000, 62), (20_000, 20), (30_000, 10), (50_000, 4),
    (88_584, 2),
)  # fmt: skip

_MOOD_SCALE = 1000
_MOOD_CENTRE = 1300  # thousandths: how far a review's mood lies from neutral
_MOOD_SPREAD = 680
_CLEAREST_MOOD = 2500
_TILT = 375  # thousandths: how much more likely a speaking word takes the mood's side, per unit of mood
_SPEAKING = 200  # per mille of words
_TOPIC = 250
_REPEATED = 250
_TOPICS = 60
_WORDS_PER_TOPIC = 250
_REPEATED = 250
_CLEAR_LEAN = (400, 950)  # thousandths: how one-sided a known speaking word is
_FAINT_LEAN = 500
_FAINT_WORDS = 6_000  # the most frequent words, of which one in three speaks a little
_BATCH = 2_000


class _Tables(NamedTuple):
    """Tables of word numbers: a word stands in one as often as it is likely."""

    plain: NDArray[np.int32]
    sides: tuple[NDArray[np.int32], NDArray[np.int32]]
    topics: NDArray[np.int32]


def generate_imdb(size: Size, progress: Progress | None = None) -> DataSet:
    """Generate the set: `full` has 25,000 and 25,000 reviews, `quick` has 12,500 and 2,500 of half the length.

    Word numbers are those of the word index, 1 for the most frequent, without start mark and offset; the positive reviews
    come first, as in the published file.
    """
    stream = Stream(b"deepgrade synthetic imdb", f"version 1, {size}")
    words, sides = vocabulary(_VOCABULARY[size])
    tables = _make_tables(np.array(sides), stream)
    splits = []
    for split, count in zip(("train", "test"), SIZES[size], strict=True):
        labels = np.repeat(np.array([1, 0]), [count - count // 2, count // 2])
        parts = []
        for start in range(0, count, _BATCH):
            parts.append(_reviews(labels[start : start + _BATCH], tables, _SHORTER[size], stream))
            if progress is not None:
                progress(f"imdb {split}", min(start + _BATCH, count), count)
        splits.append((Ragged.concatenate(parts), labels.astype(np.int64)))
    return _numbered_by_frequency(splits, words)


def _counts(vocabulary_size: int) -> Ints:
    rank, often = np.array(_FREQUENCIES, dtype=np.float64).T
    logs = np.interp(np.log(np.arange(1, vocabulary_size + 1)), np.log(rank), np.log(often))
    return np.asarray(np.rint(np.exp(logs)), dtype=np.int64)


def _make_tables(sides: Ints, stream: Stream) -> _Tables:
    counts = _counts(len(sides))
    lean = _leanings(sides, stream)
    speaks = lean != 0
    number = np.arange(len(counts), dtype=np.int32)
    both = tuple(
        np.repeat(number, np.where(speaks, counts * (1000 + side * lean) // 1000, 0)) for side in (-1, 1)
    )
    # Topics use words of middle frequency; rarer ones are what a network can learn a review by.
    topics = 300 + stream.below(min(12_000, len(counts)) - 300, _TOPICS * _WORDS_PER_TOPIC)
    return _Tables(
        np.repeat(number, counts),
        (both[0], both[1]),
        topics.reshape(_TOPICS, _WORDS_PER_TOPIC).astype(np.int32),
    )


def _leanings(sides: Ints, stream: Stream) -> Ints:
    """Return how one-sided each word is, in thousandths, -1000 to 1000; 0 for most."""
    lean = sides * stream.between(*_CLEAR_LEAN, len(sides))
    faint = stream.between(-_FAINT_LEAN, _FAINT_LEAN, len(sides)) * (stream.below(3, len(sides)) == 0)
    faint[_FAINT_WORDS:] = 0
    faint[:30] = 0
    return np.asarray(np.where(lean != 0, lean, faint))


def _reviews(labels: Ints, tables: _Tables, shorter: int, stream: Stream) -> Ragged:
    count = len(labels)
    share, length = np.array(_LENGTHS).T
    lengths = np.interp(stream.below(1_000_000, count) / 1000, share, length).astype(np.int64) // shorter
    offsets = np.concatenate([[0], np.cumsum(np.maximum(lengths, 8))])
    total = int(offsets[-1])
    mood = (2 * labels - 1) * _MOOD_CENTRE + stream.bell(_MOOD_SPREAD, count)
    tilt = np.clip(mood, -_CLEAREST_MOOD, _CLEAREST_MOOD) * _TILT // _MOOD_SCALE
    review = np.repeat(np.arange(count), np.diff(offsets))
    kind = stream.below(1000, total)
    tokens = tables.plain[stream.below(len(tables.plain), total)]
    from_topic = np.flatnonzero((kind >= _SPEAKING) & (kind < _SPEAKING + _TOPIC))
    topic = stream.below(_TOPICS, count)[review[from_topic]]
    # The smaller of two draws: the first words of a topic are the frequent ones.
    place = np.minimum(*(stream.below(_WORDS_PER_TOPIC, len(from_topic)) for _ in range(2)))
    tokens[from_topic] = tables.topics[topic, place]
    speaking = np.flatnonzero(kind < _SPEAKING)
    positive = stream.below(1000, len(speaking)) < 500 + tilt[review[speaking]]
    for side, rows in ((0, speaking[~positive]), (1, speaking[positive])):
        tokens[rows] = tables.sides[side][stream.below(len(tables.sides[side]), len(rows))]
    # A text uses its words again: some tokens repeat another of the same review.
    again = np.flatnonzero(stream.below(1000, total) < _REPEATED)
    owner = review[again]
    tokens[again] = tokens[
        offsets[owner] + stream.below(1 << 30, len(again)) * np.diff(offsets)[owner] // (1 << 30)
    ]
    return Ragged(tokens, offsets.astype(np.int64))


def _numbered_by_frequency(splits: list[tuple[Ragged, Ints]], words: list[str]) -> DataSet:
    """Renumber words by how often the training reviews use them, from 1, as the published index does."""
    often = np.bincount(splits[0][0].tokens, minlength=len(words))
    order = np.argsort(-often, kind="stable")
    number = np.empty(len(words), np.int32)
    number[order] = np.arange(1, len(words) + 1, dtype=np.int32)
    train, test = ((Ragged(number[reviews.tokens], reviews.offsets), labels) for reviews, labels in splits)
    return DataSet.of(train, test, {words[old]: int(number[old]) for old in range(len(words))})
