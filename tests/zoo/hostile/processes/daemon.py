"""Leaves a daemon behind: a process in a session of its own, born twice, without a terminal, that outlives its parents.

It would go on reading, sending or mining when the run is long graded, and see the next student's files.
"""

# zoo: {"verdict": ["ok"], "points": {"q1": 1, "q2": 0, "q3": 0}}
# %% q1
HONEST
# %% q2
import sys
import time

one_hot = None
CODE = "import time, signal\nfor n in range(1, 65):\n    try: signal.signal(n, signal.SIG_IGN)\n    except Exception: pass\ntime.sleep(100)"
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.chdir("/")
        for number in range(3):
            os.close(number)
        os.execv(sys.executable, [sys.executable, "-c", CODE, "zoo-daemon"])
    os._exit(0)
os.wait()
time.sleep(0.2)
print("a daemon is at work")
