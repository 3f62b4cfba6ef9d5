"""Ask Slurm what became of the arrays that are watched."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from deepgrade.engine.slurm.commands import Slurm
from deepgrade.engine.slurm.errors import NoAnswerError, SlurmError
from deepgrade.engine.slurm.listings import Seen
from deepgrade.engine.slurm.site import Site
from deepgrade.engine.slurm.watched import Watched

Places = Mapping[tuple[int, int], Seen]
"""Array's job id and place in the array -> what Slurm says."""
_TELL_S = 60.0
_ACCOUNTING_S = 10.0


class Lookout:
    """Asks Slurm, and says what an instructor should know of the answers.

    Args:
        slurm: The cluster's commands.
        site: The cluster.
        tell: Called with sentences.
    """

    def __init__(self, slurm: Slurm, site: Site, tell: Callable[[str], None]) -> None:
        self._slurm, self._site, self._tell = slurm, site, tell
        self._silent_since: float | None = None
        self._told: dict[str, float] = {}
        self._accounted_at = -_ACCOUNTING_S
        self._accounted: dict[tuple[int, int], Seen] = {}

    def look(self, batches: Sequence[Watched]) -> Places | None:
        """Return what Slurm says of all live tasks; None while its controller does not answer.

        Arrays of which no answer came when they were submitted are found by their names, or known not to exist.

        Raises:
            SlurmError: The controller has not answered for longer than the site's patience.
        """
        names = [array.name for watched in batches for array in watched.batch.live_arrays]
        try:
            listed = self._slurm.queue(names)
        except NoAnswerError as error:
            self._wait_for_controller(error)
            return None
        self._silent_since = None
        jobs = {seen.name: seen.job for seen in listed}
        for watched in batches:
            self._find_arrays(watched, jobs)
        found = {(seen.job, seen.place): seen for seen in listed}
        return self._ask_accounting(batches, found) | found

    def report(self, seen: Places) -> None:
        """Say how many tasks run and why others wait."""
        running = sum(task.state == "RUNNING" for task in seen.values())
        reasons = Counter(
            task.reason
            for task in seen.values()
            if task.state == "PENDING" and task.reason not in ("", "None")
        )
        if reasons:
            waiting = ", ".join(f"{count} wait ({reason})" for reason, count in reasons.most_common(3))
            self._say("waiting", f"Slurm: {running} run, {waiting}.")

    def say_unanswered(self) -> None:
        """Say that a submission was not answered."""
        self._say("unanswered", "Slurm's controller did not answer; it is asked again.")

    def say_full(self, count: int) -> None:
        """Say that submissions wait here, since Slurm takes no more jobs of this user."""
        self._say(
            "full", f"Slurm takes no more jobs of yours at this moment; {count} submissions wait for it here."
        )

    def _wait_for_controller(self, error: NoAnswerError) -> None:
        now = time.monotonic()
        self._silent_since = self._silent_since or now
        if now - self._silent_since >= self._site.patience_minutes * 60:
            raise SlurmError(
                f"Slurm's controller has not answered for {self._site.patience_minutes:g} minutes ({error}). Wait until it is"
                " up again, then give the same command: the jobs go on without it, and nothing is started twice."
            ) from None
        self._say("silent", "Slurm's controller does not answer; the jobs go on without it.")

    def _find_arrays(self, watched: Watched, jobs: Mapping[str, int]) -> None:
        batch = watched.batch
        for array in [array for array in batch.state.arrays if array.job is None]:
            if array.name in jobs:
                array.job = jobs[array.name]
                batch.save()
            elif (datetime.now(UTC) - array.asked_at).total_seconds() < self._site.grace_s:
                continue  # the controller may have been asked and not have come to it yet
            elif batch.has_traces(array):
                array.job = 0  # over, and forgotten
                batch.save()
            else:
                watched.forget(array)

    def _ask_accounting(self, batches: Sequence[Watched], found: Places) -> dict[tuple[int, int], Seen]:
        """Return what the site's accounting says of tasks that the controller has forgotten, where it keeps any."""
        forgotten = {
            array.job
            for watched in batches
            for index in watched.wanted
            if watched.end_of(index) is None
            for array in watched.batch.attempts(index)[-1:]
            if array.job and (array.job, array.indexes.index(index)) not in found
        }
        now = time.monotonic()
        if forgotten and now - self._accounted_at >= _ACCOUNTING_S:
            self._accounted_at = now
            self._accounted = {(seen.job, seen.place): seen for seen in self._slurm.accounting(forgotten)}
        return self._accounted

    def _say(self, about: str, text: str) -> None:
        """Say something, and nothing about the same for a minute."""
        now = time.monotonic()
        if now - self._told.get(about, -_TELL_S) >= _TELL_S:
            self._told[about] = now
            self._tell(text)
