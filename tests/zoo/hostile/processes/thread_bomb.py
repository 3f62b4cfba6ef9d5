"""Starts threads until it is refused; threads count as processes do."""

# zoo: {"verdict": ["process_limit"], "points": {"q1": 1, "q2": 0, "q3": 0}, "says": ["processes"]}
# %% q1
HONEST
# %% q2
import threading
import time

while True:
    threading.Thread(target=time.sleep, args=(100,), daemon=True).start()
