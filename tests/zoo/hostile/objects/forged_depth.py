"""A description of layers nested 100,000 deep, and models inside models that double with every level."""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}, "says": ["rebuilt"], "native": false,
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


def forged(value):
    text = b'{"class_name": "Sequential", "config": {"layers": [' * 50_000 + b"]}}" * 50_000
    item = {
        "kind": "model",
        "class": "Sequential",
        "built": True,
        "architecture": put(text, "json"),
        "problem": None,
    }
    value["items"]["model"] = {
        **item,
        "weights": put(b"\x02\0\0\0\0\0\0\0{}", "safetensors"),
        "claimed": {},
        "compile": None,
    }
    return value


def write_json(self, name, value):
    true_write(self, name, forged(value) if name == "q3.json" else value)


store.write_json = write_json
