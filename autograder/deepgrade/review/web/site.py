"""What all pages share: the course, its gradebook, its labs, its people."""

from __future__ import annotations

import threading
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from deepgrade.lab import Lab, LabError, LabFiles, load_lab
from deepgrade.records import Course, Gradebook
from deepgrade.review.web import rendering
from deepgrade.review.web.access import AccessStore
from deepgrade.review.web.doors import Doors
from deepgrade.review.web.names import Names
from deepgrade.review.web.settings import WebSettings
from deepgrade.review.web.visits import Visit, address


class Site:
    """The app's state.

    Raises:
        GradebookError: The gradebook cannot be opened.
        AccessError: The accounts cannot be opened.
    """

    def __init__(self, settings: WebSettings) -> None:
        self.settings = settings
        self.course = Course(settings.course)
        self.gradebook = Gradebook(self.course.gradebook)
        self.access = AccessStore.of(self.course)
        self.doors = Doors(settings, self.access)
        self._lock = threading.Lock()
        self._labs: dict[str, tuple[int, Lab]] = {}
        self._names: dict[str, Names] = {}
        self._secret = self.course.secret

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
            raise HTTPException(404, f"There is no lab {name} in {self.settings.root / 'solutions'}.") from None
        with self._lock:
            known = self._labs.get(name)
            if known is None or known[0] != changed:
                try:
                    known = changed, load_lab(files)
                except LabError as error:
                    raise HTTPException(500, str(error)) from None
                self._labs[name] = known
        return known[1]

    def names(self, lab: str) -> Names:
        """Return the students of a lab, as addresses and pages name them."""
        with self._lock:
            if lab not in self._names:
                self._names[lab] = Names(self._secret, lab, lambda: self.gradebook.students(lab))
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
            token_of=lambda student: self.names(lab.name).token(student) if lab else "",
            synthetic=context.pop("synthetic", False),
            said=context.pop("said", ""),
            **context,
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
