"""Describes a network that takes one row of 10^18 numbers, and layers that make rows of 10^12 of a small one."""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}, "says": ["than are accepted"], "native": false,
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


def layer(kind, **config):
    return {
        "module": "keras.layers",
        "class_name": kind,
        "config": {"name": kind.lower(), **config},
        "registered_name": None,
    }


def forged(value):
    layers = [
        layer("InputLayer", batch_shape=[None, 10**9, 10**9, 1]),
        layer("ZeroPadding2D", padding=[[10**6, 10**6]] * 2),
    ]
    layers += [layer("UpSampling2D", size=[10**6, 10**6]), layer("Flatten"), layer("Dense", units=10)]
    config = {"name": "s", "layers": layers, "build_input_shape": [None, 10**9, 10**9, 1]}
    text = json.dumps({"module": "keras", "class_name": "Sequential", "config": config}).encode()
    item = {
        "kind": "model",
        "class": "Sequential",
        "built": True,
        "architecture": put(text, "json"),
        "problem": None,
    }
    item["weights"] = put(b"\x02\0\0\0\0\0\0\0{}", "safetensors")
    value["items"]["model"] = {**item, "claimed": {}, "compile": None, "iterations": 1}
    return value


def write_json(self, name, value):
    true_write(self, name, forged(value) if name == "q3.json" else value)


store.write_json = write_json
