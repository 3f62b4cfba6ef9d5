"""How many file system calls one submission costs, counted with strace.

    PYTHONPATH=tests python -m benchmarks.file_calls

Grades classes of two sizes under `strace -f -c` and divides the difference: starting is left out. Also counts what a task of
the Slurm engine imports before it begins, and what `import keras` does. Seconds mean nothing here: strace slows everything.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from benchmarks import subjects
from benchmarks.commands import ROOT, run, tools
from benchmarks.subjects import Subject

_CALLS = (
    "newfstatat",
    "openat",
    "read",
    "write",
    "getdents64",
    "mkdir",
    "rename",
    "unlinkat",
    "fsync",
    "mount",
    "total",
)
_TRACED = "trace=%file,fsync,fdatasync,getdents64,write,read,pread64,pwrite64"


def counted(command: list[str | Path], folder: Path, env: dict[str, str]) -> dict[str, int]:
    """Run a command and return call -> how often it and its children made it, failed calls too."""
    listing = folder / "calls.txt"
    words: list[str | Path] = ["strace", "-f", "-c", "-U", "name,calls", "-o", listing, "-e", _TRACED]
    run([*words, *command], cwd=ROOT, env=env)
    found = {}
    for line in listing.read_text(encoding="utf-8").splitlines():
        name, _, count = line.partition(" ")
        if count.strip().isdigit():
            found[name] = int(count)
    return {name: found.get(name, 0) for name in _CALLS}


def of_a_run(subject: Subject, folder: Path, few: int = 1, many: int = 3) -> dict[str, float]:
    """Return call -> how often one more submission makes it, from file to report, its Python started anew."""
    counts = {}
    for count in (few, many):
        place = folder / f"{subject.name}-{count}"
        handed_in = subject.write_class(place / "in", count, "otter")
        words: list[str | Path] = [sys.executable, "-m", "benchmarks.head", "grade", handed_in]
        words += ["--lab", subject.lab, "--root", subject.files.root, "--course", place / "course"]
        words += ["--store", subject.store, "--slots", "1", "--start", "plain"]
        counts[count] = counted(words, folder, tools(subject.store))
    return {name: (counts[many][name] - counts[few][name]) / (many - few) for name in _CALLS}


def main() -> None:
    """Count and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="deepgrade-bench-") as name:
        folder = Path(name)
        env = tools(folder)
        modules = {"a task's imports": "deepgrade.engine.slurm.task", "import keras": "keras"}
        for title, module in modules.items():
            print(
                title,
                json.dumps(counted([sys.executable, "-c", f"import {module}"], folder, env)),
                flush=True,
            )
        for subject in (subjects.trivial(folder), subjects.tiny_model(folder)):
            print(f"a submission that {subject.title}", json.dumps(of_a_run(subject, folder)), flush=True)


if __name__ == "__main__":
    main()
