"""A cluster for all tests here, and classes to grade on it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from deepgrade.data import DataStore
from deepgrade.engine.slurm import load_site
from deepgrade.grading import GradeRequest, GradeSummary, grade, open_gradebook
from deepgrade.lab import LabFiles
from deepgrade.records import Course
from support.cluster import Cluster, running_cluster
from support.small_class import make_small_lab, write_class

SITE = {
    "partition": "gpu", "memory_margin_mib": 400, "poll_s": 0.3, "grace_s": 1.5, "margin_minutes": 1, "sandbox": "bubblewrap",
}  # fmt: skip
MAX_ARRAY = 5
"""So small that a class of ordinary size needs several arrays."""


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cluster")
    with running_cluster(folder, DEEPGRADE_SLURM_MAX_ARRAY=str(MAX_ARRAY)) as cluster:
        os.environ["SLURM_CONF"] = cluster.environment["SLURM_CONF"]
        yield cluster
        del os.environ["SLURM_CONF"]


class Heard:
    """What a grading told."""

    def __init__(self):
        self.outcomes, self.running, self.notes = {}, [], []

    def begin(self, total, slots):
        """Ignore it."""

    def started(self, student):
        """Keep who runs."""
        self.running.append(student)

    def finished(self, student, outcome, *, stored):
        """Keep the outcome."""
        self.outcomes[student] = (outcome, stored)

    def scoring(self, count):
        """Ignore it."""

    def note(self, text):
        """Keep it."""
        self.notes.append(text)


@dataclass
class School:
    """A lab, a class and a course in a folder, graded on a cluster."""

    folder: Path
    store: DataStore
    cluster: Cluster
    files: LabFiles
    heard: Heard = field(default_factory=Heard)

    @property
    def course(self) -> Course:
        """The course's folder."""
        return Course(self.folder / "course")

    def site(self, **fields) -> Path:
        """Write the site file."""
        path = self.folder / "site.toml"
        path.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in (SITE | fields).items()))
        return path

    def hand_in(self, notebooks: dict[str, str]) -> Path:
        """Write notebooks, one a student."""
        return write_class(self.folder / "submissions", notebooks)

    def request(self, *, site: Path | None = None, course: Course | None = None) -> GradeRequest:
        """Return what to grade."""
        return GradeRequest(
            self.files,
            [self.folder / "submissions"],
            course or self.course,
            self.store,
            "synthetic",
            "quick",
            site=load_site(site or self.site()),
        )

    def grade(self, *, site: Path | None = None) -> GradeSummary:
        """Grade in this process."""
        self.heard = Heard()
        return grade(self.request(site=site), self.heard)

    def head(self, *words: str, **environment: str) -> subprocess.Popen:
        """Start `deepgrade grade` as a process."""
        command = [
            sys.executable,
            "-m",
            "deepgrade.cli.main",
            "grade",
            "small",
            str(self.folder / "submissions"),
        ]
        command += [
            "--root",
            str(self.files.root),
            "--course",
            str(self.course.root),
            "--store",
            str(self.store.root),
        ]
        command += ["--data", "synthetic", "--size", "quick", "--engine", "slurm", *words]
        if "--site" not in words:
            command += ["--site", str(self.site())]
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "COLUMNS": "200", **environment},
            # A shell that starts tests in the background has them ignore Ctrl-C, and children inherit that.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    @property
    def batches(self) -> list[Path]:
        """The batches' folders, the oldest first."""
        return sorted((self.course.root / "slurm" / "small").iterdir())

    def starts(self) -> list[str]:
        """Return every start of a task on a node, as its log's line."""
        logs = sorted(self.course.root.glob("slurm/small/*/logs/*.log"))
        lines = [line for log in logs for line in log.read_text().splitlines()]
        return [line for line in lines if line.startswith("deepgrade: task ")]

    def state(self, batch: int = -1) -> dict:
        """Return a batch's state.json."""
        return json.loads((self.batches[batch] / "state.json").read_text())

    def result(self, student: str):
        """Return verdict and points by question; None where there is no run."""
        with open_gradebook(self.course) as gradebook:
            entry = gradebook.entry("small", student)
        if entry is None or entry.score is None:
            return None
        record = json.loads((self.course.runs("small") / entry.run_key / "run.json").read_text())
        return record["verdict"], {question.question: question.points for question in entry.score.questions}


@pytest.fixture
def school(tmp_path, digits_store, cluster) -> School:
    files = make_small_lab(tmp_path / "labs")
    return School(tmp_path, digits_store, cluster, files)
