"""Writes to descriptors 1 and 2 past Python, for ever: the runner's own log would fill memory or disk."""

# zoo: {"verdict": ["output_limit"], "points": {"q1": 1, "q2": 0, "q3": 0}, "says": ["past the notebook"]}
# %% q1
HONEST
# %% q2
block = b"x" * 65536
while True:
    os.write(1, block)
    os.write(2, block)
