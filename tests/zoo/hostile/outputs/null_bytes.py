"""Null bytes and every other control character in outputs, in the source, in a name and in the working folder's files."""

# zoo: {"verdict": ["ok", "cell_error"], "points": {"q1": 1, "q2": 0, "q3": 0}}
# %% q1
HONEST
import os

print("".join(map(chr, range(32))), "".join(map(chr, range(127, 160))), "a\x00b\x00" * 1000)
os.write(1, bytes(range(256)) * 100)
open("name\n\x1b[2J.txt", "w").write("x")
globals()["a\x00b"] = "\x00"
raise SystemExit("\x00\x01\x02")
