"""What a student is written when a page is published."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path

from deepgrade.publish.errors import PublishError
from deepgrade.report.text import one_line

_NAME = 200
_DOMAIN = "deepgrade.invalid"
_TEXT = """{greeting}

your work on {title} is graded.{points}

{where}

The page says for each question what was found and why. {reply}
"""


@dataclass(frozen=True)
class Letter:
    """One message to one student.

    Attributes:
        student: The student's key.
        sha256: Of the page that it brings: the same page is not sent twice.
        message: Ready to be sent.
    """

    student: str
    sha256: str
    message: EmailMessage


def letter_for(
    student: str,
    *,
    name: str | None,
    email: str,
    sender: str,
    title: str,
    sha256: str,
    points: str | None = None,
    address: str | None = None,
    attachment: Path | None = None,
    reply_to: str | None = None,
) -> Letter:
    """Return the message that brings a page to its student.

    Args:
        student: The student's key.
        name: How to greet; None: without a name.
        email: The student's address.
        sender: The instructor's address, with or without a name.
        title: The lab's title.
        sha256: Of the page.
        points: The total in words; None leaves it to the page.
        address: Of the page on a web server.
        attachment: The page or its PDF, to come with the message.
        reply_to: Where answers go; None: to the sender.

    Raises:
        PublishError: An address is none, or there is neither an address of the page nor an attachment.
    """
    if address is None and attachment is None:
        raise PublishError(
            "A letter needs the page: publish it under an address (--url), or attach it (--attach)."
        )
    message = EmailMessage()
    message["From"] = _address(sender, "the sender's address")
    message["To"] = Address(one_line(name or "", _NAME), addr_spec=_spec(email, f"the address of {student}"))
    if reply_to is not None:
        message["Reply-To"] = _address(reply_to, "the address for answers")
    message["Subject"] = one_line(f"{title}: your grade", _NAME)
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=_DOMAIN)
    message["Auto-Submitted"] = "auto-generated"
    where = [f"Your page: {address}"] if address is not None else []
    where += (
        ["It is attached; open it in a browser."]
        if attachment is not None and attachment.suffix == ".html"
        else []
    )
    where += ["It is attached."] if attachment is not None and attachment.suffix != ".html" else []
    if address is not None:
        where.append("Whoever has this address can read the page: keep it to yourself.")
    message.set_content(
        _TEXT.format(
            greeting=f"Dear {one_line(name, _NAME)}," if name else "Hello,",
            title=one_line(title, _NAME),
            points=f" You have {points}." if points else "",
            where="\n".join(where),
            reply="If you think that something is wrong, answer this message and say which question.",
        )
    )
    if attachment is not None:
        is_pdf = attachment.suffix == ".pdf"
        message.add_attachment(
            attachment.read_bytes(),
            maintype="application" if is_pdf else "text",
            subtype="pdf" if is_pdf else "html",
            filename=f"grade{attachment.suffix}",
            params=None if is_pdf else {"charset": "utf-8"},
        )
    return Letter(student, sha256, message)


def _spec(text: str, what: str) -> str:
    if not re.fullmatch(r"[^\s<>@,;:\"()\[\]\\]+@[^\s<>@,;:\"()\[\]\\]+", text) or not text.isprintable():
        raise PublishError(f"{what} is {text!r}, which is no email address.")
    return text


def _address(text: str, what: str) -> Address:
    match = re.fullmatch(r"\s*([^<>\r\n]*?)\s*<([^<>]+)>\s*", text)
    name, spec = (match[1].strip('" '), match[2]) if match else ("", text.strip())
    return Address(one_line(name, _NAME), addr_spec=_spec(spec, what))
