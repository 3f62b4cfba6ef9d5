"""Sleeps for ever: costs nothing and holds a slot of the grader until somebody notices."""

# zoo: {"verdict": ["timeout"], "points": {"q1": 1, "q2": 0, "q3": 0}, "limits": {"wall_s": 8, "cell_s": 3}, "says": ["question q2"]}
# %% q1
HONEST
# %% q2
import time

time.sleep(10**9)
