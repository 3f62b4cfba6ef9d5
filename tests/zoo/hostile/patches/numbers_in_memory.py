"""Writes into the interpreter's own memory: the number 0 becomes 1 for everybody in the process."""

# zoo: {"verdict": ["ok", "cell_error", "crashed", "timeout", "memory", "output_limit"],
# "points": {"q1": 1, "q2": 0, "q3": 0}, "limits": {"wall_s": 8, "cell_s": 3}}
# %% q1
HONEST

# %% q2
import ctypes
import sys

size = sys.getsizeof(0)
ctypes.memmove(id(0), id(1), size)
ctypes.memmove(id(False), id(True), size)
one_hot = False
