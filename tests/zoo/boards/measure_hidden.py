"""Measure on the real data what hidden sets do to honest networks and to cheats; writes the tables of docs/hidden-sets.md.

`PYTHONPATH=tests python -m zoo.boards.measure_hidden --store STORE --work DIR --out docs/hidden-sets.md [--only mnist]`

Each measurement is kept in the work folder as one JSON file and not repeated; Ctrl-C loses at most the one at work. Honest
labs' own networks come from stored runs: `--course` names a course in which `deepgrade calibrate LAB --data real --size
full` ran; what is read there is kept in the work folder too.
"""

from __future__ import annotations

import argparse
import time
from datetime import UTC, datetime
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deepgrade.data import DataStore
from zoo.boards.carved import load_carved
from zoo.boards.hidden_page import write_page
from zoo.boards.kept import Kept, Todo
from zoo.boards.measurements import ALL, MEASUREMENTS, Bench
from zoo.boards.stored_runs import read_course


def todos() -> list[Todo]:
    """Return every measurement: cheap ones first, then the first secret of every data set, then the second."""
    every = []
    for method, one in MEASUREMENTS.items():
        for dataset, secrets in one.secrets.items():
            # A training on photographs takes as long as several of the others.
            cost = one.cost * (2 if dataset == "cifar100" else 1)
            todo = [Todo(dataset, method, number, one.settings(dataset)) for number in range(1, secrets + 1)]
            every += [(cost, each.number, ALL.index(dataset), each) for each in todo]
    return [todo for *_, todo in sorted(every, key=lambda row: row[:3])]


def measure(every: list[Todo], kept: Kept, store: DataStore, work: Path) -> None:
    """Measure what is not kept yet."""
    missing = [todo for todo in every if kept.figures(todo) is None]
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns) as progress:
        task = progress.add_task("", total=len(missing))
        carved, at = None, None
        for todo in missing:
            progress.update(task, description=todo.file.removesuffix(".json"))
            if at != (todo.dataset, todo.number):
                carved, at = None, (todo.dataset, todo.number)  # the old one makes room first
                carved = load_carved(store, todo.dataset, todo.number, work / "hidden")
            assert carved is not None
            began = time.monotonic()
            figures = MEASUREMENTS[todo.method].measure(Bench(store, work, carved, todo.number))
            kept.put(todo, figures, time.monotonic() - began, datetime.now(UTC).date().isoformat())
            progress.advance(task)
            progress.console.print(f"{todo.file}: {time.monotonic() - began:.0f} s", highlight=False)


def main() -> None:
    """Measure what is missing and write the page's tables and picture."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--store", type=Path, required=True, help="where `deepgrade data` has put the real sets"
    )
    parser.add_argument("--work", type=Path, required=True, help="where measurements are kept")
    parser.add_argument("--out", type=Path, help="the page; its tables are replaced between their marks")
    parser.add_argument("--only", action="append", choices=ALL, help="measure these data sets alone")
    parser.add_argument(
        "--course", action="append", type=Path, default=[], help="take stored runs from there"
    )
    parser.add_argument("--stored", action="store_true", help="measure nothing: write what is there")
    options = parser.parse_args()
    kept = Kept(options.work / "measured")
    for course in options.course:
        read_course(course, options.work / "runs")
    every = todos()
    if not options.stored:
        wanted = [todo for todo in every if not options.only or todo.dataset in options.only]
        try:
            measure(wanted, kept, DataStore(options.store), options.work)
        except KeyboardInterrupt:
            raise SystemExit("stopped; the same command goes on from here") from None
    if options.out:
        write_page(options.out, kept.all(every), options.work / "runs")
        print(f"written: {options.out}")


if __name__ == "__main__":
    main()
