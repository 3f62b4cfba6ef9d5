"""`make bench`: ratios from one machine and one run.

    PYTHONPATH=tests python -m benchmarks [--quick] [--long] [--only TOPIC] [--kept] [--write] [--again]

Prints tables. Figures are kept in a work folder after each measurement: after an interruption, the same command goes on where
it stopped; `--again` forgets them. `--write` puts figures, tables and picture into docs/.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks import classes, overhead, regrade, slurm, together
from benchmarks.bench import Bench
from benchmarks.commands import CommandFailedError
from benchmarks.kept import Kept, OtherMachineError
from benchmarks.page import NoMarksError, all_tables, machine_line, write
from benchmarks.text import as_text

SHORT: dict[str, Callable[[Bench], None]] = {
    "overhead": overhead.measure,
    "class": together.measure,
    "regrade": regrade.measure,
    "classes": classes.measure,
}
LONG: dict[str, Callable[[Bench], None]] = {"le5": overhead.measure_long, "slurm": slurm.measure_long}


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and write where asked to."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="few and small submissions: does it work?")
    parser.add_argument("--long", action="store_true", help="LE5 with every tool, and Slurm, instead")
    parser.add_argument("--only", action="append", choices=[*SHORT, *LONG], help="these topics")
    parser.add_argument("--write", action="store_true", help="put what is kept into docs/performance.md")
    parser.add_argument("--kept", action="store_true", help="measure nothing: show, or write, what is kept")
    parser.add_argument("--again", action="store_true", help="forget what was measured before")
    work = Path(tempfile.gettempdir()) / f"deepgrade-bench-{os.geteuid()}"
    parser.add_argument(
        "--work", type=Path, default=work, help="where results are kept (default: %(default)s)"
    )
    options = parser.parse_args(arguments)
    if options.quick and options.write:
        parser.error("--quick measures too little to be written into docs/")
    folder = options.work.resolve() / ("quick" if options.quick else "full")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    topics = [] if options.kept else list(options.only or (LONG if options.long else SHORT))
    try:
        kept = Kept(folder / "figures.json", again=options.again)
        bench = Bench(kept, folder, options.quick)
        for name in topics:
            (SHORT | LONG)[name](bench)
        print(machine_line({"machine": kept.machine, "figures": kept.figures}), end="\n\n")
        for table in all_tables(kept.figures):
            print(as_text(table))
        if options.write:
            write(kept.text())
    except KeyboardInterrupt:
        print("\nstopped; the same command goes on from here", file=sys.stderr)
        return 130
    except (CommandFailedError, OtherMachineError, NoMarksError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
