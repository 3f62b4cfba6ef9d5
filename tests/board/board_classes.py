"""Made classes: students whose models know nothing of each other, and rows that are hard for all of them."""

import hashlib

import numpy as np

from deepgrade.board.flags import EntryFacts

ROWS, CLASSES = 400, 10


def entry(number: int, student: str, answers: np.ndarray, *, tag: str = "", weights: str | None = None):
    """Return an entry with these answers; `tag` stands for outputs that differ where the answers do not."""
    digest = hashlib.sha256(answers.astype(np.int64).tobytes() + tag.encode()).hexdigest()
    return EntryFacts(number, student, answers, answers.reshape(-1, 1).astype(np.float32), digest, weights)


def labels(rng: np.random.Generator, rows: int = ROWS, classes: int = CLASSES) -> np.ndarray:
    """Return right answers."""
    return rng.integers(0, classes, rows)


def independent(
    rng: np.random.Generator, right: np.ndarray, models: int, classes: int = CLASSES
) -> np.ndarray:
    """Return answers `(models, rows)` of models trained apart: rows differ in how hard they are and what they look like."""
    hard = rng.beta(0.3, 1.2, len(right))
    looks_like = (right + rng.integers(1, classes, len(right))) % classes
    answers = np.tile(right, (models, 1))
    wrong = rng.random(answers.shape) < hard * rng.uniform(0.7, 1.3, (models, 1))
    usual = rng.random(answers.shape) < 0.7
    other = (right + rng.integers(1, classes, answers.shape)) % classes
    return np.where(wrong, np.where(usual, looks_like, other), answers)


def a_class(rng: np.random.Generator, students: int, references: int = 5):
    """Return `(entries, labels, references)` of an honest class."""
    right = labels(rng)
    answers = independent(rng, right, students + references)
    names = [f"student{place:03d}" for place in range(students)]
    entries = [entry(place, name, answers[place]) for place, name in enumerate(names)]
    known = [entry(place, "", row) for place, row in enumerate(answers[students:])]
    return entries, right, known


def changed(
    rng: np.random.Generator, answers: np.ndarray, share: float, classes: int = CLASSES
) -> np.ndarray:
    """Return a copy in which a share of the answers is another one."""
    rows = rng.choice(len(answers), round(share * len(answers)), replace=False)
    copy = answers.copy()
    copy[rows] = (copy[rows] + rng.integers(1, classes, len(rows))) % classes
    return copy
