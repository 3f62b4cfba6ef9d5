"""Whose file is it? Students' names from the names of files and folders.

| source | name | student |
|---|---|---|
| nbgrader | `submitted/alice/le5/le5.ipynb` | `alice` |
| Canvas | `doejane_12345_67890_le5-1.ipynb`, `doejane_LATE_12345_67890_le5.ipynb` | `doejane_12345` |
| Moodle | `Jane Doe_12345_assignsubmission_file_/le5.ipynb` | `Jane_Doe_12345` |
| folder per student | `alice/le5.ipynb`, `submission_777/le5.ipynb` | `alice`, `submission_777` |
| flat | `alice.ipynb`, `le5_alice.ipynb`, `alice_le5 (1).ipynb` | `alice` |

Canvas's first number is the person, and stays in the name since names repeat; the second is the upload. Where folders hold
files of one name (`homework.ipynb`), the folder's name is put before it.

Of several files of one student the latest counts: the highest upload number of Canvas, then the highest copy number
(`-1`, ` (2)`), then the latest change on disk, then the name.

A student's name becomes part of paths and pages, so it is letters, digits and `-_.@'+` only. A name that held
something else than blanks and punctuation (path separators, invisible or direction-changing characters) gets a short
hash, so that it can never pass for another student's.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePath

from deepgrade.files import sha256_bytes

_CANVAS = re.compile(
    r"^(?P<name>[^_]+?)_(?P<late>LATE_)?(?P<user>\d{3,12})_(?P<upload>\d{3,14})_(?P<rest>.+)$", re.DOTALL
)
_MOODLE = re.compile(r"^(?P<name>.+)_(?P<user>\d+)_assignsubmission_(?:file|onlinetext)_?$", re.DOTALL)
_COPY = re.compile(r"(?:[ _]?\((\d{1,4})\)|[ _-]copy(\d{0,3}))$", re.IGNORECASE)
_UPLOAD_COPY = re.compile(r"-(\d{1,3})$")
_SUFFIX = re.compile(
    r"\.(?:ipynb|pdf|html?|zip|py|r|rmd|qmd|docx?|odt|txt|rtf|json|7z|rar|gz|tar|tgz|pages|png|jpe?g)$",
    re.IGNORECASE,
)
_KEPT = set("-_.@'+~")
_LONGEST = 80


@dataclass(frozen=True)
class NameFacts:
    """What a path says about a submission."""

    student: str
    rank: tuple[int, int]
    """Later uploads are greater: upload number, copy number."""
    late: bool
    """The learning platform marked it as late."""
    from_file: bool = False
    """The student's name is the file's alone; another folder may hold a namesake."""


def is_handed_in(name: str) -> bool:
    """Return whether a file name is one that students hand in: a notebook, or what some send in its place."""
    return _SUFFIX.search(name) is not None


def safe_name(raw: str) -> str:
    """Return a name that is safe in paths and pages; equal for spellings that differ in blanks or composition only.

    Args:
        raw: Any text.
    """
    text = unicodedata.normalize("NFC", raw)
    suspicious = any(unicodedata.category(c)[0] == "C" or c in "/\\" for c in text) or ".." in text
    kept = "".join(
        c if c.isalnum() or c in _KEPT or unicodedata.category(c) in ("Mn", "Mc") else " " for c in text
    )
    kept = re.sub(r" +", "_", re.sub(r"\.\.+", " ", kept)).strip("_.-~")
    if suspicious or not kept or len(kept) > _LONGEST or len(kept.encode("utf-8")) > 2 * _LONGEST:
        digest = sha256_bytes(raw.encode("utf-8", "surrogatepass"))[:8]
        kept = f"{_shortened(kept) or 'unnamed'}~{digest}"
    return kept


def _shortened(text: str) -> str:
    return text[:_LONGEST].encode("utf-8")[: 2 * _LONGEST].decode("utf-8", "ignore").strip("_.-~")


def name_facts(path: PurePath, folder_name: str, lab: str) -> NameFacts:
    """Read a student's name off a path.

    Args:
        path: The file, relative to the folder that was given.
        folder_name: The name of that folder: it is the student's where it alone could be.
        lab: The lab's name, which is no part of a student's.
    """
    stem = path.name
    while _SUFFIX.search(stem):
        stem = _SUFFIX.sub("", stem)
    canvas = _CANVAS.match(stem)
    if canvas and canvas["name"].lower() != lab.lower():
        _, copy = _without_copy(canvas["rest"], canvas["rest"])
        student = safe_name(f"{canvas['name']}_{canvas['user']}")
        return NameFacts(student, (int(canvas["upload"]), copy), canvas["late"] is not None)
    folders = [part for part in path.parts[:-1] if part.lower() != lab.lower()]
    bare, copy = _without_copy(stem, lab)
    own = _without_lab(bare, lab)
    holder = folders[-1] if folders else folder_name
    moodle = _MOODLE.match(holder)
    if moodle:
        return NameFacts(safe_name(f"{moodle['name']}_{moodle['user']}"), (0, copy), False)
    inside_lab = len(path.parts) >= 3 and path.parts[-2].lower() == lab.lower()
    if inside_lab or not own:
        return NameFacts(safe_name(holder or stem), (0, copy), False)
    return NameFacts(safe_name(own), (0, copy), False, from_file=True)


def _without_copy(stem: str, lab: str) -> tuple[str, int]:
    """Split `alice (2)` or `le5-1` into the name and the number of the copy.

    `-1` counts after the lab's name only, where learning platforms put it: `student-1` and `student-2` are two people.
    """
    match = _COPY.search(stem)
    numbered = _UPLOAD_COPY.search(stem)
    if match is None and numbered and (stem == lab or stem[: numbered.start()].lower().endswith(lab.lower())):
        match = numbered
    if match is None or match.start() == 0:
        return stem, 0
    digits = next((group for group in match.groups() if group), "1")
    return stem[: match.start()], int(digits)


def _without_lab(stem: str, lab: str) -> str:
    """Remove the lab's name where it stands as a word of its own."""
    word = re.compile(rf"(?:^|(?<=[\s_\-.])){re.escape(lab)}(?=$|[\s_\-.])", re.IGNORECASE)
    return re.sub(r"^[\s_\-.]+|[\s_\-.]+$", "", word.sub("", stem, count=1))
