"""A batch: a folder in the course through which the head and the nodes speak, in files alone.

    <course>/slurm/<lab>/<batch>/          0700, like everything in it
        setup.json                         the grading, for the nodes
        state.json                         the head's own: submissions, keys, arrays, what is settled
        tasks/<index>.json                 one submission, and the key of its run
        arrays/<number>.json, .sh          which tasks an array holds, and its script
        attempts/<index>-<array>-.../      where one attempt works; a run store of its own
        done/<index>-<array>.json          how an attempt ended; written last, by rename
        logs/<array>-<place>.log           what a task printed

Who writes what: `attempts`, `done` and `logs` the nodes, everything else the head. An attempt never writes into the
course's runs: a task that was given up and lives on cannot harm what came after it, and the head can clear up the
course's runs while tasks work. The head takes a finished run over and removes the attempt.
"""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from deepgrade.engine.slurm.errors import SlurmError
from deepgrade.engine.slurm.files import ArrayFile, Done, SetupFile, submission_from, submission_text
from deepgrade.files import remove_unfinished, write_atomic
from deepgrade.records import Course
from deepgrade.submission import Submission

_DONE = re.compile(r"(\d+)-(\d+)\.json")
_MODE = 0o600


class _State(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TaskEntry(_State):
    """One submission of a batch; its index is its place in the list."""

    student: str
    key: str
    """Of its run."""


class ArrayEntry(_State):
    """One job array. Written before sbatch is called, so that a killed head's array can be found by its name."""

    number: int
    name: str
    """The job's name; no other array has it."""
    indexes: list[int]
    exclude: list[str] = []
    job: int | None = None
    """None: whether it was submitted is not known."""
    asked_at: datetime


class BatchState(_State):
    """`state.json`."""

    schema_version: Literal[1] = 1
    lab: str
    created_at: datetime
    tasks: list[TaskEntry] = []
    arrays: list[ArrayEntry] = []
    settled: dict[int, str] = {}
    """Index -> how it ended: nothing more is done about it."""
    closed: bool = False


class Batch:
    """One batch.

    Args:
        folder: Where it is.
        state: What `state.json` says.
    """

    def __init__(self, folder: Path, state: BatchState) -> None:
        self.folder, self.state = folder, state
        self._attempts: dict[int, list[ArrayEntry]] = {}
        for array in state.arrays:
            self._note(array)

    @classmethod
    def create(cls, course: Course, lab: str, setup: SetupFile) -> Batch:
        """Make an empty batch; nothing of it is found again before `save`."""
        moment = datetime.now(UTC)
        parent = batches_folder(course, lab)
        folder = parent / f"{moment:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
        for path in (parent.parent, parent, folder, *(folder / name for name in _FOLDERS)):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        batch = cls(folder, BatchState(lab=lab, created_at=moment))
        batch.write_setup(setup)
        return batch

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def unsettled(self) -> dict[str, int]:
        """Key -> index of the tasks about which something is left to do."""
        return {
            task.key: index for index, task in enumerate(self.state.tasks) if index not in self.state.settled
        }

    def write_setup(self, setup: SetupFile) -> None:
        """Write `setup.json`."""
        write_atomic(self.folder / "setup.json", setup.model_dump_json(indent=1), mode=_MODE)

    def save(self) -> None:
        """Write `state.json`."""
        write_atomic(self.folder / "state.json", self.state.model_dump_json(indent=1), mode=_MODE)

    def add(self, submission: Submission, key: str) -> int:
        """Add a submission and return its index."""
        index = len(self.state.tasks)
        self.state.tasks.append(TaskEntry(student=submission.student, key=key))
        write_atomic(self._task(index), submission_text(submission, key), mode=_MODE)
        return index

    def submission(self, index: int) -> Submission:
        """Return a submission by its index."""
        return submission_from(self._task(index).read_text(encoding="utf-8"))[0]

    def plan_array(self, indexes: Iterable[int], exclude: Iterable[str], *, requeues: int) -> ArrayEntry:
        """Note an array that is about to be submitted."""
        number = 1 + max((array.number for array in self.state.arrays), default=0)
        entry = ArrayEntry(
            number=number,
            name=f"deepgrade-{self.state.lab}-{self.name}-{number}",
            indexes=list(indexes),
            exclude=sorted(exclude),
            asked_at=datetime.now(UTC),
        )
        file = ArrayFile(indexes=tuple(entry.indexes), requeues=requeues)
        write_atomic(self.folder / "arrays" / f"{number}.json", file.model_dump_json(), mode=_MODE)
        self.state.arrays.append(entry)
        self._note(entry)
        self.save()
        return entry

    def drop_array(self, entry: ArrayEntry) -> None:
        """Forget an array that was never submitted."""
        self.state.arrays.remove(entry)
        for index in entry.indexes:
            self._attempts[index].remove(entry)
        self.save()

    @property
    def live_arrays(self) -> list[ArrayEntry]:
        """The arrays in which something that is not settled may be under way."""
        settled = self.state.settled
        return [array for array in self.state.arrays if any(index not in settled for index in array.indexes)]

    def cancel_words(self) -> list[str]:
        """Return commands that cancel what may be under way."""
        jobs = [str(array.job) for array in self.live_arrays if array.job]
        in_doubt = [array.name for array in self.live_arrays if array.job is None]
        named = [f"scancel --name={','.join(in_doubt)}"] if in_doubt else []
        return ([f"scancel {' '.join(jobs)}"] if jobs else []) + named

    def attempts(self, index: int) -> list[ArrayEntry]:
        """Return the arrays that hold a task, the latest last."""
        return self._attempts.get(index, [])

    def settle(self, outcomes: Mapping[int, str]) -> None:
        """Note that nothing more is to be done about tasks, and how they ended; remove what their attempts left."""
        if not outcomes:
            return
        self.state.settled.update(outcomes)
        self.save()
        for folder in (self.folder / "attempts").iterdir():
            index = folder.name.partition("-")[0]
            if index.isdecimal() and int(index) in outcomes:
                shutil.rmtree(folder, ignore_errors=True)

    def close_if_settled(self) -> None:
        """Close the batch when every task is settled; what explains it later (state, logs, ends) stays."""
        if len(self.state.settled) < len(self.state.tasks) or self.state.closed:
            return
        self.state.closed = True
        self.save()
        for name in ("tasks", "attempts"):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def done(self, known: Mapping[tuple[int, int], Done]) -> dict[tuple[int, int], Done]:
        """Return how attempts ended, by index and array's number: what is known, and what is new in the folder."""
        found = dict(known)
        # The folder is listed, and no file asked for by its name: network file systems remember that one was missing.
        for path in (self.folder / "done").iterdir():
            match = _DONE.fullmatch(path.name)
            place = (int(match[1]), int(match[2])) if match else None
            if place is not None and place not in found:
                try:
                    found[place] = Done.model_validate_json(path.read_bytes())
                except (OSError, ValidationError):
                    continue  # not all here yet, or damaged: then the task counts as gone
        return found

    def run_folder(self, done: Done) -> Path:
        """Return where an attempt's run is.

        Raises:
            ValueError: It has none.
        """
        if done.attempt is None:
            raise ValueError(f"attempt {done.array} of task {done.index} left no run")
        key = self.state.tasks[done.index].key
        return self.folder / "attempts" / done.attempt / "runs" / self.state.lab / key

    def has_run(self, done: Done) -> bool:
        """Return whether an attempt's run can be seen."""
        return done.attempt is not None and (self.run_folder(done) / "run.json").is_file()

    def set_aside(self, done: Done) -> None:
        """Rename an end that is not to count."""
        path = self.folder / "done" / f"{done.index}-{done.array}.json"
        with suppress(FileNotFoundError):
            path.rename(path.with_suffix(".lost"))

    def has_traces(self, entry: ArrayEntry) -> bool:
        """Return whether a task of an array has ever begun."""
        return any(
            f"-{entry.number}-" in path.name or path.name.endswith(f"-{entry.number}.json")
            for folder in ("attempts", "done")
            for path in (self.folder / folder).iterdir()
        )

    def _task(self, index: int) -> Path:
        return self.folder / "tasks" / f"{index}.json"

    def _note(self, entry: ArrayEntry) -> None:
        for index in entry.indexes:
            self._attempts.setdefault(index, []).append(entry)


_FOLDERS = ("tasks", "arrays", "attempts", "done", "logs")


def batches_folder(course: Course, lab: str) -> Path:
    """Return where a lab's batches are."""
    return course.root / "slurm" / lab


def open_batches(course: Course, lab: str) -> list[Batch]:
    """Return the batches in which something is left to do, the oldest first; for who has the course to itself.

    What a head left that was killed before its batch was complete is removed: nothing of it was submitted.

    Raises:
        SlurmError: A batch's state cannot be read.
    """
    parent = batches_folder(course, lab)
    found = []
    for folder in sorted(parent.iterdir()) if parent.is_dir() else ():
        if not folder.is_dir():
            continue
        path = folder / "state.json"
        if not path.exists():
            shutil.rmtree(folder, ignore_errors=True)
            continue
        try:
            state = BatchState.model_validate_json(path.read_bytes())
        except ValidationError:
            raise SlurmError(
                f"{path} cannot be read: it is damaged, or another version of deepgrade wrote it. Move {folder} away to go on"
                " without it: what its jobs finish is then made again."
            ) from None
        if not state.closed:
            for place in (folder, folder / "tasks", folder / "arrays"):
                remove_unfinished(place)
            found.append(Batch(folder, state))
    return found
