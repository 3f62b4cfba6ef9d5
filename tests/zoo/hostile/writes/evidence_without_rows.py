"""Claims an array of the right shape of which no row was kept, so that checks on "every kept row" have nothing to look at.

The format allows it for rows that are too large to keep. A check that says "each of the rows is right" would be true of none; so an
array that could have been kept, and was not, is not accepted as evidence: a person looks at it.
"""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}, "flags": ["needs_review"]}
# %% q2
import json

out = "/box/out" if os.path.isdir("/box/out") else "."
item = {
    "kind": "array",
    "dtype": "float64",
    "shape": [len(labels), 10],
    "min": 0,
    "max": 1,
    "mean": 0.1,
    "finite": True,
    "nonzero": len(labels),
    "stored": "none",
    "rows": None,
    "file": None,
}
nothing = {"kind": "value", "type": "NoneType", "value": None}
documents = {
    "q1": {"total": nothing},
    "q2": {"one_hot": item},
    "q3": {"model": nothing, "test_acc": nothing, "test_images": nothing},
}
os.makedirs(f"{out}/evidence", exist_ok=True)
for question, items in documents.items():
    with open(f"{out}/evidence/{question}.json", "w") as file:
        json.dump({"schema_version": 1, "question": question, "items": items}, file)
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
