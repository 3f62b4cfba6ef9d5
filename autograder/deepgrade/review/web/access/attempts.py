"""How often a password may be tried: by account, and by the address that tries.

Theory of operation: an attempt is counted before the password is looked at, in the same transaction that counts the earlier
ones, so that a burst gets no more tries than a queue. Names without an account are counted alike, so that being refused says
nothing about who has one. An account's counter can be filled by a stranger; it then opens again by itself after a quarter
of an hour, and sessions that have begun go on.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from sqlalchemy import Connection, delete, func, insert, select

from deepgrade.review.web.access.store import AccessStore, attempts, now

WINDOW = timedelta(minutes=15)
MOST_OF_ACCOUNT = 8
"""Failed attempts for one name within the window."""
MOST_OF_ADDRESS = 40
"""Failed attempts from one address within the window: a room of TAs may share one."""


class TooManyAttempts(Exception):
    """No password is looked at now."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"too many attempts; again in {retry_after_s} s")
        self.retry_after_s = retry_after_s


class LoginAttempts:
    """The counters."""

    def __init__(self, store: AccessStore) -> None:
        self._store = store

    def count(self, name: str, address: str) -> int:
        """Count an attempt and return its id.

        Raises:
            TooManyAttempts: There were too many for this name, or from this address.
        """
        moment, key = now(), _key(name)
        with self._store.transaction() as connection:
            connection.execute(delete(attempts).where(attempts.c.at < moment - WINDOW))
            for column, value, most in (
                (attempts.c.account_sha256, key, MOST_OF_ACCOUNT),
                (attempts.c.address, address, MOST_OF_ADDRESS),
            ):
                number, first = connection.execute(
                    select(func.count(), func.min(attempts.c.at)).where(column == value)
                ).one()
                if number >= most:
                    raise TooManyAttempts(max(1, int((first + WINDOW - moment).total_seconds()) + 1))
            return self._added(connection, key, address)

    @staticmethod
    def _added(connection: Connection, key: str, address: str) -> int:
        done = connection.execute(insert(attempts).values(account_sha256=key, address=address[:64], at=now()))
        inserted = done.inserted_primary_key
        return int(inserted[0]) if inserted is not None else 0

    def succeeded(self, attempt: int, name: str) -> None:
        """Forget an attempt that was right, and the failed ones for the same name."""
        with self._store.transaction() as connection:
            connection.execute(
                delete(attempts).where((attempts.c.id == attempt) | (attempts.c.account_sha256 == _key(name)))
            )


def _key(name: str) -> str:
    return hashlib.sha256(name.strip().lower()[:200].encode("utf-8", "surrogatepass")).hexdigest()
