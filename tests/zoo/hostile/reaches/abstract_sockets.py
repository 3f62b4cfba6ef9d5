"""Connects to abstract Unix sockets of the host: desktop buses, container shims, the arena's own.

Abstract names belong to the network namespace, not to the file system; a sandbox that only changes the root shares them.
Connects to the arena's names alone.
"""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}, "loots": ["socket"]}
# %% q1
total = None
import socket

for number in range(20):
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(f"\0zoo-arena-{number}")
            connection.sendall(b"hello")
            answer = b""
            while part := connection.recv(4096):
                answer += part
            loot.append(f"{number}: {answer!r}")
        except OSError as error:
            last = error
print("last answer:", last)
names = [line.split()[-1] for line in open("/proc/net/unix") if "@" in line]
print("abstract names seen:", len(names))
print("\n".join(loot))
