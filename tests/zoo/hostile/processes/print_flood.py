"""Prints for ever: a notebook of gigabytes that nobody can open, and a journal that fills the disk.

The first and the last lines of the cell are kept; what lies between is counted.
"""

# zoo: {"verdict": ["timeout"], "points": {"q1": 1, "q2": 2, "q3": 0}}
# %% q1
HONEST
# %% q2
HONEST
number = 0
print("the first line")
while True:
    print(number, "x" * 100)
    number += 1
