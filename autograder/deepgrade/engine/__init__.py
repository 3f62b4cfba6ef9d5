"""Where the work happens: this machine's slots, or a Slurm cluster's nodes (`engine.slurm`)."""

from deepgrade.engine.data import CourseData, course_data, data_facts
from deepgrade.engine.gpus import Cards, find_gpus
from deepgrade.engine.keys import RUN_SEED
from deepgrade.engine.local import Finished, run_all, slots_for
from deepgrade.engine.one import Setup, refresh_predictions, run_one
from deepgrade.engine.requests import infer_job

__all__ = [
    "RUN_SEED",
    "Cards",
    "CourseData",
    "Finished",
    "Setup",
    "course_data",
    "data_facts",
    "find_gpus",
    "infer_job",
    "refresh_predictions",
    "run_all",
    "run_one",
    "slots_for",
]
