"""What PostgreSQL's errors mean for people."""

from __future__ import annotations

from deepgrade.files import StorageError
from deepgrade.records.errors import GradebookError

_NO_ROOM = ("53100", "53200", "58030")
_CLOSED = ("25006", "42501")
_BUSY = ("40001", "40P01", "55P03", "53300", "57014")
_DAMAGED = ("XX001", "XX002")
_CONNECTION = ("08", "28", "3D", "57P")


def in_words(shown: str, error: BaseException | None) -> Exception | None:
    """Return what PostgreSQL means, for people; None where it is a bug of ours."""
    state = getattr(error, "sqlstate", None) or ""
    said = " ".join(str(error).split())
    again = "then give the same command again: what was finished is kept"
    if state in _NO_ROOM:
        return StorageError(
            f"No room is left for the gradebook {shown}, or its disk reports errors ({said}). Make room there, {again}."
        )
    if state in _CLOSED:
        return StorageError(
            f"The gradebook {shown} is read-only or closed to this user ({said}). Let the user write there, {again}."
        )
    if state in _BUSY:
        return GradebookError(f"The gradebook {shown} is busy ({said}). Try again in a moment.")
    if state in _DAMAGED:
        return GradebookError(f"The gradebook {shown} is damaged ({said}). Restore its last good copy.")
    if state.startswith(_CONNECTION) or (not state and type(error).__name__ == "OperationalError"):
        return GradebookError(
            f"The gradebook {shown} cannot be reached ({said}). Start its server, or mend the course's"
            f" database with `deepgrade review database`, {again}."
        )
    return None
