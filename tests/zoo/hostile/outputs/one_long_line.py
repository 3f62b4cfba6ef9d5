"""Prints 20 MB without a line end, then the same through many small writes, to standard error, and as a value."""

# zoo: {"verdict": ["ok", "output_limit"], "points": {"q1": 1, "q2": 0, "q3": 0}}
# %% q1
HONEST
import sys

print("A" * 20_000_000, end="")
for _ in range(20_000):
    sys.stderr.write("B" * 100)
"C" * 20_000_000
