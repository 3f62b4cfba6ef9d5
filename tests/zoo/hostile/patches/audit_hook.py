"""Adds an audit hook, which can never be removed: it forbids the process to open any file for writing from now on."""

# zoo: {"verdict": ["ok", "cell_error", "crashed"], "points": {"q1": 1, "q2": 0, "q3": 0}}
# %% q1
HONEST

# %% q2
import sys


def forbid(event, arguments):
    if event in ("open", "os.rename", "os.remove", "import", "os.mkdir"):
        raise RuntimeError(f"{event} is not allowed here")


sys.addaudithook(forbid)
one_hot = 1
