"""Watch tasks until each has a result: files first, then what Slurm says of those that left none.

Theory of operation: every few seconds the batch's folder of ends is listed, and the controller is asked for all of this
user's tasks in one call. A task with an end is taken over or tried again; one that Slurm says is under way is left
alone; one that Slurm has ended or forgotten and that has left no end within the grace time is tried again, up to the number
of attempts that the site allows. Everything that was decided stands in `state.json` before the next step is taken: this process may be killed
anywhere, and the next one goes on.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from deepgrade.engine.local import Finished
from deepgrade.engine.one import Setup
from deepgrade.engine.slurm.batch import ArrayEntry, Batch
from deepgrade.engine.slurm.commands import Slurm
from deepgrade.engine.slurm.errors import NoAnswerError, SlurmError, TaskFailedError
from deepgrade.engine.slurm.files import Done
from deepgrade.engine.slurm.listings import Seen
from deepgrade.engine.slurm.retry import Step, next_step
from deepgrade.engine.slurm.site import Site
from deepgrade.engine.slurm.submit import Submitter
from deepgrade.evidence import Verdict
from deepgrade.records import Course
from deepgrade.submission import Submission

_TELL_S = 60.0
_HEAR = "wait until it is up again, then give the same command: the jobs go on without it, and nothing is started twice."


@dataclass
class _Watched:
    """A batch, and what is known of it beyond its state."""

    batch: Batch
    wanted: set[int]
    """Indexes that this call waits for; those of other calls are taken over when they are there."""
    done: dict[tuple[int, int], Done] = field(default_factory=dict)
    running: set[int] = field(default_factory=set)
    gone_since: dict[tuple[int, int], float] = field(default_factory=dict)
    """Index and array's number -> when the task was first seen to be over, or unknown, without a file."""
    unsubmitted: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """Index -> nodes to avoid: to be submitted as soon as Slurm takes it."""
    avoid: dict[int, set[str]] = field(default_factory=dict)


class Watch:
    """Waits for tasks.

    Args:
        course: The course, whose run store gets the runs.
        setup: The grading.
        site: The cluster.
        slurm: Its commands.
        started: Called when a submission is first seen running.
        tell: Called with sentences for the instructor.
    """

    def __init__(
        self,
        course: Course,
        setup: Setup,
        site: Site,
        slurm: Slurm,
        *,
        started: Callable[[Submission], None],
        tell: Callable[[str], None],
    ) -> None:
        self._setup, self._site, self._slurm = setup, site, slurm
        self._started, self._tell = started, tell
        self._submitter = Submitter(slurm, site, setup)
        self._watched: list[_Watched] = []
        self._silent_since: float | None = None
        self._told: tuple[float, str] = (0.0, "")
        self._accounted_at = 0.0
        self._accounted: dict[tuple[int, int], Seen] = {}

    def add(self, batch: Batch, wanted: set[int]) -> None:
        """Watch a batch: all of it for what comes, `wanted` until it is there."""
        watched = _Watched(batch, wanted)
        for index, task in enumerate(batch.state.tasks):
            if (
                index not in wanted
                and index not in batch.state.settled
                and self._setup.store.is_final(task.key)
            ):
                batch.settle(index, "stored by another call")
        watched.unsubmitted = {index: () for index in sorted(wanted) if not batch.attempts(index)}
        for array in batch.state.arrays:
            for index in array.indexes:
                watched.avoid.setdefault(index, set()).update(array.exclude)
        self._watched.append(watched)

    def submit(self) -> None:
        """Submit what was never submitted.

        Raises:
            SlurmError: Slurm does not answer or refuses; what was submitted before goes on.
        """
        for watched in self._watched:
            self._submit(watched)

    def results(self) -> Iterator[Finished]:
        """Yield each wanted submission when it is settled.

        Raises:
            SlurmError: The controller has not answered for longer than the site's patience.
        """
        while True:
            seen = self._look()
            for watched in self._watched:
                yield from self._advance(watched, seen)
                watched.batch.close_if_settled()
            if not any(watched.wanted for watched in self._watched):
                return
            if seen is not None:
                for watched in self._watched:
                    self._submit_again(watched)
                self._report(seen)
            time.sleep(self._site.poll_s)

    def _look(self) -> dict[tuple[int, int], Seen] | None:
        """Return what Slurm says, by job and place; None while it does not answer."""
        try:
            listed = self._slurm.queue()
        except NoAnswerError as error:
            now = time.monotonic()
            since = self._silent_since = self._silent_since or now
            if now - since >= self._site.patience_minutes * 60:
                raise SlurmError(f"Slurm's controller does not answer ({error}): {_HEAR}") from None
            self._say("Slurm's controller does not answer; the jobs go on without it.")
            return None
        self._silent_since = None
        found = {(seen.job, seen.place): seen for seen in listed}
        names = {seen.name: seen.job for seen in listed}
        for watched in self._watched:
            self._find_arrays(watched, names)
        return self._remembered(found)

    def _remembered(self, found: dict[tuple[int, int], Seen]) -> dict[tuple[int, int], Seen]:
        """Ask the accounting, where there is one, for tasks that the controller has forgotten."""
        forgotten = {
            array.job
            for watched in self._watched
            for array in watched.batch.state.arrays
            for place, index in enumerate(array.indexes)
            if index in watched.wanted and array.job and (array.job, place) not in found
            and array is watched.batch.attempts(index)[-1] and (index, array.number) not in watched.done
        }  # fmt: skip
        now = time.monotonic()
        if forgotten and now - self._accounted_at >= max(self._site.poll_s, 10.0):
            self._accounted_at = now
            self._accounted = {(seen.job, seen.place): seen for seen in self._slurm.accounting(forgotten)}
        return self._accounted | found

    def _find_arrays(self, watched: _Watched, names: Mapping[str, int]) -> None:
        """Find out which arrays were submitted of which no answer came: by their names, or by what their tasks left."""
        batch = watched.batch
        for array in [array for array in batch.state.arrays if array.job is None]:
            if array.name in names:
                array.job = names[array.name]
                batch.save()
            elif (datetime.now(UTC) - array.asked_at).total_seconds() >= self._site.grace_s:
                if batch.has_traces(array):
                    array.job = 0  # over, and forgotten
                    batch.save()
                    continue
                batch.drop_array(array)
                for index in array.indexes:
                    if index in watched.wanted and not batch.attempts(index):
                        watched.unsubmitted[index] = ()
                    elif index in watched.wanted:
                        watched.unsubmitted[index] = tuple(array.exclude)

    def _advance(self, watched: _Watched, seen: Mapping[tuple[int, int], Seen] | None) -> Iterator[Finished]:
        batch = watched.batch
        watched.done = batch.done(watched.done)
        for index in range(len(batch.state.tasks)):
            arrays = batch.attempts(index)
            if index in batch.state.settled or index in watched.unsubmitted or not arrays:
                continue
            step = self._step(watched, index, arrays, seen)
            if step.action == "wait":
                continue
            if step.action == "again":
                if index in watched.wanted:
                    self._try_again(watched, index, step)
                continue
            if step.action == "give_up" and index not in watched.wanted:
                continue
            yield from self._settle(watched, index, step)

    def _step(
        self,
        watched: _Watched,
        index: int,
        arrays: list[ArrayEntry],
        seen: Mapping[tuple[int, int], Seen] | None,
    ) -> Step:
        latest = arrays[-1]
        for array in arrays:  # an attempt that was given up may have come to its end after all
            done = watched.done.get((index, array.number))
            if (
                done is not None
                and next_step(done, None, gone_s=0, grace_s=0, attempts=0, most=1).action == "take"
            ):
                return Step("take")
        done = watched.done.get((index, latest.number))
        if done is None and (seen is None or latest.job is None):
            return Step("wait")
        state = (
            None
            if seen is None or latest.job is None
            else seen.get((latest.job, latest.indexes.index(index)))
        )
        if state is not None and state.state == "RUNNING" and index in watched.wanted - watched.running:
            watched.running.add(index)
            self._started(watched.batch.submission(index))
        place = (index, latest.number)
        if done is not None or (state is not None and state.under_way):
            watched.gone_since.pop(place, None)
            gone_s = 0.0
        else:
            gone_s = time.monotonic() - watched.gone_since.setdefault(place, time.monotonic())
        step = next_step(
            done,
            state,
            gone_s=gone_s,
            grace_s=self._site.grace_s,
            attempts=len(arrays),
            most=self._site.attempts,
        )
        if step.action in ("again", "give_up") and state is not None and state.is_stuck:
            self._slurm.cancel(state.job, state.place)
        return step

    def _try_again(self, watched: _Watched, index: int, step: Step) -> None:
        avoid = watched.avoid.setdefault(index, set())
        if step.avoid:
            avoid.add(step.avoid)
        watched.unsubmitted[index] = tuple(sorted(avoid))
        student = watched.batch.state.tasks[index].student
        attempt = len(watched.batch.attempts(index)) + 1
        self._tell(f"{student}: {step.why}; attempt {attempt} of {self._site.attempts} follows.")

    def _settle(self, watched: _Watched, index: int, step: Step) -> Iterator[Finished]:
        batch, wanted = watched.batch, index in watched.wanted
        submission = batch.submission(index)
        key = batch.state.tasks[index].key
        done = self._last_done(watched, index)
        error: TaskFailedError | None = None
        if step.action == "take" and done is not None and done.attempt is not None:
            store = self._setup.store
            if not store.is_final(key):
                store.adopt(key, batch.folder / "attempts" / done.attempt / "runs" / batch.state.lab / key)
        else:
            verdict = (
                done.verdict if done is not None and done.verdict is not None else Verdict.INTERNAL_ERROR
            )
            tried = len(batch.attempts(index))
            error = TaskFailedError(
                f"{step.why}, in the last of {tried} attempts. See {batch.folder / 'logs'}.", verdict
            )
        batch.settle(index, str(error or (done.verdict if done else "")))
        watched.wanted.discard(index)
        if wanted:
            yield Finished(submission, None if error else self._setup.store.read(key), error)

    def _last_done(self, watched: _Watched, index: int) -> Done | None:
        """Return the end that counts: one that is the student's own, else the latest."""
        ends = [
            watched.done[index, array.number]
            for array in watched.batch.attempts(index)
            if (index, array.number) in watched.done
        ]
        good = [
            end
            for end in ends
            if next_step(end, None, gone_s=0, grace_s=0, attempts=0, most=1).action == "take"
        ]
        return good[0] if good else ends[-1] if ends else None

    def _submit(self, watched: _Watched) -> None:
        groups: dict[tuple[str, ...], list[int]] = {}
        for index, avoid in watched.unsubmitted.items():
            groups.setdefault(avoid, []).append(index)
        for avoid, indexes in groups.items():
            try:
                left = self._submitter.submit(watched.batch, indexes, avoid)
            except NoAnswerError:
                # What was asked for last is in the batch, and found or asked again; the rest waits.
                left = [index for index in indexes if not self._is_asked(watched.batch, index)]
                watched.unsubmitted = {
                    index: nodes
                    for index, nodes in watched.unsubmitted.items()
                    if index in left or index not in indexes
                }
                raise
            for index in set(indexes) - set(left):
                del watched.unsubmitted[index]

    def _is_asked(self, batch: Batch, index: int) -> bool:
        arrays = batch.attempts(index)
        return bool(arrays) and arrays[-1].job is None

    def _submit_again(self, watched: _Watched) -> None:
        try:
            self._submit(watched)
        except NoAnswerError:
            self._say("Slurm's controller did not answer; what it was asked is asked again.")

    def _report(self, seen: Mapping[tuple[int, int], Seen]) -> None:
        """Say how many tasks run and why others wait, when that has changed and the last word is a while ago."""
        jobs = {job for watched in self._watched for job in watched.batch.jobs()}
        states = [task for task in seen.values() if task.job in jobs and task.under_way]
        running = sum(task.state == "RUNNING" for task in states)
        reasons = Counter(task.reason for task in states if task.state == "PENDING")
        waiting = ", ".join(f"{count} wait ({reason})" for reason, count in reasons.most_common(3))
        if waiting:
            self._say(f"Slurm: {running} run, {waiting}.")

    def _say(self, text: str) -> None:
        at, last = self._told
        if text != last and (time.monotonic() - at >= _TELL_S or not last):
            self._told = (time.monotonic(), text)
            self._tell(text)
