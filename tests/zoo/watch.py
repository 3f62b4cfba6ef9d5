"""Watchers of the zoo: services that count who comes, and looks at files and processes.

See arena.py for what they watch over.
"""

from __future__ import annotations

import hashlib
import os
import socket
import threading
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from deepgrade.files import sha256_json
from deepgrade.records import Course

PLANTED = "zoo-planted"
"""Attacks that make files in strange places give them names that begin so."""
PORTS = range(48700, 48720)
"""The listener stands at the first free one; attacks knock at these and at no other."""
SOCKETS = tuple(f"\0zoo-arena-{number}" for number in range(20))
_PLACES = ("/", "/tmp", "/var/tmp", "/dev/shm", "/run", "/root", "/home", "/etc", "/srv", "/opt", "/mnt")


class Services:
    """A web service on loopback and one on an abstract socket; both give away a canary and count who came."""

    def __init__(self, listener: str, abstract: str) -> None:
        self.connections = 0
        self._sockets = [self._listen_on_loopback(), self._listen_on_abstract()]
        for server, text in zip(self._sockets, (listener, abstract), strict=True):
            answer = f"HTTP/1.0 200 OK\r\n\r\n{text}".encode()
            threading.Thread(target=self._serve, args=(server, answer), daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        for server in self._sockets:
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            server.close()

    def _serve(self, server: socket.socket, answer: bytes) -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            self.connections += 1
            with connection, suppress(OSError):
                connection.settimeout(0.5)
                connection.recv(1024)
                connection.sendall(answer)

    @staticmethod
    def _listen_on_loopback() -> socket.socket:
        for port in PORTS:
            with suppress(OSError):
                return socket.create_server(("127.0.0.1", port))
        raise OSError(f"no free port among {PORTS}")

    @staticmethod
    def _listen_on_abstract() -> socket.socket:
        server = socket.socket(socket.AF_UNIX)
        for name in SOCKETS:
            with suppress(OSError):
                server.bind(name)
                server.listen()
                return server
        raise OSError("no free abstract name")


class Watch:
    """Hears what `grade` does and looks at the world in between."""

    def __init__(self, course: Course, services: Services) -> None:
        self._course = course
        self._services = services
        self._running: set[str] = set()
        self._connections = services.connections
        self._gradebook = ""
        self.seen: dict[str, list[str]] = {}
        """Student -> what happened while that submission ran."""

    def begin(self, total: int, slots: int) -> None:
        """Nothing runs yet."""

    def started(self, student: str) -> None:
        """The head has just written to the gradebook."""
        self._running.add(student)
        self._gradebook = gradebook_digest(self._course)

    def finished(self, student: str, outcome: str, *, stored: bool) -> None:
        """Nothing but runs has happened since the last beginning."""
        if student in self._running:
            if gradebook_digest(self._course) != self._gradebook:
                self._note("the gradebook was changed")
            if self._services.connections != self._connections:
                self._note("a service of the host was reached")
                self._connections = self._services.connections
            for path in planted(self._course.root.parent):
                self._note(f"{path} was made")
        self._running.discard(student)

    def scoring(self, count: int) -> None:
        """No student code runs any more."""

    def note(self, text: str) -> None:
        """Runs are not all started as they should be."""
        raise AssertionError(text)

    def _note(self, what: str) -> None:
        for student in self._running:
            self.seen.setdefault(student, []).append(what)


def planted(root: Path) -> list[Path]:
    """Return files that attacks made where they should not have been able to; what runs left is not among them."""
    found = [path for place in {*_PLACES, str(Path.home())} for path in Path(place).glob(f"{PLANTED}*")]
    for top, folders, files in os.walk(root):
        # Runs come and go while others are looked at.
        folders[:] = [name for name in folders if name != "runs"]
        found += [Path(top, name) for name in (*folders, *files) if name.startswith(PLANTED)]
    return found


def gradebook_digest(course: Course) -> str:
    """Return a hash of the gradebook's files."""
    parts = (course.gradebook, course.gradebook.with_name("gradebook.db-wal"))
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in parts if path.exists()]
    return " ".join(digests)


def folder_digest(folder: Path) -> str:
    """Return a hash of a folder's files, their names and content."""
    return sha256_json(
        {
            str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
    )


def descendants(but: Collection[int] = ()) -> dict[int, str]:
    """Return the living processes below this one: id -> command.

    Args:
        but: Processes that were there before (a server of other tests), left out with whatever they start.
    """
    parents: dict[int, int] = {}
    commands: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        with suppress(OSError, ValueError, IndexError):
            pid = int(entry.name)
            state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            if state not in "ZX":
                parents[pid] = int(parent)
                commands[pid] = (
                    (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
                )
    found: dict[int, str] = {}
    waiting = [os.getpid()]
    while waiting:
        current = waiting.pop()
        children = [pid for pid, parent in parents.items() if parent == current and pid not in but]
        found |= {pid: commands[pid] for pid in children}
        waiting += children
    return found
