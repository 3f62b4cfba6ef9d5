"""Watch tasks until each has a result: files first, then what Slurm says of those that left none.

Theory of operation: every few seconds the batch's folder of ends is listed, and the controller is asked for all live tasks
in one call. A task with an end is taken over or tried again; one that Slurm says is under way is left alone; one that
Slurm has ended or forgotten and that has left no end within the grace time is tried again, up to the number of attempts
that the site allows. What is submitted stands in `state.json` before it is, and what was taken over stands in the run store:
this process may be killed anywhere, and the next one goes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from deepgrade.engine.local import Finished
from deepgrade.engine.one import Setup
from deepgrade.engine.slurm.batch import Batch
from deepgrade.engine.slurm.commands import Slurm
from deepgrade.engine.slurm.errors import NoAnswerError, TaskFailedError
from deepgrade.engine.slurm.lookout import Lookout, Places
from deepgrade.engine.slurm.retry import Step, next_step
from deepgrade.engine.slurm.site import Site
from deepgrade.engine.slurm.submit import Submitter
from deepgrade.engine.slurm.watched import Watched
from deepgrade.evidence import Verdict
from deepgrade.submission import Submission


class Watch:
    """Waits for tasks.

    Args:
        setup: The grading; its store gets the runs.
        site: The cluster.
        slurm: Its commands.
        started: Called when a submission is first seen running.
        tell: Called with sentences for the instructor.
    """

    def __init__(
        self,
        setup: Setup,
        site: Site,
        slurm: Slurm,
        *,
        started: Callable[[Submission], None],
        tell: Callable[[str], None],
    ) -> None:
        self._setup, self._site, self._slurm = setup, site, slurm
        self._started, self._tell = started, tell
        self._lookout = Lookout(slurm, site, tell)
        self._submitter = Submitter(slurm, site, setup)
        self._watched: list[Watched] = []

    def add(self, batch: Batch, wanted: set[int]) -> None:
        """Watch a batch: all of it for what comes, `wanted` until it is there."""
        batch.settle(
            {
                index: "stored by an earlier call"
                for index, task in enumerate(batch.state.tasks)
                if index not in wanted | batch.state.settled.keys() and self._setup.store.is_final(task.key)
            }
        )
        self._watched.append(Watched(batch, wanted))

    def submit(self) -> None:
        """Submit what was never submitted.

        Raises:
            NoAnswerError: Slurm does not answer; what was submitted before goes on.
            RefusedError: Slurm refuses such jobs.
        """
        for watched in self._watched:
            self._submit(watched)

    def results(self) -> Iterator[Finished]:
        """Yield each wanted submission when it is settled.

        Raises:
            SlurmError: The controller has not answered for longer than the site's patience.
            RefusedError: Slurm refuses to start a task once more.
        """
        while True:
            seen = self._lookout.look(self._watched)
            for watched in self._watched:
                yield from self._advance(watched, seen)
                watched.batch.close_if_settled()
            if not any(watched.wanted for watched in self._watched):
                return
            if seen is not None:
                self._submit_again()
                self._lookout.report(seen)
            time.sleep(self._site.poll_s)

    def _advance(self, watched: Watched, seen: Places | None) -> Iterator[Finished]:
        """Take over what is there and note what is to be tried again."""
        watched.look()
        batch = watched.batch
        outcomes: dict[int, str] = {}
        try:
            for index in range(len(batch.state.tasks)):
                if index in batch.state.settled or index in watched.unsubmitted or not batch.attempts(index):
                    continue
                step, wanted = self._step(watched, index, seen), index in watched.wanted
                if step.action == "again" and wanted:
                    self._try_again(watched, index, step)
                elif step.action == "take" or (step.action == "give_up" and wanted):
                    finished, outcomes[index] = self._settle(watched, index, step)
                    watched.wanted.discard(index)
                    if wanted:
                        yield finished
        finally:
            batch.settle(outcomes)

    def _step(self, watched: Watched, index: int, seen: Places | None) -> Step:
        arrays = watched.batch.attempts(index)
        latest, done = arrays[-1], watched.end_of(index)
        state = None
        if done is None:
            if seen is None or latest.job is None:
                return Step("wait")
            state = seen.get((latest.job, latest.indexes.index(index)))
        if state is not None and state.state == "RUNNING" and index in watched.wanted - watched.running:
            watched.running.add(index)
            self._started(watched.batch.submission(index))
        if done is not None and done.attempt is not None and not watched.batch.has_run(done):
            # The end shows on this machine, and its run not yet: on a network file system that passes.
            if watched.gone_s(index, latest, gone=True) < self._site.grace_s:
                return Step("wait")
            done = None
            watched.distrust(index)
        gone = done is None and (state is None or not state.under_way)
        step = next_step(
            done,
            state,
            gone_s=watched.gone_s(index, latest, gone=gone),
            grace_s=self._site.grace_s,
            attempts=len(arrays),
            most=self._site.attempts,
        )
        if state is not None and state.is_stuck and step.action != "wait":
            self._slurm.cancel(state.job, state.place)
        return step

    def _try_again(self, watched: Watched, index: int, step: Step) -> None:
        watched.again(index, step.avoid)
        student = watched.batch.state.tasks[index].student
        attempt = len(watched.batch.attempts(index)) + 1
        self._tell(f"{student}: {step.why}; attempt {attempt} of {self._site.attempts} follows.")

    def _settle(self, watched: Watched, index: int, step: Step) -> tuple[Finished, str]:
        """Take a run over, or give up; return what the caller gets, and in words how it ended."""
        batch, store = watched.batch, self._setup.store
        submission, key = batch.submission(index), batch.state.tasks[index].key
        if step.action == "take":
            done = watched.end_of(index)
            if done is not None and not store.is_final(key):
                store.adopt(key, batch.run_folder(done))
            record = store.read(key)
            return Finished(submission, record, None), str(record.verdict if record else "")
        last = watched.last_end(index)
        error = TaskFailedError(
            f"{step.why}, in the last of {len(batch.attempts(index))} attempts. See {batch.folder / 'logs'}.",
            (last.verdict if last else None) or Verdict.INTERNAL_ERROR,
        )
        return Finished(submission, None, error), str(error)

    def _submit(self, watched: Watched) -> None:
        groups: dict[tuple[str, ...], list[int]] = {}
        for index, avoid in watched.unsubmitted.items():
            groups.setdefault(avoid, []).append(index)
        for avoid, indexes in groups.items():
            if self._submitter.is_full:
                return
            before = {index: len(watched.batch.attempts(index)) for index in indexes}
            try:
                self._submitter.submit(watched.batch, indexes, avoid)
            finally:
                # What Slurm did not answer to is noted in the batch as well: it is found by its name, or asked again.
                for index in indexes:
                    if len(watched.batch.attempts(index)) > before[index]:
                        del watched.unsubmitted[index]

    def _submit_again(self) -> None:
        try:
            self.submit()
        except NoAnswerError:
            self._lookout.say_unanswered()
        if self._submitter.is_full:
            self._lookout.say_full(sum(len(watched.unsubmitted) for watched in self._watched))
