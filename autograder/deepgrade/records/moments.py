"""Moments as databases keep them: everything is written in UTC."""

from __future__ import annotations

from datetime import UTC, datetime


def utc(moment: datetime) -> datetime:
    """Return a stored moment with its zone: SQLite keeps none, PostgreSQL gives the session's."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
