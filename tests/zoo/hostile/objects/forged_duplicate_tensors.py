"""A weights file that names each tensor twice: one reader sees the small one, another the large one."""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}, "says": ["twice"], "native": false,
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
    layers = [
        {
            "class_name": "InputLayer",
            "config": {"batch_shape": [None, 784], "name": "i"},
            "module": "keras.layers",
        }
    ]
    config = {"name": "d", "units": 10, "activation": "softmax", "use_bias": False}
    layers += [{"class_name": "Dense", "config": config, "module": "keras.layers", "registered_name": None}]
    config = {"name": "s", "layers": layers, "build_input_shape": [None, 784]}
    text = json.dumps({"module": "keras", "class_name": "Sequential", "config": config}).encode()
    entry = '"w000":{"dtype":"F32","shape":[784,10],"data_offsets":[0,31360]}'
    header = ("{" + entry + "," + entry + "}").encode()
    data = len(header).to_bytes(8, "little") + header + np.random.rand(784, 10).astype("float32").tobytes()
    item = {
        "kind": "model",
        "class": "Sequential",
        "built": True,
        "architecture": put(text, "json"),
        "problem": None,
    }
    value["items"]["model"] = {
        **item,
        "weights": put(data, "safetensors"),
        "claimed": {},
        "compile": None,
        "iterations": 1,
    }
    return value


def write_json(self, name, value):
    true_write(self, name, forged(value) if name == "q3.json" else value)


store.write_json = write_json
