"""Gives its files names that break scripts and logs: newlines, escape codes, `..`, quotes, options, a thousand letters, other alphabets.

A name is printed somewhere, sooner or later: in a log, on a page, in a shell.
"""

# zoo: {"verdict": ["ok"], "points": {"q1": 1, "q2": 0, "q3": 0}, "flags": ["foreign_files"]}
# %% q1
HONEST
# %% end
folder = b"/box/out/evidence" if os.path.isdir("/box/out/evidence") else b"."
names = [
    b"..",
    b"../../zoo-planted-up.json",
    b"..\\..\\up.json",
    b"%2e%2e%2fup.json",
    b"a\nb.json",
    b"\x1b[2J\x1b]0;owned\x07.json",
    b"-rf",
    b"--help",
    b"$(touch zoo-planted-shell)",
    b"`id`",
    b"'\";<script>alert(1)</script>"[:80].replace(b"/", b"|"),
    b"\xff\xfe\xfd.json",
    "\u202egpj.txt".encode(),
    b"x" * 255,
    b"q1.json ",
    b"Q1.JSON",
    b".q1.json",
    b"q1.json\r",
    b"CON",
    b"q1.json/../q2.json",
]
for name in names:
    try:
        with open(folder + b"/" + name, "wb") as file:
            file.write(b"{}")
    except OSError as error:
        print(repr(name), error.strerror)
os.makedirs(folder + b"/" + b"/".join([b"deep"] * 50), exist_ok=True)
