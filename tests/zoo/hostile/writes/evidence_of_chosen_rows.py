"""Claims a large array of which only rows of its own choice were kept: those that it got right.

Which rows are kept follows from the run's seed. A forger who keeps other rows, or a few rows of an array that is small enough to be kept whole,
is not believed.
"""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}, "flags": ["needs_review"]}
# %% q2
import hashlib
import io
import json

out = "/box/out" if os.path.isdir("/box/out") else "."
os.makedirs(f"{out}/evidence", exist_ok=True)
stream = io.BytesIO()
np.save(stream, np.eye(10)[labels[:1]])
name = f"{hashlib.sha256(stream.getvalue()).hexdigest()}.npy"
Path(f"{out}/evidence/{name}").write_bytes(stream.getvalue())
item = {
    "kind": "array",
    "dtype": "float64",
    "shape": [len(labels), 10],
    "min": 0,
    "max": 1,
    "mean": 0.1,
    "finite": True,
    "nonzero": len(labels),
    "stored": "rows",
    "rows": [0],
    "file": name,
}
nothing = {"kind": "value", "type": "NoneType", "value": None}
documents = {
    "q1": {"total": nothing},
    "q2": {"one_hot": item},
    "q3": {"model": nothing, "test_acc": nothing, "test_images": nothing},
}
for question, items in documents.items():
    Path(f"{out}/evidence/{question}.json").write_text(
        json.dumps({"schema_version": 1, "question": question, "items": items})
    )
with open(f"{out}/journal.jsonl", "a") as file:
    for question in documents:
        file.write(
            json.dumps({"event": "question_end", "question": question, "seconds": 0.0, "problem": None})
            + "\n"
        )
    for cell in range(20):
        file.write(json.dumps({"event": "cell_end", "cell": cell, "status": "ok", "seconds": 0.1}) + "\n")
    file.write(json.dumps({"event": "end", "time_s": 1.0}) + "\n")
os._exit(0)
