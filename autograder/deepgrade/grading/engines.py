"""Where a grading's runs are done: on this machine's slots, or on a cluster's nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deepgrade.engine import Cards, Finished, Setup, find_gpus, run_all
from deepgrade.engine.slurm import Site, leaving_jobs_running, run_on_cluster
from deepgrade.infer import InferWorker
from deepgrade.lab import Lab, LabError
from deepgrade.records import Course
from deepgrade.submission import Submission


@dataclass(frozen=True)
class OnCluster:
    """What runs on a cluster need besides what runs on this machine do.

    Attributes:
        site: The cluster.
        course: Whose folder the nodes see.
        sandbox: What surrounds a run, as `find_sandbox` takes it.
        private: What students' code must not be able to read.
    """

    site: Site
    course: Course
    sandbox: str | None
    private: tuple[Path, ...]


def cards_for(lab: Lab, site: Site | None) -> Cards:
    """Return this machine's GPUs that a lab's runs share: none where its lab.toml wants none, or a cluster has them.

    Raises:
        LabError: The lab requires a GPU, and there is none to lend.
    """
    if lab.gpu == "off":
        return Cards()
    if site is not None:
        if lab.gpu == "required" and not site.gres:
            raise LabError(
                f"{lab.name} requires a GPU (gpu in lab.toml), and the site file asks for none (gres is empty)."
            )
        return Cards()
    gpus, why_none = find_gpus()
    if lab.gpu == "required" and not gpus:
        raise LabError(
            f"{lab.name} requires a GPU (gpu in lab.toml), and this machine has none to lend: {why_none}."
            " `deepgrade doctor` shows the same. Grade on a machine where nvidia-smi lists a GPU,"
            ' or set gpu = "preferred" in lab.toml: then what asks for a GPU is not assessed.'
        )
    return Cards(gpus)


@contextmanager
def finished_runs(
    submissions: Iterator[Submission],
    setup: Setup,
    worker: InferWorker,
    cluster: OnCluster | None,
    *,
    started: Callable[[Submission], None],
    tell: Callable[[str], None],
) -> Iterator[Iterator[Finished]]:
    """Yield an iterator over submissions, each as soon as its run is stored.

    Args:
        submissions: Taken as places fall free.
        setup: What they share.
        worker: The infer process of this machine.
        cluster: Where the runs are done; None: here.
        started: Called when a submission has got a place.
        tell: Called with sentences for the instructor.

    Raises:
        SlurmError: The cluster cannot be used.
        LeftRunningError: Interrupted while jobs run on the cluster; they go on.
    """
    if cluster is None:
        yield run_all(submissions, setup, worker, slots=setup.slots, started=started, tell=tell)
        return
    with leaving_jobs_running(cluster.course, setup.lab.name):
        yield run_on_cluster(
            submissions,
            setup,
            cluster.course,
            cluster.site,
            sandbox=cluster.sandbox,
            private=cluster.private,
            started=started,
            tell=tell,
        )
