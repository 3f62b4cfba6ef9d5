"""What a submission says about the person who handed it in: plain data, kept in the gradebook beside the name."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

Form = Literal["canvas", "moodle", "gradescope", "nbgrader", "folder", "file"]
_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, config=_STRICT)
class Submitter:
    """A person whom Gradescope's metadata names for a submission; groups have several."""

    name: str | None = None
    email: str | None = None
    sid: str | None = None


@dataclass(frozen=True, config=_STRICT)
class Clues:
    """What may be looked up in a roster."""

    form: Form
    """How the submission came: what its names mean follows from it."""
    names: tuple[str, ...] = ()
    """A name, a login or a student's number, as the platform or the file gives it."""
    canvas_id: str | None = None
    moodle_id: str | None = None
    """Moodle's participant number, another one for each assignment."""
    folder: str | None = None
    """The folder around a file that has a name of its own; it may be a section's, or contradict the file."""
    submitters: tuple[Submitter, ...] = ()
