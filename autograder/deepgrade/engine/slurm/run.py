"""The Slurm engine: the same shape as `engine.local.run_all`, with the work on a cluster's nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from deepgrade.engine.local import Finished
from deepgrade.engine.one import Setup
from deepgrade.engine.slurm.batch import Batch, open_batches
from deepgrade.engine.slurm.commands import Slurm
from deepgrade.engine.slurm.errors import LeftRunningError, NoAnswerError, RefusedError, SlurmError
from deepgrade.engine.slurm.files import setup_file
from deepgrade.engine.slurm.site import Site
from deepgrade.engine.slurm.watch import Watch
from deepgrade.records import Course
from deepgrade.submission import Submission


def run_on_cluster(
    submissions: Iterable[Submission],
    setup: Setup,
    course: Course,
    site: Site,
    *,
    sandbox: str | None,
    private: tuple[Path, ...] = (),
    started: Callable[[Submission], None] = lambda _: None,
    tell: Callable[[str], None] = lambda _: None,
    slurm: Slurm | None = None,
) -> Iterator[Finished]:
    """Run submissions on a cluster and yield each when its run is stored.

    What an earlier call submitted is waited for and not submitted again. For who has the course to itself.

    Args:
        submissions: All are taken before the first is submitted; each is written to disk at once.
        setup: What they share; its store gets the runs.
        course: Batches are kept in it, so it has to be on a file system that the nodes see under the same name.
        site: The cluster.
        sandbox: What surrounds a run on the node, as `find_sandbox` takes it.
        private: What students' code must not be able to read where rights of files alone keep it out.
        started: Called when a submission is first seen running.
        tell: Called with sentences for the instructor.
        slurm: The cluster's commands.

    Raises:
        SlurmError: Slurm is not here, does not answer, or refuses such jobs; what is finished or under way is kept.
    """
    file = setup_file(setup, sandbox, private)
    watch = Watch(setup, site, slurm or Slurm(), started=started, tell=tell)
    earlier = open_batches(course, setup.lab.name)
    places = {key: (batch, index) for batch in earlier for key, index in batch.unsettled.items()}
    wanted: dict[str, set[int]] = {batch.name: set() for batch in earlier}
    fresh: Batch | None = None
    for submission in submissions:
        key = setup.key(submission)
        if key in places:
            batch, index = places[key]
        else:
            batch = fresh = fresh or Batch.create(course, setup.lab.name, file)
            index = batch.add(submission, key)
        wanted.setdefault(batch.name, set()).add(index)
    for batch in earlier:
        if wanted[batch.name]:
            batch.write_setup(file)  # the same keys; perhaps another sandbox
        watch.add(batch, wanted[batch.name])
    if fresh is not None:
        fresh.save()
        watch.add(fresh, wanted[fresh.name])
    count = sum(bool(batch.attempts(index)) for batch in earlier for index in wanted[batch.name])
    if count:
        tell(f"{count} submissions are with Slurm already, from an earlier call.")
    with _errors_with_advice():
        watch.submit()
        yield from watch.results()


@contextmanager
def _errors_with_advice() -> Iterator[None]:
    try:
        yield
    except NoAnswerError as error:
        raise SlurmError(
            f"Slurm's controller does not answer ({error}). `scontrol ping` says whether it is up. Give the same command again"
            " when it is: what was submitted is found, the rest is submitted then, and nothing was lost."
        ) from None
    except RefusedError as error:
        raise SlurmError(
            f"Slurm refuses these jobs ({error}). Mend the site file (docs/slurm.md) or lab.toml's limits, then give the same"
            " command again; nothing was lost."
        ) from None


@contextmanager
def leaving_jobs_running(course: Course, lab: str) -> Iterator[None]:
    """Say, where the block is interrupted, that the jobs go on, and how to cancel them.

    Raises:
        LeftRunningError: Interrupted.
    """
    try:
        yield
    except KeyboardInterrupt:
        commands = [words for batch in open_batches(course, lab) for words in batch.cancel_words()]
        raise LeftRunningError(interrupted_text(commands)) from None


def interrupted_text(commands: list[str]) -> str:
    """Return what an instructor reads who has interrupted the head.

    Args:
        commands: That cancel what is under way.
    """
    if not commands:
        return "Interrupted. No job is under way. What was finished is kept; the same command goes on from there."
    return (
        "Interrupted. The jobs go on, and the same command picks up their results."
        f" To cancel them: {'; '.join(commands)}"
    )
