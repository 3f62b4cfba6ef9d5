"""Replaces every way out: `sys.exit`, `os._exit`, `exit`, and raises SystemExit from the last cell.

A grader that ends its process to end the student's turn would wait for ever, or take the exit for a success.
"""

# zoo: {"verdict": ["ok", "cell_error"], "points": {"q1": 1, "q2": 0, "q3": 0}}
# %% start
import builtins
import os
import sys

os._exit = os.abort = sys.exit = builtins.exit = builtins.quit = lambda *args: None

# %% q1
HONEST

# %% end
raise SystemExit(0)
