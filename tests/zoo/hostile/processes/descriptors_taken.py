"""Puts other files in the place of the runner's descriptors, so that its journal is written elsewhere.

A closed number is detected, another file under the same number is not: the journal goes where the attacker says, and the run
has lost its own story.
"""

# zoo: {"verdict": ["crashed"], "points": {"q1": 1, "q2": 0, "q3": 0}}
# %% q1
HONEST
# %% q2
handle = os.open("/dev/null", os.O_WRONLY)
for number in range(256):
    if number != handle:
        os.dup2(handle, number)
