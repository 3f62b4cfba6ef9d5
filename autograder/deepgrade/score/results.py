"""What scoring leaves behind: the result of each check, the points of each question."""

from __future__ import annotations

import math
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from deepgrade.evidence import RunRecord

Tool = Literal["otter", "nbgrader"]
"""Tools whose own results can be taken over."""


class CheckStatus(StrEnum):
    """What a check found."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_ASSESSED = "not_assessed"
    """The grader could not look (no GPU on the host, an older capture plan): the points leave the denominator."""
    NEEDS_REVIEW = "needs_review"
    """The submission made looking impossible (a model that is not rebuilt): no points until a person decides."""
    INTERNAL_ERROR = "internal_error"
    """The check itself failed: the points leave the denominator, and the instructor mends the check."""

    @property
    def is_assessed(self) -> bool:
        """Whether its points stay in the denominator. Where a tool's total cannot change, they are given instead."""
        return self not in (CheckStatus.NOT_ASSESSED, CheckStatus.INTERNAL_ERROR)


class _Result(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CheckResult(_Result):
    """One check on one submission."""

    check: str
    question: str
    description: str
    """The sentence that students read."""
    visible: bool
    status: CheckStatus
    points: float
    """Earned."""
    possible: float
    hint: str | None = None
    """What the check's author says about the likely mistake; for the student."""
    found: str | None = None
    """The comparison that failed, with expected and actual values (pytest's rewritten assert)."""
    reason: str | None = None
    """Why it was not assessed or needs a person."""


class QuestionResult(_Result):
    """One question of one submission."""

    question: str
    title: str
    manual: bool
    points: float | None
    """Earned; None while nothing of it could be assessed or a person has not graded it yet."""
    possible: float
    """What the lab gives for it."""
    assessed: float
    """What could be earned: `possible` less what was not assessed."""
    checks: tuple[CheckResult, ...] = ()
    answer: str | None = None
    """A manual question's text, from the notebook."""
    comment: str | None = None
    """What a person wrote to the student, in the tool that the result comes from."""


class Flag(_Result):
    """Something a TA should look at. Never costs points by itself."""

    code: str
    """Stable id: `public_hidden_gap`, `model_refused`, `gpu_hidden`, `near_threshold`, `internal_error`, ..."""
    sentence: str
    question: str | None = None


class ModelScore(_Result):
    """A captured model on a hidden set, or on the notebook's own rows."""

    question: str
    name: str
    hidden: str
    """The evaluation, as lab.toml names it."""
    metric: str
    """`accuracy`, `mae`, `rmse` or `r2`; see score/metrics.py."""
    value: float | None
    low: float | None = None
    """Lower end of the 95 % interval that chance in the rows leaves; None where there is no value, and in old records."""
    high: float | None = None
    """Its upper end."""
    reported: float | None = None
    """What the notebook itself measured on its test set, where a check names it."""
    rows: int
    """How many rows were predicted; 0 where own rows could not be looked at."""
    public: float | None = None
    """The same metric on rows of the test set that the notebook saw, measured by the grader."""
    public_rows: int = 0
    reason: str | None = None


class Origin(_Result):
    """Where results come from that no run of ours gave: another tool's files."""

    tool: Tool
    version: str | None = None
    """Of the tool that graded; None where neither its files nor a person said."""
    file: str
    """The file's name, below the folder that was imported."""
    sha256: str
    """Of the file."""
    imported_at: datetime
    name: str = ""
    """The student's name in the tool's own list."""
    handed_in_at: datetime | None = None
    """When the student handed in, as the tool says."""
    notes: tuple[str, ...] = ()
    """What does not fit the lab, or counts otherwise in the tool; a sentence each."""


class Adjustment(_Result):
    """Points that belong to no check: they change the total and nothing else."""

    code: Literal["extra_credit", "late_penalty"]
    points: float
    """Below 0 where points are taken away."""
    question: str | None = None


class SubmissionScore(_Result):
    """All results of one submission at one moment. Appended, never overwritten."""

    schema_version: Literal[1] = 1
    lab: str
    student: str
    run_key: str
    scored_at: datetime
    checks_sha256: str
    """Which hidden checks were used."""
    run_started_at: datetime | None = None
    """When the run of these results began: tells it from others of the same key. None in old records."""
    questions: tuple[QuestionResult, ...]
    model_scores: tuple[ModelScore, ...] = ()
    flags: tuple[Flag, ...] = ()
    origin: Origin | None = None
    """None: deepgrade's own. Otherwise `run_key` and `checks_sha256` are empty."""
    adjustments: tuple[Adjustment, ...] = ()

    def finds_the_same(self, other: SubmissionScore) -> bool:
        """Return whether two scores differ at most in when, and out of which copy of a file, they were taken."""
        return _found(self) == _found(other)

    def is_of(self, record: RunRecord) -> bool:
        """Return whether these are the results of a run, and not of one that failed before under the same key.

        Moments are only compared for being equal: the clock may have been set back in between.
        """
        if self.run_started_at is None:
            return self.scored_at >= record.started_at
        return self.run_started_at == record.started_at

    @property
    def automatic_points(self) -> float:
        """Points from checks."""
        return math.fsum(q.points for q in self.questions if q.points is not None and not q.manual)

    @property
    def automatic_possible(self) -> float:
        """What the checks could give, less what was not assessed."""
        return math.fsum(q.assessed for q in self.questions if not q.manual)

    @property
    def manual_possible(self) -> float:
        """What people give."""
        return math.fsum(q.possible for q in self.questions if q.manual)

    def check(self, check_id: str) -> CheckResult:
        """Return the result of one check.

        Raises:
            KeyError: No such check was scored.
        """
        for question in self.questions:
            for result in question.checks:
                if result.check == check_id:
                    return result
        raise KeyError(check_id)


_OF_THE_COPY = ("file", "sha256", "imported_at")


def _found(score: SubmissionScore) -> dict[str, Any]:
    return score.model_dump(exclude={"scored_at": True, "origin": set(_OF_THE_COPY)})
