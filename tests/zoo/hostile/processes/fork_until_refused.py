"""Forks until it is refused and lets the error stand, as a careless pool of workers would."""

# zoo: {"verdict": ["process_limit"], "points": {"q1": 1, "q2": 0, "q3": 0}, "says": ["processes"]}
# %% q1
HONEST
# %% q2
import time

while True:
    if os.fork() == 0:
        time.sleep(100)
