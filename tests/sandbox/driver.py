"""Runs one piece of Python in a sandbox and returns what came of it, in this process or as a script of another user.

Needs nothing but the sandbox area, so that it also runs on the system's own Python.
"""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import functools
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any


@functools.cache
def _sandbox(name: str, groups: bool, image: str) -> Any:
    if name == "bubblewrap":
        from deepgrade.sandbox.bubblewrap import Bubblewrap

        return Bubblewrap(use_control_groups=groups)
    if name == "separate-user":
        from deepgrade.sandbox.separate_user import SeparateUser

        return SeparateUser(use_control_groups=groups)
    from deepgrade.sandbox.containers.container import Container

    sandbox = Container(name, image, use_control_groups=groups)
    sandbox.check()
    return sandbox


_open = contextlib.ExitStack()


@functools.cache
def _prepared(sandbox: Any, python: str, mounts: tuple[tuple[str, str], ...]) -> Any:
    """Return a prepared program of this sandbox; it is ended with this process."""
    from deepgrade.sandbox.base import Mount, Preparation

    folder = Path(_open.enter_context(tempfile.TemporaryDirectory(prefix="deepgrade-prepared-")))
    folder.chmod(0o755)
    shutil.copy(Path(__file__).with_name("prepared_program.py"), folder)
    (folder / "prepared_program.py").chmod(0o644)
    shown = [Mount(Path(source), Path(target)) for source, target in (*mounts, (str(folder), "/program"))]
    program = Path("/program/prepared_program.py")
    return _open.enter_context(sandbox.prepare(Preparation(Path(python), program, (), mounts=tuple(shown))))


def end_prepared() -> None:
    """End the prepared programs of this process."""
    _open.close()
    _prepared.cache_clear()


def execute(spec: dict[str, Any]) -> dict[str, Any]:
    """Run `spec["code"]` and return the outcome, with the box's top-level files as base64."""
    from deepgrade.sandbox.base import Fork, Mount, SandboxLimits, SandboxRequest

    limits = SandboxLimits(**spec["limits"])
    sandbox = _sandbox(spec.get("sandbox", "bubblewrap"), spec["groups"], spec.get("image", ""))
    with sandbox.open_box(disk_mib=limits.disk_mib) as box:
        # Where nothing can be mounted, the box lies where it lies.
        code = (
            spec["code"] if sandbox.name != "separate-user" else spec["code"].replace("/box", str(box.path))
        )
        python = tuple((str(source), str(target)) for source, target in spec.get("python_mounts", ()))
        forked = spec.get("fork") and Fork(_prepared(sandbox, spec["python"], python), (code,))
        outcome = sandbox.run(
            SandboxRequest(
                command=[spec["python"], "-I", "-c", code],
                limits=limits,
                mounts=tuple(Mount(Path(source), Path(target)) for source, target in spec["mounts"]),
                masks=tuple(map(Path, spec["masks"])),
                cwd=Path("/box"),
                env={"HOME": "/box"},
                box=box,
                fork=forked or None,
            )
        )
        files = {
            file.name: base64.b64encode(file.read_bytes()).decode()
            for file in box.path.iterdir()
            if file.is_file() and not file.is_symlink() and file.stat().st_size < 1 << 20
        }
        assert outcome.forked == bool(forked), outcome
        result = dataclasses.asdict(outcome)
        result["log"] = outcome.log.decode("utf-8", "replace")
        return result | {"files": files, "capped": box.capped, "box": str(box.path)}


if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parent)]
    with _open:
        print(json.dumps(execute(json.load(sys.stdin))))
