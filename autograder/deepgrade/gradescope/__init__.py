"""Gradescope: an autograder zip that runs our stages there, and results.json in Gradescope's format."""

from deepgrade.gradescope.results import (
    VISIBILITIES,
    NoResultError,
    ResultOptions,
    Visibility,
    refused_results,
    results,
)
from deepgrade.gradescope.settings import Settings

__all__ = [
    "VISIBILITIES",
    "NoResultError",
    "ResultOptions",
    "Settings",
    "Visibility",
    "refused_results",
    "results",
]
