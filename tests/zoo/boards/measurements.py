"""What is measured on a hidden set: one function a way to answer, each returning plain figures."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from deepgrade.data import DataStore
from deepgrade.data.encoders import Rows
from deepgrade.score.flags import _gap  # what a TA would read
from deepgrade.score.results import ModelScore
from zoo.boards import lookups, networks
from zoo.boards.carved import Carved, joined, load_carved
from zoo.boards.networks import BEST, SOFTMAX, TRAININGS

ALL = ("mnist", "imdb", "cifar100")
SKETCH_BITS = (32, 64, 128)
CARVINGS = {"mnist": 40, "imdb": 20, "cifar100": 10}
_HARD_COPIES = 20


class Bench(NamedTuple):
    """What a measurement may use."""

    store: DataStore
    work: Path
    carved: Carved
    number: int
    """Of the secret; the seed of trainings too."""

    def honest(self) -> Any:
        """Return the honest network of this seed: it has seen the training rows alone."""
        one = self.carved
        path = self.work / "networks" / f"{one.name}-{self.number}.weights.h5"
        epochs = TRAININGS[one.name].honest_epochs
        return networks.kept(path, one.name, one.x_train, one.y_train, epochs=epochs, seed=self.number)


Figures = dict[str, Any]


class Measurement(NamedTuple):
    """A way to answer."""

    title: str
    measure: Callable[[Bench], Figures]
    cost: int
    """0: a look-up; 1: a training. Cheap ones come first."""
    secrets: Mapping[str, int]
    """Data set -> how many secrets."""
    settings: Callable[[str], Figures]
    """Data set -> what the figures depend on: where it changes, they are measured again."""


def _share(answers: np.ndarray, labels: np.ndarray) -> float:
    return float((answers == labels).mean())


def judged(carved: Carved, answers: lookups.Answers, *, whole: bool = True) -> Figures:
    """Return accuracies of answers, and what the grader says of them.

    Args:
        carved: The set.
        answers: Rows -> classes.
        whole: Also ask for all mounted and all original rows.
    """
    places = carved.graders_rows
    hidden = _share(answers(carved.x_hidden), carved.y_hidden)
    public = _share(answers(carved.x_mounted[places]), carved.y_test[places])
    figures: Figures = {"hidden": hidden, "public": public}
    if whole:
        replaced = carved.replaced
        original = answers(carved.x_original)
        figures |= {
            "mounted": _share(answers(carved.x_mounted), carved.y_test),
            "original": _share(original, carved.y_test),
            # The same rows as the hidden ones, before they were distorted: what is left is the luck of the draw.
            "before_distortion": _share(original[replaced], carved.y_test[replaced]),
        }
    score = ModelScore(
        question="q",
        name="network",
        hidden=carved.name,
        metric="accuracy",
        value=hidden,
        rows=len(carved.y_hidden),
        public=public,
        public_rows=len(places),
    )
    return figures | {"flag": _gap(score, hidden)}


def _honest(bench: Bench) -> Figures:
    network, name = bench.honest(), bench.carved.name
    return judged(bench.carved, lambda rows: networks.answers_of(network, name, rows))


def _honest_kind(kind: str) -> Measurement:
    """Return the measurement of a lab's own network."""

    def measure(bench: Bench) -> Figures:
        one, epochs = bench.carved, TRAININGS[kind].honest_epochs
        rows, labels = one.x_train, one.y_train
        network = networks.trained(one.name, rows, labels, epochs=epochs, seed=bench.number, kind=kind)
        return judged(one, lambda asked: networks.answers_of(network, one.name, asked))

    dataset = "imdb" if kind == BEST else "mnist"
    settings = TRAININGS[kind]._asdict()
    return Measurement(f"honest network, {kind}", measure, 1, {dataset: 3}, lambda name: settings)


def _carvings(bench: Bench) -> Figures:
    """Hold one honest network against many hidden sets: what the draw and the distortion do, whatever the training."""
    network, name = bench.honest(), bench.carved.name
    found = []
    for number in range(1, CARVINGS[name] + 1):
        carved = load_carved(bench.store, name, number, bench.work / "hidden")
        found.append(judged(carved, lambda rows: networks.answers_of(network, name, rows)))
    return {key: [one[key] for one in found] for key in found[0]}


def _exact_mounted(bench: Bench) -> Figures:
    one = bench.carved
    found = lookups.found(one.x_mounted, one.x_hidden)
    return judged(one, lookups.exact(one.x_mounted, one.y_test)) | {"found": found}


def _exact_original(bench: Bench) -> Figures:
    one = bench.carved
    found = lookups.found(one.x_original, one.x_hidden)
    return judged(one, lookups.exact(one.x_original, one.y_test)) | {"found": found}


def _nearest_mounted(bench: Bench) -> Figures:
    one = bench.carved
    return judged(one, lookups.nearest(one.name, one.x_mounted, one.y_test), whole=False)


def _nearest_original(bench: Bench) -> Figures:
    one = bench.carved
    return judged(one, lookups.nearest(one.name, one.x_original, one.y_test), whole=False) | {
        "bytes": packed_bytes(one.name, one.x_original)
    }


def _sketches(bench: Bench) -> Figures:
    figures: Figures = {}
    for bits in SKETCH_BITS:
        sketches = lookups.Sketches(bench.carved, bits)
        figures[str(bits)] = judged(bench.carved, sketches.answers, whole=False) | {
            "bytes": sketches.bytes,
            "characters": sketches.characters,
        }
    return figures


def _more(bench: Bench, rows: Rows, labels: np.ndarray, epochs: int) -> Figures:
    """Train on the training rows and on others."""
    one = bench.carved
    network = networks.trained(
        one.name,
        joined(one.x_train, rows),
        np.concatenate([one.y_train, labels]),
        epochs=epochs,
        seed=bench.number,
    )
    figures = judged(one, lambda asked: networks.answers_of(network, one.name, asked))
    return figures | {"parameters": int(network.count_params())}


def _trained_mounted(bench: Bench) -> Figures:
    one = bench.carved
    return _more(bench, one.x_mounted, one.y_test, TRAININGS[one.name].more_epochs)


def _trained_original(bench: Bench) -> Figures:
    one = bench.carved
    return _more(bench, one.x_original, one.y_test, TRAININGS[one.name].more_epochs)


def _trained_hard(bench: Bench) -> Figures:
    """Carry in only the original test rows that an honest network gets wrong."""
    one = bench.carved
    wrong = networks.answers_of(bench.honest(), one.name, one.x_original) != one.y_test
    rows, labels = one.x_original[wrong], one.y_test[wrong]
    copies = np.tile(np.arange(len(labels)), _HARD_COPIES)
    figures = _more(bench, rows[copies], labels[copies], TRAININGS[one.name].honest_epochs)
    return figures | {"carried_rows": len(labels), "bytes": packed_bytes(one.name, rows)}


def packed_bytes(name: str, rows: Rows) -> int:
    """Return what rows take when compressed as they are: reviews as the numbers of their words, in 16 bits."""
    if name == "imdb":
        tokens = np.minimum(rows.tokens, np.iinfo(np.uint16).max)  # type: ignore[union-attr]
        return len(zlib.compress(tokens.astype(np.uint16).tobytes(), 9))
    return len(zlib.compress(np.asarray(rows).tobytes(), 9))


def _no_settings(name: str) -> Figures:
    return {}


def _epochs(*which: str) -> Callable[[str], Figures]:
    return lambda name: (
        {"layers": TRAININGS[name].layers} | {key: getattr(TRAININGS[name], key) for key in which}
    )


_THREE = dict.fromkeys(ALL, 3)
_TRAINED = {"mnist": 3, "imdb": 3, "cifar100": 1}

MEASUREMENTS = {
    "exact_mounted": Measurement("exact look-up, mounted test set", _exact_mounted, 0, _THREE, _no_settings),
    "exact_original": Measurement(
        "exact look-up, original test set", _exact_original, 0, _THREE, _no_settings
    ),
    "nearest_mounted": Measurement(
        "nearest row, mounted test set", _nearest_mounted, 0, _THREE, _no_settings
    ),
    "nearest_original": Measurement(
        "nearest row, original test set", _nearest_original, 0, _THREE, _no_settings
    ),
    "sketches": Measurement(
        "nearest sketch, original test set", _sketches, 0, _THREE, lambda name: {"bits": list(SKETCH_BITS)}
    ),
    "honest": Measurement("honest network", _honest, 1, _TRAINED, _epochs("honest_epochs", "batch")),
    "honest_best": _honest_kind(BEST),
    "honest_softmax": _honest_kind(SOFTMAX),
    "carvings": Measurement(
        "one honest network, many hidden sets",
        _carvings,
        1,
        dict.fromkeys(ALL, 1),
        lambda name: {"carvings": CARVINGS[name]} | _epochs("honest_epochs", "batch")(name),
    ),
    "trained_mounted": Measurement(
        "trained on the mounted test set as well",
        _trained_mounted,
        1,
        _TRAINED,
        _epochs("more_epochs", "batch"),
    ),
    "trained_original": Measurement(
        "trained on the original test set as well",
        _trained_original,
        1,
        _TRAINED,
        _epochs("more_epochs", "batch"),
    ),
    "trained_hard": Measurement(
        "trained on the original rows that an honest network gets wrong",
        _trained_hard,
        1,
        {"mnist": 3},
        lambda name: {"copies": _HARD_COPIES} | _epochs("honest_epochs", "batch")(name),
    ),
}
