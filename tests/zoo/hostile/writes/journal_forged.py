"""Overwrites the journal with lines that say all went well, then ends the process.

The journal says which cells ran and which questions ended. A forger writes a perfect one and leaves before the
questions are looked at. Points come from evidence, of which there is none; and a journal that speaks of evidence which is not there was
not written by the kernel.
"""

# zoo: {"verdict": ["crashed"], "points": {"q1": 1, "q2": 0, "q3": 0}}
# %% q1
HONEST
# %% q2
import json

lines = [{"event": "start", "time_s": 0.0, "versions": {}}]
for cell in range(20):
    lines.append({"event": "cell_start", "cell": cell, "time_s": 0.1})
    lines.append({"event": "cell_end", "cell": cell, "status": "ok", "execution_count": 1, "seconds": 0.1})
lines += [
    {"event": "question_end", "question": name, "seconds": 0.0, "problem": None}
    for name in ("q1", "q2", "q3")
]
lines.append({"event": "end", "time_s": 1.0})
with open("/box/out/journal.jsonl", "w") as file:
    file.write("".join(json.dumps(line) + "\n" for line in lines))
os._exit(0)
