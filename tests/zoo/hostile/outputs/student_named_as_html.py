"""A student whose file name is a tag, turned around by a direction mark, with an escape sequence in it."""

# zoo: {"verdict": ["ok"], "points": {"q1": 1, "q2": 0, "q3": 0}, "native": false,
# "student": "<img src=x onerror=alert(1)>\u202egnp\u001b]0;owned\u0007",
# "why": "the other tools take names from folders that the instructor makes"}
# %% q1
HONEST
