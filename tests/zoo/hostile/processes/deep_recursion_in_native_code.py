"""Recurses in C code, where Python's own limit does not look: nested lists in json, pickle, the compiler, a chain of destructors."""

# zoo: {"verdict": ["crashed", "cell_error", "memory", "timeout"], "points": {"q1": 1, "q2": 0, "q3": 0}}
# %% q1
HONEST
# %% q2
import json
import pickle
import re
import sys

one_hot = None
attempts = (
    lambda: json.loads("[" * 10**6),
    lambda: compile("(" * 100_000 + ")" * 100_000, "deep", "eval"),
    lambda: compile("-" * 10**6 + "1", "deep", "eval"),
    lambda: re.compile("(" * 50_000 + ")" * 50_000),
    lambda: pickle.loads(b"(" * 10**6 + b"l" * 10**6 + b"."),
)
for attempt in attempts:
    try:
        attempt()
    except BaseException as error:
        print(type(error).__name__)
chain = None
for _ in range(10**6):
    chain = (chain,)
del chain
sys.setrecursionlimit(10**9)
nested = []
for _ in range(10**6):
    nested = [nested]
json.dumps(nested)
