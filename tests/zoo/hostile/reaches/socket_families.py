"""Makes sockets of families that a network namespace does not hold back, or that hear everything.

AF_VSOCK leads from a virtual machine to its host; packet sockets hear the wire; AF_ALG and others were ways into kernels.
Sockets are made, and never connected or bound. Netlink is allowed and shows one interface, the private loopback.
"""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}, "loots": ["success"]}
# %% q1
total = None
import socket

families = {
    "vsock": 40,
    "packet": 17,
    "alg": 38,
    "bluetooth": 31,
    "xdp": 44,
    "can": 29,
    "rds": 21,
    "tipc": 30,
    "key": 15,
    "qipcrtr": 42,
}
for name, family in families.items():
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
        try:
            socket.socket(family, kind).close()
            loot.append(f"{WON}a socket of {name}, kind {kind}")
        except OSError as error:
            print(name, kind, error.strerror)
for protocol in (socket.IPPROTO_ICMP, socket.IPPROTO_RAW):
    try:
        socket.socket(socket.AF_INET, socket.SOCK_RAW, protocol).close()
        loot.append(f"{WON}a raw socket, protocol {protocol}")
    except OSError as error:
        print("raw", error.strerror)
interfaces = [name for _, name in socket.if_nameindex()]
if interfaces != ["lo"]:
    loot.append(f"{WON}interfaces {interfaces}")
print("\n".join(loot))
