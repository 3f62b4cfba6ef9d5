"""Computes for ever inside one call of C code, where Python never looks for signals.

A catastrophic regular expression and a sum without end: no interrupt arrives, no other thread of Python runs. The limit of the
whole run, held from outside, is left.
"""

# zoo: {"verdict": ["timeout"], "points": {"q1": 1, "q2": 0, "q3": 0}, "limits": {"wall_s": 8, "cell_s": 3}, "says": ["question q2"]}
# %% q1
HONEST
# %% q2
import itertools

one_hot = None
sum(itertools.repeat(0))
