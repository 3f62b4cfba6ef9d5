"""The pytest plugin that runs hidden checks on stored evidence.

Theory of operation: this process sees evidence, predictions, labels and the instructor's checks; it never
runs a student's code and never imports Keras. pytest imports the check file (so its asserts are
rewritten); every function that `@question` declares becomes one item per submission; items are ordered by
submission, and only one submission's evidence is held at a time. An item's exception decides its status:
see `_judge`.
"""

from __future__ import annotations

import signal
import traceback
from collections.abc import Callable, Container, Iterator
from pathlib import Path
from typing import Any

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


class CheckItem(pytest.Item):
    """One check on one submission."""

    check: Check
    function: Callable[..., None]
    place: int

    def runtest(self) -> None:
        """Run the check; its outcome goes to the plugin, never to pytest's own report."""
        plugin: ScorePlugin = self.config.pluginmanager.getplugin("deepgrade-score")
        plugin.results.append((self.place, plugin.run(self)))

    def reportinfo(self) -> tuple[Path, int, str]:
        """Name the check in pytest's messages."""
        return self.path, 0, self.name


class ScorePlugin:
    """Turns declared checks into items and their outcomes into results.

    Args:
        targets: How many submissions there are.
        arguments: Called with a submission's place when its first item starts; gives its `Arguments`.
        finished: Called with (place, results in file order) when a submission's last item is done.
        questions: Only checks of these become items; all where None.
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
        self._current: tuple[int, Arguments] | None = None
        self.results: list[tuple[int, CheckResult]] = []
        self.collection_errors: list[str] = []
        self.checks: list[Check] = []

    def pytest_pycollect_makeitem(self, collector: Any, name: str, obj: object) -> Any:
        """Make one item a submission from a declared check; nothing else is collected."""
        check = describe(obj) if callable(obj) and name.startswith("test_") else None
        if check is None or not callable(obj):
            return []
        if self._questions is not None and check.question not in self._questions:
            return []
        self.checks.append(check)
        items = []
        for place in range(self._targets):
            item = CheckItem.from_parent(collector, name=f"{name}[{place}]")
            item.check, item.function, item.place = check, obj, place
            items.append(item)
        return items

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Order by submission, so that one submission's evidence is held at a time."""
        items.sort(key=lambda item: item.place if isinstance(item, CheckItem) else -1)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep what went wrong while the check file was imported."""
        if report.failed:
            self.collection_errors.append(str(report.longrepr))

    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        """Run an item without pytest's fixtures and reports."""
        if not isinstance(item, CheckItem):
            return False
        item.runtest()
        if not isinstance(nextitem, CheckItem) or nextitem.place != item.place:
            self._finished(item.place, [result for _, result in self.results])
            self.results.clear()
            self._current = None
        return True

    def run(self, item: CheckItem) -> CheckResult:
        """Run one check on one submission and judge its outcome."""
        check = item.check
        status = CheckStatus.PASSED
        details: dict[str, Any] = {}
        try:
            if self._current is None or self._current[0] != item.place:
                self._current = (item.place, self._open(item.place))
            values = self._current[1](check)
            with _time_limit():
                item.function(**values)
        except Exception as error:
            status, details = _judge(error, item.path)
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
