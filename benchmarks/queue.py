"""What 10,000 queued submissions cost the head, without a cluster: their files, and one look at all of them.

    PYTHONPATH=tests python -m benchmarks.queue --count 10000

Makes a batch as `grade --engine slurm` does, of trivial submissions; lets so many tasks end as a look would find; answers in
Slurm's place with a listing of the others; and prints seconds and bytes. docs/scaling.md reckons with them.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.memory import Watch
from deepgrade.engine.slurm.batch import Batch
from deepgrade.engine.slurm.files import Done, setup_file
from deepgrade.engine.slurm.listings import parse_queue
from deepgrade.engine.slurm.watched import Watched
from deepgrade.evidence import Verdict
from deepgrade.files import write_atomic
from deepgrade.records import Course
from support.made_batches import make_setup, make_submission


def measure(folder: Path, count: int, ended: int) -> dict[str, Any]:
    """Make a batch and look at it.

    Args:
        folder: A new folder.
        count: How many submissions wait.
        ended: How many of them have ended.
    """
    watch = Watch()
    setup = make_setup(folder)
    batch = Batch.create(Course(folder / "course"), "tiny", setup_file(setup, None, ()))
    began = time.monotonic()
    for number in range(count):
        batch.add(make_submission(f"student{number:05}"), f"{number:064x}")
    added = time.monotonic() - began
    for first in range(0, count, 1000):
        batch.plan_array(range(first, min(first + 1000, count)), (), requeues=10).job = 100 + first // 1000
    began = time.monotonic()
    batch.save()
    saved = time.monotonic() - began
    for index in range(ended):
        array = batch.attempts(index)[-1].number
        done = Done(
            index=index, array=array, verdict=Verdict.OK, node="n1", job=f"{99 + array}_{index % 1000}", seconds=1.0,
            finished_at=datetime.now(UTC),
        )  # fmt: skip
        write_atomic(batch.folder / "done" / f"{index}-{array}.json", done.model_dump_json(indent=1))
    watched = Watched(batch, set(range(count)))
    looks = []
    for _ in range(3):
        began = time.monotonic()
        watched.look()
        looks.append(time.monotonic() - began)
    listing = "\n".join(
        f"{99 + batch.attempts(index)[-1].number}|{index % 1000}|PENDING||Resources|{batch.attempts(index)[-1].name}"
        for index in range(ended, count)
    )
    began = time.monotonic()
    places = {(seen.job, seen.place): seen for seen in parse_queue(listing)}
    parsed = time.monotonic() - began
    began = time.monotonic()
    for index in range(ended, count):
        latest = batch.attempts(index)[-1]
        places.get((latest.job or 0, latest.indexes.index(index)))
    walked = time.monotonic() - began
    return {
        "count": count,
        "ended": ended,
        "submissions_written_s": round(added, 2),
        "state_saved_s": round(saved, 3),
        "state_bytes": (batch.folder / "state.json").stat().st_size,
        "first_look_at_the_ends_s": round(looks[0], 3),
        "later_look_s": round(min(looks[1:]), 3),
        "listing_bytes": len(listing),
        "listing_parsed_s": round(parsed, 3),
        "tasks_looked_up_s": round(walked, 3),
        **watch.peaks(),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--ended", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="deepgrade-bench-") as name:
        print(json.dumps(measure(Path(name), options.count, options.ended), indent=1))


if __name__ == "__main__":
    main()
