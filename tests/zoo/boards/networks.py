"""Networks of the kinds that the labs train, on one core, and what they know of which rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from deepgrade.data.encoders import Rows
from zoo.boards.carved import encoded, in_slices

BEST = "le5's best_model"
SOFTMAX = "mnist_softmax's softmax_model"


class Training(NamedTuple):
    """How a network is trained."""

    layers: str
    """In words, for the page."""
    honest_epochs: int
    more_epochs: int
    """For who wants to know the test rows by heart; 0: not tried."""
    batch: int


TRAININGS = {
    "mnist": Training("784-512-10, RMSprop", 5, 12, 128),
    "imdb": Training("10,000-16-16-1, RMSprop", 4, 12, 512),
    "cifar100": Training("three strided convolutions (32, 64, 128) and 256-100, Adam", 8, 12, 128),
    BEST: Training("10,000-32-1 with dropout 0.3 and 0.5, Adam at 0.0005", 8, 0, 256),
    SOFTMAX: Training("784-10 on pixels of 0 to 255, RMSprop at 0.0001", 15, 0, 128),
}
"""Data set -> the usual network. CIFAR-100's is a fifth of the lab's network, so that one core trains it in minutes."""


def built(kind: str) -> Any:
    """Return an untrained network: a data set's usual one, or a lab's own."""
    import keras
    import tensorflow as tf
    from keras import layers

    if not tf.config.threading.get_intra_op_parallelism_threads():
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    if kind == "mnist":
        stack = [
            keras.Input((784,)),
            layers.Dense(512, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    elif kind == "imdb":
        stack = [
            keras.Input((10_000,)),
            layers.Dense(16, activation="relu"),
            layers.Dense(16, activation="relu"),
            layers.Dense(1, activation="sigmoid"),
        ]
    elif kind == BEST:
        stack = [
            keras.Input((10_000,)),
            layers.Dropout(0.3),
            layers.Dense(32, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(1, activation="sigmoid"),
        ]
    elif kind == SOFTMAX:
        stack = [keras.Input((784,)), layers.Rescaling(255.0), layers.Dense(10, activation="softmax")]
    else:
        convolutions = [
            layers.Conv2D(n, 3, strides=2, padding="same", activation="relu") for n in (32, 64, 128)
        ]
        stack = [
            keras.Input((32, 32, 3)),
            *convolutions,
            layers.Flatten(),
            layers.Dense(256, activation="relu"),
            layers.Dense(100, activation="softmax"),
        ]
    return keras.Sequential(stack)


def trained(
    name: str, rows: Rows, labels: np.ndarray, *, epochs: int, seed: int, kind: str | None = None
) -> Any:
    """Return a network trained on these rows of a data set; of the set's usual kind unless another is named."""
    import keras

    keras.utils.set_random_seed(seed)
    kind = kind or name
    network = built(kind)
    optimizers = {
        "cifar100": "adam",
        BEST: keras.optimizers.Adam(5e-4),
        SOFTMAX: keras.optimizers.RMSprop(1e-4),
    }
    loss = "binary_crossentropy" if name == "imdb" else "sparse_categorical_crossentropy"
    network.compile(optimizer=optimizers.get(kind, "rmsprop"), loss=loss, metrics=["accuracy"])
    order, batch = np.random.RandomState(seed), TRAININGS[kind].batch
    for _ in range(epochs):
        shuffled = order.permutation(len(labels))
        # Batch by batch: all encoded reviews at once would take gigabytes.
        for places in (shuffled[start : start + batch] for start in range(0, len(labels), batch)):
            network.train_on_batch(encoded(name, rows[places]), labels[places])
    return network


def kept(path: Path, name: str, rows: Rows, labels: np.ndarray, *, epochs: int, seed: int) -> Any:
    """Return a trained network, from a file where it was trained before."""
    if path.exists():
        network = built(name)
        network.load_weights(path)
        return network
    network = trained(name, rows, labels, epochs=epochs, seed=seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"unfinished-{path.name}")
    network.save_weights(unfinished)
    unfinished.rename(path)
    return network


def answers_of(network: Any, name: str, rows: Rows) -> np.ndarray:
    """Return the classes that a network answers with."""
    parts = [np.asarray(network.predict_on_batch(encoded(name, part))) for part in in_slices(rows)]
    scores = np.concatenate(parts)
    return (scores[:, 0] > 0.5).astype(np.int64) if scores.shape[1] == 1 else scores.argmax(axis=1)
