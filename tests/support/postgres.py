"""A PostgreSQL server of our own on a free loopback port, with Debian's programs, for as long as a test session."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_OWNER = "postgres"


def _programs() -> Path:
    """Return the folder of the newest server's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[-3]))
    assert found, "PostgreSQL is missing. On Debian: apt-get install postgresql"
    return found[-1].parent


class Server:
    """A running server.

    Attributes:
        port: On the loopback.
    """

    def __init__(self, folder: Path, port: int, password: str) -> None:
        self.folder, self.port, self._password = folder, port, password
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: str, *, password: str | None = None) -> str:
        """Return the address of a database on it."""
        return f"postgresql://{_OWNER}:{password or self._password}@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """Make an empty database and return its address."""
        name = f"t{secrets.token_hex(6)}"
        self.run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", _OWNER, name)
        return self.url(name)

    def stop(self) -> None:
        """Stop it at once, as a crash of its machine would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(timeout=60)

    def start(self) -> None:
        """Start it, again too. It ends with this process, also where that is killed."""
        command = ["setpriv", "--pdeathsig", "QUIT"]
        if os.getuid() == 0:  # which PostgreSQL refuses to run as
            command += ["--reuid", _OWNER, "--regid", _OWNER, "--clear-groups"]
        command += [str(_programs() / "postgres"), "-D", str(self.folder / "data"), "-p", str(self.port)]
        options = (
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={self.folder}",
            "fsync=off",
            "max_connections=60",
        )
        for option in options:
            command += ["-c", option]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
            )
        ready = [str(_programs() / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        end = time.monotonic() + 60
        while subprocess.run(ready, check=False, timeout=60).returncode != 0:
            said = (self.folder / "log").read_text(errors="replace")[-2000:]
            assert self._process.poll() is None and time.monotonic() < end, said
            time.sleep(0.05)

    def run(self, program: str, *words: str) -> None:
        """Run one of its programs as the user who owns it."""
        command = [str(_programs() / program), *words]
        if os.getuid() == 0:
            command = ["runuser", "-u", _OWNER, "--", *command]
        done = subprocess.run(
            command,
            env={**os.environ, "PGPASSWORD": self._password, "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self.folder,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{program}: {done.stdout.decode(errors='replace')}"


@contextmanager
def running_server() -> Iterator[Server]:
    """Start a server in a temporary folder; stop it and remove the folder at the end."""
    folder = Path(tempfile.mkdtemp(prefix="deepgrade-pg-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Server(folder, port, secrets.token_hex(16))
    try:
        word = folder / "password"
        word.write_text(server._password)
        if os.getuid() == 0:
            owner = pwd.getpwnam(_OWNER)
            for path in (folder, word):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        server.run(
            "initdb", "-D", str(folder / "data"), "-U", _OWNER, "-A", "scram-sha-256", "--no-sync",
            "-E", "UTF8", "--pwfile", str(word),
        )  # fmt: skip
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
