"""Take in what students handed in.

Theory of operation: files come from strangers, in a learning platform's archive or in folders that it was unpacked into.
First only names are looked at, without following any link (`listing`): which file is whose, and which of several counts;
of the platform's own files Gradescope's metadata and nbgrader's timestamps are read. Then files are opened one at a time,
through `deepgrade.files` or from the archive's bounded reader, and each becomes a `Submission` or a `Refusal`; nothing that
stands in a file can raise. Memory holds one notebook at a time. Nothing is unpacked to disk.

A zip that a command names alone may be a class's; every other zip is one student's, whatever the files in it are
called: nobody hands in under another's name by packing files with a platform's names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePath
from types import TracebackType

from deepgrade.lab import Lab
from deepgrade.submission.archive import CLASS_LIMITS, Archive
from deepgrade.submission.clues import Clues
from deepgrade.submission.gradescope import (
    MAX_METADATA_BYTES,
    METADATA_NAME,
    GradescopeSubmission,
    MetadataError,
    read_metadata,
)
from deepgrade.submission.handed_in_time import parse_time
from deepgrade.submission.listing import Entry, Listing, list_archive, list_file, list_folder
from deepgrade.submission.model import Refusal, Submission
from deepgrade.submission.names import NameFacts, name_facts, safe_name
from deepgrade.submission.parse import MAX_BYTES
from deepgrade.submission.places import InArchive, OnDisk, RefusedError, readable
from deepgrade.submission.reading import read_notebook
from deepgrade.submission.student_zip import take_from_zip
from deepgrade.submission.tools import Template

_TIMESTAMP_BYTES = 1000
_GRADESCOPE_FOLDER = re.compile(r"assignment_\d+_export\Z")


@dataclass(frozen=True)
class _Candidate:
    entry: Entry
    facts: NameFacts
    folder: str
    """Tells the folder from all others."""
    folder_name: str
    handed_in_at: datetime | None = None
    note: str | None = None

    @property
    def shown(self) -> str:
        return readable(str(self.entry.relative))

    @property
    def changed_ns(self) -> int:
        return self.facts.exported_ns or self.entry.changed_ns

    @property
    def rank(self) -> tuple[int, tuple[int, int], int, str]:
        """A notebook before an archive before anything else, then the latest."""
        return (self.entry.kind, self.facts.rank, self.changed_ns, self.shown)


@dataclass(frozen=True)
class HandedIn:
    """What one student, or one group, handed in; not opened yet.

    Attributes:
        name: The name under which it came; unique in an intake.
        filename: Of the file that counts.
        clues: What a roster may know the student by.
        handed_in_at: When, where the platform says it.
    """

    name: str
    filename: str
    clues: Clues
    handed_in_at: datetime | None
    _candidates: tuple[_Candidate, ...]
    """The one that counts is the last."""

    @property
    def moment(self) -> tuple[float, str]:
        """Orders what one person handed in under several names: by time, as far as it is known."""
        changed_s = self._candidates[-1].changed_ns / 1e9
        return (self.handed_in_at.timestamp() if self.handed_in_at else changed_s, self.name)


class Intake:
    """What was handed in, found by names; use as a context manager.

    Attributes:
        handed_in: In the order of their names.
        refusals: Folders that could not be looked into.
        notices: Sentences for the instructor: what each archive was taken for, and what of it could not be used.
    """

    def __init__(self, paths: Iterable[Path], *, lab: Lab) -> None:
        self.notices: list[str] = []
        self._lab = lab
        self._open: list[Archive] = []
        try:
            listings = list(self._listings(list(paths)))
            self.refusals = tuple(refusal for listing in listings for refusal in listing.refusals)
            candidates = [candidate for listing in listings for candidate in self._candidates(listing)]
        except BaseException:
            self.close()
            raise
        grouped = _grouped(candidates)
        self.handed_in = tuple(_handed_in(name, grouped[name]) for name in sorted(grouped))

    def __enter__(self) -> Intake:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the archives."""
        for archive in self._open:
            archive.close()

    def read(
        self, item: HandedIn, *, template: Template | None = None, max_bytes: int = MAX_BYTES
    ) -> Submission | Refusal:
        """Open what was handed in.

        Args:
            item: One of `handed_in`.
            template: What the lab's templates hold (`load_template`).
            max_bytes: Larger notebooks are refused.
        """
        return _take(item, self._lab, template or Template(), max_bytes)

    def _listings(self, paths: list[Path]) -> Iterator[Listing]:
        zips = [path for path in paths if path.suffix.lower() == ".zip" and not path.is_dir()]
        for path in paths:
            if path.is_dir() and not path.is_symlink():
                yield list_folder(path)
            else:
                whole_class = self._class_in(path) if zips == [path] else None
                yield whole_class or list_file(path)

    def _class_in(self, path: Path) -> Listing | None:
        """Return what a zip holds, where that is a class; the archive stays open."""
        try:
            archive = OnDisk(path).open_archive(limits=CLASS_LIMITS)
        except RefusedError:
            return None  # whose it is, its name says; what is wrong, the one student is told
        listing = list_archive(archive, name=path.stem, key=str(path.absolute()))
        kind = listing.class_of(self._lab.name)
        if kind is None:
            archive.close()
            return None
        self._open.append(archive)
        self.notices.append(f"{path.name} was read as {kind}.")
        return listing

    def _candidates(self, listing: Listing) -> Iterator[_Candidate]:
        metadata = self._metadata(listing)
        for entry in listing.entries:
            facts = name_facts(entry.relative, listing.name, self._lab.name)
            parent = entry.relative.parent
            folder_name = parent.name or listing.name
            candidate = _Candidate(entry, facts, f"{listing.key}/{parent}", folder_name)
            stamp = listing.timestamps.get(parent)
            if facts.clues.form == "nbgrader" and stamp is not None:
                candidate = _with_timestamp(candidate, stamp)
            known = metadata.get(facts.student) if facts.clues.form == "gradescope" else None
            if known is not None:
                clues = replace(facts.clues, submitters=known.submitters)
                candidate = replace(
                    candidate, facts=replace(facts, clues=clues), handed_in_at=known.created_at
                )
            yield candidate

    def _metadata(self, listing: Listing) -> dict[str, GradescopeSubmission]:
        """Read Gradescope's metadata, from where Gradescope puts it: a student may have handed in a file of that name."""
        places = [
            PurePath(),
            *(PurePath(name) for name in sorted(listing.top) if _GRADESCOPE_FOLDER.match(name)),
        ]
        entry = next((listing.metadata[place] for place in places if place in listing.metadata), None)
        if entry is None:
            return {}
        try:
            return read_metadata(entry.place.read(max_bytes=MAX_METADATA_BYTES))
        except (RefusedError, MetadataError) as error:
            self.notices.append(
                f"{METADATA_NAME} could not be used, and submissions keep their numbers as names: {error}"
            )
            return {}


def collect(
    paths: Iterable[Path], *, lab: Lab, template: Template | None = None, max_bytes: int = MAX_BYTES
) -> Iterator[Submission | Refusal]:
    """Yield what each student handed in, in the order of their names; one result a student.

    Args:
        paths: Notebooks, zips, or folders of them (flat, a folder per student, nbgrader's `submitted/`), or what Canvas,
            Moodle or Gradescope export, unpacked or as it comes.
        lab: Whose questions to look for.
        template: What the lab's templates hold (`load_template`); without it check cells are known by otter's and nbgrader's own
            marks alone.
        max_bytes: Larger notebooks are refused.

    A file that cannot be graded is a `Refusal`; nothing is raised.
    """
    with Intake(paths, lab=lab) as intake:
        yield from intake.refusals
        for item in intake.handed_in:
            yield intake.read(item, template=template, max_bytes=max_bytes)


def _with_timestamp(candidate: _Candidate, stamp: Entry) -> _Candidate:
    try:
        text = stamp.place.read(max_bytes=_TIMESTAMP_BYTES).decode("utf-8", "replace")
    except RefusedError:
        text = ""
    moment = parse_time(text)
    if moment is None:
        return replace(candidate, note="The time of hand-in is not known: timestamp.txt holds no time.")
    return replace(candidate, handed_in_at=moment)


def _grouped(candidates: list[_Candidate]) -> dict[str, list[_Candidate]]:
    """Group files by student.

    A name that was read off files (`homework.ipynb`) in several folders may be several people, and one that is also a
    folder's another's: then the file's folder's name is put before it, so that nobody's work is dropped as another's
    older file.
    """
    folders: dict[str, set[str]] = {}
    for candidate in candidates:
        if candidate.facts.from_file:
            folders.setdefault(candidate.facts.student, set()).add(candidate.folder)
    by_folder = {candidate.facts.student for candidate in candidates if not candidate.facts.from_file}
    by_student: dict[str, list[_Candidate]] = {}
    for candidate in candidates:
        student = candidate.facts.student
        if candidate.facts.from_file and (len(folders[student]) > 1 or student in by_folder):
            student = safe_name(f"{candidate.folder_name}_{student}")
        by_student.setdefault(student, []).append(candidate)
    return by_student


def _handed_in(name: str, candidates: list[_Candidate]) -> HandedIn:
    files = sorted(candidates, key=lambda candidate: candidate.rank)
    chosen = files[-1]
    return HandedIn(name, chosen.shown, chosen.facts.clues, chosen.handed_in_at, tuple(files))


def _take(item: HandedIn, lab: Lab, template: Template, max_bytes: int) -> Submission | Refusal:
    chosen = item._candidates[-1]
    others = [other for other in item._candidates[:-1] if other.entry.kind]
    notes = ["The learning platform marked this file as late."] if chosen.facts.late else []
    notes += [chosen.note] if chosen.note else []
    older = _older(chosen, others)
    notes += [older] if older else []
    filename = chosen.shown
    try:
        if chosen.entry.kind == 1:
            nested = isinstance(chosen.entry.place, InArchive)
            data, inner, more = take_from_zip(
                chosen.entry.place, lab=lab.name, max_bytes=max_bytes, nested=nested
            )
            filename = f"{filename}/{inner}"
            notes += more
        else:
            data = chosen.entry.place.read(max_bytes=max_bytes)
    except RefusedError as error:
        return Refusal(item.name, filename, error.code, f"{error.sentence} {older}".strip(), None)
    result = read_notebook(
        data,
        lab=lab,
        student=item.name,
        filename=filename,
        template=template,
        notes=notes,
        handed_in_at=item.handed_in_at and item.handed_in_at.astimezone(UTC),
    )
    if isinstance(result, Refusal) and older:
        return replace(result, sentence=f"{result.sentence} {older}")
    return result


def _older(chosen: _Candidate, others: list[_Candidate]) -> str:
    if not others:
        return ""
    names = ", ".join(other.shown for other in others[-3:])
    count = len(others) + 1
    if chosen.entry.kind == 2 and any(other.entry.kind == 1 for other in others):
        return f"{count} notebooks and zips of this student; {chosen.shown} was taken and not {names}."
    what = "notebooks" if chosen.entry.kind == 2 else "files"
    return f"{count} {what} of this student; the latest, {chosen.shown}, was taken and not {names}."
