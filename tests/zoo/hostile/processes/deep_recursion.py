"""Recurses without end, with the limit of Python raised out of the way: the stack of the process ends first."""

# zoo: {"verdict": ["crashed", "memory"], "points": {"q1": 1, "q2": 0, "q3": 0}, "says": ["question q2"]}
# %% q1
HONEST
# %% q2
import sys

sys.setrecursionlimit(10**9)


class Deep:
    def __getattr__(self, name):
        return getattr(self, name + "x")[0]

    def __repr__(self):
        return repr([self])


repr(Deep())
