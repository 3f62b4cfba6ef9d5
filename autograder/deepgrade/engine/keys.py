"""A run's key: equal key, equal run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from deepgrade.evidence import DataFacts
from deepgrade.files import sha256_json
from deepgrade.lab import CapturePlan, Limits

RUN_SEED = 20230324
"""Seed of every run's random generators, so that two runs of one file agree as far as the backend allows."""
KERNEL_VERSION = 2
"""Raised when the kernel keeps evidence differently, so that old runs are made again."""


def run_key(
    *,
    lab: str,
    student: str,
    sha256: str,
    plan: CapturePlan,
    limits: Limits,
    data: Iterable[DataFacts],
    environment: Mapping[str, str],
    seed: int,
    gpu: bool,
) -> str:
    """Return the key of a run: 64 hexadecimal digits.

    It hashes what can change what a run leaves behind: the submission, the capture plan, limits, data and
    environment. A check's body is not among them: editing a check runs nobody again.
    """
    return sha256_json(
        {
            "kernel": KERNEL_VERSION,
            "lab": lab,
            "student": student,
            "submission": sha256,
            "plan": plan.sha256,
            "limits": limits.model_dump(mode="json"),
            "data": sorted([facts.name, facts.fingerprint] for facts in data),
            "environment": dict(sorted(environment.items())),
            "seed": seed,
            "gpu": gpu,
        }
    )
