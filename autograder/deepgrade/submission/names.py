"""Whose file is it? Students' names, and what a roster may know them by, from the names of files and folders.

| source | name | student |
|---|---|---|
| nbgrader | `submitted/alice/le5/le5.ipynb` | `alice` |
| Canvas | `doejane_12345_67890_le5-1.ipynb`, `doejane_LATE_12345_67890_le5.ipynb` | `doejane_12345` |
| Canvas, anonymous | `anon_aB3x9_67890_le5.ipynb` | `anon_aB3x9` |
| Canvas, text entry | `doejane_12345_text.html` | `doejane_12345` |
| Moodle | `Jane Doe_12345_assignsubmission_file_/le5.ipynb`, or flat: `…_file_le5.ipynb` | `Jane_Doe_12345` |
| Gradescope | `submission_777/le5.ipynb` | `submission_777` |
| folder per student | `alice/le5.ipynb`, `alice/le5_2026_01_31T09_30_00_123456.zip` | `alice` |
| flat | `alice.ipynb`, `le5_alice.ipynb`, `alice_le5 (1).ipynb`, `alice_le5_2026_01_31T09_30_00_123456.zip` | `alice` |

A platform's own part of a path decides, the outermost first: what a student called a file below it says nothing
about whose it is. Canvas's first number is the person, and stays in the name since names repeat; the second is the upload.
Moodle's is the participant, a new one for each assignment. Where folders hold files of one name (`homework.ipynb`), or a file
has the name of another student's folder, the folder's name is put before it.

Of several files of one student the latest counts: the highest upload number of Canvas, then the highest copy number
(`-1`, ` (2)`), then the latest change (of an otter export the time in its name), then the name.

A student's name becomes part of paths and pages, so it is letters, digits and `-_.@'+` only. A name that held
something else than blanks and punctuation (path separators, invisible or direction-changing characters) gets a short
hash, so that it can never pass for another student's.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import PurePath

from deepgrade.files import sha256_bytes
from deepgrade.submission.clues import Clues

_CANVAS = re.compile(
    r"^(?P<name>[^_]+?)_(?P<late>LATE_)?(?P<user>\d{3,12})_(?P<upload>\d{3,14})_(?P<rest>.+)$", re.DOTALL
)
_CANVAS_ANONYMOUS = re.compile(
    r"^(?P<late>LATE_)?(?P<name>anon)_(?P<user>[A-Za-z0-9]{5})_(?P<upload>\d{3,14})_(?P<rest>.+)$", re.DOTALL
)
_CANVAS_TEXT = re.compile(r"^(?P<name>[^_]+?)_(?P<late>LATE_)?(?P<user>\d{3,12})_(?P<rest>text|link)$")
_MOODLE = re.compile(
    r"^(?P<name>[^_]+)_(?P<user>\d{1,12})_assignsubmission_(?:file|onlinetext)(?:_(?P<rest>.*))?$", re.DOTALL
)
_GRADESCOPE = re.compile(r"^submission_\d{1,15}$")
_OTTER_STAMP = re.compile(r"_(\d{4}_\d\d_\d\dT\d\d_\d\d_\d\d_\d{6})(?=$|[\s_\-(])")
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
    clues: Clues
    """What a roster may know the student by."""
    from_file: bool = False
    """The student's name is the file's alone; another folder may hold a namesake."""
    exported_ns: int | None = None
    """When otter made the export, by the student's clock."""


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
    stem, exported_ns = _stem(path.name)
    facts = _by_platform_folder(path, stem, lab) or _by_platform_name(path, stem, lab)
    if facts is None:
        facts = _by_name(path, stem, folder_name, lab, exported=exported_ns is not None)
    return facts if exported_ns is None else replace(facts, exported_ns=exported_ns)


def _stem(name: str) -> tuple[str, int | None]:
    """Return a file's name without suffixes and otter's time of export, and that time."""
    while _SUFFIX.search(name):
        name = _SUFFIX.sub("", name)
    stamp = _OTTER_STAMP.search(name)
    if stamp is None:
        return name, None
    try:
        exported = datetime.strptime(stamp[1], "%Y_%m_%dT%H_%M_%S_%f").replace(tzinfo=UTC)
    except ValueError:
        return name, None
    return name[: stamp.start()] + name[stamp.end() :], int(exported.timestamp() * 1_000_000_000)


def _by_platform_folder(path: PurePath, stem: str, lab: str) -> NameFacts | None:
    """Read the outermost folder that a platform made."""
    _, copy = _without_copy(stem, lab)
    folders = path.parts[:-1]
    for place, folder in enumerate(folders):
        moodle = _MOODLE.match(folder)
        if moodle and not moodle["rest"]:
            return _of_moodle(moodle, copy)
        if _GRADESCOPE.match(folder):
            return NameFacts(safe_name(folder), (0, copy), False, Clues("gradescope"))
        if place and folder.lower() == lab.lower():
            student = folders[place - 1]
            return NameFacts(safe_name(student), (0, copy), False, Clues("nbgrader", names=(student,)))
    return None


def _by_platform_name(path: PurePath, stem: str, lab: str) -> NameFacts | None:
    """Read a file name that a platform made."""
    moodle = _MOODLE.match(stem)
    if moodle and moodle["rest"]:
        return _of_moodle(moodle, _without_copy(moodle["rest"], moodle["rest"])[1])
    canvas = _CANVAS.match(stem) or _CANVAS_ANONYMOUS.match(stem) or _CANVAS_TEXT.match(stem)
    if canvas is None or canvas["name"].lower() == lab.lower():
        return None
    upload = int(canvas.groupdict().get("upload") or 0)
    _, copy = _without_copy(canvas["rest"], canvas["rest"])
    anonymous = canvas.re is _CANVAS_ANONYMOUS
    clues = Clues(
        "canvas",
        names=() if anonymous else (canvas["name"],),
        canvas_id=None if anonymous else canvas["user"],
        folder=path.parent.name or None,
    )
    student = safe_name(f"{canvas['name']}_{canvas['user']}")
    return NameFacts(student, (upload, copy), canvas["late"] is not None, clues)


def _of_moodle(match: re.Match[str], copy: int) -> NameFacts:
    clues = Clues("moodle", names=(match["name"],), moodle_id=match["user"])
    return NameFacts(safe_name(f"{match['name']}_{match['user']}"), (0, copy), False, clues)


def _by_name(path: PurePath, stem: str, folder_name: str, lab: str, *, exported: bool) -> NameFacts:
    folders = [part for part in path.parts[:-1] if part.lower() != lab.lower()]
    bare, copy = _without_copy(stem, lab)
    own = _without_lab(bare, lab)
    holder = folders[-1] if folders else folder_name
    if own:
        clues = Clues("file", names=(own,), folder=folders[-1] if folders else None)
        return NameFacts(safe_name(own), (0, copy), False, clues, from_file=True)
    if exported and not folders:
        # Exports of several students may lie here; all that tells them apart is otter's time.
        own = PurePath(path.name).stem
        return NameFacts(safe_name(own), (0, copy), False, Clues("file"), from_file=True)
    return NameFacts(
        safe_name(holder or stem), (0, copy), False, Clues("folder", names=(holder,) if holder else ())
    )


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
