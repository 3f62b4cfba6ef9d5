"""Errors whose message tells a person what to do next; everything else is a bug and shows its traceback."""

from deepgrade.board.errors import BoardError
from deepgrade.data import DataError
from deepgrade.engine.slurm import SlurmError
from deepgrade.files import LockedError, StorageError, UntrustedFileError
from deepgrade.image import ImageError
from deepgrade.infer import WorkerDiedError
from deepgrade.interchange.errors import InterchangeError
from deepgrade.lab import LabError
from deepgrade.publish.errors import PublishError
from deepgrade.records import GradebookError
from deepgrade.review.web.errors import AccessError
from deepgrade.sandbox import SandboxUnavailable
from deepgrade.score import ScoringError
from deepgrade.submission import RosterError

KNOWN_ERRORS = (
    AccessError,
    BoardError,
    DataError,
    GradebookError,
    ImageError,
    InterchangeError,
    LabError,
    LockedError,
    PublishError,
    RosterError,
    SandboxUnavailable,
    ScoringError,
    SlurmError,
    StorageError,
    UntrustedFileError,
    WorkerDiedError,
)
