"""Finding one's way through a queue: addresses of items, filters, what comes next, and who has what open.

Theory of operation: an item's id holds the name under which work was handed in, so addresses have an HMAC of it. `Open` remembers
in memory which item was shown to whom: two TAs who both press "next" get different items, and a page says who else looks at
it. That is a courtesy; what keeps them from overwriting each other is the ledger.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
import time
from collections.abc import Sequence
from typing import NamedTuple

from starlette.exceptions import HTTPException

from deepgrade.review.queue import KINDS, QueueItem
from deepgrade.review.web.visits import Visit

_OPEN_S = 300.0


class Filters(NamedTuple):
    """Which items of a queue."""

    kind: str = ""
    question: str = ""
    state: str = "waits"
    """`waits`, `done` or `all`."""

    @classmethod
    def of(cls, visit: Visit) -> Filters:
        """Return what an address asks for; what is unknown is left out."""
        kind, state = visit.asked("kind"), visit.asked("state", "waits")
        return cls(
            kind if kind in KINDS else "",
            visit.asked("question"),
            state if state in ("waits", "done", "all") else "waits",
        )

    def query(self, **more: str | int | None) -> dict[str, str | int | None]:
        """Return the fields of an address."""
        return {
            "kind": self.kind,
            "question": self.question,
            "state": "" if self.state == "waits" else self.state,
            **more,
        }

    def sequence(self, items: Sequence[QueueItem]) -> list[QueueItem]:
        """Return the items of this kind and question, done ones too, in the queue's order."""
        return [
            item
            for item in items
            if (not self.kind or item.kind == self.kind)
            and (not self.question or item.question == self.question)
        ]

    def shown(self, items: Sequence[QueueItem]) -> list[QueueItem]:
        """Return the items that a list shows."""
        found = self.sequence(items)
        return found if self.state == "all" else [i for i in found if i.waits == (self.state == "waits")]


class ItemTokens:
    """What stands in addresses for items.

    Args:
        secret: The course's.
        lab: Which lab.
    """

    def __init__(self, secret: bytes, lab: str) -> None:
        self._secret, self._lab = secret, lab
        self._tokens: dict[str, str] = {}
        self._lock = threading.Lock()
        self._queue: Sequence[QueueItem] = ()
        self._items: dict[str, QueueItem] = {}

    def token(self, item: QueueItem) -> str:
        """Return an item's token."""
        found = self._tokens.get(item.id)
        if found is None:
            message = f"review item\0{self._lab}\0{item.id}".encode("utf-8", "surrogatepass")
            digest = hmac.digest(self._secret, message, hashlib.sha256)
            found = self._tokens[item.id] = base64.b32encode(digest[:10]).decode("ascii").lower()
        return found

    def find(self, queue: Sequence[QueueItem], token: str) -> QueueItem | None:
        """Return the item that a token means; None where there is none, or none any more."""
        with self._lock:
            if queue is not self._queue:
                self._items = {self.token(item): item for item in queue}
                self._queue = queue
            return self._items.get(token)

    def item(self, queue: Sequence[QueueItem], token: str) -> QueueItem:
        """Return the item that a token means.

        Raises:
            HTTPException: There is none, or none any more.
        """
        found = self.find(queue, token)
        if found is None:
            raise HTTPException(
                404, "This is not in the queue, or not any more: the work may have been graded anew since."
            )
        return found


class Open:
    """Which item was shown to whom, for the last minutes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_item: dict[tuple[str, str], dict[str, float]] = {}

    def show(self, lab: str, item: str, account: str) -> list[tuple[str, float]]:
        """Note that an account looks at an item; return who else does, and for how many seconds already."""
        moment = time.monotonic()
        with self._lock:
            for key, lookers in list(self._by_item.items()):
                lookers.pop(account, None)  # a person looks at one thing at a time
                if not lookers or max(lookers.values()) < moment - _OPEN_S:
                    del self._by_item[key]
            lookers = self._by_item.setdefault((lab, item), {})
            others = [(who, moment - at) for who, at in lookers.items() if at > moment - _OPEN_S]
            lookers[account] = moment
        return others

    def others(self, lab: str, account: str) -> set[str]:
        """Return the ids of the items that others have open."""
        moment = time.monotonic()
        with self._lock:
            return {
                item
                for (of, item), lookers in self._by_item.items()
                if of == lab and any(who != account and at > moment - _OPEN_S for who, at in lookers.items())
            }


class Neighbours(NamedTuple):
    """What lies around an item."""

    place: int
    """Counted from 1."""
    together: int
    left: int
    """How many of the sequence wait, this one included."""
    before: QueueItem | None
    after: QueueItem | None
    """The next that waits and nobody else has open; where nothing waits, the next one."""


def neighbours(sequence: Sequence[QueueItem], item: QueueItem, taken: set[str]) -> Neighbours:
    """Return what lies around an item in a sequence.

    Args:
        sequence: Of items; the item itself may be missing.
        item: Which.
        taken: Ids of items that others have open.
    """
    ids = [one.id for one in sequence]
    place = ids.index(item.id) if item.id in ids else -1
    round_trip = [*sequence[place + 1 :], *sequence[: max(place, 0)]]
    waiting = [one for one in round_trip if one.waits]
    after = next((one for one in waiting if one.id not in taken), waiting[0] if waiting else None)
    if after is None and 0 <= place < len(sequence) - 1:
        after = sequence[place + 1]
    return Neighbours(
        place + 1,
        len(sequence),
        sum(one.waits for one in sequence),
        sequence[place - 1] if place > 0 else None,
        after,
    )


def first_waiting(sequence: Sequence[QueueItem], taken: set[str]) -> QueueItem | None:
    """Return where to begin: the first that waits and nobody else has open."""
    waiting = [one for one in sequence if one.waits]
    return next((one for one in waiting if one.id not in taken), waiting[0] if waiting else None)
