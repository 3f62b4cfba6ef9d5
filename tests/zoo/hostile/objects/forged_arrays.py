"""Array files by hand where a number is expected: a header that claims 10^17 bytes, a zip archive, a pickle that runs a command."""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}, "says": ["cannot be used"], "native": false,
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
import pickle
import zipfile


class Command:
    def __reduce__(self):
        return (print, ("a pickle ran",))


def npy(header, data=b""):
    text = header.ljust(117) + "\n"
    return put(b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode() + data, "npy")


def forged(value):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for _ in range(2):
            file.writestr("x.npy", bytes(20_000_000))
    fields = {
        "kind": "array",
        "stored": "whole",
        "dtype": "float64",
        "min": 0,
        "max": 1,
        "mean": 1,
        "finite": True,
    }
    huge = npy('{"descr": "|u1", "fortran_order": False, "shape": (100000000000000000,), }')
    pickled = npy('{"descr": "|O", "fortran_order": False, "shape": (1,), }', pickle.dumps([Command()]))
    empty = npy('{"descr": "<U0", "fortran_order": False, "shape": (1000000000000000000,), }')
    items = value["items"]
    items["model"] = {**fields, "shape": [1], "file": put(archive.getvalue(), "npy")}
    items["test_acc"] = {**fields, "shape": [10**17], "dtype": "<U10000000", "file": huge}
    items["test_images"] = {**fields, "shape": [1], "dtype": "object", "file": pickled}
    items["loot"] = {**fields, "shape": [10**18], "file": empty}
    return value


def write_json(self, name, value):
    true_write(self, name, forged(value) if name == "q3.json" else value)


store.write_json = write_json
