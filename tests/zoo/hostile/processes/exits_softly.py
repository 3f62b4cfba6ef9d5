"""Calls sys.exit, exit and quit in cells, and registers exit handlers that never return.

In Jupyter such a cell ends, and the notebook goes on. Exit handlers are not waited for.
"""

# zoo: {"verdict": ["cell_error"], "points": {"q1": 1, "q2": 2, "q3": 0}, "says": ["SystemExit"]}
# %% q1
HONEST
import atexit
import sys
import threading
import time

atexit.register(lambda: time.sleep(10**6))
threading.Thread(target=time.sleep, args=(10**6,)).start()
sys.exit(0)
# %% q2
HONEST
exit()
# %% q3
model = test_acc = None
raise KeyboardInterrupt
