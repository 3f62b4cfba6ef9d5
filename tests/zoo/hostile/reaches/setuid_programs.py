"""Looks for programs that run with other rights than its own, and calls them.

su, mount, passwd and their like carry a root bit; a no-new-privileges process keeps its own user all the same. Also asks for user 0
directly.
"""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}, "loots": ["success"]}
# %% q1
total = None
import stat
import subprocess

found = []
for folder in ("/usr/bin", "/usr/sbin", "/usr/libexec", "/usr/lib/openssh", "/usr/lib/dbus-1.0"):
    for path in Path(folder).glob("*") if os.path.isdir(folder) else ():
        try:
            mode = path.stat().st_mode
        except OSError:
            continue
        if stat.S_ISREG(mode) and mode & (stat.S_ISUID | stat.S_ISGID):
            found.append(str(path))
print("programs with a root bit:", found)
for command in (
    (["su", "-c", "id -u"], ["sudo", "-n", "id", "-u"], ["mount"], ["newgrp"], ["chsh", "-s", "/bin/true"])
    if os.geteuid()
    else ()
):
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=4)
        print(command, done.returncode, done.stdout[:100], done.stderr[:100])
        if done.stdout.strip() == "0":
            loot.append(f"{WON}{command} ran as root")
    except (OSError, subprocess.TimeoutExpired) as error:
        print(command, error)
try:
    os.setuid(0)
    loot.append(f"{WON}user 0")
except OSError as error:
    print("setuid", error.strerror)
status = dict(line.split(":\t") for line in open("/proc/self/status").read().splitlines() if ":\t" in line)
print(
    {name: status.get(name) for name in ("Uid", "Gid", "Groups", "CapEff", "CapBnd", "NoNewPrivs", "Seccomp")}
)
if int(status["CapEff"], 16):
    loot.append(f"{WON}capabilities {status['CapEff']}")
print("\n".join(loot))
