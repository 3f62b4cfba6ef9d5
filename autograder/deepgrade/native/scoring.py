"""Score evidence that was taken in otter's or nbgrader's kernel: infer, then the hidden checks."""

from __future__ import annotations

import contextlib
import json
import platform
import re
import shutil
import tempfile
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import deepgrade
from deepgrade.engine import data_facts, infer_job
from deepgrade.evidence import CellError, CellTime, RunRecord, SubmissionFacts, Verdict
from deepgrade.files import (
    UntrustedFileError,
    list_untrusted,
    parse_strict_json,
    read_untrusted,
    write_atomic,
)
from deepgrade.infer import InferWorker
from deepgrade.lab import CapturePlan, LabFiles, Size, load_checks, load_lab, make_plan
from deepgrade.native.facts import NativeFacts
from deepgrade.native.public_rows import PublicRows, public_rows
from deepgrade.native.recorder import RECORDING
from deepgrade.sandbox.nvidia import find_nvidia_gpus
from deepgrade.score import SubmissionScore
from deepgrade.score.job import SessionJob
from deepgrade.score.session import Session

Tool = Literal["otter", "nbgrader"]
_RECORDING_BYTES = 16 << 20
_BLOB_BYTES = 512 << 20
_BLOB = re.compile(r"^[0-9a-f]{64}\.")


class NativeScorer:
    """Scores one submission's evidence, as often as more of it is there. A context manager.

    Args:
        facts: The lab's.
        data: Folder of the data sets as the notebook saw them.
        work: The recorder's folder.
        tool: `otter` or `nbgrader`.
    """

    def __init__(self, facts: NativeFacts, data: Path, work: Path, tool: Tool) -> None:
        self._facts, self._data, self._work, self._tool = facts, data, work, tool
        self.files = LabFiles(facts.folder, facts.lab)
        self.lab = load_lab(self.files)
        self.checks = load_checks(self.files.checks).checks
        self._plan: CapturePlan = make_plan(self.lab, self.checks)
        self._private = Path(tempfile.mkdtemp(prefix="deepgrade-native-"))
        self._rows: PublicRows = public_rows(self.lab, self.size, data, self._private / "rows")
        self._worker = InferWorker(spool=self._private / "infer")
        self._started = datetime.now(UTC)

    @property
    def on_carved_rows(self) -> frozenset[str]:
        """Checks that ask for hidden rows, which are public test rows here."""
        return frozenset(
            check.id
            for check in self.checks
            if any(name in self.lab.carved for name in check.hidden.values())
        )

    @property
    def size(self) -> Size:
        """Size of the data that the notebook saw."""
        names = self.lab.data
        return data_facts(self._data / names[0]).size if names else self._facts.size

    def __enter__(self) -> NativeScorer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._worker.close()
        shutil.rmtree(self._private, ignore_errors=True)

    def score(self, questions: Collection[str] | None = None) -> SubmissionScore:
        """Return the score of what was recorded so far.

        Args:
            questions: Only the checks of these run; all where None.
        """
        run = self._private / "run"
        (run / "evidence").mkdir(parents=True, exist_ok=True)
        _copy_new(self._work / "evidence", run / "evidence")
        record = self._record(_recording(self._work))
        write_atomic(run / "plan.json", self._plan.model_dump_json())
        job = infer_job(run / "evidence", record.plan, self.lab, self.checks, self._rows.inputs, self._data)
        self._worker.predict(job, run / "predictions")
        write_atomic(run / "run.json", record.model_dump_json())
        output = self._private / "scores.jsonl"
        output.unlink(missing_ok=True)
        Session(self._job(run, questions), output).run()
        return SubmissionScore.model_validate_json(output.read_text(encoding="utf-8").splitlines()[-1])

    def _job(self, run: Path, questions: Collection[str] | None) -> SessionJob:
        return SessionJob(
            root=self._facts.folder,
            lab=self._facts.lab,
            size=self.size,
            public=self._data,
            labels=dict(self._rows.labels),
            runs=(run,),
            questions=None if questions is None else tuple(questions),
            training_to_come=questions is not None and self._is_before_training(questions),
        )

    def _is_before_training(self, questions: Collection[str]) -> bool:
        """Return whether the first model that is scored on inputs belongs to a later question than all of these."""
        order = list(self._plan.order)
        trained = [order.index(check.question) for check in self.checks if check.hidden]
        return bool(trained) and max(map(order.index, questions)) < min(trained)

    def _record(self, recording: dict[str, Any]) -> RunRecord:
        cells = [cell for cell in recording.get("cells", ()) if isinstance(cell, dict)]
        times, errors = [], []
        for cell in cells:
            number, question = int(cell["cell"]), cell.get("question")
            status = "ok" if cell.get("ename") is None else "error"
            times.append(
                CellTime(cell=number, question=question, seconds=float(cell.get("seconds", 0)), status=status)
            )
            if status == "error":
                errors.append(
                    CellError(
                        cell=number,
                        question=question,
                        ename=str(cell["ename"]),
                        evalue=str(cell.get("evalue") or ""),
                    )
                )
        self._write_pictures(recording)
        known = set(self._plan.questions)
        return RunRecord(
            key="native",
            lab=self.lab.name,
            submission=SubmissionFacts(student="student", filename="", sha256="", flavour=self._tool),
            verdict=Verdict.CELL_ERROR if errors else Verdict.OK,
            detail=f"{len(times)} cells ran in the kernel of {self._tool}.",
            started_at=self._started,
            wall_s=0.0,
            cpu_s=None,
            peak_memory_mib=None,
            peak_processes=None,
            limits={},
            cell_errors=tuple(errors),
            cell_times=tuple(times),
            questions_finished=tuple(q for q in recording.get("questions_finished", ()) if q in known),
            plan={question: capture.names for question, capture in self._plan.questions.items()},
            plan_sha256=self._plan.sha256,
            data=tuple(data_facts(self._data / name) for name in self.lab.data),
            environment={},
            sandbox=f"none, in the kernel of {self._tool}",
            seed=self._facts.seed,
            device=f"{platform.machine()} processor",
            gpu=bool(find_nvidia_gpus().gpus),
            deepgrade_version=deepgrade.__version__,
        )

    def _write_pictures(self, recording: dict[str, Any]) -> None:
        """Write an executed notebook that says where pictures were shown, which is all that checks read of it."""
        counts = {int(cell): int(count) for cell, count in dict(recording.get("pictures", {})).items()}
        picture = {"output_type": "display_data", "data": {"image/png": ""}, "metadata": {}}
        cells = [
            {"cell_type": "code", "outputs": [picture] * min(counts.get(number, 0), 100)}
            for number in range(min(max(counts, default=-1) + 1, 10_000))
        ]
        write_atomic(self._private / "run" / "notebook.ipynb", json.dumps({"cells": cells}))


def _copy_new(source: Path, target: Path) -> None:
    """Copy what came since the last time: blobs are named by their content, the few other files change."""
    try:
        names = list_untrusted(source)
    except UntrustedFileError:
        return
    for name in names:
        if not ((target / name).is_file() and _BLOB.match(name)):
            with contextlib.suppress(UntrustedFileError):
                write_atomic(target / name, read_untrusted(source / name, max_bytes=_BLOB_BYTES))


def _recording(work: Path) -> dict[str, Any]:
    """Return what the recorder wrote; the file is the student's process's."""
    try:
        document = parse_strict_json(read_untrusted(work / RECORDING, max_bytes=_RECORDING_BYTES))
    except (UntrustedFileError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}
