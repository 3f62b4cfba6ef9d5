"""Closes every descriptor of the process: the journal, the log, whatever libraries hold.

The journal opens its file again. What is lost was the submission's own.
"""

# zoo: {"verdict": ["ok", "crashed"], "points": {"q1": 1, "q2": 2, "q3": 0}}
# %% q1
HONEST
# %% q2
HONEST
os.closerange(0, 4096)
