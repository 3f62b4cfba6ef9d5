"""Does this image run what a notebook needs? `python -I /opt/deepgrade/selftest.py` answers with one JSON object.

Stands alone: it is copied into the image, where nothing of deepgrade but the kernel is. Exit code 0: all is well; 1: the
object's `problems` says what is not. It writes to the temporary folder alone, so it also runs on a read-only image.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

HERE = Path(__file__).resolve().parent
LIBRARIES = {
    name: name for name in ("numpy", "pandas", "scipy", "matplotlib", "pydantic", "tensorflow", "keras")
} | {"scikit-learn": "sklearn", "ipython": "IPython"}
"""Package -> the module that it is imported as."""
_SEED = 7
_ROWS = 64


def versions(problems: list[str]) -> dict[str, str]:
    """Import every library; return their versions."""
    found = {"python": ".".join(map(str, sys.version_info[:3]))}
    for name, module in LIBRARIES.items():
        try:
            found[name] = str(getattr(importlib.import_module(module), "__version__", "unknown"))
        except Exception as error:
            problems.append(f"{name} cannot be imported: {type(error).__name__}: {error}")
    return found


def kernel_sha256(folder: Path) -> str:
    """Return one hash of a kernel folder's files and their names; the builder computes the same."""
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*.py")):
        content = file.read_bytes()
        digest.update(f"{file.relative_to(folder).as_posix()} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def train() -> dict[str, float]:
    """Train a tiny network for one step and predict with it."""
    import keras
    import numpy as np

    keras.utils.set_random_seed(_SEED)
    rows = np.random.default_rng(_SEED).random((_ROWS, 8), dtype=np.float32)
    labels = (rows.sum(axis=1) > 4).astype(np.int32)
    layers = [keras.Input((8,)), keras.layers.Dense(16, activation="relu")]
    model = keras.Sequential([*layers, keras.layers.Dense(2, activation="softmax")])
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    loss = float(model.fit(rows, labels, batch_size=_ROWS, epochs=1, verbose=0).history["loss"][0])
    total = float(model.predict(rows, verbose=0).sum())
    if not 0 < loss < 10 or abs(total - _ROWS) > 1e-2:
        raise ValueError(f"loss {loss}, sum of probabilities {total}")
    return {"loss": round(loss, 4)}


def gpus() -> list[str]:
    """Return the names of the GPUs that TensorFlow can use."""
    import tensorflow as tf

    devices = tf.config.list_physical_devices("GPU")
    return [
        str(tf.config.experimental.get_device_details(device).get("device_name", device.name))
        for device in devices
    ]


def walls() -> dict[str, Any]:
    """Return who this process is and where it may write."""
    writable = []
    for folder in ("/", "/opt/deepgrade", "/opt/venv", "/usr", "/etc", "/kernel", "/tmp"):  # noqa: S108
        probe = Path(folder) / ".probe"
        try:
            probe.touch()
            probe.unlink()
            writable.append(folder)
        except OSError:
            continue
    return {"user": os.getuid(), "group": os.getgid(), "writable": writable}


def intruders() -> list[str]:
    """Return files that must not be in the image: the grader, checks, labels."""
    found = [str(path) for path in HERE.iterdir() if path.name not in _OWN]
    for folder in map(Path, ("/opt", "/box", "/job", "/data", "/kernel", "/home", "/srv", "/mnt", "/media")):
        files = folder.rglob("*") if folder.is_dir() else ()
        found += [
            str(path) for path in files if path.name in _SECRETS or path.match("deepgrade/*/__init__.py")
        ]
    found += [str(path) for path in Path("/opt").rglob("*deepgrade*.dist-info")]
    return sorted(set(found) - {str(HERE / "kernel" / "__init__.py")})


_SECRETS = ("labels.npy", "lab.toml", "gradebook.db")
_OWN = {"kernel", "selftest.py", "requirements-cpu.txt", "requirements-gpu.txt", "__pycache__"}


def main() -> int:
    """Print the object; return the exit code."""
    begin = time.monotonic()
    problems: list[str] = []
    answer: dict[str, Any] = {"versions": versions(problems)}
    parts: dict[str, Callable[[], object]] = {
        "training": train,
        "gpus": gpus,
        "kernel_sha256": lambda: kernel_sha256(HERE / "kernel"),
        "walls": walls,
        "intruders": intruders,
    }
    for name, part in parts.items():
        try:
            answer[name] = part()
        except Exception as error:
            problems.append(f"{name}: {type(error).__name__}: {error}")
    if answer.get("intruders"):
        problems.append(f"files that must not be in the image: {', '.join(answer['intruders'][:5])}")
    answer |= {"seconds": round(time.monotonic() - begin, 2), "problems": problems}
    print(json.dumps(answer))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
