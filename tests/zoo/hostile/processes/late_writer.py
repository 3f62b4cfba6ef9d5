"""Changes its answers after they were taken, and writes over its evidence from a thread until the last moment.

Evidence of a question may be changed by the process as long as it lives: that is as good as assigning other values in the first place.
"""

# zoo: {"verdict": ["ok", "crashed"], "points": {"q1": 0, "q2": 0, "q3": 0}, "flags": ["needs_review"]}
# %% q1
HONEST
# %% end
import json
import threading
import time

folder = "/box/out/evidence" if os.path.isdir("/box/out/evidence") else "."
text = json.dumps(
    {"schema_version": 1, "question": "q1", "items": {"total": {"kind": "value", "type": "int"}, "loot": 5}}
)


def write():
    while True:
        with open(f"{folder}/q1.json", "w") as file:
            file.write(text)
        time.sleep(0.001)


threading.Thread(target=write, daemon=True).start()
time.sleep(0.1)
