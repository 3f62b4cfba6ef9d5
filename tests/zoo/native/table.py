"""The attack table: every attack of the zoo under deepgrade, `otter run` and `nbgrader autograde`.

`PYTHONPATH=tests python -m zoo.native.table [--only NAME ...] [--resume] [--out FILE.md]`; with everything it takes
about half an hour. What was seen is kept in the work folder after every run, so that `--resume` goes on where a
stopped call was; it also makes the table anew from what is kept, when only the words have changed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from deepgrade.data import DataStore, prepare_hidden
from deepgrade.files import sha256_bytes, write_atomic
from deepgrade.sandbox import SandboxError
from zoo.corpus import HERE, Attack
from zoo.native.outer import TOOLS, NativeClass, leaks, won_by
from zoo.native.page import make_page
from zoo.native.submissions import all_submissions, form_of, text_of

OURS = "deepgrade"
_PACKAGES = {"otter": "otter-grader", "nbgrader": "nbgrader", OURS: "deepgrade"}
_HIDDEN_ROWS = 500
_BEGIN, _END = "<!-- attack table -->", "<!-- end of attack table -->"


class Kept:
    """What was seen, on disk after every run.

    Args:
        path: The file.
        resume: False forgets what the file holds.
    """

    def __init__(self, path: Path, *, resume: bool) -> None:
        self._path = path
        self._lock = threading.Lock()
        self.rows: dict[str, Any] = {}
        if resume:
            with suppress(FileNotFoundError, json.JSONDecodeError):
                self.rows = json.loads(path.read_text(encoding="utf-8"))

    def put(self, key: str, seen: dict[str, Any]) -> None:
        """Keep what was seen of a run."""
        with self._lock:
            self.rows[key] = {**seen, "date": datetime.now(UTC).date().isoformat()}
            write_atomic(self._path, json.dumps(self.rows, indent=1))


def key_of(attack: Attack, tool: str) -> str:
    """Return what names a run: the tool and its version, the attack, the lab, the course."""
    parts = [tool, versions()[tool], text_of(attack, tool)]
    parts += [path.read_text(encoding="utf-8") for path in sorted((HERE / "lab").glob("*.py"))]
    if tool != OURS:
        parts += TOOLS[tool].build_files("").values()
    return f"{tool} {attack.name} {sha256_bytes(chr(0).join(parts).encode())[:16]}"


def versions() -> dict[str, str]:
    """Return tool -> version."""
    return {tool: metadata.version(package) for tool, package in _PACKAGES.items()}


def make_classes(folder: Path, tools: Iterable[str], *, prove: bool = True) -> dict[str, NativeClass]:
    """Make a course under each tool, with the same public data and hidden labels.

    Args:
        folder: A new folder.
        tools: Which tools.
        prove: Also let each tool prove the instructor's solution, where it can.
    """
    store = DataStore(folder / "store")
    stored = store.synthetic("mnist", "quick")
    hidden = prepare_hidden(stored.path, "mnist", _HIDDEN_ROWS, os.urandom(32), folder / "hidden")
    public, inputs, labels = (path.parent for path in (hidden.public, hidden.inputs, hidden.labels))
    for path in (public, *public.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    with ThreadPoolExecutor() as pool:
        made = {
            tool: pool.submit(NativeClass, tool, folder / tool, public, (inputs, labels), prove=prove)
            for tool in tools
        }
        return {tool: future.result() for tool, future in made.items()}


def run_native(native: NativeClass, attack: Attack) -> dict[str, Any]:
    """Run one attack under one tool and return what the table keeps of it."""
    cells = form_of(attack, native.tool)
    assert cells is not None
    student = attack.student or attack.name
    run = native.grade(student, cells, keras="keras" in attack.needs, page=attack.group == "outputs")
    found = {
        "reason": run.reason,
        "leaks": leaks(run, native.forms()),
        "won": won_by(run),
        "denied": run.processes_denied,
    }
    report = {**run.report, "tool": native.tool, "printed": run.report.get("printed", "")[-3000:]}
    return {**found, "report": report, "wall_s": round(run.wall_s, 1)}


def run_ours(attacks: list[Attack], kept: Kept, advance: Any) -> None:
    """Run attacks through the arena."""
    command = [sys.executable, "-m", "zoo.native.ours", *(attack.name for attack in attacks)]
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    by_name = {attack.name: attack for attack in attacks}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        for line in process.stdout:
            seen = json.loads(line)
            kept.put(key_of(by_name[seen["name"]], OURS), seen)
            advance()
    if process.returncode != 0:
        raise SystemExit(f"the arena ended with code {process.returncode}")


def fill(attacks: list[Attack], kept: Kept, columns: list[str], jobs: int) -> None:
    """Run whatever is not kept yet."""
    missing = {
        tool: [
            attack
            for attack in attacks
            if key_of(attack, tool) not in kept.rows and (tool == OURS or form_of(attack, tool) is not None)
        ]
        for tool in columns
    }
    bar = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*bar) as progress, tempfile.TemporaryDirectory(prefix="zoo-native-") as folder:
        tasks = {tool: progress.add_task(tool, total=len(missing[tool])) for tool in columns}
        if missing.get(OURS):
            run_ours(missing[OURS], kept, lambda: progress.advance(tasks[OURS]))
        tools = [tool for tool in columns if tool != OURS and missing[tool]]
        classes = make_classes(Path(folder), tools)
        pool = ThreadPoolExecutor(jobs)
        try:
            runs = {
                pool.submit(run_native, classes[tool], attack): (tool, attack)
                for tool in tools
                for attack in missing[tool]
            }
            for done in as_completed(runs):
                tool, attack = runs[done]
                try:
                    kept.put(key_of(attack, tool), done.result())
                except SandboxError as error:
                    # Not kept, so that `--resume` tries it again.
                    progress.console.print(f"{tool} {attack.name}: the outer container did not work: {error}")
                progress.advance(tasks[tool])
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for native in classes.values():
                native.close()
            raise
        finally:
            pool.shutdown()


def put_between_marks(path: Path, page: str) -> None:
    """Replace what stands between the marks in a page.

    Raises:
        SystemExit: The page has no marks.
    """
    before, begin, rest = path.read_text(encoding="utf-8").partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not (begin and end):
        raise SystemExit(f"{path} has no lines {_BEGIN} and {_END}: put them where the table is to stand")
    write_atomic(path, f"{before}{begin}\n{page.strip()}\n{end}{after}")


def main(arguments: list[str] | None = None) -> None:
    """Make the table."""
    parser = argparse.ArgumentParser(
        description="Run the zoo under deepgrade, otter and nbgrader, and make a table."
    )
    parser.add_argument(
        "--only", nargs="+", metavar="NAME", help="these attacks (`honest` and `blank` are names too)"
    )
    parser.add_argument("--columns", nargs="+", choices=[OURS, *TOOLS], default=[OURS, *TOOLS])
    parser.add_argument(
        "--resume", action="store_true", help="run only what the work folder does not hold yet"
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE.md",
        help="put the table there, between its marks; else it is printed",
    )
    parser.add_argument(
        "--jobs", type=int, default=2, help="submissions at one time under otter and nbgrader"
    )
    work = Path(tempfile.gettempdir()) / "deepgrade-attack-table"
    parser.add_argument("--work", type=Path, default=work, help=f"where results are kept (default: {work})")
    options = parser.parse_args(arguments)
    attacks = [attack for attack in all_submissions() if not options.only or attack.name in options.only]
    if options.only and len(attacks) != len(set(options.only)):
        parser.error(f"there are only these: {', '.join(attack.name for attack in all_submissions())}")
    options.work.mkdir(parents=True, exist_ok=True)
    kept = Kept(options.work / "seen.json", resume=options.resume)
    try:
        fill(attacks, kept, options.columns, options.jobs)
    except KeyboardInterrupt:
        raise SystemExit("stopped; `--resume` goes on from here") from None
    page = make_page(attacks, kept.rows, key_of, versions())
    if options.out:
        put_between_marks(options.out, page)
        print(f"written: {options.out}")
    else:
        print(page)


if __name__ == "__main__":
    main()
