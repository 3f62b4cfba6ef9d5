"""A fork bomb: every process makes two more, until the machine has none left.

Stopped by a limit of processes that counts for this run alone; other runs, and the grader, do not feel it.
"""

# zoo: {"verdict": ["process_limit", "timeout", "memory"], "points": {"q1": 1, "q2": 0, "q3": 0}, "limits": {"wall_s": 8, "cell_s": 3}}
# %% q1
HONEST
# %% q2
while True:
    try:
        os.fork()
    except OSError:
        pass
