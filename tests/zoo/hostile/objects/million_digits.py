"""Whole numbers of a million digits, and the one that is just too large to be a float.

A grader that turns what was reported into a float (`test_acc` below) stops with an OverflowError, for the whole class.
"""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}}
# %% q1
import sys

sys.set_int_max_str_digits(0)
total = 10**1_000_000 + 7


# %% q2
class Digits(int):
    def __index__(self):
        return self

    __int__ = __float__ = __index__


one_hot = [Digits(10**5000)] * 100

# %% q3
model = -(2**1023)
test_acc = 2**1024 - 1
