"""Leaves evidence that is meant to break its reader: bottomless nesting, endless numbers, names twice, lone surrogates, bytes that are no text.

Each question's file is spoilt in another way. A reader that raises stops the class; one that swallows gives points for silence.
"""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}, "flags": ["needs_review"]}
# %% q1
import json

out = "/box/out" if os.path.isdir("/box/out") else "."
os.makedirs(f"{out}/evidence", exist_ok=True)
documents = {
    "q1": "[" * 100_000 + "]" * 100_000,
    "q2": '{"schema_version": 1, "question": "q2", "items": {"one_hot": {"kind": "array", "dtype": "float64", "shape": ['
    + "9" * 200_000
    + ', -1], "stored": "none"}}, "items": {}}',
    "q3": '{"schema_version": 1, "question": "../q1", "items": {"model": {"kind": "\\ud800", "type": NaN}}}',
}
for question, text in documents.items():
    Path(f"{out}/evidence/{question}.json").write_text(text)
Path(f"{out}/evidence/devices.json").write_bytes(b"\xff\xfe\x00{")
with open(f"{out}/journal.jsonl", "a") as file:
    for question in documents:
        file.write(
            json.dumps({"event": "question_end", "question": question, "seconds": 0.0, "problem": None})
            + "\n"
        )
    for cell in range(20):
        file.write(json.dumps({"event": "cell_end", "cell": cell, "status": "ok", "seconds": 1e999}) + "\n")
    file.write('{"event": "end", "time_s": ' + "9" * 5000 + "}\n[[[[\n")
    file.write('{"event": "end", "time_s": 1}\n')
os._exit(0)
