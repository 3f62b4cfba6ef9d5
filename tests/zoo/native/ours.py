"""The attack table's own column: attacks through the zoo's arena, one line of JSON for each on standard output.

A process of its own, because the arena counts what is alive below it.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from deepgrade.data import DataStore
from zoo.arena import Aftermath, Arena
from zoo.corpus import Attack
from zoo.native.submissions import all_submissions

_AT_ONCE = 6


def main() -> None:
    """Run the submissions that are named and print what became of each."""
    chosen = [attack for attack in all_submissions() if attack.name in sys.argv[1:]]
    with tempfile.TemporaryDirectory(prefix="zoo-ours-") as folder:
        store = DataStore(Path(folder, "store"))
        store.synthetic("mnist", "quick")
        arena = Arena(Path(folder, "arena"), store)
        for start in range(0, len(chosen), _AT_ONCE):
            for name, seen in run_group(arena, chosen[start : start + _AT_ONCE]).items():
                print(json.dumps({"name": name, **seen}), flush=True)
        arena.close()


def run_group(arena: Arena, attacks: list[Attack]) -> dict[str, dict[str, Any]]:
    """Run attacks together; if the arena finds something wrong that no single one is blamed for, one by one."""
    try:
        return {name: seen_of(aftermath, arena) for name, aftermath in arena.grade(attacks).items()}
    except Exception as error:
        if len(attacks) == 1:
            return {attacks[0].name: {"error": f"{type(error).__name__}: {error}"[:500]}}
        return {name: seen for attack in attacks for name, seen in run_group(arena, [attack]).items()}


def seen_of(aftermath: Aftermath, arena: Arena) -> dict[str, Any]:
    """Return what the table keeps of a run."""
    return {
        "verdict": aftermath.record.verdict.value,
        "points": aftermath.points,
        "flags": sorted(aftermath.flags),
        "leaks": sorted({leak.partition(" in ")[0] for leak in aftermath.leaks(arena.forms)}),
        "seen": aftermath.seen,
        "said": aftermath.sentences[:2000],
    }


if __name__ == "__main__":
    main()
