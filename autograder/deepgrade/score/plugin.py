"""The pytest plugin that runs hidden checks on stored evidence.

Theory of operation: this process sees evidence, predictions, labels and the instructor's checks; it never
runs a student's code and never imports Keras. pytest imports the check file (so its asserts are
rewritten); every submission becomes one item, which runs every function that `@question` declares, in file order; only
one submission's evidence is held at a time. A check's exception decides its status: see `_judge`.
"""

from __future__ import annotations

import signal
import traceback
from collections.abc import Callable, Container, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import deepgrade
from deepgrade.lab import Check, describe
from deepgrade.score.results import CheckResult, CheckStatus
from deepgrade.score.unavailable import CheckProblem, EvidenceUnavailable, ReviewNeeded

_PACKAGE = Path(deepgrade.__file__).parent
_CHECK_SECONDS = 60
_FOUND_CHARACTERS = 4000
_EVIDENCE_OBJECTS = ("arrays.py", "estimators.py", "frames.py", "models.py", "series.py")
"""Where evidence answers as the student's variable would have: an index out of range is the value's fault."""

Arguments = Callable[[Check], dict[str, Any]]
"""Gives the values of a check's arguments for the submission at hand; may raise like a check."""


class DeclaredCheck(NamedTuple):
    """A check as pytest imported it."""

    check: Check
    function: Callable[..., object]
    path: Path


class SubmissionItem(pytest.Item):
    """All checks on one submission."""

    place: int

    def runtest(self) -> None:
        """Run the checks; their outcomes go to the plugin, never to pytest's own report."""
        plugin: ScorePlugin = self.config.pluginmanager.getplugin("deepgrade-score")
        plugin.run_all(self.place)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Name the submission in pytest's messages."""
        return self.path, 0, self.name


class ScorePlugin:
    """Turns declared checks into items and their outcomes into results.

    Args:
        targets: How many submissions there are.
        arguments: Called with a submission's place when its first check starts; gives its `Arguments`.
        finished: Called with (place, results in file order) when a submission's last check is done.
        questions: Only checks of these run; all where None.
    """

    def __init__(
        self,
        targets: int,
        arguments: Callable[[int], Arguments],
        finished: Callable[[int, list[CheckResult]], None],
        questions: Container[str] | None = None,
    ) -> None:
        self._targets = targets
        self._questions = questions
        self._open = arguments
        self._finished = finished
        self.declared: list[DeclaredCheck] = []
        self.collection_errors: list[str] = []

    @property
    def checks(self) -> list[Check]:
        """The checks that run, in file order."""
        return [declared.check for declared in self.declared]

    def pytest_pycollect_makeitem(self, collector: Any, name: str, obj: object) -> Any:
        """Note a declared check; nothing of the file becomes an item of its own."""
        check = describe(obj) if callable(obj) and name.startswith("test_") else None
        if check is None or not callable(obj):
            return []
        if self._questions is None or check.question in self._questions:
            self.declared.append(DeclaredCheck(check, obj, collector.path))
        return []

    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        """Make one item a submission: an item for each check of each would take more time and memory than the checks."""
        items.clear()
        for place in range(self._targets if self.declared else 0):
            item: SubmissionItem = SubmissionItem.from_parent(session, name=f"submission[{place}]")
            item.place = place
            items.append(item)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep what went wrong while the check file was imported."""
        if report.failed:
            self.collection_errors.append(str(report.longrepr))

    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        """Run an item without pytest's fixtures and reports."""
        if not isinstance(item, SubmissionItem):
            return False
        item.runtest()
        return True

    def run_all(self, place: int) -> None:
        """Run every check on one submission and hand the results over."""
        arguments: Arguments | None = None

        def opened() -> Arguments:
            nonlocal arguments
            if arguments is None:
                arguments = self._open(place)
            return arguments

        self._finished(place, [self._run(declared, opened) for declared in self.declared])

    @staticmethod
    def _run(declared: DeclaredCheck, opened: Callable[[], Arguments]) -> CheckResult:
        """Run one check on one submission and judge its outcome."""
        check = declared.check
        status = CheckStatus.PASSED
        details: dict[str, Any] = {}
        try:
            values = opened()(check)
            with _time_limit():
                declared.function(**values)
        except Exception as error:
            status, details = _judge(error, declared.path)
        return CheckResult(
            check=check.id,
            question=check.question,
            description=check.description,
            visible=check.visible,
            status=status,
            points=check.points if status is CheckStatus.PASSED else 0.0,
            possible=check.points,
            **details,
        )


class _time_limit:
    """Stop a check that would never end (hostile evidence, or a loop of its own)."""

    def __enter__(self) -> None:
        signal.signal(signal.SIGALRM, self._stop)
        signal.alarm(_CHECK_SECONDS)

    def __exit__(self, *_: object) -> None:
        signal.alarm(0)

    @staticmethod
    def _stop(*_: object) -> None:
        raise ReviewNeeded(f"the check ran longer than {_CHECK_SECONDS} s on this value")


def _judge(error: Exception, check_file: Path) -> tuple[CheckStatus, dict[str, Any]]:
    if isinstance(error, EvidenceUnavailable):
        return CheckStatus.NOT_ASSESSED, {"reason": str(error)}
    if isinstance(error, ReviewNeeded):
        return CheckStatus.NEEDS_REVIEW, {"reason": str(error)}
    if isinstance(error, AssertionError):
        hint, found = split_assertion(str(error))
        return CheckStatus.FAILED, {"hint": hint, "found": found}
    where = _innermost(error)
    text = "".join(traceback.format_exception_only(error)).strip()[:_FOUND_CHARACTERS]
    if isinstance(error, CheckProblem | NameError | ImportError):
        return CheckStatus.INTERNAL_ERROR, {"reason": text}
    if _PACKAGE in where.parents and where.name not in _EVIDENCE_OBJECTS:
        # Not INTERNAL_ERROR: values that trip the grader must not take their points out of the denominator.
        return CheckStatus.NEEDS_REVIEW, {"reason": f"the grader could not look at this value: {text}"}
    # The check works on right answers (`deepgrade verify` saw to that), so this value is not what it expects.
    hint = "The check cannot work with this value; look at its type and shape."
    return CheckStatus.FAILED, {"hint": hint, "found": text}


def _innermost(error: Exception) -> Path:
    frames = list(_frames(error))
    return Path(frames[-1]) if frames else Path()


def _frames(error: Exception) -> Iterator[str]:
    trace = error.__traceback__
    while trace is not None:
        yield trace.tb_frame.f_code.co_filename
        trace = trace.tb_next


def split_assertion(text: str) -> tuple[str | None, str | None]:
    """Split a rewritten assertion's text into the author's message and pytest's comparison."""
    # pytest's advice to its own users is none for a TA.
    text = "\n".join(line for line in text.splitlines() if "Use -v to get more diff" not in line)
    if text.startswith("assert "):
        return None, text[:_FOUND_CHARACTERS]
    head, separator, tail = text.partition("\nassert ")
    found = f"assert {tail}"[:_FOUND_CHARACTERS] if separator else None
    return head.strip() or None, found
