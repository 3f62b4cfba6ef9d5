"""Loops for ever and swallows every interrupt, so that a cell's time limit cannot end it.

`except BaseException` catches the runner's interrupt as it catches Ctrl-C. The limit of the whole run, held from outside, is left.
"""

# zoo: {"verdict": ["timeout"], "points": {"q1": 1, "q2": 0, "q3": 0}, "limits": {"wall_s": 8, "cell_s": 3}, "says": ["question q2"]}
# %% q1
HONEST
# %% q2
one_hot = None
while True:
    try:
        while True:
            pass
    except BaseException as error:
        print("not me:", type(error).__name__)
