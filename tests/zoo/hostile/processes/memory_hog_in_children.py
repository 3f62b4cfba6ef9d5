"""Takes memory in many children, each below any limit that a single process could have."""

# zoo: {"verdict": ["memory"], "points": {"q1": 1, "q2": 0, "q3": 0}, "says": ["400 MiB"]}
# %% q1
HONEST
# %% q2
import time

for _ in range(12):
    if os.fork() == 0:
        kept = b"x" * (60 << 20)
        time.sleep(100)
        os._exit(len(kept))
time.sleep(100)
