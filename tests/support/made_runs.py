"""Makes a tiny lab and stored runs by hand, so that scoring and records are tested without running anything."""

import hashlib
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from deepgrade.evidence import CellError, CellTime, DataFacts, RunRecord, SubmissionFacts, Verdict
from deepgrade.lab import LabFiles, load_checks, load_lab, make_plan

LAB_TOML = """
schema_version = 1
name = "tiny"
title = "Tiny"
data = ["mnist"]
[[questions]]
id = "a1"
title = "Scale"
points = 1.0
[[questions]]
id = "a2"
title = "Network"
points = 2.0
[[questions]]
id = "a3"
title = "Explain"
points = 1.0
manual = true
rubric = "Says why."
[hidden.digits]
dataset = "mnist"
inputs = "images"
inputs_question = "a1"
input_adapters = ["flat/unit"]
reported = { network = "a2/test_acc" }
[thresholds.quick]
a2 = 0.7
"""

CHECKS = '''
from deepgrade.lab import question, visible


@question("a1", points=0.5)
def test_images_are_scaled(images):
    """Images lie in [0, 1]."""
    assert images.max() <= 1, "pixels still go up to 255"


@visible
@question("a1", points=0.5)
def test_images_are_flat(images):
    """Images are rows."""
    assert images.ndim == 2


@question("a2", points=1)
def test_network_has_the_right_size(network):
    """The network has 7,850 parameters."""
    assert network.count_params() == 7850


@question("a2", points=1, hidden={"network": "digits"})
def test_network_reads_new_digits(network, test_acc, lab):
    """The network reads digits it has never seen."""
    assert lab.hidden_accuracy(network) >= lab.threshold("a2")
'''

HIDDEN_LABELS = np.arange(200) % 10


def make_lab(root: Path, checks: str = CHECKS, toml: str = LAB_TOML) -> LabFiles:
    """Write the tiny lab below a root."""
    files = LabFiles(root, "tiny")
    files.folder.mkdir(parents=True, exist_ok=True)
    files.checks.parent.mkdir(parents=True, exist_ok=True)
    files.toml.write_text(toml)
    files.checks.write_text(checks)
    return files


def make_public(folder: Path) -> Path:
    """Write a public MNIST of 20 and 10 rows, and its facts; return the folder of data sets."""
    place = folder / "public" / "mnist"
    place.mkdir(parents=True)
    rng = np.random.default_rng(0)
    for split, rows in (("train", 20), ("test", 10)):
        np.save(place / f"x_{split}.npy", rng.integers(0, 255, (rows, 28, 28), dtype=np.uint8))
        np.save(place / f"y_{split}.npy", (np.arange(rows) % 10).astype(np.uint8))
    facts = {"schema_version": 1, "name": "mnist", "origin": "synthetic", "size": "quick"}
    facts |= {"train_size": 20, "test_size": 10, "classes": 10, "fingerprint": "0" * 64}
    (place / "facts.json").write_text(json.dumps(facts))
    return place.parent


def make_labels(folder: Path) -> dict[str, Path]:
    """Write the hidden labels and return them by hidden evaluation."""
    path = folder / "labels.npy"
    np.save(path, HIDDEN_LABELS)
    return {"digits": path}


def npy(folder: Path, values: np.ndarray) -> str:
    """Store an array as a blob and return its file name."""
    buffer = io.BytesIO()
    np.save(buffer, values, allow_pickle=False)
    name = f"{hashlib.sha256(buffer.getvalue()).hexdigest()}.npy"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(buffer.getvalue())
    return name


def whole(folder: Path, values: np.ndarray) -> dict:
    """Return an array item stored whole."""
    return {
        "kind": "array",
        "dtype": str(values.dtype),
        "shape": list(values.shape),
        "min": float(values.min()),
        "max": float(values.max()),
        "mean": float(values.mean()),
        "finite": True,
        "nonzero": int(np.count_nonzero(values)),
        "stored": "whole",
        "file": npy(folder, values),
    }


def good_items(folder: Path) -> dict:
    """Return question -> items of a perfect submission; blobs go into the evidence folder."""
    rng = np.random.default_rng(1)
    return {
        "a1": {"images": whole(folder / "evidence", rng.random((20, 784)))},
        "a2": {
            "network": {"kind": "model", "class": "Sequential"},
            "test_acc": {"kind": "value", "type": "float", "value": 0.8},
        },
    }


def predictions(accuracy: float) -> np.ndarray:
    """Return class scores that name the right class for that share of the hidden rows."""
    scores = np.zeros((len(HIDDEN_LABELS), 10), dtype=np.float32)
    right = round(accuracy * len(HIDDEN_LABELS))
    named = np.where(np.arange(len(HIDDEN_LABELS)) < right, HIDDEN_LABELS, (HIDDEN_LABELS + 1) % 10)
    scores[np.arange(len(HIDDEN_LABELS)), named] = 1
    return scores


def inferred(folder: Path, accuracy: float = 0.8, params: int = 7850) -> dict:
    """Return infer.json of a network with this hidden accuracy."""
    entry = {
        "status": "ok",
        "reason": None,
        "detail": None,
        "params": {"total": params, "trainable": params, "non_trainable": 0},
        "input_shape": [None, 784],
        "output_shape": [None, 10],
        "layers": [
            {
                "name": "dense",
                "class": "Dense",
                "config": {"units": 10, "activation": "softmax"},
                "params": params,
            }
            | {"output_shape": [None, 10]}
        ],
        "predictions": {
            "digits": {
                "status": "ok",
                "file": npy(folder / "predictions", predictions(accuracy)),
                "rows": 200,
            }
        },
    }
    return {"schema_version": 1, "models": {"a2/network": entry}}


def make_record(files: LabFiles, *, student: str = "ada", key: str = "1" * 64, **changes) -> RunRecord:
    """Return a run record of the tiny lab."""
    plan = make_plan(load_lab(files), load_checks(files.checks).checks)
    values = {
        "key": key,
        "lab": "tiny",
        "submission": SubmissionFacts(
            student=student,
            filename=f"{student}.ipynb",
            sha256="2" * 64,
            flavour="otter",
            answers={"a3": "Because."},
        ),
        "verdict": Verdict.OK,
        "detail": "Every cell ran.",
        "started_at": datetime(2026, 1, 1, tzinfo=UTC),
        "wall_s": 1.0,
        "cpu_s": 1.0,
        "peak_memory_mib": 100.0,
        "peak_processes": 3,
        "limits": {},
        "cell_times": (
            CellTime(cell=1, question="a1", seconds=0.1, status="ok"),
            CellTime(cell=2, question="a2", seconds=0.1, status="ok"),
        ),
        "questions_finished": ("a1", "a2", "a3"),
        "plan": {question: capture.names for question, capture in plan.questions.items()},
        "plan_sha256": plan.sha256,
        "data": (DataFacts(name="mnist", origin="synthetic", size="quick", fingerprint="0" * 64),),
        "environment": {},
        "sandbox": "none",
        "seed": 1,
        "device": "cpu",
        "deepgrade_version": "0",
    }
    return RunRecord.model_validate(values | changes)


def write_run(
    folder: Path, record: RunRecord, items: dict, infer: dict | None, devices: dict | None = None
) -> Path:
    """Write a run folder and return it."""
    (folder / "evidence").mkdir(parents=True, exist_ok=True)
    (folder / "predictions").mkdir(parents=True, exist_ok=True)
    for question, named in items.items():
        document = {"schema_version": 1, "question": question, "items": named}
        (folder / "evidence" / f"{question}.json").write_text(json.dumps(document))
    if infer is not None:
        (folder / "predictions" / "infer.json").write_text(json.dumps(infer))
    if devices is not None:
        (folder / "evidence" / "devices.json").write_text(json.dumps(devices))
    (folder / "run.json").write_text(record.model_dump_json())
    return folder


def cell_error(question: str, cell: int = 4) -> CellError:
    """Return an error in a cell of a question."""
    return CellError(cell=cell, question=question, ename="ValueError", evalue="bad shape")
