"""results.json as Gradescope reads it, from a submission's score.

The format is Gradescope's "Autograder Specifications" (gradescope-autograders.readthedocs.io, "Specs" and "Leaderboards"),
written down as a schema in tests/gradescope_results.schema.json. Decisions that are ours:

- **One test a check**, in the lab's order, with the check's own points. `score` is their sum, in the lab's points.
- **Visible checks are shown at once, hidden ones after the grades are published** (`hidden_visibility` says otherwise). With
  hidden ones, Gradescope shows no total before: a total would tell which of them failed.
- **What the grader could not look at does not count.** Gradescope has one denominator for all, so such points cannot leave
  it: they are given in the share that was earned of all others, which makes the same percentage. What the submission made
  impossible to look at (`needs_review`) earns nothing until a person has looked.
- **Manual questions are not among the tests.** Gradescope has questions for people to grade of its own (Edit Outline), and
  adds their points itself; a test without a score would be a second place for the same points. The text on top names them.
- **Text only, and nothing of the student's.** Everything has the format `text`: no HTML, no Markdown, no figures and no output of
  the notebook. What a notebook could bring into a message (a value that a comparison found) is stripped of controls and cut.
- **For graders alone** there is one more test, without points, which students never see: flags, what hidden checks
  compared, and the facts of the run.
- **Leaderboard**: the accuracy on hidden rows of each model, with three digits (more would help those who ask often to find
  out about single rows). Figures on the notebook's own rows do not compete: whoever hands in the rows could choose them to win.
- **Nothing is published where the grader itself failed.** Without results.json, Gradescope shows an error and keeps the
  submission ungraded; a 0 would be taken for a grade.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from deepgrade.evidence import VERDICTS, RunRecord, Verdict
from deepgrade.lab import Lab
from deepgrade.report.text import clean, figure_text, head_and_tail, one_line, points_text, seconds_text
from deepgrade.score import METRICS, CheckResult, CheckStatus, ModelScore, QuestionResult, SubmissionScore

Visibility = Literal["hidden", "after_due_date", "after_published", "visible"]
VISIBILITIES: tuple[Visibility, ...] = get_args(Visibility)

_MOST_NAME = 200
_MOST_TEXT = 2000
_MOST_FOR_GRADERS = 20_000
_DECIMALS = 6
_SYNTHETIC = "SYNTHETIC DATA: the rows were generated, they are not the published data set. This is a trial, not a grade."


class NoResultError(Exception):
    """Nothing may be published; the message says why, and is for the instructor."""


@dataclass(frozen=True)
class ResultOptions:
    """What an instructor may choose."""

    hidden_visibility: Visibility = "after_published"
    """When students see hidden checks."""
    leaderboard: bool = True
    """Whether figures of models are published; shown only where the assignment has a leaderboard."""


def results(
    score: SubmissionScore, record: RunRecord, lab: Lab, options: ResultOptions | None = None
) -> dict[str, Any]:
    """Return the content of results.json.

    Args:
        score: What scoring found.
        record: The run that it is of.
        lab: Its lab.
        options: Defaults where absent.

    Raises:
        NoResultError: The run failed by the grader's own fault, or nothing could be assessed.
    """
    options = options or ResultOptions()
    if not VERDICTS[record.verdict].students_fault:
        raise NoResultError(f"The run failed by the grader's own fault: {record.detail}")
    automatic = [question for question in score.questions if not question.manual]
    possible = math.fsum(question.possible for question in automatic)
    assessed = math.fsum(question.assessed for question in automatic)
    if possible > 0 and assessed <= 0:
        reasons = _list(
            check.reason or check.check for question in automatic for check in question.checks if check.reason
        )
        raise NoResultError(f"No check could be assessed. {reasons}".strip())
    share = math.fsum(question.points or 0.0 for question in automatic) / assessed if assessed else 0.0
    tests = [
        _test(question, check, number, share, options)
        for question in automatic
        for number, check in enumerate(question.checks, start=1)
    ]
    total = math.fsum(_points_of(question, share) for question in automatic)
    return {
        "score": _number(total),
        "execution_time": round(record.wall_s, 1),
        "output": _for_students(score, record),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "stdout_visibility": "hidden",
        "extra_data": _facts(score, record),
        "tests": [*tests, _for_graders(score, record)],
        "leaderboard": _leaderboard(score, lab) if options.leaderboard else [],
    }


def refused_results(lab: Lab, sentence: str) -> dict[str, Any]:
    """Return the content of results.json for files that cannot be taken as a notebook of this lab: no points.

    Args:
        lab: The lab.
        sentence: What is wrong and what to do, for the student.
    """
    possible = math.fsum(question.points for question in lab.questions if not question.manual)
    text = head_and_tail(clean(sentence), _MOST_TEXT)
    return {
        "score": 0.0,
        "output": f"{VERDICTS[Verdict.INVALID_SUBMISSION].sentence} {text}",
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "stdout_visibility": "hidden",
        "extra_data": {"deepgrade": {"lab": lab.name, "verdict": Verdict.INVALID_SUBMISSION.value}},
        "tests": [
            {
                "number": "0",
                "name": "The notebook can be graded",
                "score": 0.0,
                "max_score": _number(possible),
                "status": "failed",
                "output": text,
                "output_format": "text",
                "visibility": "visible",
                "tags": ["invalid_submission"],
            }
        ],
        "leaderboard": [],
    }


def _points_of(question: QuestionResult, share: float) -> float:
    return (question.points or 0.0) + (question.possible - question.assessed) * share


def _test(
    question: QuestionResult, check: CheckResult, number: int, share: float, options: ResultOptions
) -> dict[str, Any]:
    counted = check.status.is_assessed
    test = {
        "number": f"{question.question}.{number}",
        "name": one_line(f"{question.question} {question.title}: {check.description}", _MOST_NAME),
        "score": _number(check.points if counted else check.possible * share),
        "max_score": _number(check.possible),
        "output": head_and_tail(clean(_said(check, share)), _MOST_TEXT),
        "output_format": "text",
        "visibility": "visible" if check.visible else options.hidden_visibility,
        "tags": [check.status.value, "visible" if check.visible else "hidden"],
    }
    # What was not looked at has neither passed nor failed.
    return test | (
        {"status": "passed" if check.status is CheckStatus.PASSED else "failed"} if counted else {}
    )


def _said(check: CheckResult, share: float) -> str:
    if check.status is CheckStatus.PASSED:
        return ""
    if not check.status.is_assessed:
        why = check.reason or "the grader could not look at it"
        given = f"{points_text(check.possible * share)} of {points_text(check.possible)}"
        return f"Not assessed: {why}\nThese points do not count: they are given in the share of all others, {given}."
    if check.status is CheckStatus.NEEDS_REVIEW:
        return f"{check.reason or 'The grader could not look at it.'}\nNo points until a person has looked at it."
    parts = [check.hint or check.description, check.reason]
    if check.visible:
        parts.append(check.found)
    return "\n".join(part for part in parts if part)


def _for_students(score: SubmissionScore, record: RunRecord) -> str:
    """Return the text on top: what became of the notebook, and what is still to come."""
    lines = []
    if any(facts.origin == "synthetic" for facts in record.data):
        lines.append(_SYNTHETIC)
    verdict = VERDICTS[record.verdict]
    lines.append(f"{verdict.title}: {verdict.sentence}")
    if record.verdict is not Verdict.OK and record.detail:
        lines.append(record.detail)
    lines += record.submission.warnings
    manual = [question for question in score.questions if question.manual]
    if manual:
        named = ", ".join(
            f"{question.question} {question.title} ({points_text(question.possible)})" for question in manual
        )
        lines.append(f"Graded by people, not in this score: {named}.")
    return head_and_tail(clean("\n".join(lines)), _MOST_TEXT)


def _for_graders(score: SubmissionScore, record: RunRecord) -> dict[str, Any]:
    """Return a test without points that students never see."""
    data = ", ".join(f"{facts.name} ({facts.origin}, {facts.size})" for facts in record.data)
    lines = [f"flag {flag.code}: {flag.sentence}" for flag in score.flags] or ["no flags"]
    lines += [
        f"{check.check} found:\n{check.found}"
        for question in score.questions
        for check in question.checks
        if check.found and not check.visible
    ]
    lines += [
        f"model {model.name} of {model.question}: {METRICS[model.metric].title if model.metric in METRICS else model.metric}"
        f" {figure_text(model.value)} on {model.hidden}" + (f" ({model.reason})" if model.reason else "")
        for model in score.model_scores
    ]
    memory = "" if record.peak_memory_mib is None else f", {record.peak_memory_mib:,.0f} MiB"
    lines.append(f"run: {record.verdict.value}, {seconds_text(record.wall_s)}{memory}, {record.device}")
    lines.append(f"sandbox: {record.sandbox}; data: {data or 'none'}; deepgrade {record.deepgrade_version}")
    return {
        "number": "graders",
        "name": "For graders: flags and facts",
        "output": head_and_tail(clean("\n".join(lines)), _MOST_FOR_GRADERS),
        "output_format": "text",
        "visibility": "hidden",
        "tags": ["for_graders", *sorted({flag.code for flag in score.flags})],
    }


def _facts(score: SubmissionScore, record: RunRecord) -> dict[str, Any]:
    return {
        "deepgrade": {
            "version": record.deepgrade_version,
            "lab": score.lab,
            "verdict": record.verdict.value,
            "submission_sha256": record.submission.sha256,
            "checks_sha256": score.checks_sha256,
            "run": record.key,
        }
    }


def _leaderboard(score: SubmissionScore, lab: Lab) -> list[dict[str, Any]]:
    shown = [
        model
        for model in score.model_scores
        if model.hidden in lab.carved and model.value is not None and model.metric in METRICS
    ]
    names = [model.name for model in shown]
    return [
        {
            "name": one_line(f"{_label(model, names)}: {METRICS[model.metric].title}", _MOST_NAME),
            "value": float(f"{model.value:.3g}"),
            "order": "desc" if METRICS[model.metric].higher_is_better else "asc",
        }
        for model in shown
    ]


def _label(model: ModelScore, names: Sequence[str]) -> str:
    """Return the name of a leaderboard's column: with the question and the hidden set where the variable's is not enough."""
    return (
        model.name if names.count(model.name) == 1 else f"{model.name} of {model.question} on {model.hidden}"
    )


def _list(texts: Iterable[str]) -> str:
    unique = list(dict.fromkeys(one_line(text, 300) for text in texts))
    more = f" And {len(unique) - 5} more." if len(unique) > 5 else ""
    return " ".join(unique[:5]) + more


def _number(value: float) -> float:
    return round(value, _DECIMALS)
