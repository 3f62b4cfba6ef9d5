"""Run an attack where nothing protects anything: proof that it would have found its loot."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from zoo.arena import Arena, found_in
from zoo.corpus import Attack
from zoo.lab import cells_of

SECONDS = 60


def loot_of(attack: Attack, arena: Arena, folder: Path) -> list[str]:
    """Return which canaries an attack prints when it runs in a careless grader's folder.

    Its process has the launcher's rights, environment, home and open descriptors; beside the notebook lie the
    hidden checks and labels, another student's notebook and the gradebook. The code runs as one script.
    """
    for name, content in _careless(arena).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    work = folder / "submission"
    script = "\n".join(
        cell.source for cells in cells_of(attack.cells).values() for cell in cells if cell.kind == "code"
    )
    (work / "notebook.py").write_text(script, encoding="utf-8")
    handle = os.memfd_create("zoo", 0)
    os.write(handle, arena.canaries["descriptor"].encode())
    os.set_inheritable(handle, True)
    environment = {
        **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
        "HOME": str(arena.folder / "home"),
        "ZOO_TOKEN": arena.canaries["environment"],
        "ZOO_DATA": str(arena.course.data("synthetic", "quick") / "public"),
    }
    try:
        done = subprocess.run(
            [sys.executable, "notebook.py"],
            cwd=work,
            env=environment,
            pass_fds=(handle,),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=SECONDS,
        )
    finally:
        os.close(handle)
        shutil.rmtree(folder, ignore_errors=True)
    return found_in(done.stdout + done.stderr, arena.forms)


def _careless(arena: Arena) -> dict[str, bytes]:
    checks = next(iter(arena.folder.glob("root-*/tests/hidden/test_zoo.py")))
    others = next(iter(arena.folder.glob("submissions-of-others/*.ipynb")))
    return {
        "submission/notebook.ipynb": b"{}",
        "submission/tests/q1.py": checks.read_bytes(),
        "tests/hidden/test_zoo.py": checks.read_bytes(),
        "labels/labels.npy": (arena.labels / "mnist" / "labels.npy").read_bytes(),
        "labels/canary.txt": (arena.labels / "canary.txt").read_bytes(),
        "submissions/vera.ipynb": others.read_bytes(),
        "gradebook.db": arena.course.gradebook.read_bytes() + arena.canaries["gradebook"].encode(),
    }
