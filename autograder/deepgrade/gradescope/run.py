"""Called by run_autograder for every submission: `python -m deepgrade.gradescope.run`.

Theory of operation: this process is root in a container of its own, whose folders Gradescope has laid out below AUTOGRADER_ROOT:
`submission/`, `submission_metadata.json`, `results/`, `source/`. First these folders are closed to every other user. Then one
notebook is picked and graded by the same stages as everywhere, in a small course that setup.sh has prepared: student code runs
in the best sandbox that works here, and everything of it is dead when its evidence is looked at. Last, when nothing of
the student's runs any more, this process writes results.json and opens the folder again.

Standard output is for the instructor (Gradescope shows it to nobody else). Where the grader itself fails there is no
results.json and the exit code is 1: Gradescope then says that the autograder failed, and nobody gets a 0 for it.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

from deepgrade import __version__
from deepgrade.data import DataError, DataStore
from deepgrade.files import (
    LockedError,
    StorageError,
    UntrustedFileError,
    parse_strict_json,
    read_untrusted,
    write_atomic,
)
from deepgrade.gradescope.pick import Picked, pick_notebook
from deepgrade.gradescope.prepare import DEFAULT_HOME, HOME_VARIABLE
from deepgrade.gradescope.results import NoResultError, refused_results, results
from deepgrade.gradescope.sandboxes import working_sandbox
from deepgrade.gradescope.settings import Home
from deepgrade.grading import GradeRequest, grade, open_gradebook
from deepgrade.infer import WorkerDiedError
from deepgrade.lab import LabError, load_lab
from deepgrade.records import GradebookError, RunStore
from deepgrade.sandbox import SandboxError
from deepgrade.score import ScoringError
from deepgrade.submission import MAX_BYTES, load_template

ROOT_VARIABLE = "AUTOGRADER_ROOT"
_DEFAULT_ROOT = "/autograder"
_METADATA_BYTES = 64 << 20
_CLOSED = ("source", "submission", "results", "submission_metadata.json", "run_autograder")
_EXPECTED = (
    DataError,
    GradebookError,
    LabError,
    LockedError,
    NoResultError,
    SandboxError,
    ScoringError,
    StorageError,
    UntrustedFileError,
    WorkerDiedError,
)


class _Said:
    """Tells the instructor what happens."""

    def begin(self, total: int, slots: int) -> None:
        """Say nothing: there is one."""

    def started(self, student: str) -> None:
        """Tell that the notebook runs."""
        print("the notebook runs", flush=True)

    def finished(self, student: str, outcome: str, *, stored: bool) -> None:
        """Tell the verdict."""
        print(f"verdict: {outcome}", flush=True)

    def note(self, text: str) -> None:
        """Say nothing."""

    def scoring(self, count: int) -> None:
        """Tell that the checks run."""
        print("the hidden checks run", flush=True)


def grade_submission(root: Path, home: Home) -> dict[str, Any]:
    """Grade what was handed in, and return the content of results.json.

    Args:
        root: What Gradescope lays out: `/autograder`.
        home: What setup.sh has prepared.

    Raises:
        NoResultError: Nothing may be published.
        LabError: The zip is incomplete.
        SandboxError: No sandbox works, or it failed.
        ScoringError: The hidden checks do not run.
    """
    settings = home.settings()
    files = home.files(settings)
    lab = load_lab(files)
    picked = pick_notebook(root / "submission", lab, load_template(files))
    if picked.path is None:
        print(f"not graded: {picked.sentence}", flush=True)
        return refused_results(lab, picked.sentence)
    sandbox, why = working_sandbox(settings.sandbox)
    print(f"deepgrade {__version__}, {lab.name}, {picked.path.name}; sandbox: {why}", flush=True)
    student = f"submission_{_submission_id(root)}"
    store = DataStore(home.store)
    with tempfile.TemporaryDirectory(prefix="deepgrade-submission-") as folder:
        copy = Path(folder) / f"{student}.ipynb"
        copy.write_bytes(read_untrusted(picked.path, max_bytes=MAX_BYTES))
        request = GradeRequest(
            files, [copy], home.course, store, settings.origin, settings.size, sandbox=sandbox, slots=1
        )
        summary = grade(request, _Said())
    if summary.errors:
        raise NoResultError("The grader failed on this submission: " + " ".join(summary.errors))
    with open_gradebook(home.course) as gradebook:
        entry = gradebook.entry(lab.name, student)
    if entry.refusal is not None:
        return refused_results(lab, entry.refusal)
    record = RunStore(home.course, lab.name).read(entry.run_key) if entry.run_key else None
    if record is None or entry.score is None:
        raise NoResultError("The submission was not scored.")
    made = results(entry.score, record, lab, settings.options)
    return _with_note(made, picked)


def _with_note(made: dict[str, Any], picked: Picked) -> dict[str, Any]:
    return made if not picked.sentence else made | {"output": f"{made['output']}\n{picked.sentence}"}


def _submission_id(root: Path) -> str:
    """Return Gradescope's number of the submission; `0` where its metadata cannot be read."""
    with suppress(UntrustedFileError, ValueError, TypeError, KeyError):
        facts = parse_strict_json(
            read_untrusted(root / "submission_metadata.json", max_bytes=_METADATA_BYTES)
        )
        return str(int(facts["id"]))
    return "0"


def _close(root: Path) -> None:
    """Close what Gradescope laid out to every other user, and remove what must not be taken for our results.

    Raises:
        PermissionError: This process is not root's.
    """
    (root / "results").mkdir(exist_ok=True)
    for name in _CLOSED:
        path = root / name
        if path.is_symlink() or not path.exists():
            continue
        path.chmod(0o700 if path.is_dir() else path.stat().st_mode & 0o700)
    (root / "results" / "results.json").unlink(missing_ok=True)


def main() -> int:
    """Grade one submission; return the exit code."""
    root = Path(os.environ.get(ROOT_VARIABLE, _DEFAULT_ROOT))
    home = Home(Path(os.environ.get(HOME_VARIABLE, DEFAULT_HOME)))
    try:
        _close(root)
        made = grade_submission(root, home)
        text = json.dumps(made, ensure_ascii=True, allow_nan=False, indent=1)
        write_atomic(root / "results" / "results.json", text + "\n")
        (root / "results").chmod(0o755)
    except _EXPECTED as error:
        print(f"deepgrade: no result is published. {error}", flush=True)
        return 1
    except Exception:
        print("deepgrade: no result is published; this is a fault of the grader:", flush=True)
        traceback.print_exc(file=sys.stdout)
        return 1
    print(f"score: {made['score']:g}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
