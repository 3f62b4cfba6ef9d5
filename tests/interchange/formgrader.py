"""A Jupyter server with nbgrader's formgrader, on a free port of the loopback."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TOKEN = "only-for-this-test"  # noqa: S105


@contextmanager
def formgrader(course: Path, home: Path) -> Iterator[str]:
    """Serve a course and yield the server's address; `home` keeps Jupyter out of the user's own settings."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", "--ip=127.0.0.1"]
    command += [f"--port={port}", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={course}"]
    command += [f"--IdentityProvider.token={TOKEN}"]
    (home / "config").mkdir(exist_ok=True)
    extension = {"nbgrader.server_extensions.formgrader": True}
    (home / "config" / "jupyter_server_config.json").write_text(
        json.dumps({"ServerApp": {"jpserver_extensions": extension}}), encoding="utf-8"
    )
    settings = os.environ | {
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
    }
    log = home / "server.log"
    with log.open("wb") as stream:
        server = subprocess.Popen(command, cwd=course, env=settings, stdout=stream, stderr=subprocess.STDOUT)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(f"{address}/formgrader/api/status", server, log)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=30)


def ask(address: str, path: str) -> tuple[int, str]:
    """Return the status and the body that the server answers."""
    request = urllib.request.Request(f"{address}{path}", headers={"Authorization": f"token {TOKEN}"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read().decode("utf-8")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode("utf-8")


def _wait(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text(encoding="utf-8")
        try:
            if ask(address, "")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise AssertionError(log.read_text(encoding="utf-8"))
