"""Run folders with numbers like those of LE5: notebook, evidence, predictions."""

import base64
import json
import random
import struct
import zlib
from pathlib import Path

from report_lab import ANSWER, MANUAL, TITLES


def png(width: int = 320, height: int = 180) -> str:
    """Return a small picture as base64."""
    rows = b"".join(
        b"\x00"
        + bytes(
            channel
            for x in range(width)
            for channel in ((43, 85, 196) if abs(y - height * 0.9 ** (x / 14)) < 2 else (255, 255, 255))
        )
        for y in range(height)
    )

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
    return base64.b64encode(data).decode()


PNG = png()

CODE = {
    "b1": "from keras.datasets import mnist\n\n"
    "(train_images, train_labels), (test_images, test_labels) = mnist.load_data()\n"
    "train_images.shape, train_labels.shape",
    "b2": "network = keras.Sequential([\n    keras.Input((784,)),\n    layers.Dense(512, activation='relu'),\n"
    "    layers.Dense(10, activation='softmax'),  # one output a digit\n])\nnetwork.summary()",
    "b3": "train_images = train_images.reshape((60000, 28 * 28)).astype('float32') / 255\n"
    "test_images = test_images.reshape((10000, 28 * 28)).astype('float32') / 255",
    "b6": "history = network.fit(train_images, train_labels, epochs=5, batch_size=128)",
}


def _progress(epochs: int) -> str:
    lines = []
    for epoch in range(1, epochs + 1):
        lines.append(f"Epoch {epoch}/{epochs}\n")
        for step in (1, 200, 469):
            bar = f"\x1b[1m{step}/469\x1b[0m \x1b[32m{'━' * (step // 24)}\x1b[0m\x1b[37m{'━' * (20 - step // 24)}\x1b[0m"
            lines.append(
                "\b" * 60
                + "\r"
                + bar
                + f" \x1b[1m3s\x1b[0m 6ms/step - accuracy: 0.9{epoch}12 - loss: 0.0{9 - epoch}31"
            )
        lines.append("\n")
    return "".join(lines)


TRACE = (
    "\x1b[0;31m---------------------------------------------------------------------------\x1b[0m\n"
    "\x1b[0;31mValueError\x1b[0m                                Traceback (most recent call last)\n"
    "Cell \x1b[0;32mIn[7], line 1\x1b[0m\n"
    "\x1b[0;32m----> 1\x1b[0m history \x1b[38;5;241m=\x1b[39m network.fit(train_images, train_labels)\n"
    "\x1b[0;31mValueError\x1b[0m: Arguments `target` and `output` must have the same shape. "
    "Received: target.shape=(None,), output.shape=(None, 10)"
)


def code_cell(source: str, outputs: list | None = None, count: int | None = 1) -> dict:
    """Return a code cell."""
    return {
        "cell_type": "code",
        "metadata": {},
        "source": source,
        "outputs": outputs or [],
        "execution_count": count,
    }


def notebook(*, broken: bool = False) -> dict:
    """Return an executed notebook."""
    frame = "<table border='1' class='dataframe' style='color:red'><thead><tr><th></th><th>loss</th><th>accuracy</th></tr>"
    "</thead><tbody><tr><th>0</th><td>0.0631</td><td>0.9803</td></tr></tbody></table>"
    cells = [
        {
            "cell_type": "markdown",
            "metadata": {},
            "source": "# LE5: Introduction to deep learning\n\nRead [the book](https://example.org/book) first; "
            " `relu` is $\\max(0, x)$.",
        }
    ]
    for name, title in TITLES.items():
        cells.append({"cell_type": "markdown", "metadata": {}, "source": f"### {name}. {title}"})
        if name in MANUAL:
            cells.append(
                {"cell_type": "markdown", "metadata": {}, "source": ANSWER.splitlines(keepends=True)}
            )
            continue
        outputs: list[dict] = []
        if name == "b1":
            outputs = [
                {
                    "output_type": "execute_result",
                    "execution_count": 2,
                    "metadata": {},
                    "data": {"text/plain": "((60000, 28, 28), (60000,))"},
                }
            ]
        if name == "b6":
            outputs = [{"output_type": "stream", "name": "stdout", "text": _progress(3)}]
            if broken:
                outputs = [
                    {
                        "output_type": "error",
                        "ename": "ValueError",
                        "evalue": "shape",
                        "traceback": TRACE.split("\n"),
                    }
                ]
        if name == "b7":
            outputs = [
                {
                    "output_type": "display_data",
                    "metadata": {},
                    "data": {"text/html": frame, "text/plain": "frame"},
                }
            ]
        if name == "c7":
            outputs = [
                {
                    "output_type": "display_data",
                    "metadata": {},
                    "data": {"image/png": PNG, "text/plain": "<Figure>"},
                }
            ]
        cells.append(
            code_cell(CODE.get(name, f"# {name}\nresult_{name} = step_{name}(network, rows=128)"), outputs)
        )
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}


def model_item(iterations: int = 2345, optimizer: str = "RMSprop", rate: float = 0.001) -> dict:
    """Return a captured model."""
    compiled = {"loss": "categorical_crossentropy", "from_logits": False, "optimizer": optimizer}
    compiled |= {"learning_rate": rate, "metrics": ["accuracy"]}
    item = {"kind": "model", "class": "Sequential", "built": True, "architecture": None, "weights": None}
    return item | {"compile": compiled, "iterations": iterations, "backend": "tensorflow", "problem": None}


def model_prediction(units: int = 512, inputs: int = 784, outputs: int = 10, dropout: bool = False) -> dict:
    """Return infer.json's entry for a network with one hidden layer."""
    first, last = (inputs + 1) * units, (units + 1) * outputs
    layers = [
        {
            "name": "dense",
            "class": "Dense",
            "config": {"units": units, "activation": "relu"},
            "output_shape": [None, units],
            "params": first,
        }
    ]
    if dropout:
        layers.append(
            {
                "name": "dropout",
                "class": "Dropout",
                "config": {"rate": 0.5},
                "output_shape": [None, units],
                "params": 0,
            }
        )
    layers.append(
        {
            "name": "dense_1",
            "class": "Dense",
            "config": {"units": outputs, "activation": "softmax"},
            "output_shape": [None, outputs],
            "params": last,
        }
    )
    total = first + last
    return {
        "status": "ok",
        "reason": None,
        "detail": None,
        "layers": layers,
        "params": {"total": total, "trainable": total, "non_trainable": 0},
        "input_shape": [None, inputs],
        "output_shape": [None, outputs],
        "predictions": {},
    }


def history_item(epochs: int = 20, seed: int = 1) -> dict:
    """Return a history that overfits."""
    rng = random.Random(seed)  # noqa: S311
    steps = range(epochs)
    history = {
        "loss": [0.52 * 0.74**e + 0.02 + rng.random() * 0.004 for e in steps],
        "accuracy": [1 - 0.22 * 0.76**e - rng.random() * 0.002 for e in steps],
        "val_loss": [
            0.40 - 0.11 * (1 - 0.4**e) + 0.021 * max(0, e - 2) + rng.random() * 0.012 for e in steps
        ],
        "val_accuracy": [0.888 - 0.05 * 0.5**e - 0.0011 * e - rng.random() * 0.004 for e in steps],
    }
    return {"kind": "history", "history": history, "params": {"epochs": epochs}, "epoch": list(steps)}


def evidence() -> dict:
    """Return question -> captured items."""
    images = {
        "kind": "array",
        "dtype": "float32",
        "shape": [60000, 784],
        "min": 0.0,
        "max": 1.0,
        "mean": 0.1307,
        "finite": True,
        "stored": "rows",
    }
    changed = {
        "changed_1": model_item(),
        "changed_2": model_item(optimizer="SGD", rate=0.01),
        "changed_3": model_item(9380),
    }
    return {
        "b1": {
            "train_images": {**images, "dtype": "uint8", "shape": [60000, 28, 28], "max": 255, "mean": 33.32},
            "train_labels": {**images, "dtype": "uint8", "shape": [60000], "max": 9},
        },
        "b2": {"network": model_item(0)},
        "b3": {"train_images": images},
        "b6": {
            "network": model_item(),
            "history": {
                **history_item(5),
                "history": {
                    "loss": [0.258, 0.104, 0.069, 0.050, 0.037],
                    "accuracy": [0.925, 0.969, 0.979, 0.985, 0.989],
                },
            },
        },
        "b7": {"network": model_item(), "test_acc": {"kind": "value", "type": "float", "value": 0.9803}},
        "b9": {**changed, "history_3": history_item(20, 5)},
        "c1": {
            "train_data": {
                "kind": "sequences",
                "container": "ndarray",
                "count": 25000,
                "length_min": 11,
                "length_max": 2494,
                "length_mean": 238.7,
                "token_min": 1,
                "token_max": 9999,
            }
        },
        "c2": {
            "vectorize_sequences": {
                "kind": "function",
                "name": "vectorize_sequences",
                "parameters": ["sequences", "dimension"],
                "results": [{"item": {"kind": "array"}}, {"error": "IndexError: index 8"}],
            },
            "x_val": {"kind": "missing"},
        },
        "c7": {"history": history_item()},
        # The same training again, and another under the same name.
        "c8": {"model": model_item(116), "history": history_item()},
        "c9": {"history": history_item(seed=7)},
    }


def predictions() -> dict:
    """Return infer.json."""
    return {
        "schema_version": 1,
        "models": {
            "b2/network": model_prediction(),
            "b6/network": model_prediction(),
            "b7/network": model_prediction(),
            "b9/changed_1": model_prediction(64),
            "b9/changed_2": model_prediction(),
            "b9/changed_3": model_prediction(512, dropout=True),
            "c8/model": {
                "status": "refused",
                "detail": "The layer 'Lambda' is not in the table of layers.",
                "layers": [],
            },
        },
    }


def write_run(
    folder: Path, *, items: dict | None = None, infer: dict | None = None, cells: dict | None = None
) -> Path:
    """Write a run folder."""
    (folder / "evidence").mkdir(parents=True)
    (folder / "predictions").mkdir()
    for question, named in (evidence() if items is None else items).items():
        document = {"schema_version": 1, "question": question, "items": named}
        (folder / "evidence" / f"{question}.json").write_text(json.dumps(document))
    (folder / "predictions" / "infer.json").write_text(json.dumps(predictions() if infer is None else infer))
    (folder / "notebook.ipynb").write_text(json.dumps(notebook() if cells is None else cells))
    return folder
