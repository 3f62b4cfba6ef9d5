"""Accounts of those who review: names, roles, passwords."""

from __future__ import annotations

import re
import threading
import unicodedata
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import RowMapping, delete, insert, select, update

from deepgrade.review.web.access.store import AccessStore, accounts, now, sessions
from deepgrade.review.web.errors import AccessError

LEAST_PASSWORD = 12
"""Characters."""
_MOST_PASSWORD = 256
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._@+-]{0,62}[a-z0-9])?")

# One hash takes 64 MiB and a core for some hundredths of a second: a flood of log-ins waits here.
_hashing = threading.BoundedSemaphore(2)
_hasher = PasswordHasher()


class Role(StrEnum):
    """What an account may do."""

    TA = "ta"
    """Review."""
    INSTRUCTOR = "instructor"
    """Review, see the statistics, and see who has an account."""


class Account(NamedTuple):
    """One account."""

    name: str
    role: Role
    has_password: bool
    created_at: datetime
    closed: bool


def account_name(written: str) -> str:
    """Return a name as accounts are kept: lower case, NFKC.

    Raises:
        AccessError: It is no name for an account.
    """
    name = unicodedata.normalize("NFKC", written[:200]).strip().lower()
    if not _NAME.fullmatch(name):
        raise AccessError(
            f"{written[:80]!r} is no name for an account. Use 1 to 64 letters a to z, digits and . _ @ + - in between."
        )
    return name


class Accounts:
    """The accounts of a course."""

    def __init__(self, store: AccessStore) -> None:
        self._store = store

    def add(self, name: str, role: Role, password: str | None) -> None:
        """Add an account; without a password it can enter through a trusted proxy alone.

        Raises:
            AccessError: The name is taken or no name, or the password is too short.
        """
        name = account_name(name)
        hashed = None if password is None else _hashed(name, password)
        with self._store.transaction() as connection:
            if connection.scalar(select(accounts.c.name).where(accounts.c.name == name)) is not None:
                raise AccessError(
                    f"There is an account {name!r} already. Change it with `deepgrade review account password {name}`"
                    f" or `deepgrade review account role {name} ...`."
                )
            connection.execute(
                insert(accounts).values(
                    name=name, role=role.value, password_hash=hashed, created_at=now(), closed_at=None
                )
            )

    def find(self, name: str) -> Account | None:
        """Return an account that is open; None where there is none of this name."""
        try:
            name = account_name(name)
        except AccessError:
            return None
        with self._store.transaction() as connection:
            row = connection.execute(select(accounts).where(accounts.c.name == name)).mappings().first()
        return None if row is None or row["closed_at"] is not None else _account(row)

    def all(self) -> list[Account]:
        """Return all accounts, closed ones too, by name."""
        with self._store.transaction() as connection:
            rows = connection.execute(select(accounts).order_by(accounts.c.name)).mappings().all()
        return [_account(row) for row in rows]

    def verify(self, name: str, password: str) -> Account | None:
        """Return the account if the password is right; it takes the same time where there is no such account."""
        account = self.find(name)
        with self._store.transaction() as connection:
            hashed = connection.scalar(
                select(accounts.c.password_hash).where(accounts.c.name == (account.name if account else ""))
            )
        known = hashed if isinstance(hashed, str) else _nobody()
        with _hashing:
            try:
                _hasher.verify(known, _normal(password[:_MOST_PASSWORD]))
            except (VerificationError, InvalidHashError):
                return None
        if account is None or not isinstance(hashed, str):
            return None
        if _hasher.check_needs_rehash(known):
            self._write(account.name, password_hash=_hashed(account.name, password))
        return account

    def set_password(self, name: str, password: str) -> None:
        """Give an account another password and end its sessions.

        Raises:
            AccessError: There is no such account, or the password is too short.
        """
        name = account_name(name)
        self._write(name, password_hash=_hashed(name, password))

    def set_role(self, name: str, role: Role) -> None:
        """Give an account another role; its sessions have it from their next page on.

        Raises:
            AccessError: There is no such account.
        """
        self._write(account_name(name), keep_sessions=True, role=role.value)

    def close(self, name: str) -> None:
        """Close an account and end its sessions; what it decided stays under its name, which nobody else can take.

        Raises:
            AccessError: There is no such account.
        """
        self._write(account_name(name), closed_at=now())

    def reopen(self, name: str) -> None:
        """Open a closed account again.

        Raises:
            AccessError: There is no such account.
        """
        self._write(account_name(name), closed_at=None)

    def _write(self, name: str, *, keep_sessions: bool = False, **values: object) -> None:
        with self._store.transaction() as connection:
            done = connection.execute(update(accounts).where(accounts.c.name == name).values(**values))
            if done.rowcount == 0:
                raise AccessError(
                    f"There is no account {name!r}. `deepgrade review account list` shows those that there are."
                )
            if not keep_sessions:
                connection.execute(delete(sessions).where(sessions.c.account == name))


@cache
def _nobody() -> str:
    """Return a hash to look at where there is no account, so that it takes as long."""
    return _hasher.hash("the password of nobody")


def _account(row: RowMapping) -> Account:
    return Account(
        row["name"],
        Role(row["role"]),
        row["password_hash"] is not None,
        row["created_at"],
        row["closed_at"] is not None,
    )


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


def _hashed(name: str, password: str) -> str:
    password = _normal(password)
    if not LEAST_PASSWORD <= len(password) <= _MOST_PASSWORD:
        raise AccessError(
            f"A password has {LEAST_PASSWORD} to {_MOST_PASSWORD} characters; a sentence is a good one."
        )
    if name in password.lower() and len(password) < len(name) + LEAST_PASSWORD:
        raise AccessError("The password is little more than the account's name; choose another one.")
    if len(set(password)) < 5:
        raise AccessError("The password repeats too few characters; choose another one.")
    with _hashing:
        return _hasher.hash(password)
