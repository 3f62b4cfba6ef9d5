"""A container as Gradescope starts it: root with Docker's ordinary rights, no namespaces of its own, `/autograder` laid out.

bubblewrap plays the container engine here. Inside, nothing may mount or make namespaces, so bubblewrap does not start.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# What docker leaves to root in a container where nobody asks for more or less.
RIGHTS = (
    "CHOWN", "DAC_OVERRIDE", "FSETID", "FOWNER", "MKNOD", "NET_RAW", "SETGID", "SETUID", "SETFCAP", "SETPCAP",
    "NET_BIND_SERVICE", "SYS_CHROOT", "KILL", "AUDIT_WRITE",
)  # fmt: skip
PYTHON = "/opt/python/bin/python"
METADATA = {
    "id": 123456,
    "created_at": "2026-07-01T14:22:32.365935-07:00",
    "assignment": {
        "due_date": "2026-07-31T23:00:00.000000-07:00",
        "group_size": None,
        "group_submission": False,
        "id": 25828,
        "course_id": 1234,
        "late_due_date": None,
        "release_date": "2026-07-02T00:00:00.000000-07:00",
        "title": "Lab",
        "total_points": "20.0",
    },
    "submission_method": "upload",
    "users": [{"email": "MARIGOLD@example.com", "id": 1234, "name": "Student User"}],
    "previous_submissions": [],
}
_AFTER = (
    "/autograder/run_autograder; code=$?; sleep 1.5;"
    " for p in /proc/[0-9]*; do grep -H '^Uid' $p/status; done > /opt/after 2>/dev/null; exit $code"
)


@dataclass(frozen=True)
class Ran:
    """What became of a submission."""

    code: int
    said: str
    results: dict[str, Any] | None
    users_left: set[int]
    """User ids under which something ran a second and a half later."""


class Container:
    """An image that setup.sh has made, started anew for every submission.

    Args:
        folder: A new folder.
        archive: The zip.
    """

    def __init__(self, folder: Path, archive: Path) -> None:
        self.image, self.folder, self._runs = folder / "image", folder, 0
        for name in ("autograder/source", "opt"):
            (self.image / name).mkdir(parents=True)
        make_python(self.image / "opt" / "python")
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(self.image / "autograder" / "source")
        python = {"DEEPGRADE_PYTHON": PYTHON}
        self.setup = start(self.image, ["/bin/bash", "/autograder/source/setup.sh"], env=python)

    def submit(self, files: dict[str, str], links: dict[str, str] | None = None) -> Ran:
        """Hand in files (and links), run the autograder, and return what became of it."""
        self._runs += 1
        root = self.folder / f"run{self._runs}"
        shutil.copytree(self.image, root, symlinks=True)
        place = root / "autograder"
        shutil.copy(place / "source" / "run_autograder", place / "run_autograder")
        (place / "run_autograder").chmod(0o755)
        (place / "results").mkdir()
        (place / "submission").mkdir()
        for name, text in files.items():
            path = place / "submission" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        for name, target in (links or {}).items():
            (place / "submission" / name).symlink_to(target)
        (place / "submission_metadata.json").write_text(json.dumps(METADATA), encoding="utf-8")
        done = start(root, ["/bin/sh", "-c", _AFTER])
        written = place / "results" / "results.json"
        results = json.loads(written.read_text(encoding="utf-8")) if written.is_file() else None
        uids = {int(line.split()[1]) for line in (root / "opt" / "after").read_text().splitlines()}
        return Ran(done.returncode, done.stdout, results, uids)


def start(
    root: Path,
    command: list[str],
    *,
    env: Mapping[str, str] = {},
    shown: Mapping[Path, str] = {},
    timeout_s: float = 400,
) -> subprocess.CompletedProcess[str]:
    """Run a command in a container whose /autograder and /opt are those of a root folder.

    Args:
        root: Holds `autograder/` and `opt/`.
        command: What to run.
        env: Its environment; PATH is set.
        shown: Folder of this machine -> where it is shown read-only; nobody but root can pass to it.
        timeout_s: How long it may take.
    """
    words = ["bwrap", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-net", "--die-with-parent"]
    words += ["--ro-bind", "/usr", "/usr", "--ro-bind", "/etc", "/etc"]
    for name in ("bin", "sbin", "lib", "lib64"):
        if Path("/", name).is_symlink():
            words += ["--symlink", str(Path("/", name).readlink()), f"/{name}"]
    words += ["--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--tmpfs", "/dev/shm"]
    words += ["--perms", "1777", "--tmpfs", "/tmp"]
    folders = {
        "/root": "0711",
        "/run": "0755",
        "/var": "0755",
        "/var/lib": "0755",
        "/var/tmp": "1777",
        "/srv": "0700",
    }
    for folder, mode in folders.items():
        words += ["--perms", mode, "--dir", folder]
    words += ["--bind", str(root / "autograder"), "/autograder", "--bind", str(root / "opt"), "/opt"]
    for place in _python_folders():
        for parent in list(place.parents)[-2::-1]:
            if str(parent) not in folders and not parent.is_relative_to("/usr"):
                words += ["--perms", "0755", "--dir", str(parent)]
        words += ["--ro-bind", str(place), str(place)]
        for trace in place.glob("*deepgrade*"):
            # On Gradescope the package is not among the installed ones.
            words += ["--tmpfs", str(trace)] if trace.is_dir() else ["--ro-bind", "/dev/null", str(trace)]
    for place, inside in shown.items():
        words += ["--ro-bind", str(place), inside]
    words += ["--cap-drop", "ALL", *(word for right in RIGHTS for word in ("--cap-add", f"CAP_{right}"))]
    words += ["--clearenv"]
    for name, value in {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **env}.items():
        words += ["--setenv", name, value]
    words += ["--chdir", "/autograder", "--", *command]
    return subprocess.run(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        timeout=timeout_s, errors="replace",
    )  # fmt: skip


def make_python(made: Path) -> None:
    """Make an environment that has the libraries of this one, and not this repository's package."""
    base = Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    subprocess.run([str(base), "-m", "venv", "--without-pip", str(made)], check=True)
    packages = next((made / "lib").glob("python3*")) / "site-packages"
    # A folder that is added like this has its own .pth files left alone: this repository's is among them.
    (packages / "all.pth").write_text(f"{Path(sysconfig.get_path('purelib')).resolve()}\n")
    for path in (made, *made.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)


def _python_folders() -> list[Path]:
    folders = {Path(sys.base_prefix).resolve(), Path(sysconfig.get_path("purelib")).resolve()}
    return sorted(folder for folder in folders if not folder.is_relative_to("/usr"))
