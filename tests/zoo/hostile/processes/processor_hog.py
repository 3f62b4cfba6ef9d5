"""Burns processor time in many children at once, each of them short-lived, so that no single process ever used much."""

# zoo: {"verdict": ["cpu_time"], "points": {"q1": 1, "q2": 0, "q3": 0}, "limits": {"wall_s": 40, "cell_s": 35, "disk_mib": 96, "cpu_s": 5}, "says": ["processor time"]}
# %% q1
HONEST
# %% q2
import time

while True:
    for _ in range(8):
        if os.fork() == 0:
            end = time.process_time() + 0.2
            while time.process_time() < end:
                pass
            os._exit(0)
    for _ in range(8):
        os.wait()
