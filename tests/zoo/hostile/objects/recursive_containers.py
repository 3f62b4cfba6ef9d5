"""Lists that contain themselves, dictionaries that contain their lists, and nesting a million levels deep."""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}}
# %% q1
total = []
total.append(total)
total.extend([{"a": total, "b": [total] * 100}] * 100)

# %% q2
one_hot = {}
for _ in range(100_000):
    one_hot = {"deeper": one_hot, "again": [one_hot, one_hot]}

# %% q3
model = np.empty(1, dtype=object)
model[0] = model
test_acc = (model, [model], {"model": model})
