"""The course that `benchmarks.review` opens, and the app that serves it, in a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import httpx

from deepgrade.lab import LabFiles, find_root, load_lab
from deepgrade.records import Course, Gradebook, RunStore
from deepgrade.records.decisions import Comment, Place, RubricChosen
from deepgrade.records.reviews import ReviewLedger
from deepgrade.review.web.access import AccessError, AccessStore, Accounts, Role

PASSWORD = "for this benchmark alone"  # noqa: S105 - of an account in a course that nobody else has


def make_course(folder: Path, students: int, labs: int, runs_of: Path | None) -> tuple[Path, Path]:
    """Return the labs' root and the course's folder, made unless they are there."""
    root, course = folder / "root", folder / "course"
    done = folder / f"made-{students}-{labs}"
    if done.exists():
        return root, course
    shutil.rmtree(folder, ignore_errors=True)
    repository = find_root(Path())
    sys.path.insert(0, str(repository / "tests"))
    from support.made_class import make_class

    files = LabFiles(repository, "le5")
    for number in range(labs):
        name = f"le5_{number + 1:02}"
        copy = LabFiles(root, name)
        for place in (copy.folder, copy.checks.parent):
            place.mkdir(parents=True, exist_ok=True)
        copy.toml.write_text(files.toml.read_text().replace('name = "le5"', f'name = "{name}"', 1))
        copy.checks.write_text(files.checks.read_text())
        began = time.monotonic()
        keys = copy_runs(runs_of, course, name, students) if runs_of and number == 0 else ()
        book = make_class(course, name, students, root=root, keys=keys)
        if number == 0:
            decide(book, copy, students // 2)
        book.close()
        print(f"made {name}: {time.monotonic() - began:.0f} s", flush=True)
    store = AccessStore.of(Course(course))
    with suppress(AccessError):
        Accounts(store).add("ada", Role.INSTRUCTOR, PASSWORD)
    store.close()
    done.touch()
    return root, course


def decide(book: Gradebook, files: LabFiles, students: int) -> None:
    """Grade the answers of a class's first students, a rubric item and a comment each."""
    lab, ledger = load_lab(files), ReviewLedger(book, files.name)
    for number in range(students):
        for question in lab.questions:
            if question.manual:
                place = Place(f"student-{number:04}", question.id)
                values = [RubricChosen(items=("r1",)), Comment(text="Say where they differ.")]
                ledger.decide(place, values, who=f"ta{number % 7}", seen=None)


def copy_runs(source: Path, course: Path, lab: str, students: int) -> list[str]:
    """Give every student a copy of a real run's JSON files and notebook; return their keys."""
    store, target = RunStore(Course(source), "le5"), RunStore(Course(course), lab)
    folders = map(store.folder, store.keys())
    originals = [folder for folder in folders if (folder / "notebook.ipynb").exists()]
    keys = [f"{number:064x}" for number in range(students)]
    for number, key in enumerate(keys):
        original, folder = originals[number % len(originals)], target.folder(key)
        for file in original.rglob("*"):
            if file.suffix in (".json", ".ipynb", ".txt") and file.stat().st_size < 1 << 20:
                place = folder / file.relative_to(original)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, place)
        record = json.loads((folder / "run.json").read_bytes()) | {"key": key, "lab": lab}
        (folder / "run.json").write_text(json.dumps(record))
    return keys


@contextmanager
def kept_as_it_was(course: Path) -> Iterator[None]:
    """Put the gradebook back afterwards, so that the next measurement begins from the same."""
    book = Course(course).gradebook
    copy = book.with_name("gradebook.before")
    shutil.copyfile(book, copy)
    try:
        yield
    finally:
        for rest in book.parent.glob(f"{book.name}-*"):
            rest.unlink()
        copy.replace(book)


class App(NamedTuple):
    """The app, running."""

    base: str
    pid: int

    def cpu_ms(self) -> float:
        """Return the processor time that it has taken so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return 1000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def served(root: Path, course: Path) -> Iterator[App]:
    """Start the app as its command does, and yield it as soon as it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "deepgrade.cli.main", "review", "serve", "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--root", str(root), "--course", str(course)], stderr=subprocess.DEVNULL
    )
    base = f"http://127.0.0.1:{port}"
    try:
        while process.poll() is None:
            with suppress(httpx.TransportError):
                httpx.get(f"{base}/login")
                break
            time.sleep(0.02)
        yield App(base, process.pid)
    finally:
        process.terminate()
        process.wait()
