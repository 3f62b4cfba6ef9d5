"""Writes the description of a network of 10^12 parameters by hand, and the weights of none."""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}, "says": ["more parameters than are accepted"], "native": false,
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


def dense(units, inputs):
    config = {"name": f"d{inputs}x{units}", "units": units, "activation": "linear", "use_bias": False}
    return {"module": "keras.layers", "class_name": "Dense", "config": config, "registered_name": None}


def forged(value):
    first = {
        "module": "keras.layers",
        "class_name": "InputLayer",
        "config": {"batch_shape": [None, 784], "name": "i"},
    }
    layers = [first, dense(10**6, 784), dense(10**6, 10**6), dense(10, 10**6)]
    config = {"name": "s", "layers": layers, "build_input_shape": [None, 784]}
    text = json.dumps({"module": "keras", "class_name": "Sequential", "config": config}).encode()
    header = json.dumps(
        {"w000": {"dtype": "F32", "shape": [10**6, 10**6], "data_offsets": [0, 4 * 10**12]}}
    ).encode()
    item = {
        "kind": "model",
        "class": "Sequential",
        "built": True,
        "architecture": put(text, "json"),
        "problem": None,
    }
    item["weights"] = put(len(header).to_bytes(8, "little") + header, "safetensors")
    value["items"]["model"] = {
        **item,
        "claimed": {"count_params": 10**12},
        "compile": None,
        "iterations": 10**9,
    }
    return value


def write_json(self, name, value):
    true_write(self, name, forged(value) if name == "q3.json" else value)


store.write_json = write_json
