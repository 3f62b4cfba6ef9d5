"""Answers the first questions in the last cell, when their evidence has been taken, and moves their headings there."""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}}
# %% end
total = int((labels.astype("int64") * np.arange(1, len(labels) + 1)).sum())
one_hot = np.eye(10)[labels]
for question in ("q1", "q2"):
    print(f"### Question {question}: answered here")
