"""Find the notebook in a zip that one student made: otter's export, or whatever a file manager packs.

What the files in it are called says nothing about whose they are. Of several notebooks the lab's own name comes first, then
the one nearest to the top, then the latest. A zip in the zip is opened where there is no notebook beside it; no deeper.
"""

from __future__ import annotations

from typing import NamedTuple

from deepgrade.submission.archive import STUDENT_LIMITS, Archive
from deepgrade.submission.listing import Entry, is_labs_own, list_archive
from deepgrade.submission.places import InArchive, Place, RefusedError, readable

_HAND_IN = "Hand in the notebook itself, the file that ends in .ipynb."


class Unpacked(NamedTuple):
    """The notebook of a student's zip."""

    data: bytes
    name: str
    """Its path in the zip."""
    notes: tuple[str, ...]


def take_from_zip(place: Place, *, lab: str, max_bytes: int, nested: bool) -> Unpacked:
    """Return the notebook of a student's zip.

    Args:
        place: The zip.
        lab: The lab's name.
        max_bytes: Of the notebook.
        nested: The zip lies in a zip itself: then none in it is opened.

    Raises:
        RefusedError: There is no notebook that can be taken.
    """
    with place.open_archive(limits=STUDENT_LIMITS) as archive:
        return _take(archive, lab, max_bytes, nested=nested)


def _take(archive: Archive, lab: str, max_bytes: int, *, nested: bool) -> Unpacked:
    listing = list_archive(archive, name="", key="")
    platform = listing.platform(lab)
    if platform is not None and platform[1] > 1 and not listing.is_export:
        raise RefusedError(
            "class_archive",
            f"The zip is {platform[0]} of {platform[1]} students, and stands where one student's work should."
            " Grade it alone: deepgrade grade LAB that.zip.",
        )
    notebooks = _best_first([entry for entry in listing.entries if entry.kind == 2], lab)
    zips = _best_first([entry for entry in listing.entries if entry.kind == 1], lab)
    if notebooks:
        chosen, *others = notebooks
        notes = [_others_note(chosen, others)] if others else []
        notes += _faults_note(others)
        return Unpacked(chosen.place.read(max_bytes=max_bytes), _shown(chosen), tuple(notes))
    if zips and nested:
        raise RefusedError("nested_archive", f"The zip holds a zip in a zip. {_HAND_IN}")
    if zips:
        inner = take_from_zip(zips[0].place, lab=lab, max_bytes=max_bytes, nested=True)
        notes = [_others_note(zips[0], zips[1:])] if zips[1:] else []
        return Unpacked(inner.data, f"{_shown(zips[0])}/{inner.name}", (*notes, *inner.notes))
    there = ", ".join(_shown(entry) for entry in listing.entries[:3]) or "nothing that could be one"
    raise RefusedError("no_notebook_in_archive", f"The zip holds no notebook, but {there}. {_HAND_IN}")


def _best_first(entries: list[Entry], lab: str) -> list[Entry]:
    def rank(entry: Entry) -> tuple[bool, bool, int, int, str]:
        path = entry.relative
        return (not _fault(entry), is_labs_own(path.name, lab), -len(path.parts), entry.changed_ns, str(path))

    return sorted(entries, key=rank, reverse=True)


def _fault(entry: Entry) -> str | None:
    place = entry.place
    fault = place.member.fault if isinstance(place, InArchive) else None
    return fault.sentence if fault is not None else None


def _others_note(chosen: Entry, others: list[Entry]) -> str:
    names = ", ".join(_shown(entry) for entry in others[:3])
    more = f" and {len(others) - 3} more" if len(others) > 3 else ""
    return f"The zip holds {len(others) + 1} notebooks or zips; {_shown(chosen)} was taken and not {names}{more}."


def _faults_note(others: list[Entry]) -> list[str]:
    faults = [fault for entry in others if (fault := _fault(entry)) is not None]
    return [f"Not looked at in the zip: {faults[0]}"] if faults else []


def _shown(entry: Entry) -> str:
    return readable(str(entry.relative))[:200]
