"""A student whose file is named like a spreadsheet formula; the name stands in the grade table's first cell."""

# zoo: {"verdict": ["ok"], "points": {"q1": 1, "q2": 0, "q3": 0}, "student": "@SUM(1+1)*cmd ' !A0", "native": false,
# "why": "the other tools take names from folders that the instructor makes"}
# %% q1
HONEST
