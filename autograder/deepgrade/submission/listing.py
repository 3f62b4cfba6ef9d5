"""What lies in a folder or an archive that could be a submission; only names are looked at, and no link is followed."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from deepgrade.submission.archive import Archive
from deepgrade.submission.gradescope import METADATA_NAME
from deepgrade.submission.model import Refusal
from deepgrade.submission.names import is_handed_in, name_facts, safe_name
from deepgrade.submission.places import InArchive, OnDisk, Place, readable

MAX_FILES = 20_000
"""The most entries of a folder, with its sub-folders, that are looked at."""
MAX_FOLDER_DEPTH = 6
OTTER_EXPORT_MARK = "__zip_filename__"
"""A member that otter's export adds to every zip."""

_TIMESTAMP = "timestamp.txt"
_NOT_SUBMISSIONS = frozenset({_TIMESTAMP, "readme.txt", "requirements.txt"})
_IGNORED_FOLDERS = frozenset({"__macosx", "__pycache__"})
_PLATFORMS = {
    "canvas": "Canvas's download",
    "moodle": "Moodle's download",
    "gradescope": "Gradescope's export",
}


@dataclass(frozen=True)
class Entry:
    """A file that could be a submission, or says something about one."""

    relative: PurePath
    """Below the folder or archive that was given."""
    place: Place
    changed_ns: int

    @property
    def kind(self) -> int:
        """How welcome it is: 2 a notebook, 1 an archive, 0 anything else."""
        return {".ipynb": 2, ".zip": 1}.get(self.relative.suffix.lower(), 0)


@dataclass
class Listing:
    """What was found."""

    name: str
    """Of the folder that was given, or of the archive's file without its suffix."""
    key: str
    """Tells this folder or archive from all others."""
    entries: list[Entry] = field(default_factory=list)
    metadata: dict[PurePath, Entry] = field(default_factory=dict)
    """Gradescope's metadata, by the folder it lies in."""
    timestamps: dict[PurePath, Entry] = field(default_factory=dict)
    """nbgrader's, by the folder they lie in."""
    top: set[str] = field(default_factory=set)
    """Names at the top, without what is ignored."""
    is_export: bool = False
    """An otter export."""
    refusals: list[Refusal] = field(default_factory=list)

    def add(self, entry: Entry, *, link: bool = False) -> None:
        """Take in a file, if it is one that is looked at."""
        name = entry.relative.name.lower()
        self.top.add(entry.relative.parts[0])
        if entry.relative == PurePath(OTTER_EXPORT_MARK):
            self.is_export = True
        elif link:
            self.entries.append(entry)
        elif name == METADATA_NAME:
            self.metadata[entry.relative.parent] = entry
        elif name == _TIMESTAMP:
            self.timestamps[entry.relative.parent] = entry
        elif is_handed_in(name) and name not in _NOT_SUBMISSIONS:
            self.entries.append(entry)

    def platform(self, lab: str) -> tuple[str, int] | None:
        """Return which learning platform's download this is, and of how many students; None if of none."""
        found: dict[str, set[str]] = {}
        for entry in self.entries:
            facts = name_facts(entry.relative, self.name, lab)
            found.setdefault(facts.clues.form, set()).add(facts.student)
        form = max((form for form in found if form in _PLATFORMS), key=lambda f: len(found[f]), default=None)
        return None if form is None else (_PLATFORMS[form], len(found[form]))

    def class_of(self, lab: str) -> str | None:
        """Return what an archive that an instructor named is, where it holds a class; None where it is one student's."""
        if self.is_export:
            return None
        platform = self.platform(lab)
        if platform is not None:
            return platform[0]
        facts = [name_facts(entry.relative, self.name, lab) for entry in self.entries if entry.kind]
        if any(fact.clues.form == "nbgrader" for fact in facts):
            students = {fact.student for fact in facts}
            return (
                "nbgrader's tree" if len(students) > 1 or self.timestamps or "submitted" in self.top else None
            )
        labs_own = any(
            len(entry.relative.parts) == 1 and entry.kind and is_labs_own(entry.relative.name, lab)
            for entry in self.entries
        )
        return "files of several students" if len(facts) > 1 and not labs_own else None


def is_labs_own(name: str, lab: str) -> bool:
    """Return whether a file has the name that the lab's notebook was given out under."""
    return name_facts(PurePath(name), "", lab).clues.form == "folder"


def list_file(path: Path) -> Listing:
    """List a single file that was named."""
    try:
        changed_ns = path.lstat().st_mtime_ns
    except (OSError, ValueError):
        changed_ns = 0
    folder = path.absolute().parent
    return Listing(folder.name, str(folder), [Entry(PurePath(path.name), OnDisk(path), changed_ns)])


def list_folder(root: Path) -> Listing:
    """List a folder and what is below it; links are named, never followed."""
    listing = Listing(root.absolute().name, str(root.absolute()))
    stack = [(root, PurePath(), 0)]
    seen = 0
    while stack:
        folder, relative, depth = stack.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            shown = readable(str(relative)) if relative.parts else root.name
            sentence = f"The folder {shown} cannot be read: {error.strerror}."
            listing.refusals.append(
                Refusal(safe_name(folder.name), readable(str(relative)), "unreadable", sentence, None)
            )
            continue
        seen += len(entries)
        if seen > MAX_FILES:
            sentence = f"{root.name} holds more than {MAX_FILES:,} files; name the folder that holds the submissions."
            listing.refusals.append(
                Refusal(safe_name(root.name), root.name, "too_many_files", sentence, None)
            )
            return listing
        for entry in entries:
            if _is_ignored(entry.name):
                continue
            below = relative / entry.name
            listing.top.add(below.parts[0])
            if entry.is_dir(follow_symlinks=False):
                if depth < MAX_FOLDER_DEPTH:
                    stack.append((folder / entry.name, below, depth + 1))
                continue
            path = folder / entry.name
            listing.add(Entry(below, OnDisk(path), _changed_ns(path)), link=entry.is_symlink())
    return listing


def list_archive(archive: Archive, *, name: str, key: str) -> Listing:
    """List an archive's members, also those that cannot be read.

    Args:
        archive: It is open.
        name: Of its file, without the suffix.
        key: Tells it from all others.
    """
    listing = Listing(name, key)
    for member in archive.members:
        relative = PurePath(*(part for part in member.name.split("/") if part not in ("", ".", "..")))
        parts = relative.parts
        if parts and len(parts) <= MAX_FOLDER_DEPTH + 1 and not any(_is_ignored(part) for part in parts):
            listing.add(Entry(relative, InArchive(archive, member), member.changed_ns))
    return listing


def _is_ignored(name: str) -> bool:
    return name.startswith(".") or name.lower() in _IGNORED_FOLDERS


def _changed_ns(path: Path) -> int:
    try:
        return path.lstat().st_mtime_ns
    except (OSError, ValueError):
        return 0
