"""Container engines for tests: a docker service of our own, and small images, made once and kept for the next call.

What is kept lies below one folder of the temporary folder; nothing of the machine's own engines is touched but
podman's image store, which gets images named localhost/deepgrade-*.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deepgrade.sandbox.containers.engines import Engine

KEPT = Path(tempfile.gettempdir()) / f"deepgrade-test-engines-{os.geteuid()}"
BASE = "localhost/deepgrade-base:bookworm"
SCRIPT = Path(__file__).parents[2] / "autograder" / "debian-base.sh"
_START_S = 60.0


@contextmanager
def running(engine: str) -> Iterator[None]:
    """Have an engine at hand; docker's service is started, on a socket of its own, and stopped by its process id.

    A service that DOCKER_HOST names is used as it is.
    """
    if engine != "docker" or "DOCKER_HOST" in os.environ:
        yield
        return
    folder = KEPT / "docker"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    address = f"unix://{folder}/socket"
    command = [
        shutil.which("dockerd") or "/usr/sbin/dockerd", "--data-root", f"{folder}/data", "--exec-root", f"{folder}/run",
        "--pidfile", f"{folder}/pid", "--host", address, "--bridge=none", "--iptables=false", "--ip6tables=false",
    ]  # fmt: skip
    with (folder / "log").open("wb") as log:
        service = subprocess.Popen(
            command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
        )
    os.environ["DOCKER_HOST"] = address
    try:
        deadline = time.monotonic() + _START_S
        while subprocess.run(["docker", "version"], capture_output=True, check=False).returncode != 0:
            assert service.poll() is None, (folder / "log").read_text()[-2000:]
            assert time.monotonic() < deadline, "dockerd does not answer"
        yield
    finally:
        del os.environ["DOCKER_HOST"]
        service.terminate()
        service.wait(60)


def base_image(engine: str) -> str:
    """Return the name of a small image with Python and nothing else, made if need be (about two minutes)."""
    if not has_image(engine, BASE):
        KEPT.mkdir(mode=0o700, exist_ok=True)
        env = os.environ | {"ROOTFS_TAR": str(KEPT / "rootfs.tar")}
        subprocess.run([str(SCRIPT), engine, BASE], env=env, check=True)
    return BASE


def has_image(engine: str, image: str) -> bool:
    """Return whether an engine has an image."""
    command = Engine("docker" if engine == "docker" else "podman").command("image", "inspect", image)
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
