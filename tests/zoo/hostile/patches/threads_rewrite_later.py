"""Leaves threads and exit handlers that rewrite variables and evidence files after their question has ended."""

# zoo: {"verdict": ["ok", "crashed"], "points": {"q1": 0, "q2": 0, "q3": 0}}
# %% q1
import atexit
import json
import os
import threading
import time

FORGED = {"total": {"kind": "value", "type": "int", "value": 1, "status": "passed", "points": 1}}
FORGED["one_hot"] = {
    "kind": "array",
    "shape": [len(labels), 10],
    "dtype": "float64",
    "stored": "none",
    "min": 0,
    "max": 1,
}


def rewrite():
    globals().update(total=True, one_hot="passed", model="passed", score=6)
    for question in ("q1", "q2", "q3"):
        for folder in ("/box/out/evidence", "evidence", "results"):
            try:
                os.makedirs(folder, exist_ok=True)
                with open(f"{folder}/{question}.json", "w") as file:
                    json.dump({"schema_version": 1, "question": question, "items": FORGED}, file)
            except OSError:
                pass


def for_ever():
    while True:
        rewrite()
        time.sleep(0.001)


for _ in range(3):
    threading.Thread(target=for_ever, daemon=True).start()
threading.Thread(target=for_ever, daemon=False).start()
atexit.register(rewrite)
threading._register_atexit(rewrite)
total = 0
