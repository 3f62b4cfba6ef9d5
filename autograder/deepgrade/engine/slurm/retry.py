"""What to do about a task, from its file and from what Slurm says of it: pure."""

from __future__ import annotations

from typing import Literal, NamedTuple

from deepgrade.engine.slurm.files import Done
from deepgrade.engine.slurm.listings import Seen
from deepgrade.evidence import VERDICTS

_NODES_FAULT = frozenset({"FAILED", "NODE_FAIL", "BOOT_FAIL", "COMPLETED", "TIMEOUT", "OUT_OF_MEMORY"})
"""States of a task that left no file, after which another node may do better. A cancelled or preempted one says nothing
about its node."""
_WORDS = {
    "CANCELLED": "was cancelled",
    "PREEMPTED": "was preempted",
    "NODE_FAIL": "was on a node that failed",
    "BOOT_FAIL": "was on a node that did not start",
    "TIMEOUT": "ran into Slurm's time limit (margin_minutes in the site file is added to twice the run's)",
    "OUT_OF_MEMORY": "needed more memory than its job has (memory_margin_mib in the site file is added to the run's)",
    "DEADLINE": "ran into a deadline",
    "FAILED": "ended without a result",
    "COMPLETED": "ended without a result",
}


class Step(NamedTuple):
    """What to do next.

    Attributes:
        action: `wait`; `take` the result; try `again`; `give_up`, since every attempt is used up.
        avoid: A node to keep away from, or empty.
        why: In words, for a person: what became of the last attempt.
    """

    action: Literal["wait", "take", "again", "give_up"]
    avoid: str = ""
    why: str = ""


def next_step(
    done: Done | None, seen: Seen | None, *, gone_s: float, grace_s: float, attempts: int, most: int
) -> Step:
    """Return what to do about a task.

    Args:
        done: The file that its latest attempt left, if any: the word that counts, whatever Slurm says.
        seen: What Slurm says of that attempt; None: it knows nothing of it.
        gone_s: How long it has been over, or unknown, without a file.
        grace_s: How long a file may take to show.
        attempts: Made so far.
        most: Allowed.
    """
    if done is not None:
        if done.verdict is not None and VERDICTS[done.verdict].students_fault:
            return Step("take")
        why = done.error or f"the verdict was {done.verdict}"
        why = f"{why} (on node {done.node})" if done.node else why
        if attempts < most:
            return Step("again", done.node, why)
        return Step("take" if done.verdict is not None and done.attempt else "give_up", done.node, why)
    if seen is not None and seen.under_way and not seen.is_stuck:
        return Step("wait")
    if gone_s < grace_s and not (seen is not None and seen.is_stuck):
        return Step("wait")
    why, avoid = _what_became(seen)
    return Step("again" if attempts < most else "give_up", avoid, why)


def _what_became(seen: Seen | None) -> tuple[str, str]:
    if seen is None:
        return "the job left no result, and Slurm does not know it any more", ""
    if seen.is_stuck:
        return f"the job could not be started ({seen.reason})", seen.node
    place = f", on node {seen.node}" if seen.node else ""
    return f"the job {_WORDS.get(seen.state, 'ended: ' + seen.state)}{place}", (
        seen.node if seen.state in _NODES_FAULT else ""
    )
