"""Loops for ever in a cell, to hold a slot of the grader for good."""

# zoo: {"verdict": ["timeout"], "points": {"q1": 1, "q2": 0, "q3": 0}, "says": ["question q2"]}
# %% q1
HONEST
# %% q2
while True:
    pass
