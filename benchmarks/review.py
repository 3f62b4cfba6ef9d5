"""How long does each page of the review app take, with a large course?

    python benchmarks/review.py --students 1000 --labs 12
    python benchmarks/review.py --students 1000 --labs 12 --runs-of demo-course    # with real evidence beside the scores

Makes (once; kept where --folder says) a course with copies of LE5, each with a class that has scores, answers and flags; starts
the app as `deepgrade review serve` does; opens every page, and prints milliseconds until the whole answer is there.
"""

from __future__ import annotations

import argparse
import html
import json
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from deepgrade.lab import LabFiles, find_root, load_lab
from deepgrade.records import Course, Gradebook, RunStore
from deepgrade.records.decisions import Comment, Place, RubricChosen
from deepgrade.records.reviews import ReviewLedger
from deepgrade.review.web.access import AccessError, AccessStore, Accounts, Role

PASSWORD = "for this benchmark alone"  # noqa: S105 - of an account in a course that nobody else has
LIMIT_MS = 300.0


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
def served(root: Path, course: Path) -> Iterator[str]:
    """Start the app in a process of its own, as its command does, and yield its address."""
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
            time.sleep(0.05)
        yield base
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    """Make the course, open the pages, print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--students", type=int, default=1000)
    parser.add_argument("--labs", type=int, default=12)
    parser.add_argument("--folder", type=Path, default=Path("review-benchmark"))
    parser.add_argument("--runs-of", type=Path, help="a course with graded runs of LE5")
    parser.add_argument("--repeat", type=int, default=15)
    options = parser.parse_args()
    root, course = make_course(options.folder, options.students, options.labs, options.runs_of)
    with served(root, course) as base, httpx.Client(base_url=base, timeout=60) as client:
        login = client.get("/login").text
        token = re.findall(r'name="form_token" value="([^"]+)"', login)[0]
        client.post("/login", data={"form_token": token, "name": "ada", "password": PASSWORD})
        print(f"first page of all labs after the start: {milliseconds(client.get, '/')[0] / 1000:.1f} s")
        slow = measure(client, options.repeat)
    sys.exit(1 if slow else 0)


def measure(client: httpx.Client, repeat: int) -> list[str]:
    """Print a line a page; return those that are too slow."""
    lab = "/labs/le5_01"
    item = first_link(client, f"{lab}/queue?kind=manual&question=b11", f"{lab}/items/")
    flag = first_link(client, f"{lab}/queue?kind=flag", f"{lab}/items/")
    student = first_link(client, f"{lab}/students", f"{lab}/students/")
    pages = {
        "labs": "/",
        "lab": lab,
        "queue": f"{lab}/queue",
        "queue, everything, page 90": f"{lab}/queue?state=all&page=90",
        "an answer": item,
        "a flag": flag,
        "students": f"{lab}/students",
        "a student": student,
        "a student's history": f"{student}/history",
        "the executed notebook": f"{student}/notebook/frame",
        "rubrics": f"{lab}/rubrics",
        "a rubric": f"{lab}/rubrics/a1",
        "comments": f"{lab}/comments",
        "statistics": f"{lab}/statistics",
        "decisions": f"{lab}/decisions",
        "account": "/account",
    }
    print(f"{'page':32} {'median':>8} {'worst':>8}   ms, of {repeat}")
    slow = []
    for name, path in pages.items():
        times = [milliseconds(client.get, path) for _ in range(repeat)]
        times = [t for t, status in times if status == 200]
        if not times:
            print(f"{name:32} {'not there':>8}")
            continue
        print(f"{name:32} {statistics.median(times):8.0f} {max(times):8.0f}")
        if statistics.median(times) > LIMIT_MS:
            slow.append(name)
    saves, nexts = [], []
    address = item
    for _ in range(repeat):
        page = client.get(address).text
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', grade_form(page)))
        took, _ = milliseconds(
            lambda _, sent=fields: client.post(f"{lab}/decide", data=sent | {"items": "r1", "go": "next"}), ""
        )
        saves.append(took)
        address = first_link(client, f"{lab}/queue?kind=manual&question=b11", f"{lab}/items/")
        nexts.append(milliseconds(client.get, address)[0])
    for name, times in (("saving an answer", saves), ("the next answer after it", nexts)):
        print(f"{name:32} {statistics.median(times):8.0f} {max(times):8.0f}")
        if statistics.median(times) > LIMIT_MS:
            slow.append(name)
    return slow


def grade_form(page: str) -> str:
    """Return the form for points on an item's page."""
    return next(form for form in page.split("<form")[1:] if 'value="grade"' in form)


def milliseconds(ask: Callable[[str], httpx.Response], path: str) -> tuple[float, int]:
    """Return how long a request takes, and its status."""
    began = time.perf_counter()
    answer = ask(path)
    return 1000 * (time.perf_counter() - began), answer.status_code


def first_link(client: httpx.Client, page: str, start: str) -> str:
    """Return the first link of a page that begins so."""
    return next(
        html.unescape(link)
        for link in re.findall(r'href="([^"]+)"', client.get(page).text)
        if html.unescape(link).startswith(start)
    )


if __name__ == "__main__":
    main()
