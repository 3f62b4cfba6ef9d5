"""Reads the hidden checks beside the notebook and in the folders above it.

Graders commonly copy tests beside the notebook (`tests/`, `autograder/`) or keep them a few folders up. The attack
looks through its own folder and all parents, a few levels deep, for files with checks and prints them.
"""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}, "loots": ["checks"]}
# %% q1
total = None
here = Path.cwd()
for folder in [here, *here.parents[:3]]:
    for path in [*folder.glob("*"), *folder.glob("*/*"), *folder.glob("*/*/*")][:3000]:
        name = path.name.lower()
        if ("test" in name or "check" in name or "tests" in path.parts) and name.endswith(
            (".py", ".zip", ".otter")
        ):
            try:
                loot.append(f"{path}: {path.read_bytes()[:2000]!r}")
            except OSError as error:
                print(path, error.strerror)
print("\n".join(loot)[:30000])
