"""What all pages share: the course, its gradebook, its labs, its people."""

from __future__ import annotations

import gc
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import select
from starlette.exceptions import HTTPException
from starlette.responses import Response

from deepgrade.files import StorageError
from deepgrade.lab import Lab, LabError, LabFiles, load_lab
from deepgrade.records import Course, Gradebook, GradebookError, RunStore
from deepgrade.records.tables import SubmissionRow
from deepgrade.review.desk import Desk
from deepgrade.review.queue import ItemKind, Progress, QueueItem, progress_of
from deepgrade.review.web import rendering
from deepgrade.review.web.access import AccessStore
from deepgrade.review.web.doors import Doors
from deepgrade.review.web.items import ItemTokens, Open
from deepgrade.review.web.names import Names
from deepgrade.review.web.run_facts import RunsReader
from deepgrade.review.web.settings import WebSettings
from deepgrade.review.web.visits import Visit, address
from deepgrade.review.web.words import said

_SAVED_TOGETHER = 20
"""Most decisions of one form."""
_GIVES_WAY_S, _LOOKS_AGAIN_S = 1.0, 0.005
_log = logging.getLogger("deepgrade.review")


class Saved(NamedTuple):
    """What a visitor has just saved."""

    words: str
    student: str
    question: str
    check: str
    decisions: str
    """Ids, with commas."""
    seen: int
    can_undo: bool


class Site:
    """The app's state.

    Raises:
        GradebookError: The gradebook cannot be opened.
        AccessError: The accounts cannot be opened.
    """

    def __init__(self, settings: WebSettings) -> None:
        self.settings = settings
        self.course = Course(settings.course)
        self.gradebook = Gradebook(settings.database or self.course.database)
        self.access = AccessStore.of(self.course)
        self.doors = Doors(settings, self.access)
        self._lock = threading.Lock()
        self._labs: dict[str, tuple[int, Lab]] = {}
        self._names: dict[str, Names] = {}
        self._desks: dict[str, Desk] = {}
        self._tokens: dict[str, ItemTokens] = {}
        self._progress: dict[str, tuple[list[QueueItem], dict[tuple[ItemKind, str], Progress]]] = {}
        self._synthetic: dict[str, bool] = {}
        self.open = Open()
        self._stopping = threading.Event()
        self._to_read: set[str] = set()
        self.serving = 0
        """How many requests are being answered."""
        self.runs = RunsReader()
        self._secret = self.course.secret

    def read_ahead(self) -> None:
        """Read every lab once, so that the first page of each is as fast as later ones."""
        began = time.monotonic()
        rendering.prepare()
        names: list[str] = []
        try:
            self._to_read.update(names := self.lab_names())
        except (GradebookError, StorageError) as error:
            _log.warning("reading ahead: %s", error)  # whoever opens the page is told the same
        for read in (self._read_lab, self._read_runs):
            for name in names:
                try:
                    read(name)
                except (GradebookError, StorageError, HTTPException) as error:
                    _log.warning("reading %s ahead: %s", name, error)
                finally:
                    self._to_read.discard(name)
        if names and not self._stopping.is_set():
            _log.info("read %d labs in %.1f s", len(names), time.monotonic() - began)

    def will_read(self, lab: str) -> bool:
        """Return whether a lab is among those that `read_ahead` has still to read."""
        return lab in self._to_read

    def _read_lab(self, name: str) -> None:
        if self._may_read():
            self.progress(name)
            # A class is some hundred thousand objects that stay: no page shall wait while they are looked through for rubbish.
            gc.freeze()

    def _read_runs(self, name: str) -> None:
        store = RunStore(self.course, name)
        for one in self.desk(name).students() if self._may_read() else ():
            if one.submission.run_key and self._may_read():
                self.runs.read(store, one.submission.run_key)

    def _may_read(self) -> bool:
        """Let pages go first, for a while; return whether the app still wants to be read for."""
        until = time.monotonic() + _GIVES_WAY_S
        while self.serving and time.monotonic() < until:
            if self._stopping.wait(_LOOKS_AGAIN_S):
                return False
        return not self._stopping.is_set()

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Note that somebody waits for a page."""
        with self._lock:
            self.serving += 1
        try:
            yield
        finally:
            with self._lock:
                self.serving -= 1

    def stop_reading(self) -> None:
        """End `read_ahead` soon."""
        self._stopping.set()

    def close(self) -> None:
        """Close both databases."""
        self.gradebook.close()
        self.access.close()

    def files(self, lab: str) -> LabFiles:
        """Return where a lab's files are."""
        return LabFiles(self.settings.root, lab)

    def lab(self, name: str) -> Lab:
        """Return a lab as it stands in lab.toml now.

        Raises:
            HTTPException: There is no such lab, or its lab.toml is not valid.
        """
        if not name.isidentifier():
            raise HTTPException(404, "There is no such lab.")
        files = self.files(name)
        try:
            changed = files.toml.stat().st_mtime_ns
        except OSError:
            raise HTTPException(404, f"There is no lab {name} in this course.") from None
        with self._lock:
            known = self._labs.get(name)
            if known is None or known[0] != changed:
                try:
                    known = changed, load_lab(files)
                except LabError as error:
                    raise HTTPException(500, str(error)) from None
                self._labs[name] = known
        return known[1]

    def lab_names(self) -> list[str]:
        """Return the labs that somebody has handed in, in alphabetical order."""
        with self.gradebook.reading() as session:
            found = session.scalars(select(SubmissionRow.lab).distinct()).all()
        return sorted(name for name in found if self.files(name).toml.is_file())

    def desk(self, lab: str) -> Desk:
        """Return a lab's grades, queue and ledger."""
        now = self.lab(lab)
        with self._lock:
            known = self._desks.get(lab)
            if known is None or known.lab is not now:
                known = self._desks[lab] = Desk(self.gradebook, now)
            return known

    def progress(self, lab: str) -> dict[tuple[ItemKind, str], Progress]:
        """Return how much of each kind and question is done; counted again when something changed."""
        queue = self.desk(lab).queue()
        known = self._progress.get(lab)
        if known is None or known[0] is not queue:
            known = self._progress[lab] = (queue, progress_of(queue))
        return known[1]

    def is_synthetic(self, lab: str) -> bool:
        """Return whether a lab's runs had generated data: those of its first student say it for all."""
        students = self.desk(lab).students()
        key = next((one.submission.run_key for one in students if one.submission.run_key), None)
        if key is None:
            return False
        if key not in self._synthetic:
            run = RunStore(self.course, lab).read(key)
            self._synthetic[key] = run is not None and any(d.origin == "synthetic" for d in run.data)
        return self._synthetic[key]

    def tokens(self, lab: str) -> ItemTokens:
        """Return what stands in addresses for a lab's items."""
        with self._lock:
            if lab not in self._tokens:
                self._tokens[lab] = ItemTokens(self._secret, lab)
            return self._tokens[lab]

    def _students(self, lab: str) -> list[str]:
        return [one.student for one in self.desk(lab).students()]

    def names(self, lab: str) -> Names:
        """Return the students of a lab, as addresses and pages name them."""
        with self._lock:
            if lab not in self._names:
                self._names[lab] = Names(self._secret, lab, lambda: self._students(lab))
            return self._names[lab]

    def student(self, lab: str, token: str) -> str:
        """Return whom an address means.

        Raises:
            HTTPException: Nobody.
        """
        student = self.names(lab).student(token)
        if student is None:
            raise HTTPException(404, "There is no such student in this lab.")
        return student

    def shown(self, visit: Visit, lab: str, student: str) -> str:
        """Return a student's name as this visitor sees it."""
        return self.names(lab).pseudonym(student) if visit.session.names_hidden else student

    def veil(self, visit: Visit, lab: str, student: str, text: str) -> str:
        """Return a sentence without a student's name where names are hidden."""
        if not visit.session.names_hidden:
            return text
        own = self.desk(lab).student(student).submission
        for name in sorted({student, own.handed_in_as, own.filename}, key=len, reverse=True):
            text = text.replace(name, self.names(lab).pseudonym(student)) if name else text
        return text

    def path(self, *parts: str, **query: str | int | None) -> str:
        """Return an address of the app."""
        return address(self.settings.prefix, *parts, **query)

    def page(
        self,
        visit: Visit,
        template: str,
        *,
        lab: Lab | None = None,
        tab: str = "",
        status: int = 200,
        **context: Any,
    ) -> Response:
        """Return a page inside the app's frame."""
        here = visit.request.url.path + (f"?{visit.request.url.query}" if visit.request.url.query else "")
        return rendering.html(
            template,
            status=status,
            prefix=self.settings.prefix,
            course=self.course.root.name,
            form_token=visit.session.form_token,
            account=visit.session.account,
            instructor=visit.is_instructor,
            names_hidden=visit.session.names_hidden,
            here=self.settings.prefix + here if visit.request.method == "GET" else self.settings.prefix + "/",
            lab=lab,
            tab=tab,
            tabs=self._tabs(visit, lab) if lab else (),
            to=lambda *parts, **query: self.path("labs", *parts, **query),
            shown=lambda student: self.shown(visit, lab.name, student) if lab else student,
            veil=lambda student, text: self.veil(visit, lab.name, student, text) if lab else text,
            token_of=lambda student: self.names(lab.name).token(student) if lab else "",
            me=visit.session.account,
            synthetic=context.pop("synthetic", False),
            without_walls=context.pop("without_walls", False),
            said=context.pop("said", ""),
            saved=self._saved(visit, lab) if lab else None,
            **context,
        )

    def _saved(self, visit: Visit, lab: Lab) -> Saved | None:
        """Return what the visitor has just saved, for a line at the top; None where the address names nothing of theirs."""
        first, _, last = visit.asked("saved").partition("-")
        if not (first.isdecimal() and last.isdecimal() and len(last) < 16):
            return None
        desk = self.desk(lab.name)
        made = desk.ledger.of_ids(range(int(first), min(int(last), int(first) + _SAVED_TOGETHER) + 1))
        if not made or made[0].who != visit.session.account or not made[0].place.student:
            return None
        place = made[0].place
        made = [d for d in made if d.place == place]
        student = next(
            (
                one.student
                for one in desk.students()
                if place.student in (one.submission.handed_in_as, one.student)
            ),
            None,
        )
        if student is None:
            return None
        rubric = desk.rules().rubrics.get(place.question)
        latest = desk.ledger.latest(place)
        return Saved(
            words="; ".join(said(d, rubric, desk.decisions(student)) for d in made),
            student=student,
            question=place.question,
            check=place.check,
            decisions=",".join(str(d.id) for d in made),
            seen=made[-1].id,
            can_undo=latest == made[-1].id and made[-1].kind != "undo",
        )

    def _tabs(self, visit: Visit, lab: Lab) -> list[tuple[str, str, str]]:
        tabs = [
            ("overview", "Overview", ""),
            ("queue", "Queue", "queue"),
            ("students", "Students", "students"),
            ("rubrics", "Rubrics", "rubrics"),
            ("comments", "Comments", "comments"),
        ]
        if visit.is_instructor:
            tabs.append(("statistics", "Statistics", "statistics"))
        tabs.append(("decisions", "Decisions", "decisions"))
        return [
            (key, words, self.path("labs", lab.name, *([part] if part else []))) for key, words, part in tabs
        ]
