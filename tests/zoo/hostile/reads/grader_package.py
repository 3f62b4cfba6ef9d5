"""Reads and imports the grader's own package, to find its checks or to call it.

An installed grader can usually be imported by the code that it grades: its scoring, its labels and its keys with it.
The attack looks for it by its name along sys.path and in the places where Python is installed.
"""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}, "loots": ["success"]}
# %% q1
total = None
import importlib
import sys
import sysconfig

NAME = "deep" + "grade"
for module in ("score", "data", "records", "infer", "kernel", "lab"):
    try:
        found = importlib.import_module(f"{NAME}.{module}")
        loot.append(f"{WON}{found.__name__} can be imported from {found.__file__}")
    except ImportError as error:
        loot.append(f"{module}: {error}")
roots = {Path(entry or ".") for entry in sys.path} | {
    Path(sysconfig.get_path("purelib")),
    Path(sys.base_prefix),
}
for root in roots:
    for path in [root / NAME, *root.glob(f"*{NAME}*"), *root.glob(f"lib/python*/site-packages/*{NAME}*")]:
        try:
            inside = (
                [str(child) for child in path.rglob("*.py")] if path.is_dir() else [path.read_text()[:200]]
            )
        except OSError as error:
            inside = []
        if any(inside):
            loot.append(f"{WON}{path}: {inside[:5]}")
print("\n".join(loot))
