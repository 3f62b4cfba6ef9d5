"""Ends the process with exit code 0 before the checks, after writing the end of a successful run into the journal.

The run looks complete; what was never done still earns nothing.
"""

# zoo: {"verdict": ["ok", "crashed"], "points": {"q1": 0, "q2": 0, "q3": 0}}
# %% q1
import json
import os
import sys

for folder in ("/box/out", os.getcwd()):
    try:
        with open(f"{folder}/journal.jsonl", "a") as journal:
            for cell in range(10):
                line = {
                    "event": "cell_end",
                    "cell": cell,
                    "status": "ok",
                    "seconds": 0.1,
                    "execution_count": cell,
                }
                print(json.dumps({"event": "cell_start", "cell": cell, "time_s": 0.1}), file=journal)
                print(json.dumps({**line, "ename": None, "evalue": None}), file=journal)
            for question in ("q1", "q2", "q3"):
                print(
                    json.dumps({"event": "question_end", "question": question, "problem": None}), file=journal
                )
            print(json.dumps({"event": "end", "time_s": 1.0}), file=journal)
    except OSError:
        pass
sys.stdout.flush()
os._exit(0)
