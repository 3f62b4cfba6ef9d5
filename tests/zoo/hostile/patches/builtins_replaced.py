"""Replaces `isinstance`, `len`, `type`, `print`, `sorted` and `hasattr` for the whole process.

The question answered before is kept; everything after it may break, and only the notebook's own.
"""

# zoo: {"verdict": ["ok", "cell_error", "crashed"], "points": {"q1": 1, "q2": 0, "q3": 0}}
# %% q1
HONEST

# %% q2
import builtins

builtins.isinstance = builtins.issubclass = builtins.hasattr = lambda *args: True
builtins.len = lambda value: 6
builtins.sorted = builtins.list = lambda *args, **kwargs: ["passed"]
builtins.print = lambda *args, **kwargs: None
builtins.type = lambda *args: int
builtins.str = builtins.repr = lambda *args: "passed"
one_hot = 1
