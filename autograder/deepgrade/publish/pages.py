"""Students' pages in a folder that a web server may show to the world.

Theory of operation: the folder holds nothing but pages under names that cannot be guessed (addresses.py), and an empty first
page, so that a server that lists folders lists nothing. Who has which page is written into the course's own folder. A page
that was published before and belongs to nobody any more is taken away; files of others are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from deepgrade.files import sha256_bytes, write_atomic
from deepgrade.publish.addresses import page_name
from deepgrade.publish.errors import PublishError
from deepgrade.records import Course
from deepgrade.report import ClassReport, write_feedback

_NOTHING = (
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="robots" content="noindex">'
    "<title>Nothing here</title></head><body><p>Pages are read under the address that each reader was given.</p></body></html>\n"
)
_FOOT = re.compile("<footer>.*?</footer>", re.DOTALL)
_NO_ROBOTS = "User-agent: *\nDisallow: /\n"


class PublishedPage(BaseModel):
    """One student's page."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    student: str
    file: str
    """Its name in the folder."""
    sha256: str
    """Of its content but for the foot, where the date stands: another hash, another content."""


class Published(BaseModel):
    """What was published of a lab, and where."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[1] = 1
    lab: str
    folder: str
    """Absolute."""
    url: str | None = None
    """Where a web server shows the folder."""
    pages: tuple[PublishedPage, ...]

    def address(self, page: PublishedPage) -> str | None:
        """Return a page's address; None where nobody said where the folder is shown."""
        return None if self.url is None else f"{self.url.rstrip('/')}/{page.file}"


def publish_pages(
    report: ClassReport,
    course: Course,
    folder: Path,
    *,
    url: str | None = None,
    done: Callable[[str], None] = lambda _: None,
) -> Published:
    """Write every student's page, as students may read it, into a folder.

    Args:
        report: The class; students are read one at a time. A page of somebody who is not in it any more is taken away.
        course: Its secret names the pages, and its folder keeps who has which.
        folder: May be new, or one that was published before; never the course's own.
        url: Where a web server shows the folder.
        done: Called with a student's key after each page.

    Raises:
        PublishError: The folder lies in the course's folder, where the hidden labels are, or the address is none.
    """
    folder = folder.absolute()
    if folder.resolve().is_relative_to(course.root.resolve()) or course.root.resolve().is_relative_to(
        folder.resolve()
    ):
        raise PublishError(
            f"{folder} and the course's folder {course.root} lie in one another: hidden labels and the gradebook would be shown"
            " with the pages. Name a folder elsewhere."
        )
    if url is not None and not url.startswith(("https://", "http://")):
        raise PublishError(
            f"{url} is no address of a web server: it has to begin with https:// (or http://)."
        )
    before = read_published(course, report.lab.name)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (("index.html", _NOTHING), ("robots.txt", _NO_ROBOTS)):
        if not (folder / name).exists():
            write_atomic(folder / name, text)
    pages = []
    for entry in report.students():
        file = f"{page_name(course.secret, report.lab.name, entry.student)}.html"
        written = write_feedback(report, entry, folder / file)
        content = _FOOT.sub("", written.read_text(encoding="utf-8"))
        sha256 = sha256_bytes(content.encode("utf-8"))
        pages.append(PublishedPage(student=entry.student, file=file, sha256=sha256))
        done(entry.student)
    published = Published(lab=report.lab.name, folder=str(folder), url=url, pages=tuple(pages))
    write_atomic(_record(course, report.lab.name), published.model_dump_json(indent=1) + "\n", mode=0o600)
    if before is not None:
        for old in {page.file for page in before.pages} - {page.file for page in pages}:
            (Path(before.folder) / old).unlink(missing_ok=True)
        if before.folder != str(folder):
            for page in before.pages:
                (Path(before.folder) / page.file).unlink(missing_ok=True)
    return published


def read_published(course: Course, lab: str) -> Published | None:
    """Return what was published of a lab; None where nothing was."""
    path = _record(course, lab)
    return Published.model_validate_json(path.read_bytes()) if path.is_file() else None


def _record(course: Course, lab: str) -> Path:
    return course.root / "published" / f"{lab}.json"
