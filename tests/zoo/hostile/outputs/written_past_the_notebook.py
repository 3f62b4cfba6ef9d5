"""Writes its flood to the process's own descriptors, past everything that the notebook counts."""

# zoo: {"verdict": ["output_limit", "ok"], "points": {"q1": 1, "q2": 0, "q3": 0}}
# %% q1
HONEST

# %% q2
import os

for _ in range(500):
    os.write(1, b"\x1b]0;owned\x07" + b"x" * 100_000 + b"\n")
    os.write(2, b"<script>alert(1)</script>\n" * 1000)
