"""`deepgrade publish mail`."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress

from deepgrade.cli.options import course_option, errors_for_people, root_option
from deepgrade.interchange.outgoing.identity import read_identities
from deepgrade.lab import LabFiles, find_root, listed, load_lab
from deepgrade.publish import (
    Letter,
    Outbox,
    Post,
    PostSettings,
    Published,
    PublishError,
    find_browser,
    letter_for,
    read_published,
    write_pdf,
)
from deepgrade.publish.post import read_password
from deepgrade.records import Course
from deepgrade.submission.roster import Identity


@click.command()
@click.argument("lab")
@root_option
@course_option
@click.option("--from", "sender", required=True, help='Sender: "Prof. Ada <ada@example.edu>".')
@click.option("--reply-to", help="Where answers go; default: to the sender.")
@click.option(
    "--roster",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="CSV file with students' addresses; default: the one that the course keeps.",
)
@click.option("--attach", type=click.Choice(["html", "pdf"]), help="Attach the page, as HTML or as a PDF.")
@click.option(
    "--outbox",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the letters as .eml files into this folder, and send nothing.",
)
@click.option("--smtp", help="Mail server: HOST or HOST:PORT.")
@click.option(
    "--security",
    type=click.Choice(["starttls", "tls", "none"]),
    default="starttls",
    show_default=True,
    help="How the connection is encrypted; `none` for a server on this machine alone.",
)
@click.option("--user", help="Login at the mail server.")
@click.option(
    "--password-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File with the login's password, readable by you alone.",
)
@click.option(
    "--pause",
    "pause_s",
    type=click.FloatRange(0, 3600),
    default=1.0,
    show_default=True,
    help="Seconds between letters.",
)
@errors_for_people
def command(
    lab: str,
    root: Path,
    course_folder: Path,
    sender: str,
    reply_to: str | None,
    roster: Path | None,
    attach: str | None,
    outbox: Path | None,
    smtp: str | None,
    **server: Any,
) -> None:
    """Send each student of LAB the address of the page that `publish pages` wrote, or the page itself.

    Nobody gets the same page twice: after an interruption, or a re-grade that changed some pages, call it again.
    """
    console = Console()
    files, course = LabFiles(find_root(root), lab), Course(course_folder)
    published = read_published(course, lab)
    if published is None:
        raise PublishError(
            f"No page of {lab} is published yet. `deepgrade publish pages {lab} --into FOLDER` does it."
        )
    if (outbox is None) == (smtp is None):
        raise PublishError(
            "Say either --outbox FOLDER, to write the letters as files, or --smtp HOST, to send them."
        )
    people = _people(course, roster)
    without: list[str] = []
    with (
        tempfile.TemporaryDirectory(prefix="deepgrade-mail-") as scratch,
        Progress(console=console, transient=True) as bar,
    ):
        task = bar.add_task("letters", total=len(published.pages))
        letters = _letters(
            published, people, without, load_lab(files).title, sender, reply_to, attach, Path(scratch)
        )
        if outbox is not None:
            box, written = Outbox(outbox), 0
            for written, letter in enumerate(letters, start=1):
                box.put(letter, written)
                bar.advance(task)
            console.print(f"{written} letters in {outbox}", highlight=False, markup=False)
        else:
            said = _send(course, lab, smtp or "", server, letters, lambda *_: bar.advance(task))
            console.print(said, highlight=False, markup=False)
    if without:
        console.print(
            f"No address in the roster, so no letter ({len(without)}):\n{listed(without, most=40)}",
            highlight=False,
            markup=False,
        )


def _send(
    course: Course,
    lab: str,
    smtp: str,
    server: dict[str, Any],
    letters: Iterator[Letter],
    done: Callable[[str, str], None],
) -> str:
    host, _, port = smtp.partition(":") if smtp.count(":") < 2 else (smtp, "", "")
    if port and not port.isdigit():
        raise PublishError(f"{smtp} is no mail server: write HOST or HOST:PORT.")
    settings = PostSettings(
        host=host,
        port=int(port) if port else None,
        security=server["security"],
        user=server["user"],
        password=read_password(server["password_file"]),
        pause_s=server["pause_s"],
    )
    sent = Post(course, lab, settings).send(letters, done=done)
    said = f"sent {sent.sent}; {sent.before} had the same page already"
    if sent.refused:
        said += f"\nThe mail server refused ({len(sent.refused)}):\n{listed(list(sent.refused), most=40)}"
    return said


def _people(course: Course, roster: Path | None) -> dict[str, Identity]:
    path = roster or course.roster
    if not path.is_file():
        raise PublishError(
            "Nobody's address is known: name a roster with --roster (a CSV file with a column for email), or give it to `grade`."
        )
    return read_identities(path)


def _letters(
    published: Published,
    people: dict[str, Identity],
    without: list[str],
    title: str,
    sender: str,
    reply_to: str | None,
    attach: str | None,
    scratch: Path,
) -> Iterator[Letter]:
    browser = find_browser() if attach == "pdf" else None
    for page in published.pages:
        who = people.get(page.student)
        if who is None or who.email is None:
            without.append(page.student)
            continue
        file = Path(published.folder) / page.file
        if attach == "pdf":
            attachment: Path | None = write_pdf(file, scratch / "page.pdf", browser=browser)
        else:
            attachment = file if attach == "html" else None
        yield letter_for(
            page.student,
            name=who.name,
            email=who.email,
            sender=sender,
            title=title,
            sha256=page.sha256,
            address=published.address(page),
            attachment=attachment,
            reply_to=reply_to,
        )
