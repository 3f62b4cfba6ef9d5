"""A batch's setup and submissions, made by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from deepgrade.engine import CourseData, Setup
from deepgrade.evidence import DataFacts
from deepgrade.lab import load_checks, load_lab, make_plan
from deepgrade.records import Course, RunStore
from deepgrade.sandbox import StudentEnvironment
from deepgrade.submission import Cell, Submission
from support.made_runs import make_lab, make_labels, make_public


class NoSandbox:
    """A sandbox that is never used."""

    name = "none"
    environment = StudentEnvironment(python=Path("python"), mounts=(), masks=(), versions={"numpy": "2.0"})


def make_setup(folder: Path) -> Setup:
    """Return the setup of a grading of the tiny lab on a cluster."""
    files = make_lab(folder / "labs")
    lab, checks = load_lab(files), load_checks(files.checks)
    facts = DataFacts(name="mnist", origin="synthetic", size="quick", fingerprint="0")
    return Setup(
        lab=lab,
        plan=make_plan(lab, checks.checks),
        checks=checks.checks,
        size="quick",
        data=CourseData(make_public(folder), {"digits": folder / "inputs"}, make_labels(folder), (facts,)),
        sandbox=NoSandbox(),
        environment=NoSandbox.environment,
        store=RunStore(Course(folder / "course"), "tiny"),
        seed=7,
        gpu_elsewhere=True,
    )


def make_submission(student: str = "ada", text: str = "x = 1") -> Submission:
    """Return a submission of one cell."""
    cell = Cell(0, "code", text, "a1", "answer", False)
    notebook = {
        "nbformat": 4,
        "nbformat_minor": 4,
        "metadata": {},
        "cells": [{"cell_type": "code", "metadata": {}, "source": text}],
    }
    return Submission(
        student=student,
        filename=f"{student}.ipynb",
        sha256="0" * 64,
        flavour="otter",
        warnings=("odd",),
        answers={"a3": "Because."},
        cells=(cell,),
        notebook=notebook,
        handed_in_at=datetime.now(UTC),
    )
