"""The Slurm engine: job arrays on a cluster with a shared file system; the head only watches and takes results over."""

from deepgrade.engine.slurm.errors import LeftRunningError, SiteError, SlurmError, TaskFailedError
from deepgrade.engine.slurm.run import leaving_jobs_running, run_on_cluster
from deepgrade.engine.slurm.site import Site, load_site

__all__ = [
    "LeftRunningError",
    "Site",
    "SiteError",
    "SlurmError",
    "TaskFailedError",
    "leaving_jobs_running",
    "load_site",
    "run_on_cluster",
]
