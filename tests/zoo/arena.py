"""What surrounds a hostile submission: secrets to steal, services to reach, people to harm, and watchers.

Theory of operation: the arena is a course like any other, with things in it that an attacker would like, each
marked with a *canary*, a random text. Attacks go through the product's own `grade`, two beside each other, and its
own report. Watchers look at the world between submissions: what `grade` says through its `Progress` is when a
submission begins and ends, and the head process writes to the gradebook only before a beginning. What was seen
while two ran beside each other is held against both.

The arena's process becomes the reaper of its orphans, so that nothing that a run leaves behind can hide by
changing its parent: what is still below this process after grading was left by somebody.

One attack by hand: `PYTHONPATH=tests python -m zoo.arena NAME`.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import re
import secrets
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from deepgrade.cli.reporting import write_class_report
from deepgrade.data import DataStore
from deepgrade.evidence import RunRecord
from deepgrade.files import sha256_json
from deepgrade.grading import GradeRequest, GradeSummary, Start, grade, open_gradebook
from deepgrade.lab import LabFiles
from deepgrade.records import Course, Entry, RunStore
from deepgrade.report import write_feedback
from deepgrade.report.from_records import class_report
from deepgrade.sandbox import host_environment
from zoo.corpus import Attack, Cell, read_corpus
from zoo.lab import NAME, limits_of, make_lab, notebook_of
from zoo.watch import Services, Watch, descendants, folder_digest

VICTIM = "vera"
CANARIES = (
    "checks", "labels", "submission", "gradebook", "environment", "home", "descriptor", "listener", "socket",
)  # fmt: skip
WON = b"LOOT: "
"""What an attack prints before something that it should not have got and that holds no canary."""
_SUBREAPER = 36
_KNOWN_LABELS = 40


@dataclass
class Aftermath:
    """What a submission left, and what was seen while it ran."""

    attack: Attack
    entry: Entry
    record: RunRecord
    folder: Path
    seen: list[str] = field(default_factory=list)
    """What should not have happened."""

    @property
    def points(self) -> dict[str, float | None]:
        """Question -> points."""
        return {} if self.entry.score is None else {q.question: q.points for q in self.entry.score.questions}

    @property
    def flags(self) -> set[str]:
        """Codes of the flags that were raised."""
        return set() if self.entry.score is None else {flag.code for flag in self.entry.score.flags}

    @property
    def sentences(self) -> str:
        """All that people are told about the run."""
        said = [self.record.detail]
        if self.entry.score is not None:
            said += [f"[{flag.code}] {flag.sentence}" for flag in self.entry.score.flags]
            for check in (check for question in self.entry.score.questions for check in question.checks):
                said += [f"{check.check}: {text}" for text in (check.reason, check.hint, check.found) if text]
        return "\n".join(said)

    def leaks(self, canaries: dict[str, list[bytes]]) -> list[str]:
        """Return which canaries stand in what the run left."""
        return sorted(
            {
                f"{name} in {path.relative_to(self.folder)}"
                for path in self.folder.rglob("*")
                if path.is_file()
                for name in found_in(path.read_bytes(), canaries)
            }
        )


def found_in(data: bytes, canaries: dict[str, list[bytes]]) -> list[str]:
    """Return the names of the canaries that stand in some bytes, in any of their forms."""
    return [name for name, forms in canaries.items() if any(form in data for form in forms)]


class Arena:
    """A course with secrets, a victim, and services on the host.

    Args:
        folder: A new folder.
        store: Holds the quick synthetic MNIST.
        sandbox: A sandbox's name; None for the product's choice.
        start: How runs get their Python.
    """

    def __init__(
        self, folder: Path, store: DataStore, sandbox: str | None = None, start: Start = "prepared"
    ) -> None:
        self.folder, self.store, self.sandbox, self.start = folder, store, sandbox, start
        self.canaries = {name: f"CANARY-{name}-{secrets.token_hex(8)}" for name in CANARIES}
        self.course = Course(folder / "course")
        self.services = Services(self.canaries["listener"], self.canaries["socket"])
        self._roots: dict[str, LabFiles] = {}
        self._digests: dict[str, str] = {}
        self._there_before = frozenset(descendants())
        self._make_home()
        self._grade_victim()
        self._hide_canaries()

    @property
    def forms(self) -> dict[str, list[bytes]]:
        """Canary -> how it may look in a file; the hidden labels as text and as arrays too."""
        texts = {
            name: [text.encode(code) for code in ("utf-8", "utf-16-le", "utf-32-le")]
            for name, text in self.canaries.items()
        }
        texts["success"] = [WON]
        labels = np.load(self.labels / "mnist" / "labels.npy")[:_KNOWN_LABELS]
        digits = [str(label) for label in labels.tolist()]
        texts["labels"] += [sign.join(digits).encode() for sign in (", ", ",", " ", "", "\n")]
        texts["labels"] += [labels.astype(kind).tobytes() for kind in ("<i8", "<i4", "u1", "<f4", "<f8")]
        return texts

    @property
    def labels(self) -> Path:
        """Folder of the hidden labels."""
        return self.course.data("synthetic", "quick") / "labels"

    def lab(self, limits: dict[str, float]) -> LabFiles:
        """Return the lab with these limits; the other files are the same in all."""
        name = sha256_json(limits)[:12]
        if name not in self._roots:
            root = self.folder / f"root-{name}"
            self._roots[name] = make_lab(root, canary=self.canaries["checks"], limits=limits)
        return self._roots[name]

    def grade(self, attacks: Iterable[Attack], slots: int = 2) -> dict[str, Aftermath]:
        """Grade attacks and return attack -> what became of it."""
        groups: dict[str, list[Attack]] = {}
        for attack in attacks:
            groups.setdefault(sha256_json(limits_of(attack)), []).append(attack)
        watch = Watch(self.course, self.services)
        errors: list[str] = []
        for members in groups.values():
            files = self.lab(limits_of(members[0]))
            folder = self.folder / f"submissions-{files.root.name}-{len(self._digests)}"
            folder.mkdir()
            for attack in members:
                text = self._as_it_lies(notebook_of(attack.cells))
                (folder / attack.filename).write_text(text, encoding="utf-8")
            with self._surroundings():
                errors += self._grade(files, folder, watch, slots).errors
            self._remember()
        assert not errors, errors
        results = self._read([attack for members in groups.values() for attack in members], watch)
        left = self.left()
        assert not left, f"still alive after all runs: {left}"
        return results

    def report(self) -> Path:
        """Write the class's report and each student's feedback; return the folder."""
        files = next(iter(self._roots.values()))
        folder = write_class_report(files, self.course).parent
        with open_gradebook(self.course) as gradebook:
            report = class_report(files, self.course, gradebook)
            for number, entry in enumerate(report.students()):
                name = f"{entry.student if entry.student == VICTIM else number}.html"
                write_feedback(report, entry, folder / "feedback" / name)
        return folder

    def changed_runs(self) -> list[str]:
        """Return the runs that are not what they were when they were finished."""
        return [
            key
            for key, digest in self._digests.items()
            if folder_digest(self.course.runs(NAME) / key) != digest
        ]

    def left(self) -> dict[int, str]:
        """Return the living processes below this one that came since the arena was made."""
        return descendants(self._there_before)

    def victim(self) -> Entry:
        """Return the honest student's entry in the gradebook."""
        with open_gradebook(self.course) as gradebook:
            return gradebook.entry(NAME, VICTIM)

    def close(self) -> None:
        """Close the services."""
        self.services.close()

    def _as_it_lies(self, notebook: str) -> str:
        """Return a notebook with paths as they are where nothing can be mounted: an attacker there would use those.

        The working folder is the box's `work`; data that root keeps to itself are shown beside the box, under the number of
        their mount: the last one.
        """
        if self.sandbox != "separate-user":
            return notebook
        data = f"../../shown{len(host_environment().mounts) + 2}"
        places = {"/box/work": ".", "/box": "..", "/data": data, "/job": "../../staging/job"}
        for inside, outside in (places | {"/kernel": "../../staging/kernel"}).items():
            notebook = re.sub(rf"(?<![\w.}}]){inside}(?=[/\\\"])", outside, notebook)
        return notebook

    def _grade(self, files: LabFiles, folder: Path, watch: Watch, slots: int) -> GradeSummary:
        request = GradeRequest(
            files, [folder], self.course, self.store, "synthetic", "quick",
            sandbox=self.sandbox, slots=slots, start=self.start,
        )  # fmt: skip
        return grade(request, watch)

    def _grade_victim(self) -> None:
        ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
        # A comment is enough: it stands in the file, in the run's job and in the executed notebook.
        code = f"# {self.canaries['submission']}\nHONEST"
        cells = {"q1": (Cell("code", code),), "q2": (Cell("code", "HONEST"),)}
        folder = self.folder / "submissions-of-others"
        folder.mkdir()
        (folder / f"{VICTIM}.ipynb").write_text(self._as_it_lies(notebook_of(cells)), encoding="utf-8")
        summary = self._grade(self.lab({}), folder, Watch(self.course, self.services), 1)
        assert not summary.errors, summary.errors
        self._remember()

    def _hide_canaries(self) -> None:
        (self.labels / "canary.txt").write_text(self.canaries["labels"])
        with open_gradebook(self.course) as gradebook:
            gradebook.add_submission(
                "other", "nobody", self.canaries["gradebook"], sha256="0" * 64, run_key=None, refusal="no"
            )

    def _make_home(self) -> None:
        (self.folder / "home" / ".ssh").mkdir(parents=True)
        (self.folder / "home" / ".ssh" / "id_ed25519").write_text(self.canaries["home"])

    @contextmanager
    def _surroundings(self) -> Iterator[None]:
        """What a careless launcher has: a token in its environment, a home, an open descriptor that is inherited."""
        before = {name: os.environ.get(name) for name in ("ZOO_TOKEN", "HOME")}
        handle = os.memfd_create("zoo", 0)
        os.write(handle, self.canaries["descriptor"].encode())
        os.set_inheritable(handle, True)
        os.environ.update(ZOO_TOKEN=self.canaries["environment"], HOME=str(self.folder / "home"))
        try:
            yield
        finally:
            os.close(handle)
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value

    def _remember(self) -> None:
        """Keep what finished runs look like."""
        for folder in self.course.runs(NAME).iterdir():
            self._digests.setdefault(folder.name, folder_digest(folder))

    def _read(self, attacks: list[Attack], watch: Watch) -> dict[str, Aftermath]:
        runs = RunStore(self.course, NAME)
        with open_gradebook(self.course) as gradebook:
            entries = {entry.filename: entry for entry in gradebook.entries(NAME)}
        results = {}
        for attack in attacks:
            # Intake shows what cannot be printed in a file's name as a replacement character.
            entry = entries["".join(c if c.isprintable() else "\ufffd" for c in attack.filename)]
            assert entry.run_key is not None, f"{attack.name} was refused: {entry.refusal}"
            record = runs.read(entry.run_key)
            assert record is not None, f"{attack.name} has no run"
            folder = runs.folder(entry.run_key)
            results[attack.name] = Aftermath(attack, entry, record, folder, watch.seen.get(entry.student, []))
        return results


def printed(folder: Path) -> str:
    """Return what a run's cells printed."""
    cells: list[dict[str, Any]] = json.loads((folder / "notebook.ipynb").read_bytes())["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return "\n".join(str(output.get("text") or output.get("evalue") or output) for output in outputs)


def main() -> None:
    """Run attacks by name and print what became of each."""
    parser = argparse.ArgumentParser(description="Run attacks of the zoo and print what became of them.")
    parser.add_argument("names", nargs="+")
    parser.add_argument("--sandbox", default=os.environ.get("DEEPGRADE_TEST_SANDBOX"))
    parser.add_argument("--start", choices=["prepared", "plain"], default="prepared")
    parser.add_argument("--store", type=Path, help="keeps the synthetic data from one call to the next")
    options = parser.parse_args()
    attacks = [attack for attack in read_corpus() if attack.name in options.names]
    if len(attacks) != len(set(options.names)):
        parser.error(f"there are only these: {[attack.name for attack in attacks]}")
    with tempfile.TemporaryDirectory(prefix="zoo-") as folder:
        store = DataStore(options.store or Path(folder, "store"))
        store.synthetic("mnist", "quick")
        arena = Arena(Path(folder, "arena"), store, options.sandbox, options.start)
        for name, aftermath in arena.grade(attacks).items():
            record = aftermath.record
            print(f"== {name}: {record.verdict.value}, {aftermath.points}, flags {sorted(aftermath.flags)}")
            print(f"{record.wall_s:.1f} s, {record.peak_memory_mib} MiB, {record.peak_processes} processes")
            print(f"-- said\n{aftermath.sentences}\n-- printed\n{printed(aftermath.folder)}")
            print(f"-- log\n{(aftermath.folder / 'log.txt').read_text()[-2000:]}")
            print(f"-- seen: {aftermath.seen}; leaks: {aftermath.leaks(arena.forms)}")
        arena.report()
        print(f"changed runs: {arena.changed_runs()}; processes left: {arena.left()}")
        arena.close()


if __name__ == "__main__":
    main()
