"""Replaces the process by another program, which then has the runner's identity and its open files."""

# zoo: {"verdict": ["crashed"], "points": {"q1": 1, "q2": 0, "q3": 0}, "says": ["question q2"]}
# %% q1
HONEST
# %% q2
os.execv("/bin/sh", ["/bin/sh", "-c", "echo all questions are right; ls -l /proc/self/fd; exit 0"])
