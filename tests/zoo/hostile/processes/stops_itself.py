"""Stops its own process, which neither ends nor works: a runner that waits for an end waits for ever."""

# zoo: {"verdict": ["timeout"], "points": {"q1": 1, "q2": 0, "q3": 0}, "limits": {"wall_s": 8, "cell_s": 3}, "says": ["question q2"]}
# %% q1
HONEST
# %% q2
import signal

os.kill(os.getpid(), signal.SIGSTOP)
