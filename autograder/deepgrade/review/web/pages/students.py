"""The students of a lab, and one student's whole work."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from deepgrade.files import UntrustedFileError, read_untrusted
from deepgrade.records import RunStore
from deepgrade.records.decisions import Place
from deepgrade.report.ansi import terminal_html
from deepgrade.report.notebook import read_notebook
from deepgrade.report.points import STATE_WORDS
from deepgrade.report.rendering import style_hash
from deepgrade.report.text import points_text
from deepgrade.review.history import history
from deepgrade.review.web.pages.history import history_lines
from deepgrade.review.web.pages.item import grading_form
from deepgrade.review.web.prompts import prompt_of
from deepgrade.review.web.rendering import html
from deepgrade.review.web.security import frame_headers
from deepgrade.review.web.visits import Visit
from deepgrade.review.web.works import shown_work

_PAGE = 100
_LOG_BYTES = 32 << 20


def show_all(visit: Visit) -> Response:
    """Show who handed in, with final points and what waits."""
    site = visit.site
    lab = site.lab(visit.path("lab"))
    students = site.desk(lab.name).students()
    wanted = visit.asked("find").casefold().strip()
    named = [(site.shown(visit, lab.name, one.student), one) for one in students]
    if visit.session.names_hidden:
        named.sort(key=lambda pair: pair[0])  # the alphabet of names would say who is who
    if wanted:
        named = [(name, one) for name, one in named if wanted in name.casefold()]
    state = visit.asked("state")
    if state in ("open", "reviewed"):
        named = [(name, one) for name, one in named if one.reviewed == (state == "reviewed")]
    pages = max(1, -(-len(named) // _PAGE))
    asked = visit.asked("page")
    number = min(max(int(asked) if asked.isdecimal() else 1, 1), pages)
    return site.page(
        visit,
        "students.html.j2",
        lab=lab,
        tab="students",
        students=[
            (name, one, sum(item.waits for item in one.items))
            for name, one in named[(number - 1) * _PAGE :][:_PAGE]
        ],
        count=len(named),
        number=number,
        pages=pages,
        find=visit.asked("find"),
        state=state,
        page_path=lambda page: site.path(
            "labs", lab.name, "students", find=visit.asked("find"), state=state, page=page
        ),
        synthetic=site.is_synthetic(lab.name),
    )


def show(visit: Visit) -> Response:
    """Show one student's whole work: every question and check, flags, run, decisions."""
    site = visit.site
    lab = site.lab(visit.path("lab"))
    student = site.student(lab.name, visit.path("student"))
    work = shown_work(site, lab, student)
    if visit.session.names_hidden and work.page.run is not None:
        facts = tuple(fact for fact in work.page.run.facts if fact[0] != "Submitted file")
        work = replace(work, page=replace(work.page, run=replace(work.page.run, facts=facts)))
    name = work.review.submission.handed_in_as
    desk = site.desk(lab.name)
    dates = desk.rules().dates
    everybody = [one.student for one in desk.students()]
    if visit.session.names_hidden:
        everybody.sort(key=lambda one: site.shown(visit, lab.name, one))
    place = everybody.index(student)

    def beside(number: int) -> str:
        if not 0 <= number < len(everybody):
            return ""
        return site.path("labs", lab.name, "students", site.names(lab.name).token(everybody[number]))

    forms: dict[str, Any] = {q.id: grading_form(visit, lab, work, q.id) for q in lab.questions if q.manual}
    return site.page(
        visit,
        "student_work.html.j2",
        lab=lab,
        tab="students",
        work=work,
        student=student,
        student_token=visit.path("student"),
        finals={q.question: q for q in work.grade.questions},
        forms=forms,
        prompts={q.id: prompt_of(site.files(lab.name), q.id) for q in lab.questions},
        state_words=STATE_WORDS,
        seen_of=lambda q, check: work.seen(Place(name, q, check)),
        own_seen=work.seen(Place(student)),
        zone=dates.zone if dates else "UTC",
        final_points=lambda q: points_text(work.grade.question(q).points),
        history=history_lines(visit, lab, work),
        before_path=beside(place - 1),
        after_path=beside(place + 1),
        can_open=work.entry.run_folder is not None,
        synthetic=work.synthetic,
        without_walls=work.without_walls,
    )


def show_history(visit: Visit) -> Response:
    """Show how a student's grade came about, from the first file to the final points."""
    site = visit.site
    lab = site.lab(visit.path("lab"))
    student = site.student(lab.name, visit.path("student"))
    desk = site.desk(lab.name)
    events = history(site.gradebook, desk, student, run_of=RunStore(site.course, lab.name).read)
    told = [event for event in events if not event.is_copied_rubric]
    return site.page(
        visit,
        "history.html.j2",
        lab=lab,
        tab="students",
        student=student,
        student_token=visit.path("student"),
        grade=desk.student(student).grade,
        events=told,
        copied_rubrics=len(events) - len(told),
    )


def notebook(visit: Visit) -> Response:
    """Show the page that holds the executed notebook, or the run's log, in a frame."""
    site = visit.site
    lab = site.lab(visit.path("lab"))
    student = site.student(lab.name, visit.path("student"))
    what = "log" if visit.request.url.path.endswith("/log") else "notebook"
    return site.page(
        visit,
        "in_frame.html.j2",
        lab=lab,
        tab="students",
        student=student,
        student_token=visit.path("student"),
        what=what,
    )


def notebook_frame(visit: Visit) -> Response:
    """Return the executed notebook as a document without any right."""
    folder = _run_folder(visit)
    if not (folder / "notebook.ipynb").exists():
        raise HTTPException(404, "The run left no notebook.")
    view = read_notebook(folder / "notebook.ipynb")
    answer = html("frame_notebook.html.j2", notebook=view)
    answer.headers.update(frame_headers(style_hash()))
    return answer


def log_frame(visit: Visit) -> Response:
    """Return the run's log as a document without any right."""
    folder = _run_folder(visit)
    try:
        text = read_untrusted(folder / "log.txt", max_bytes=_LOG_BYTES).decode("utf-8", "replace")
    except UntrustedFileError as error:
        raise HTTPException(404, f"The run's log cannot be shown: {error.detail}.") from None
    answer = html("frame_log.html.j2", log=terminal_html(text, most=200_000))
    answer.headers.update(frame_headers(style_hash()))
    return answer


def _run_folder(visit: Visit) -> Path:
    site = visit.site
    lab = site.lab(visit.path("lab"))
    student = site.student(lab.name, visit.path("student"))
    key = site.desk(lab.name).student(student).submission.run_key
    if key is None:
        raise HTTPException(404, "Nothing has been run for this student.")
    return RunStore(site.course, lab.name).folder(key)
