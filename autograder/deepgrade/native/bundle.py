"""What native grading needs of a lab, in one folder: its checks, lab.toml, capture plan and templates, laid out as in a project.

    native.json                         facts for the kernel's side, which reads nothing else
    solutions/<lab>/lab.toml
    tests/hidden/test_<lab>.py
    assignments/<lab>/                  capture plan and templates

It holds hidden checks and no data: it belongs to instructors, never into a folder that is released.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from deepgrade.engine import RUN_SEED
from deepgrade.files import write_atomic
from deepgrade.lab import CapturePlan, LabFiles, Origin, Size, load_checks, load_lab, make_plan
from deepgrade.native.facts import FACTS
from deepgrade.run.job import evidence_budget_bytes


def write_bundle(files: LabFiles, folder: Path, *, origin: Origin, size: Size) -> None:
    """Write a lab's bundle, in the place of an older one.

    Args:
        files: The lab, built before.
        folder: Emptied first.
        origin: Which data native grading uses.
        size: How much of it.

    Raises:
        LabError: The lab's files are wrong.
    """
    lab = load_lab(files)
    plan = make_plan(lab, load_checks(files.checks).checks)
    shutil.rmtree(folder, ignore_errors=True)
    target = LabFiles(folder, files.name)
    pairs = [(files.toml, target.toml), (files.checks, target.checks)]
    pairs += [(files.template(name), target.template(name)) for name in ("otter", "nbgrader")]
    for source, place in pairs:
        if source.is_file():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, place)
    write_atomic(target.plan, json.dumps(plan.model_dump(mode="json"), indent=1) + "\n")
    facts = {
        "schema_version": 1,
        "lab": lab.name,
        "origin": origin,
        "size": size,
        "sets": list(lab.data),
        "seed": RUN_SEED,
        "evidence_bytes": evidence_budget_bytes(lab.limits_for(size)),
        "plan": captures_of(plan),
    }
    write_atomic(folder / FACTS, json.dumps(facts, indent=1) + "\n")


def captures_of(plan: CapturePlan) -> dict[str, Any]:
    """Return question -> what the kernel keeps when it ends."""
    return {
        question: {"names": list(capture.names), "probes": capture.probes}
        for question, capture in plan.questions.items()
    }
