"""Takes the alarm for itself, stops the process's clock, blocks every signal, and then never ends.

Limits inside the process are gone; the limit of the whole run is kept by someone else.
"""

# zoo: {"verdict": ["timeout"], "points": {"q1": 1, "q2": 0, "q3": 0}, "limits": {"wall_s": 8, "cell_s": 3},
# "says": ["8"]}
# %% q1
HONEST

# %% q2
import signal
import time

true_sleep = time.sleep
for number in set(signal.valid_signals()) - {signal.SIGKILL, signal.SIGSTOP}:
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
signal.setitimer(signal.ITIMER_REAL, 0)
signal.setitimer = signal.signal = signal.alarm = lambda *args: None
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
time.monotonic = time.time = time.perf_counter = lambda: 0.0
while True:
    true_sleep(0.2)
