"""Grading tools in an outer container, so that the machine survives what they let through.

Theory of operation: the container is the product's own bubblewrap sandbox, with limits far wider than a grader's: they
keep the machine alive and must not look like the tool's doing. In it the tools run as usual, as one user with a home
folder, a course in it, loopback, and a private /tmp. inside/driver.py starts them and tells what became of it. A course
is built once, by the tool's own commands in the same container, and copied for each submission.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from deepgrade.sandbox import Bubblewrap, Mount, SandboxLimits, SandboxOutcome, SandboxRequest
from zoo.arena import WON
from zoo.corpus import Cell
from zoo.native import nbgrader_course, otter_course
from zoo.native.course import FOLLOWER, VICTIM, honest_cells_without_keras
from zoo.watch import PORTS, SOCKETS

HERE = Path(__file__).parent
TOOLS: dict[str, ModuleType] = {"otter": otter_course, "nbgrader": nbgrader_course}
CANARIES = (
    "checks",
    "labels",
    "submission",
    "gradebook",
    "environment",
    "home",
    "descriptor",
    "listener",
    "socket",
)
ACTING = (
    "<script>alert(",
    "<script>fetch(",
    "<img src=x onerror=alert(",
    "<iframe src=https://evil",
    "<meta http-equiv=refresh",
    "onload='alert(",
    'src="https://evil',
)
"""What stands in a page where a stranger's markup is taken as it is; escaped markup looks different."""
MEMORY_MIB = 3000
"""What all processes together may use before the largest is killed, as on a machine of this size."""
SECONDS = {False: 100, True: 180}
"""How long a tool may take for one submission, without and with Keras; honest ones take a tenth of it."""
_LIMITS = {
    "memory_mib": 6000,
    "processes": 256,
    "disk_mib": 3600,
    "cpus": 1.0,
    "file_mib": 20_000,
    "log_kib": 32 << 10,
}


@dataclass(frozen=True)
class Run:
    """What became of one submission under one tool."""

    tool: str
    reason: str
    """Why the container ended: `exit` when all was told."""
    report: dict[str, Any] = field(default_factory=dict)
    """What the driver told; empty when it could not."""
    processes_denied: int = 0
    wall_s: float = 0.0


class NativeClass:
    """A course under one tool, ready to grade submissions.

    Args:
        tool: `otter` or `nbgrader`.
        folder: A new folder.
        public: The data folder that students' notebooks load from.
        hidden: The hidden inputs' and labels' folders.
        prove: Also let the tool prove the instructor's solution, where it can.
    """

    def __init__(
        self, tool: str, folder: Path, public: Path, hidden: tuple[Path, Path], *, prove: bool = True
    ) -> None:
        self.tool, self._tool, self._folder, self._public = tool, TOOLS[tool], folder, public
        self.canaries = {name: f"CANARY-{name}-{secrets.token_hex(8)}" for name in CANARIES}
        self.labels = np.load(hidden[1] / "mnist" / "labels.npy")
        self._images = (
            np.load(hidden[0] / "mnist" / "x.npy").reshape(len(self.labels), -1).astype("float32") / 255
        )
        # The tools have no filter on system calls; attacks of the zoo try calls and do nothing with what they get.
        self._box = Bubblewrap(filter_calls=False)
        self._given = folder / "given"
        self._build(prove)

    def grade(
        self, student: str, cells: dict[str, tuple[Cell, ...]], *, keras: bool = False, page: bool = False
    ) -> Run:
        """Grade one submission, and an honest one after it.

        Args:
            student: Who hands it in.
            cells: The submission's cells.
            keras: Whether it imports Keras, which takes longer.
            page: Also make the page that people look at, if the tool makes one, and look for what would act there.
        """
        tool = self._tool
        files = {
            **tool.submission_files(student, tool.submission(self._student, cells)),
            **tool.submission_files(FOLLOWER, self._submission_of(FOLLOWER)),
        }
        follow: dict[str, Any] | None = None
        if self.tool == "nbgrader":
            # Both in one command; whoever comes later is graded if the command gets that far.
            step = self._step(tool.grade_command(), SECONDS[keras])
        else:
            step = self._step(tool.grade_command(student), SECONDS[keras])
            follow = self._step(tool.grade_command(FOLLOWER), SECONDS[False]) | {"env": {"ZOO_EXECUTED": ""}}
        job: dict[str, Any] = {
            "files": files,
            "steps": [step],
            "follow": follow,
            "look": True,
            "own": [place.format(student=name) for place in tool.OWN_FOLDERS for name in (student, FOLLOWER)],
            "executed": tool.EXECUTED.format(student=student),
            "students": [student, VICTIM, FOLLOWER],
        }
        if page and self.tool == "nbgrader":
            command = self._step(nbgrader_course.page_command(student), SECONDS[False])
            path = nbgrader_course.PAGE.format(student=student)
            job["page"] = {"step": command, "path": path, "signs": ACTING}
        with self._box.open_box(disk_mib=int(_LIMITS["disk_mib"])) as box:
            return self._run(box, job, SECONDS[keras] + 2 * SECONDS[False] + 60)

    def forms(self) -> dict[str, list[bytes]]:
        """Return canary -> how it may look in text."""
        texts = {name: [text.encode()] for name, text in self.canaries.items()}
        digits = [str(label) for label in self.labels[:30].tolist()]
        texts["labels"] += [sign.join(digits).encode() for sign in (", ", ",", " ", "", "\n")]
        return texts

    def _build(self, prove: bool) -> None:
        (self._given / ".ssh").mkdir(parents=True)
        (self._given / ".ssh" / "id_ed25519").write_text(self.canaries["home"])
        hidden = self._given / getattr(self._tool, "HIDDEN_FOLDER", "course")
        hidden.mkdir(parents=True)
        np.save(hidden / "labels.npy", self.labels)
        np.save(hidden / "images.npy", self._images)
        (hidden / "canary.txt").write_text(self.canaries["labels"])
        commands = self._tool.build_commands(prove)
        self._make(self._tool.build_files(self.canaries["checks"]), commands, [])
        self._student = json.loads((self._given / self._tool.STUDENT_NOTEBOOK).read_text(encoding="utf-8"))
        self._make(
            self._tool.submission_files(VICTIM, self._submission_of(VICTIM)),
            [self._tool.grade_command(VICTIM)],
            [VICTIM],
        )
        self._plant_in_gradebook()
        _readable(self._given)

    def _submission_of(self, name: str) -> str:
        remark = self.canaries["submission"] if name == VICTIM else "follows"
        text: str = self._tool.submission(self._student, honest_cells_without_keras(remark))
        return text

    def close(self) -> None:
        """End what is running."""
        self._box.stop_all()

    def _make(self, files: dict[str, str], commands: list[list[str]], students: list[str]) -> None:
        """Run commands on the course and keep what they made of it."""
        steps = [self._step(command, 400) for command in commands]
        job = {
            "files": files, "steps": steps, "follow": None, "look": False, "own": [], "executed": "", "students": students,
        }  # fmt: skip
        _readable(self._given)
        with self._box.open_box(disk_mib=int(_LIMITS["disk_mib"])) as box:
            run = self._run(box, job, 900)
            for step in run.report.get("steps", [{"code": None, "said": run.report.get("log")}]):
                if step["code"] != 0:
                    raise RuntimeError(
                        f"{self.tool} cannot make the zoo's course: {run.reason}\n{step['said']}"
                    )
            shutil.rmtree(self._given)
            shutil.copytree(
                box.path / "work", self._given, ignore=shutil.ignore_patterns(".ipython", ".cache", ".local")
            )

    def _plant_in_gradebook(self) -> None:
        """What an attacker would like to read: a comment on another student, in what the course keeps."""
        if self.tool == "otter":
            (self._given / "course" / "grades.csv").write_text(
                f"student,points,remark\nvera,3,{self.canaries['gradebook']}\n"
            )
            return
        with sqlite3.connect(self._given / "course" / "gradebook.db") as book:
            book.execute("UPDATE student SET last_name = ?", (self.canaries["gradebook"],))
        book.close()

    @staticmethod
    def _step(command: list[str], seconds: float) -> dict[str, Any]:
        return {"command": command, "cwd": "/box/work/course", "seconds": seconds}

    def _run(self, box: Any, job: dict[str, Any], seconds: float) -> Run:
        marker = f"REPORT-{secrets.token_hex(8)}:"
        job |= {
            "tool": self.tool, "marker": marker, "memory_mib": MEMORY_MIB, "descriptor": self.canaries["descriptor"],
            "services": {
                "port": PORTS[0], "listener_text": self.canaries["listener"],
                "socket": SOCKETS[0], "socket_text": self.canaries["socket"],
            },
        }  # fmt: skip
        environment = self._box.environment
        shutil.copytree(self._given, box.path / "work", dirs_exist_ok=True)
        box.put("job.json", json.dumps(job).encode())
        for path in box.path.rglob("*"):
            os.chown(path, box.owner, box.owner)
        request = SandboxRequest(
            [str(environment.python), "/zoo/driver.py", "/box/job.json"],
            SandboxLimits(wall_s=seconds, **_LIMITS),  # type: ignore[arg-type]
            mounts=(
                *environment.mounts,
                Mount(HERE / "inside", Path("/zoo")),
                Mount(self._given / ".ssh", Path("/home/ta/.ssh")),
                Mount(self._public, Path("/data")),
            ),
            masks=environment.masks,
            env={
                "HOME": "/box/work",
                "PATH": f"{environment.python.parent}:/usr/local/bin:/usr/bin:/bin",
                "PYTHONPATH": "/zoo",
                "PYTHONDONTWRITEBYTECODE": "1",
                "LANG": "C.UTF-8",
                "TF_CPP_MIN_LOG_LEVEL": "3",
                "ZOO_TOKEN": self.canaries["environment"],
                "ZOO_EXECUTED": "/box/work/executed.ipynb",
            },
            box=box,
        )
        outcome = self._box.run(request)
        return Run(
            self.tool, outcome.reason, _report(outcome, marker), outcome.processes_denied, outcome.wall_s
        )


def _report(outcome: SandboxOutcome, marker: str) -> dict[str, Any]:
    line = (
        outcome.log.rpartition(marker.encode())[2].partition(b"\n")[0]
        if marker.encode() in outcome.log
        else b""
    )
    try:
        report: dict[str, Any] = json.loads(base64.b64decode(line))
    except ValueError:
        return {"log": outcome.log[-3000:].decode("utf-8", "replace")}
    return report


def _readable(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o644))


def leaks(run: Run, forms: Mapping[str, Sequence[bytes]]) -> list[str]:
    """Return the canaries that a run's cells printed."""
    text = said_by(run).encode("utf-8", "replace")
    return [name for name, texts in forms.items() if any(form in text for form in texts)]


def won_by(run: Run) -> str:
    """Return what an attack says that it got and that holds no canary; empty when it says nothing."""
    won = said_by(run).partition(WON.decode())[2]
    return won.partition("\n")[0][:80]


def said_by(run: Run) -> str:
    """Return what a run's cells printed and, where the kernel died first, what the tool said."""
    said = "".join(str(step["said"]) for step in run.report.get("steps", ()))
    return str(run.report.get("printed", "")) + said
