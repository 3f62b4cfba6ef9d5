"""Students in addresses and, where names are hidden, on pages.

Theory of operation: an address holds a token, an HMAC of lab and student under the course's secret, so that no name stands in
the logs of proxies or in a browser's history, and hidden names stay hidden there too. Pseudonyms are made as those of boards
are, but from other bits: who knows a board's pseudonym does not know this one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Sequence

from deepgrade.board.rules.pseudonyms import pseudonym

_TOKEN_BYTES = 10


class Names:
    """The students of one lab.

    Args:
        secret: The course's.
        lab: Which lab.
        students: Returns all who handed in, in an order that stays.
    """

    def __init__(self, secret: bytes, lab: str, students: Callable[[], Sequence[str]]) -> None:
        self._secret = secret
        self._lab = lab
        self._students = students
        self._lock = threading.Lock()
        self._by_token: dict[str, str] = {}
        self._pseudonyms: dict[str, str] = {}
        self._taken: set[str] = set()

    def token(self, student: str) -> str:
        """Return what stands in addresses for a student."""
        said = json.dumps(["review", self._lab, student])
        digest = hmac.digest(self._secret, said.encode("ascii"), hashlib.sha256)
        return base64.b32encode(digest[:_TOKEN_BYTES]).decode("ascii").lower()

    def student(self, token: str) -> str | None:
        """Return whom a token means; None where it means nobody of the lab."""
        found = self._by_token.get(token)
        if found is None and len(token) == 16:
            with self._lock:
                self._by_token = {self.token(student): student for student in self._students()}
            found = self._by_token.get(token)
        return found

    def pseudonym(self, student: str) -> str:
        """Return a student's name where names are hidden, such as `Curious Heron 417`."""
        if student not in self._pseudonyms:
            with self._lock:
                for one in (*self._students(), student):
                    if one not in self._pseudonyms:
                        found = pseudonym(self._secret, f"review of {self._lab}", one, self._taken)
                        self._pseudonyms[one] = found
                        self._taken.add(found)
        return self._pseudonyms[student]
