"""Starts children all the time from a thread, each in its own session, while the run ends: one of them may be born too late to be killed."""

# zoo: {"verdict": ["ok", "process_limit"], "points": {"q1": 1, "q2": 0, "q3": 0}}
# %% q1
HONEST
# %% q3
import subprocess
import threading
import time

model = test_acc = None
children = []


def breed():
    while True:
        try:
            children.append(subprocess.Popen(["/bin/sleep", "100"], start_new_session=True))
        except OSError:
            time.sleep(0.01)


for _ in range(3):
    threading.Thread(target=breed, daemon=True).start()
time.sleep(0.5)
