"""What can go wrong with a cluster; every message says what to do next."""

from __future__ import annotations

from deepgrade.evidence import Verdict


class SlurmError(Exception):
    """The cluster cannot be used as asked; nothing that was finished is lost."""


class SiteError(SlurmError):
    """The site file is wrong; the message names every fault."""


class NoAnswerError(SlurmError):
    """Slurm's controller does not answer, or did not in time: whether it did what was asked is not known."""


class RefusedError(SlurmError):
    """Slurm understood and refused."""


class TaskFailedError(Exception):
    """A submission could not be run after every attempt, for reasons that are not the student's.

    Attributes:
        verdict: `no_gpu` or `internal_error`.
    """

    def __init__(self, message: str, verdict: Verdict = Verdict.INTERNAL_ERROR) -> None:
        super().__init__(message)
        self.verdict = verdict


class LeftRunningError(KeyboardInterrupt):
    """The head was interrupted, and its jobs go on; the message says how to come back to them and how to cancel them."""
