"""Sends SIGKILL to every process that it may, which as the grader's own user would be the grader."""

# zoo: {"verdict": ["crashed"], "points": {"q1": 1, "q2": 0, "q3": 0}, "says": ["question q2"], "native": false,
# "why": "it would end whatever else runs as the same user"}
# %% q1
HONEST
# %% q2
import signal

if os.path.isdir("/box"):
    for pid in (1, os.getppid()):
        try:
            os.kill(pid, signal.SIGKILL)
            print("killed", pid)
        except OSError as error:
            print(pid, error.strerror)
    try:
        os.kill(-1, signal.SIGKILL)
    except OSError as error:
        print("all:", error.strerror)
    os.kill(os.getpid(), signal.SIGKILL)
