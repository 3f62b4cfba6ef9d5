"""Makes 200,000 files among its evidence and in its working folder, to drown whoever lists, copies or removes them.

The box has room for a number of files, and no more. What was finished before stays; where files have a name of their own, a folder
with more than 10,000 entries is not evidence at all.
"""

# zoo: {"verdict": ["disk_limit"], "points": {"q1": 1, "q2": 0, "q3": 0}, "flags": ["foreign_files"],
# "limits": {"wall_s": 40, "cell_s": 35, "disk_mib": 96, "cpu_s": 5}}
# %% q1
HONEST
# %% end
made = 0
folder = "/box/out/evidence" if os.path.isdir("/box/out/evidence") else "."
try:
    for number in range(200_000):
        os.close(os.open(f"{folder}/{number}", os.O_CREAT | os.O_WRONLY))
        made += 1
except OSError as error:
    print(error.strerror)
print(made, "files")
