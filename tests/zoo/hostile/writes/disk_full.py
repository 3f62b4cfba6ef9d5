"""Fills its folder to the last byte before the questions are over, so that neither evidence nor journal can be written.

What was captured before stays. What could not be written is told as such.
"""

# zoo: {"verdict": ["disk_limit"], "points": {"q1": 1, "q2": 0, "q3": 0}, "says": ["full"]}
# %% q1
HONEST
# %% q2
HONEST
block = b"x" * (1 << 20)
for name in ("/box/work/filler", "/box/out/filler", "/tmp/filler") if os.path.isdir("/box") else ("filler",):
    try:
        with open(name, "wb", 0) as file:
            for size in (len(block), 4096, 1):
                for _ in range(200):
                    file.write(block[:size])
    except OSError as error:
        print(name, error.strerror)
    if not os.path.isdir("/box"):
        os.remove(name)
