"""A small file of small numbers that says it was text of ten million letters each: reading it would take 400 TB."""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}, "says": ["too many"], "native": false,
# "why": "it forges evidence files, which otter and nbgrader do not have"}
# %% end
import hashlib
import json
import sys

import numpy as np

store = sys.modules["_deepgrade_kernel.store"].EvidenceStore
true_write = store.write_json


def put(data, suffix):
    name = f"{hashlib.sha256(data).hexdigest()}.{suffix}"
    with open(f"/box/out/evidence/{name}", "wb") as file:
        file.write(data)
    return name


import io


def forged(value):
    stream = io.BytesIO()
    np.save(stream, np.zeros(1_000_000, "uint8"))
    item = {
        "kind": "array",
        "stored": "whole",
        "shape": [1_000_000],
        "dtype": "<U10000000",
        "file": put(stream.getvalue(), "npy"),
    }
    value["items"]["model"] = value["items"]["test_acc"] = {
        **item,
        "min": 0,
        "max": 0,
        "mean": 0,
        "finite": True,
    }
    return value


def write_json(self, name, value):
    true_write(self, name, forged(value) if name == "q3.json" else value)


store.write_json = write_json
