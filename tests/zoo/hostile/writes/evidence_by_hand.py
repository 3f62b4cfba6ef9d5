"""Writes the evidence of questions that it never answered, well-formed, and ends the process before anything is captured.

What can that earn? Exactly what assigning the same values in a cell would: q1 is a number that it does not know; q2's array would
have to be right row by row; q3's model has claimed facts and no weights, and forged predictions beside it, which nobody reads. So nothing.
It is shown as a run that ended well, since the journal is the process's own word. (That a claim of an array without its rows cannot
pass either is the matter of evidence_without_rows.)
"""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}, "flags": ["needs_review", "foreign_files"]}
# %% q1
import hashlib
import io
import json

out = "/box/out" if os.path.isdir("/box/out") else "."
evidence = f"{out}/evidence"
os.makedirs(evidence, exist_ok=True)


def blob(array):
    stream = io.BytesIO()
    np.save(stream, array)
    name = f"{hashlib.sha256(stream.getvalue()).hexdigest()}.npy"
    with open(f"{evidence}/{name}", "wb") as file:
        file.write(stream.getvalue())
    return name


ones = np.full((len(labels), 10), 0.1)
model_item = {
    "kind": "model",
    "class": "Sequential",
    "built": True,
    "architecture": None,
    "weights": None,
    "claimed": {"count_params": 50890},
    "compile": {
        "loss": "sparse_categorical_crossentropy",
        "from_logits": False,
        "optimizer": "Adam",
        "learning_rate": 0.001,
        "metrics": ["accuracy"],
    },
    "iterations": 5000,
    "backend": "tensorflow",
    "problem": None,
}
documents = {
    "q1": {"total": {"kind": "value", "type": "int", "value": 123_456_789}},
    "q2": {
        "one_hot": {
            "kind": "array",
            "dtype": "float64",
            "shape": [len(labels), 10],
            "min": 0,
            "max": 1,
            "mean": 0.1,
            "finite": True,
            "nonzero": len(labels),
            "stored": "whole",
            "rows": None,
            "file": blob(ones),
        }
    },
    "q3": {
        "model": model_item,
        "test_acc": {"kind": "value", "type": "float", "value": 0.99},
        "test_images": {
            "kind": "array",
            "dtype": "float32",
            "shape": [2000, 784],
            "stored": "none",
            "file": None,
        },
    },
}
for question, items in documents.items():
    with open(f"{evidence}/{question}.json", "w") as file:
        json.dump({"schema_version": 1, "question": question, "items": items}, file)
with open(f"{evidence}/infer.json", "w") as file:
    json.dump(
        {
            "schema_version": 1,
            "models": {
                "q3/model": {
                    "status": "ok",
                    "params": {"total": 50890},
                    "predictions": {"digits": {"status": "ok", "accuracy": 1.0}},
                }
            },
        },
        file,
    )
lines = [{"event": "start", "time_s": 0.0, "versions": {}}]
lines += [
    {"event": kind, "cell": cell, "time_s": 0.1, "status": "ok", "seconds": 0.1}
    for cell in range(20)
    for kind in ("cell_start", "cell_end")
]
lines += [{"event": "question_end", "question": name, "seconds": 0.0, "problem": None} for name in documents]
lines.append({"event": "end", "time_s": 1.0})
with open(f"{out}/journal.jsonl", "w") as file:
    file.write("".join(json.dumps(line) + "\n" for line in lines))
os._exit(0)
