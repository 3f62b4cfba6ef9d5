"""Opens the machine's devices: disks, memory, the kernel's log and its switches.

A disk that can be read holds every secret of the host; a writable core_pattern is a command that root runs. Files are opened and
closed, nothing is read or written.
"""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}, "loots": ["success"]}
# %% q1
total = None
import glob
import stat

for path in sorted(glob.glob("/dev/*")):
    mode = os.stat(path).st_mode if os.path.exists(path) else 0
    if stat.S_ISBLK(mode) or path in (
        "/dev/mem",
        "/dev/kmsg",
        "/dev/port",
        "/dev/kvm",
        "/dev/fuse",
        "/dev/net",
        "/dev/vsock",
        "/dev/vhost-vsock",
        "/dev/uinput",
    ):
        try:
            os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))
            loot.append(WON + path)
        except OSError as error:
            print(path, error.strerror)
print("devices:", sorted(os.listdir("/dev")))
for path in (
    "/proc/sys/kernel/core_pattern",
    "/proc/sysrq-trigger",
    "/proc/kcore",
    "/proc/sys/kernel/modprobe",
    "/proc/1/oom_score_adj",
    "/sys/kernel/uevent_helper",
    "/sys/fs/cgroup/release_agent",
    "/proc/sys/fs/binfmt_misc/register",
):
    if path.startswith("/proc/1/") and os.stat("/proc/1").st_uid == os.getuid():
        continue  # in a container, process 1 is the notebook's own
    try:
        os.close(os.open(path, os.O_WRONLY))
        loot.append(f"{WON}{path} can be written")
    except OSError as error:
        print(path, error.strerror)
for number, kind in enumerate((stat.S_IFBLK | 0o666, stat.S_IFCHR | 0o666)):
    try:
        os.mknod(f"zoo-device-{number}", kind, os.makedev(8, 0) if number == 0 else os.makedev(1, 1))
        os.remove(f"zoo-device-{number}")
        loot.append(f"{WON}a device of its own")
    except OSError as error:
        print("mknod", error.strerror)
print("\n".join(loot))
