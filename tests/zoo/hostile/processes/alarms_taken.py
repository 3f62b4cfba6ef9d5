"""Takes the runner's timer: sets its own handler for every signal, clears the timer, and loops.

The time limit of a cell lives in the process that it limits, and can be taken from it. The limit of the run cannot.
"""

# zoo: {"verdict": ["timeout"], "points": {"q1": 1, "q2": 0, "q3": 0}, "limits": {"wall_s": 8, "cell_s": 3}, "says": ["question q2"]}
# %% q1
HONEST
# %% q2
import signal

one_hot = None
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    signal.setitimer(signal.ITIMER_REAL, 0)
