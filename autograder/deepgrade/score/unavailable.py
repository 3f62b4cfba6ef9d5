"""Why a check could not look, and whose doing that is."""

from __future__ import annotations


class EvidenceUnavailable(Exception):
    """The stored evidence cannot answer: the grader's limit. The check is not assessed and costs nothing."""


class ReviewNeeded(Exception):
    """The submission made looking impossible (a model that is not rebuilt): a person has to decide.

    No points until then: otherwise hiding an answer from the grader would pay.
    """


class CheckProblem(Exception):
    """A check asked for something that does not exist (an unknown threshold): the instructor has to mend it."""
