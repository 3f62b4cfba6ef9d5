"""What Slurm's commands print, read into values. Nothing here starts a process."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

QUEUE_FORMAT = "%F|%K|%T|%N|%r|%j"
"""squeue: array's job id, place in the array, state, nodes, reason, name; the name last, since it may hold anything."""
ACCOUNTING_FIELDS = "JobID,State,NodeList,JobName"

_UNDER_WAY = frozenset(
    {
        "PENDING",
        "CONFIGURING",
        "RUNNING",
        "COMPLETING",
        "SUSPENDED",
        "STOPPED",
        "SIGNALING",
        "STAGE_OUT",
        "RESIZING",
    }
    | {"REQUEUED", "REQUEUE_FED", "REQUEUE_HOLD", "RESV_DEL_HOLD", "SPECIAL_EXIT"}
)
_NEVER_STARTED = re.compile(r"launch.failed.requeued.held", re.IGNORECASE)
_PLACES_LISTED = re.compile(r"(\d+)_\[([\d,\-:]+)(?:%\d+)?\]?")


class Seen(NamedTuple):
    """What Slurm says of one task of an array."""

    job: int
    """The array's job id."""
    place: int
    """In the array."""
    state: str
    """One word in capitals."""
    node: str
    """Empty where it has none (yet)."""
    reason: str
    name: str

    @property
    def under_way(self) -> bool:
        """Whether it waits, runs or ends at this moment: a file may still come of it."""
        return self.state in _UNDER_WAY

    @property
    def is_stuck(self) -> bool:
        """Whether Slurm holds it for ever, since a node could not start it."""
        return self.state in ("PENDING", "REQUEUE_HOLD") and bool(_NEVER_STARTED.search(self.reason))


def parse_queue(text: str) -> list[Seen]:
    """Read what `squeue --noheader --array --states=all --format=QUEUE_FORMAT` prints; jobs that are no arrays are left out."""
    found = []
    for line in text.splitlines():
        fields = line.split("|", 5)
        if len(fields) == 6 and fields[0].isdecimal() and fields[1].isdecimal():
            job, place, state, node, reason, name = fields
            found.append(Seen(int(job), int(place), state.upper(), _node(node), reason, name))
    return found


def parse_accounting(text: str) -> list[Seen]:
    """Read what `sacct --noheader --parsable2 --allocations --format=ACCOUNTING_FIELDS` prints.

    A state may have words behind it (`CANCELLED by 1000`), and tasks that never started stand together (`12_[3-5,9%2]`).
    """
    found = []
    for line in text.splitlines():
        fields = line.split("|", 3)
        if len(fields) != 4 or not fields[1].strip():
            continue
        state = fields[1].split()[0].rstrip("+").upper()
        for job, place in _places(fields[0]):
            found.append(Seen(job, place, state, _node(fields[2]), "", fields[3]))
    return found


def _node(text: str) -> str:
    return "" if text.strip() in ("", "(null)", "None assigned", "None", "N/A", "n/a") else text.strip()


def _places(job: str) -> Iterator[tuple[int, int]]:
    one = re.fullmatch(r"(\d+)_(\d+)", job)
    if one:
        yield int(one[1]), int(one[2])
    many = _PLACES_LISTED.fullmatch(job)
    for part in many[2].split(",") if many else ():
        match = re.fullmatch(r"(\d+)(?:-(\d+)(?::(\d+))?)?", part)
        if match and many:
            first, last, step = int(match[1]), int(match[2] or match[1]), int(match[3] or 1)
            for place in range(first, min(last, first + 4_000_000) + 1, max(1, step)):
                yield int(many[1]), place


def parse_config(text: str) -> dict[str, str]:
    """Read what `scontrol show config` prints: setting -> value."""
    found = {}
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if equals and name.strip():
            found[name.strip()] = value.strip()
    return found


def parse_job_id(text: str) -> int | None:
    """Read what `sbatch --parsable` prints: `123`, or `123;cluster`, perhaps after a site's own words."""
    for line in reversed(text.splitlines()):
        match = re.fullmatch(r"(\d+)(;\S+)?", line.strip())
        if match:
            return int(match[1])
    return None
