"""Opens files until there are no descriptors left, and keeps them: the runner cannot open a file to write evidence either."""

# zoo: {"verdict": ["open_files"], "points": {"q1": 1, "q2": 0, "q3": 0}}
# %% q1
HONEST
# %% q2
kept = []
while True:
    kept.append(open("/dev/null"))
