"""Why a check could not look, and whose doing that is."""

from __future__ import annotations


class EvidenceUnavailable(Exception):
    """The grader could not look (no GPU on the host, an older capture plan): not assessed, costs nothing.

    Only for what no submission can bring about: these points leave the denominator.
    """


class ReviewNeeded(Exception):
    """The submission made looking impossible (a model that is not rebuilt, a value too big): a person decides.

    No points until then: otherwise hiding an answer from the grader would pay.
    """


class CheckProblem(Exception):
    """A check asked for something that does not exist (an unknown threshold): the instructor has to mend it."""
