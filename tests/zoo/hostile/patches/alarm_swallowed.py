"""Swallows every interrupt: `except BaseException` around a loop that goes on, and on, and on."""

# zoo: {"verdict": ["timeout"], "points": {"q1": 1, "q2": 0, "q3": 0}, "limits": {"wall_s": 8, "cell_s": 3}}
# %% q1
HONEST

# %% q2
import time

while True:
    try:
        while True:
            time.sleep(0.1)
    except BaseException as error:
        print("no,", type(error).__name__)
