"""What a board costs: entering a class's models, showing the board, scoring all entries again after a label was corrected.

    PYTHONPATH=tests python benchmarks/boards.py --entries 500

Makes a course of stored runs by hand (predictions of 500 rows and 10 classes, as quick digits have), and files of
predictions beside them, and prints seconds and ratios.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from deepgrade.board.entering import enter_file, enter_models
from deepgrade.board.rescore import decide, rescore
from deepgrade.board.showing.assembly import standing_of
from deepgrade.data import DataStore
from deepgrade.report.board import write_board
from support.made_board import hand_in, make_course, outputs_with, submission_csv


def timed(what: str, function, entries: int, against: float | None = None):
    """Run a function, print what it took, and return (its result, seconds)."""
    began = time.monotonic()
    result = function()
    seconds = time.monotonic() - began
    ratio = "" if against is None else f", {seconds / against:.2f} of entering"
    print(f"{what}: {seconds:.2f} s, {1000 * seconds / entries:.2f} ms an entry{ratio}")
    return result, seconds


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--entries", type=int, default=500)
    count = parser.parse_args().entries
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory(prefix="deepgrade-bench-") as name:
        folder = Path(name)
        store = DataStore(folder / "store")
        store.synthetic("mnist", "quick")
        made = make_course(folder, store, policy="total_limit = 100000")
        book = made.gradebook()
        labels = made.labels("models")
        for place in range(count):
            wrong = np.flatnonzero(rng.random(len(labels)) < rng.uniform(0.02, 0.2))
            hand_in(made, book, f"student-{place:04}", outputs_with(labels, wrong))
        _, entering = timed("models enter", lambda: enter_models(made.open(book, "models")), count)
        now = datetime.now(UTC)
        standing, _ = timed(
            "the board is put together",
            lambda: standing_of(made.open(book, "models"), "staff", now=now),
            count,
            entering,
        )
        timed("its page is written", lambda: write_board(standing, folder / "board.html"), count, entering)
        print(f"the page has {(folder / 'board.html').stat().st_size / 1e6:.2f} MB")
        solution = made.open(book, "models").prepared.folder / "private" / "solution.csv"
        lines = solution.read_text().splitlines()
        row, label, usage = lines[1].split(",")
        solution.write_text(
            "\n".join([lines[0], f"{row},{(int(label) + 1) % 10},{usage}", *lines[2:]]) + "\n"
        )
        found, _ = timed(
            "all entries are scored again", lambda: rescore(made.open(book, "models")), count, entering
        )
        print(f"{sum(change.changes for change in found.changes)} of {len(found.changes)} entries change")
        decide(made.open(book, "models"), apply=True, reason="a label was wrong")
        ids = made.open(book, "files").prepared.form().ids
        path = folder / "s.csv"
        path.write_text(submission_csv(ids, rng.integers(0, 10, len(ids))))
        timed(
            "files enter",
            lambda: [
                enter_file(made.open(book, "files"), path, f"student-{place:04}", now=now)
                for place in range(50)
            ],
            50,
        )
        book.close()
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")


if __name__ == "__main__":
    main()
