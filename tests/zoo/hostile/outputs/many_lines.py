"""Prints 50 MB in a million lines; the first and the last of them are what a TA can use."""

# zoo: {"verdict": ["ok", "output_limit"], "points": {"q1": 1, "q2": 0, "q3": 0}}
# %% q1
HONEST
print("the first line")
for number in range(1000):
    print("\n".join(f"line {number} {part:05d} {'x' * 30}" for part in range(1000)))
print("the last line")
