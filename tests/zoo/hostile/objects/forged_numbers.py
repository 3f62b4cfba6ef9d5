"""Numbers that JSON can hold and a float cannot: 1e999, 400 digits, shapes of them, true where a count is due."""

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


class Huge(float):
    pass


def forged(value):
    fields = {
        "kind": "array",
        "stored": "none",
        "dtype": "float64",
        "min": 10**400,
        "max": True,
        "mean": "x",
        "finite": 1,
    }
    items = value["items"]
    items["model"] = {**fields, "shape": [10**400, 1e308, True]}
    items["test_acc"] = {"kind": "value", "type": "int", "value": 10**400}
    items["test_images"] = {
        "kind": "sequences",
        "container": "ndarray",
        "count": 10**300,
        "rows": [10**30],
        "values": [[1]],
    }
    items["loot"] = {
        "kind": "history",
        "history": {"loss": [10**400]},
        "epoch": [10**400],
        "params": {"a": 10**400},
    }
    return value


def write_json(self, name, value):
    true_write(self, name, forged(value) if name == "q3.json" else value)


store.write_json = write_json
