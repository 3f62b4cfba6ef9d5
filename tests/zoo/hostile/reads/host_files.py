"""Reads what any user of a badly kept machine can read: password hashes, keys, service tokens, logs, container sockets.

Only that a file can be opened is told, never what stands in it.
"""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}, "loots": ["success"]}
# %% q1
total = None
import glob

wanted = [
    "/etc/shadow",
    "/etc/gshadow",
    "/etc/sudoers",
    "/root/.bashrc",
    "/root/.ssh/*",
    "/home/*/.ssh/*",
    "/var/log/*",
    "/run/docker.sock",
    "/run/podman/podman.sock",
    "/run/secrets/*",
    "/var/run/secrets/kubernetes.io/serviceaccount/token",
    "/run/user/*/*",
    "/etc/ssh/*key",
    "/etc/krb5.keytab",
    "/etc/munge/*",
    "/var/spool/*",
    "/boot/*",
    "/sys/firmware/efi/efivars/*",
    "/proc/1/root/etc/shadow",
]
if not os.path.exists("/opt/deepgrade/selftest.py"):
    wanted.append("/var/lib/dpkg/status")  # in the autograder image it is the image's own
for pattern in wanted:
    for path in glob.glob(pattern)[:20]:
        try:
            with open(path, "rb") as file:
                file.read(1)
            loot.append(WON + path)
        except IsADirectoryError:
            loot.append(f"{path} is a folder")
        except OSError as error:
            print(path, error.strerror)
print("\n".join(loot))
