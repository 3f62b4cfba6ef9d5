"""Evidence that one stage reads and the other does not: the model is "not assessed", and its points leave the total.

Another schema version, and 300 models that push the true one out of the list."""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}, "native": false,
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
    model = {
        "kind": "model",
        "class": "Sequential",
        "built": True,
        "architecture": None,
        "weights": None,
        "compile": None,
    }
    items = {f"a{number:03d}": model for number in range(300)}
    return {"schema_version": 2, "question": "q3", "items": {**items, "model": model}}


def write_json(self, name, value):
    true_write(self, name, forged(value) if name == "q3.json" else value)


store.write_json = write_json
