"""What native grading needs of a lab: its checks, lab.toml, capture plan and templates, laid out as in a project.

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

from deepgrade.engine import RUN_SEED
from deepgrade.files import write_atomic
from deepgrade.lab import LabFiles, Origin, Size, load_checks, load_lab, make_plan
from deepgrade.native.facts import FACTS
from deepgrade.run.job import evidence_budget_bytes


def bundle_files(files: LabFiles, *, origin: Origin, size: Size) -> dict[str, bytes]:
    """Return a lab's bundle, name -> content.

    Args:
        files: The lab, built before.
        origin: Which data native grading uses.
        size: How much of it.

    Raises:
        LabError: The lab's files are wrong.
    """
    lab = load_lab(files)
    plan = make_plan(lab, load_checks(files.checks).checks)
    members = {
        str(path.relative_to(files.root)): path.read_bytes()
        for path in files.needed_to_grade
        if path.is_file()
    }
    facts = {
        "schema_version": 1,
        "lab": lab.name,
        "origin": origin,
        "size": size,
        "sets": list(lab.data),
        "seed": RUN_SEED,
        "evidence_bytes": evidence_budget_bytes(lab.limits_for(size)),
        "plan": plan.for_kernel(),
    }
    members[str(files.plan.relative_to(files.root))] = _json(plan.model_dump(mode="json"))
    members[FACTS] = _json(facts)
    return members


def write_bundle(files: LabFiles, folder: Path, *, origin: Origin, size: Size) -> None:
    """Write a lab's bundle in the place of an older one; other arguments and errors as `bundle_files`."""
    members = bundle_files(files, origin=origin, size=size)
    shutil.rmtree(folder, ignore_errors=True)
    for name, data in members.items():
        write_atomic(folder / name, data)


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=1) + "\n").encode("utf-8")
