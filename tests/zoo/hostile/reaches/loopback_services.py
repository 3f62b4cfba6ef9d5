"""Calls services on the machine's loopback: databases, notebook servers, the grader's own.

Knocks at the ports of the arena and at no others. With a network of its own the sandbox has a loopback where nobody lives.
"""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}, "loots": ["listener"]}
# %% q1
total = None
import socket

for port in range(48700, 48720):
    for address in ("127.0.0.1", "::1"):
        try:
            with socket.create_connection((address, port), 2) as connection:
                connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
                connection.shutdown(socket.SHUT_WR)
                answer = b""
                while part := connection.recv(4096):
                    answer += part
                loot.append(f"{address} {port}: {answer!r}")
        except OSError as error:
            last = error
print("last answer:", last)
for name in ("tcp", "tcp6", "udp", "unix"):
    try:
        print(name, open(f"/proc/net/{name}").read().count("\n") - 1, "sockets are seen")
    except OSError as error:
        print(name, error.strerror)
print("\n".join(loot))
