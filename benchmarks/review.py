"""How long does each page of the review app take, with a large course, and in the worst cases?

    python -m benchmarks.review --students 1000 --labs 12
    python -m benchmarks.review --students 1000 --labs 12 --runs-of demo-course    # with real evidence beside the scores

Makes (once; kept where --folder says) a course with copies of LE5, each with a class that has scores, answers and flags; starts
the app as `deepgrade review serve` does; opens every page, and prints milliseconds until the whole answer is there: the first
time after the start, then the median, the 95th percentile and the worst, with the app's own processor time, which other work
on the machine changes less. Then the same right after changes by the app itself and by other processes, and for 20 people at
once. What is changed is put back at the end. Run it from the repository with `tests` on PYTHONPATH.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from benchmarks.review_browser import LIMIT_MS, Browser, Table
from benchmarks.review_changes import Others, measure_changes, measure_crowd
from benchmarks.review_course import kept_as_it_was, make_course, served

_LAB = "/labs/le5_01"
_READING = "being read"
"""On the page of all labs, while the app still reads."""


def main() -> None:
    """Make the course, open the pages, print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--students", type=int, default=1000)
    parser.add_argument("--labs", type=int, default=12)
    parser.add_argument("--folder", type=Path, default=Path("review-benchmark"))
    parser.add_argument("--runs-of", type=Path, help="a course with graded runs of LE5")
    parser.add_argument("--repeat", type=int, default=20)
    options = parser.parse_args()
    root, course = make_course(options.folder, options.students, options.labs, options.runs_of)
    with kept_as_it_was(course):
        last = f"/labs/le5_{options.labs:02}"
        for path in ("/", _LAB, last, f"{_LAB}/statistics"):
            measure_start(root, course, path)
        with served(root, course) as app, Browser(app) as browser:
            wait_until_read(browser)
            table = Table(app)
            others = Others(root, course, "le5_01")
            item = measure_pages(table, browser, options.repeat)
            measure_saving(table, browser, item, options.repeat)
            measure_changes(table, browser, others, _LAB, item, options.repeat)
            measure_crowd(table, browser, others, [item, "/", _LAB, f"{_LAB}/queue", f"{_LAB}/students"])
            others.book.close()
    if table.slow:
        print(f"\nMedian above {LIMIT_MS:g} ms: {', '.join(table.slow)}")
    sys.exit(1 if table.slow else 0)


def measure_start(root: Path, course: Path, path: str) -> None:
    """Print how long a page takes that is asked for the moment the app answers."""
    with served(root, course) as app, Browser(app) as browser:
        began = time.perf_counter()
        browser.page(path)
        first = time.perf_counter() - began
        wait_until_read(browser)
        whole = time.perf_counter() - began
        print(
            f"right after the start: {path} in {1000 * first:.0f} ms; everything read after {whole:.1f} s,"
            f" with {app.cpu_ms() / 1000:.1f} s of processor time since the start",
            flush=True,
        )


def wait_until_read(browser: Browser) -> None:
    """Wait until the app has read all labs."""
    while _READING in browser.page("/"):
        time.sleep(0.1)


def measure_pages(table: Table, browser: Browser, repeat: int) -> str:
    """Print a line for each page; return the address of an answer to read."""
    item = browser.link(f"{_LAB}/queue?kind=manual&question=b11", f"{_LAB}/items/")
    student = browser.link(f"{_LAB}/students", f"{_LAB}/students/")
    pages = {
        "an answer": item,
        "a flag": browser.link(f"{_LAB}/queue?kind=flag", f"{_LAB}/items/"),
        "labs": "/",
        "lab": _LAB,
        "queue": f"{_LAB}/queue",
        "queue, everything, page 90": f"{_LAB}/queue?state=all&page=90",
        "students": f"{_LAB}/students",
        "a student": student,
        "a student's history": f"{student}/history",
        "the executed notebook": f"{student}/notebook/frame",
        "rubrics": f"{_LAB}/rubrics",
        "a rubric": f"{_LAB}/rubrics/a1",
        "comments": f"{_LAB}/comments",
        "statistics": f"{_LAB}/statistics",
        "decisions": f"{_LAB}/decisions",
        "account": "/account",
    }
    table.head("page", "first")
    for name, path in pages.items():
        table.line(name, lambda path=path: browser.page(path), repeat + 1, apart=True)
    return item


def measure_saving(table: Table, browser: Browser, item: str, repeat: int) -> None:
    """Print how long it takes to save an answer, and what comes after it."""
    form: dict[str, str] = {}
    address = item

    def load() -> None:
        nonlocal address
        address = browser.link(f"{_LAB}/queue?kind=manual&question=b11", f"{_LAB}/items/")
        form.clear()
        form.update(browser.form(address))

    def save() -> None:
        browser.send(f"{_LAB}/decide", form | {"items": "r1", "go": "next"})

    def load_and_save() -> None:
        load()
        save()

    table.head("right after a decision in the same app")
    table.line("saving an answer", save, repeat, load)
    for name, path in (("an answer", item), ("labs", "/"), ("statistics", f"{_LAB}/statistics")):
        table.line(f"saved: {name}", lambda path=path: browser.page(path), repeat, load_and_save)


if __name__ == "__main__":
    main()
