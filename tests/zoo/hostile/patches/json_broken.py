"""Makes `json.dumps` raise in the second question: the run cannot report about itself any more.

What was answered before counts; the failure is the notebook's and not "the grader's".
"""

# zoo: {"verdict": ["crashed"], "points": {"q1": 1, "q2": 0, "q3": 0}, "native": false,
# "why": "otter and nbgrader write their JSON in another process"}
# %% q1
HONEST

# %% q2
import json


def nothing(*args, **kwargs):
    raise MemoryError("no JSON today")


json.dumps = json.dump = nothing
HONEST
