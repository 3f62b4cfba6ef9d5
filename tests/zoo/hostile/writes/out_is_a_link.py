"""Replaces the whole folder that comes back by a link to /etc, journal and evidence with it.

Nothing of the run can be read then; that is the submission's doing and costs what it had earned. It is not mistaken for a failure of
the grader, which would be tried again for nothing.
"""

# zoo: {"verdict": ["crashed"], "points": {"q1": 0, "q2": 0, "q3": 0}, "flags": ["foreign_files"], "says": ["journal"]}
# %% q1
HONEST
# %% q2
os.rename("/box/out", "/box/away")
os.symlink("/etc", "/box/out")
os._exit(0)
