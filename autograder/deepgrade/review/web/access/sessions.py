"""Sessions: who is logged in, since when, until when.

Theory of operation: the browser holds 256 random bits in a cookie that scripts cannot read; the database holds their SHA-256.
A session ends when it is idle or old, at logging out, with a changed password and with a closed account. Log-in always begins a
new one, so that an id that somebody planted is worth nothing. The token of forms (against forgery from other sites) is an HMAC
under the same bits: it cannot be made without the cookie and changes with it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, insert, select, update

from deepgrade.review.web.access.accounts import Role
from deepgrade.review.web.access.store import AccessStore, accounts, now, sessions

IDLE = timedelta(hours=3)
LONGEST = timedelta(hours=14)
"""A working day; then one logs in again."""
_SEEN_EVERY = timedelta(minutes=1)
_TOKEN_CHARACTERS = 43


class SessionFacts(NamedTuple):
    """A session that is in force."""

    account: str
    role: Role
    came_by: str
    """`password` or `proxy`."""
    began_at: datetime
    names_hidden: bool
    form_token: str


class Sessions:
    """The sessions of a course."""

    def __init__(self, store: AccessStore) -> None:
        self._store = store

    def begin(self, account: str, came_by: str, *, names_hidden: bool = False) -> str:
        """Begin a session and return the cookie's value."""
        token, moment = secrets.token_urlsafe(32), now()
        with self._store.transaction() as connection:
            connection.execute(delete(sessions).where(sessions.c.began_at < moment - LONGEST))
            connection.execute(
                insert(sessions).values(
                    id_sha256=_hashed(token),
                    account=account,
                    came_by=came_by,
                    began_at=moment,
                    seen_at=moment,
                    names_hidden=int(names_hidden),
                )
            )
        return token

    def find(self, token: str) -> SessionFacts | None:
        """Return the session of a cookie; None where it is unknown, over, or its account is closed."""
        if len(token) != _TOKEN_CHARACTERS:
            return None
        moment = now()
        with self._store.transaction() as connection:
            row = (
                connection.execute(
                    select(sessions, accounts.c.role)
                    .join(accounts, accounts.c.name == sessions.c.account)
                    .where(sessions.c.id_sha256 == _hashed(token), accounts.c.closed_at.is_(None))
                )
                .mappings()
                .first()
            )
            if row is None:
                return None
            if moment - row["seen_at"] > IDLE or moment - row["began_at"] > LONGEST:
                connection.execute(delete(sessions).where(sessions.c.id_sha256 == row["id_sha256"]))
                return None
            if moment - row["seen_at"] > _SEEN_EVERY:
                connection.execute(
                    update(sessions).where(sessions.c.id_sha256 == row["id_sha256"]).values(seen_at=moment)
                )
        return SessionFacts(
            row["account"],
            Role(row["role"]),
            row["came_by"],
            row["began_at"],
            bool(row["names_hidden"]),
            form_token(token),
        )

    def hide_names(self, token: str, hidden: bool) -> None:
        """Keep whether this session sees pseudonyms."""
        with self._store.transaction() as connection:
            connection.execute(
                update(sessions)
                .where(sessions.c.id_sha256 == _hashed(token))
                .values(names_hidden=int(hidden))
            )

    def end(self, token: str) -> None:
        """End a session."""
        with self._store.transaction() as connection:
            connection.execute(delete(sessions).where(sessions.c.id_sha256 == _hashed(token)))

    def count(self, account: str) -> int:
        """Return how many sessions an account has."""
        with self._store.transaction() as connection:
            return len(
                connection.execute(
                    select(sessions.c.id_sha256).where(
                        sessions.c.account == account, sessions.c.seen_at > now() - IDLE
                    )
                ).all()
            )

    def end_all(self, account: str) -> None:
        """End all sessions of an account."""
        with self._store.transaction() as connection:
            connection.execute(delete(sessions).where(sessions.c.account == account))


def form_token(token: str) -> str:
    """Return the token that forms of a session carry."""
    digest = hmac.digest(token.encode("ascii", "replace"), b"form", hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def is_form_token(given: str, token: str) -> bool:
    """Return whether a form came from a page of this session."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), form_token(token).encode("ascii"))


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
