"""Fills the journal by hand with outputs, lines without end and cells that do not exist, past what anyone wants to read.

The runner bounds what a cell shows; a process that writes the file itself is bounded by the reader and by the size of its folder.
"""

# zoo: {"verdict": ["ok", "crashed", "output_limit"], "points": {"q1": 1, "q2": 0, "q3": 0}, "limits": {"wall_s": 40, "cell_s": 35, "disk_mib": 96, "cpu_s": 5}}
# %% q1
HONEST
# %% end
import json

path = "/box/out/journal.jsonl" if os.path.isdir("/box/out") else "journal.jsonl"
with open(path, "a") as file:
    line = (
        json.dumps(
            {
                "event": "output",
                "cell": 3,
                "output": {"output_type": "stream", "name": "stdout", "text": "x" * 100_000},
            }
        )
        + "\n"
    )
    for _ in range(150):
        file.write(line)
    for cell in range(100_000):
        file.write(f'{{"event": "cell_start", "cell": {cell}, "time_s": 1}}\n')
    file.write("[" * 9_000_000 + "\n")
