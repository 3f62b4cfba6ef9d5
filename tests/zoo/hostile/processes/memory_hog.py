"""Takes all memory that it can get, and writes to every page of it."""

# zoo: {"verdict": ["memory"], "points": {"q1": 1, "q2": 0, "q3": 0}, "says": ["400 MiB", "question q2"]}
# %% q1
HONEST
# %% q2
kept = []
while True:
    kept.append(b"x" * (4 << 20))
