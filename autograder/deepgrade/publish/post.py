"""Send letters through a mail server, each once.

Theory of operation: what was sent stands in a file of the course, a line a letter, written as soon as the server has taken it. So
an interruption, a lost connection or a second call sends nobody the same page twice; a page that changed is sent again.
A student whom the server refuses is noted, and the others get theirs.
"""

from __future__ import annotations

import json
import smtplib
import ssl
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from deepgrade.publish.errors import PublishError
from deepgrade.publish.letters import Letter
from deepgrade.records import Course

_CONNECT_S = 30.0
_PORTS = {"tls": 465, "starttls": 587, "none": 25}
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class PostSettings:
    """The mail server.

    Attributes:
        host: Its name.
        port: None: the usual one.
        security: `starttls`, `tls`, or `none`, which only a server on this machine may have.
        user: None: no login.
        password: Of the user.
        pause_s: Between two letters; many servers take few a minute.
    """

    host: str
    port: int | None = None
    security: str = "starttls"
    user: str | None = None
    password: str | None = None
    pause_s: float = 1.0


class Sent(NamedTuple):
    """What became of the letters."""

    sent: int
    before: int
    """Had the same page already."""
    refused: tuple[str, ...]
    """Students whose letters the server did not take, with its reason."""


class Post:
    """Sends letters of one lab.

    Args:
        course: Keeps what was sent.
        lab: The lab's name.
        settings: The mail server.
    """

    def __init__(self, course: Course, lab: str, settings: PostSettings) -> None:
        if settings.security == "none" and settings.host not in _LOOPBACK:
            raise PublishError(
                f"Without encryption, grades and the password would cross the network in the open: {settings.host} is not this"
                " machine. Use --security starttls or tls."
            )
        self._settings = settings
        self._path = course.root / "published" / f"{lab}.sent.jsonl"

    def send(self, letters: Iterable[Letter], *, done: Callable[[str, str], None] = lambda *_: None) -> Sent:
        """Send the letters that were not sent before; `done` is called with student and outcome after each.

        Raises:
            PublishError: The server cannot be reached, or takes nothing any more; what was sent is noted.
        """
        already = self._already()
        sent = before = 0
        refused: list[str] = []
        server: smtplib.SMTP | None = None
        try:
            for letter in letters:
                if (letter.student, letter.sha256) in already:
                    before += 1
                    done(letter.student, "had it already")
                    continue
                if server is None:
                    server = self._connect()
                elif self._settings.pause_s:
                    time.sleep(self._settings.pause_s)
                try:
                    server.send_message(letter.message)
                except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
                    refused.append(f"{letter.student}: {_in_words(error)}")
                    done(letter.student, "refused")
                    continue
                except (smtplib.SMTPException, OSError) as error:
                    raise PublishError(
                        f"{self._settings.host} stopped taking letters after {sent} ({_in_words(error)})."
                        " What was sent is noted; the same command goes on from there."
                    ) from None
                self._note(letter)
                sent += 1
                done(letter.student, "sent")
        finally:
            if server is not None:
                _end(server)
        return Sent(sent, before, tuple(refused))

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        port = settings.port or _PORTS[settings.security]
        try:
            context = ssl.create_default_context()
            if settings.security == "tls":
                server: smtplib.SMTP = smtplib.SMTP_SSL(
                    settings.host, port, timeout=_CONNECT_S, context=context
                )
            else:
                server = smtplib.SMTP(settings.host, port, timeout=_CONNECT_S)
            if settings.security == "starttls":
                server.starttls(context=context)
            if settings.user is not None:
                server.login(settings.user, settings.password or "")
        except (smtplib.SMTPException, OSError) as error:
            raise PublishError(
                f"The mail server {settings.host}, port {port}, cannot be used: {_in_words(error)}. Nothing was sent."
            ) from None
        return server

    def _already(self) -> set[tuple[str, str]]:
        if not self._path.is_file():
            return set()
        lines = self._path.read_text(encoding="utf-8").splitlines()
        found = set()
        for line in lines:
            try:
                entry = json.loads(line)
                found.add((str(entry["student"]), str(entry["sha256"])))
            except (ValueError, KeyError, TypeError):
                continue  # half a line, of a process that was killed while it wrote
        return found

    def _note(self, letter: Letter) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        entry = {"student": letter.student, "sha256": letter.sha256, "at": datetime.now(UTC).isoformat()}
        with self._path.open("ab") as lines:
            self._path.chmod(0o600)
            # On a line of its own, also behind half a line of a process that was killed.
            lines.write(b"\n" + json.dumps(entry).encode() + b"\n")


def _end(server: smtplib.SMTP) -> None:
    try:
        server.quit()
    except (smtplib.SMTPException, OSError):
        server.close()


def _in_words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [f"{code} {text.decode('utf-8', 'replace')}" for code, text in error.recipients.values()]
        return "; ".join(codes)[:300]
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return f"{error.smtp_code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}"[
            :300
        ]
    return str(error)[:300] or type(error).__name__


def read_password(path: Path | None) -> str | None:
    """Return the password in a file's first line.

    Raises:
        PublishError: The file can be read by others, or not at all.
    """
    if path is None:
        return None
    try:
        if path.stat().st_mode & 0o077:
            raise PublishError(f"{path} holds a password and can be read by others; repair: chmod 600 {path}")
        return path.read_text(encoding="utf-8").splitlines()[0]
    except (OSError, IndexError) as error:
        raise PublishError(f"{path} holds no password: {error}") from None
