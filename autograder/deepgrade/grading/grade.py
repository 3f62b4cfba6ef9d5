"""The stages in order, for a class: collect, run, infer, score, record."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Literal, Protocol

from deepgrade.data import DataStore
from deepgrade.engine import (
    RUN_SEED,
    Cards,
    CourseData,
    Finished,
    Setup,
    course_data,
    refresh_predictions,
    slots_for,
)
from deepgrade.engine.slurm import Site, TaskFailedError
from deepgrade.evidence import Verdict
from deepgrade.files import parse_strict_json, storage_errors
from deepgrade.grading.engines import OnCluster, cards_for, finished_runs
from deepgrade.grading.people import People, attribute, course_roster, record_people
from deepgrade.grading.rescore import StoredRun, score_stored
from deepgrade.infer import InferWorker
from deepgrade.lab import (
    CapturePlan,
    CheckSet,
    Lab,
    LabError,
    LabFiles,
    Origin,
    Size,
    load_checks,
    load_lab,
    make_plan,
)
from deepgrade.records import Course, Gradebook, PeopleRecord, RunStore
from deepgrade.sandbox import find_sandbox, require_private
from deepgrade.sandbox.state import state_root
from deepgrade.submission import Intake, Refusal, Roster, Submission, load_template, template_libraries

Start = Literal["prepared", "plain"]
"""How a run gets its Python: forked from one that has imported the lab's libraries, or started anew."""


class Progress(Protocol):
    """Hears what happens; the command line draws it."""

    def begin(self, total: int, slots: int) -> None:
        """Tell how many submissions there are and how many run beside each other."""

    def started(self, student: str) -> None:
        """Tell that a submission runs."""

    def finished(self, student: str, outcome: str, *, stored: bool) -> None:
        """Tell a submission's verdict; `stored` when an earlier run was found."""

    def scoring(self, count: int) -> None:
        """Tell that the hidden checks run on so many submissions."""

    def note(self, text: str) -> None:
        """Tell something that a person may want to know meanwhile."""


@dataclass(frozen=True)
class GradeRequest:
    """What to grade, with what."""

    files: LabFiles
    paths: Sequence[Path]
    course: Course
    store: DataStore
    origin: Origin
    size: Size
    sandbox: str | None = None
    slots: int | None = None
    fresh: bool = False
    """Predict with stored models again where lab.toml changed, and score the named submissions again."""
    roster: Path | None = None
    """A CSV file that says who is in the class; None: the one that the course keeps, if it does."""
    site: Site | None = None
    """The cluster whose nodes do the runs; None: this machine's slots."""
    start: Start = "prepared"
    """Whether runs on this machine are forks of a process that has imported the lab's libraries."""

    @property
    def sandbox_name(self) -> str | None:
        """What surrounds a run, as `find_sandbox` takes it: the command line's word, else the site's."""
        return self.sandbox or (self.site.sandbox if self.site else None)


@dataclass
class GradeSummary:
    """What a grading did."""

    runs_made: int = 0
    runs_found: int = 0
    refused: int = 0
    outdated: int = 0
    """Scores in force that were made with other hidden checks than today's."""
    errors: list[str] = field(default_factory=list)
    """Submissions on which the grader itself failed, with what to look at."""
    people: PeopleRecord | None = None
    """Whose the submissions are, and who of the roster handed in nothing; set as soon as the runs are done."""


@dataclass(frozen=True)
class LabParts:
    """A lab read from its files, consistent with what build wrote."""

    lab: Lab
    checks: CheckSet
    plan: CapturePlan


def load_parts(files: LabFiles) -> LabParts:
    """Read a lab and its capture plan.

    Raises:
        LabError: The lab's files are wrong, or the built plan is missing or older than the checks.
    """
    lab = load_lab(files)
    checks = load_checks(files.checks)
    plan = make_plan(lab, checks.checks)
    if not files.plan.is_file():
        raise LabError(f"{files.plan} is missing. Run `deepgrade build {files.name}` first.")
    if CapturePlan.model_validate(parse_strict_json(files.plan.read_bytes())) != plan:
        raise LabError(
            f"{files.plan} does not match the hidden checks any more. Run `deepgrade build {files.name}`;"
            " runs that lack what the checks now ask for are then made again."
        )
    return LabParts(lab, checks, plan)


@contextmanager
def open_gradebook(course: Course) -> Iterator[Gradebook]:
    """Open a course's gradebook and close it again."""
    course.prepare()
    gradebook = Gradebook(course.database)
    try:
        yield gradebook
    finally:
        gradebook.close()


def make_setup(request: GradeRequest, parts: LabParts, data: CourseData, cards: Cards) -> Setup:
    """Put together what all runs of a grading share.

    Raises:
        SandboxUnavailable: No sandbox works here, or students' code could read what must stay hidden; the message says
            what to do.
    """
    sandbox = find_sandbox(request.sandbox_name)
    require_private(sandbox, _private(request))
    limits, site = parts.lab.limits_for(request.size), request.site
    return Setup(
        lab=parts.lab,
        plan=parts.plan,
        checks=parts.checks.checks,
        size=request.size,
        data=data,
        sandbox=sandbox,
        environment=sandbox.environment,
        store=RunStore(request.course, parts.lab.name),
        seed=RUN_SEED,
        slots=1 if site else slots_for(limits, cards.gpus, asked=request.slots),
        cards=cards,
        gpu_elsewhere=site is not None and bool(site.gres) and parts.lab.gpu != "off",
        libraries=template_libraries(request.files) if site is None and request.start == "prepared" else (),
    )


def _private(request: GradeRequest) -> tuple[Path, ...]:
    files = request.files
    return (files.checks, files.toml, files.folder, request.course.root)


def grade(request: GradeRequest, progress: Progress) -> GradeSummary:
    """Grade submissions; what an earlier call finished is not done again.

    Raises:
        LabError: The lab's files are wrong, or it requires a GPU and there is none.
        RosterError: The roster cannot be used; nothing was done.
        DataError: A data set is missing.
        SandboxUnavailable: No sandbox works here.
        ScoringError: The hidden checks do not run; the runs are kept.
        LockedError: Another process works on this course.
        StorageError: A disk is full or read-only; what was finished is kept.
    """
    parts = load_parts(request.files)
    cards = cards_for(parts.lab, request.site)
    summary = GradeSummary()
    with request.course.working() as scratch:
        roster = course_roster(request.course, request.roster)
        data = course_data(request.course, parts.lab, request.store, origin=request.origin, size=request.size)
        setup = make_setup(request, parts, data, cards)
        setup.store.sweep()
        with storage_errors(*_written_to(request, setup)), open_gradebook(request.course) as gradebook:
            named = _run_stage(request, setup, gradebook, roster, progress, summary, scratch)
            again = named if request.fresh else frozenset()
            _score_stage(request, parts, setup, gradebook, progress, summary, scratch, again)
    return summary


def _written_to(request: GradeRequest, setup: Setup) -> tuple[Path, ...]:
    """Return the folders that may run full, for an error that names none."""
    boxes = () if setup.sandbox.name == "none" else (state_root(),)
    return (request.course.root, Path(tempfile.gettempdir()), *boxes)


def _run_stage(
    request: GradeRequest,
    setup: Setup,
    gradebook: Gradebook,
    roster: Roster | None,
    progress: Progress,
    summary: GradeSummary,
    scratch: Path,
) -> frozenset[int]:
    """Run what has not been run; return the ids of the submissions that were named."""
    lab = setup.lab.name
    template = load_template(request.files)
    named: set[int] = set()

    def pending(intake: Intake, people: People, worker: InferWorker) -> Iterator[Submission]:
        started = False
        items = (intake.read(item, template=template) for item in people.in_order())
        for item in chain(intake.refusals, items):
            shown = people.shown(item.student)
            refusal = item.sentence if isinstance(item, Refusal) else None
            key = None if isinstance(item, Refusal) else setup.key(item)
            named.add(
                gradebook.add_submission(
                    lab,
                    item.student,
                    item.filename,
                    sha256=item.sha256,
                    run_key=key,
                    refusal=refusal,
                    handed_in_at=None if isinstance(item, Refusal) else item.handed_in_at,
                )
            )
            if isinstance(item, Refusal) or key is None:
                summary.refused += 1
                progress.finished(shown, "invalid_submission", stored=False)
                continue
            if setup.store.is_final(key):
                summary.runs_found += 1
                if request.fresh:
                    refresh_predictions(key, setup, worker)
                stored = setup.store.read(key)
                progress.finished(shown, stored.verdict.value if stored else "", stored=True)
                continue
            if not started and worker.pid is None and request.site is None:
                worker.start()  # only now: seconds, when every run is stored
            started = True
            yield item

    with (
        Intake(request.paths, lab=setup.lab) as intake,
        setup.sandbox.open_helper() as helper,
        closing(
            InferWorker(
                spool=(helper.exchange or scratch) / "infer",
                helper=helper,
                warm=any(check.hidden for check in setup.checks),
            )
        ) as worker,
    ):
        people = attribute(gradebook, lab, intake, roster)
        total = len(intake.handed_in) + len(intake.refusals)
        together = request.slots or request.site.throttle or total if request.site else setup.slots
        progress.begin(total, together)

        def started(submission: Submission) -> None:
            progress.started(people.shown(submission.student))

        waiting = pending(intake, people, worker)
        cluster = _cluster(request)
        with finished_runs(waiting, setup, worker, cluster, started=started, tell=progress.note) as runs:
            for done in runs:
                _note_run(done, people.shown(done.submission.student), setup.store, progress, summary)
        summary.people = record_people(request.course, gradebook, lab, people)
    return frozenset(named)


def _cluster(request: GradeRequest) -> OnCluster | None:
    site = request.site
    if site is None:
        return None
    if request.slots is not None:
        site = site.model_copy(update={"throttle": request.slots})
    return OnCluster(site, request.course, request.sandbox_name, _private(request))


def _note_run(done: Finished, shown: str, store: RunStore, progress: Progress, summary: GradeSummary) -> None:
    if done.record is None:
        known = isinstance(done.error, TaskFailedError)
        summary.errors.append(f"{shown}: {'' if known else f'{type(done.error).__name__}: '}{done.error}")
        verdict = done.error.verdict if isinstance(done.error, TaskFailedError) else Verdict.INTERNAL_ERROR
        progress.finished(shown, verdict.value, stored=False)
        return
    summary.runs_made += 1
    progress.finished(shown, done.record.verdict.value, stored=False)
    if done.record.verdict is Verdict.INTERNAL_ERROR:
        log = store.folder(done.record.key) / "log.txt"
        summary.errors.append(f"{shown}: {done.record.detail} See {log}.")


def _score_stage(
    request: GradeRequest,
    parts: LabParts,
    setup: Setup,
    gradebook: Gradebook,
    progress: Progress,
    summary: GradeSummary,
    scratch: Path,
    again: frozenset[int],
) -> None:
    """Score the runs in force that have no score yet, and those of the submissions in `again`."""
    waiting: list[StoredRun] = []
    seen: set[int] = set()
    for entry in gradebook.entries(parts.lab.name):
        if entry.submission_id in seen:  # a group's, once for each of its students
            continue
        seen.add(entry.submission_id)
        record = setup.store.read(entry.run_key) if entry.run_key else None
        if record is None or entry.run_key is None:
            continue
        # A run that failed by our own fault is made again under its key: then its score is of the older run.
        if entry.submission_id in again or entry.score is None or not entry.score.is_of(record):
            waiting.append(StoredRun.of(entry.submission_id, setup.store.folder(entry.run_key), record))
        elif entry.score.checks_sha256 != parts.checks.sha256:
            summary.outdated += 1
    progress.scoring(len(waiting))
    for submission_id, score in score_stored(
        request.files, parts.lab, request.course, request.store, waiting, scratch=scratch
    ):
        gradebook.add_score(submission_id, score)
