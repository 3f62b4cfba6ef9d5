"""One notebook from its first cell to its last: run cells, take evidence, write the journal.

Theory of operation: this process belongs to the student. Their code shares its memory, its files and its rights,
and could rewrite every module of this folder, print any line to the journal and put any file among the evidence.
So nothing that leaves this process is trusted: the supervisor alone gives the verdict, files come back through
`files.read_untrusted`, models are rebuilt from data and judged on inputs that were never here. A forged variable
earns what assigning that value in a cell would have earned. What this code owes is that an *honest* notebook is
run as Jupyter would run it and recorded as it was, and that a careless one (endless printing, endless loops, objects that
raise from every method) costs its own cell and no other.
"""

from __future__ import annotations

import faulthandler
import importlib
import importlib.metadata
import os
import platform
import sys
import time
from pathlib import Path

from .capture import QUESTION_S, Item, QuestionCapture
from .devices import Devices
from .gpu_memory import install_gpu_memory
from .imports import AfterImport
from .job import Cell, Job
from .journal import EXIT_JOURNAL_LOST, Journal
from .limits import Alarms, CellTimeout, class_name, first_line, text_of
from .preload import PRELOADED
from .seeds import install_seeds
from .shell import Shell
from .store import EvidenceStore
from .streams import Outputs, Stream

_CAPTURE_S = QUESTION_S + 60.0
"""The items' own limits come first; this one covers the writing."""
_MAX_EVALUE = 2000
_PACKAGES = (
    "ipython",
    "keras",
    "matplotlib",
    "numpy",
    "pandas",
    "scikit-learn",
    "tensorflow",
    "tensorflow-cpu",
    "torch",
    "jax",
)
_INLINE = "module://matplotlib_inline.backend_inline"


class Session:
    """Runs one job.

    Args:
        job: What to run.
        out: Folder for the journal and the evidence; absolute, since student code may change the working folder.
        data: Folder of the mounted data sets; need not exist.
    """

    def __init__(self, job: Job, out: Path, data: Path) -> None:
        self._job = job
        self._pid = os.getpid()
        self._alarms = Alarms()
        self._journal = Journal(out / "journal.jsonl", job.output_bytes_total, self._alarms)
        self._store = EvidenceStore(out / "evidence", job.evidence_bytes)
        self._outputs = Outputs(self._journal, self._alarms, job.output_bytes_per_cell)
        self._devices = Devices(job.cuda_visible_devices)
        self._prepare_process(data)
        self._shell = Shell.start(self._outputs, self._alarms)
        sys.path.insert(0, "")  # as in Jupyter: a notebook imports the files beside it
        self._capture = QuestionCapture(
            self._shell.user_ns, self._store, self._alarms, self._outputs, job.seed
        )

    def run(self) -> int:
        """Run all cells and return the process's exit code."""
        self._journal.timed_event("start", versions=_versions())
        for question in self._job.ends_at_start:
            self._end_question(question, [])
        for cell in self._job.cells:
            self._run_cell(cell)
            if os.getpid() != self._pid:
                os._exit(
                    0
                )  # a child that the cell forked and forgot: only the notebook's own process goes on
            self._devices_seen()
            figures = self._outputs.figures.take() if cell.ends else []
            for question in cell.ends:
                self._end_question(question, figures)
        self._write_devices(at_end=True)
        self._journal.timed_event("end")
        return EXIT_JOURNAL_LOST if self._journal.lost else 0

    def _prepare_process(self, data: Path) -> None:
        faulthandler.enable()
        os.environ["MPLBACKEND"] = _INLINE
        sys.argv[:] = ["notebook"]
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115
        sys.stdout = Stream(self._outputs, "stdout")
        sys.stderr = Stream(self._outputs, "stderr")
        PRELOADED.show_in(sys.stdout, sys.stderr)
        hooks = AfterImport()
        install_seeds(hooks, self._job.seed)
        self._devices.install(hooks)
        if self._job.cuda_visible_devices is not None:
            install_gpu_memory(hooks, self._job.gpu_memory_fraction, self._job.gpu_memory_mib)
        hooks.install()
        if data.is_dir():
            try:
                shim = importlib.import_module(".data_shim", __package__)
                shim.install(str(data))
            except Exception as error:
                print(f"data sets are not available: {first_line(error)}", file=sys.__stderr__, flush=True)

    def _run_cell(self, cell: Cell) -> None:
        self._journal.timed_event("cell_start", cell=cell.number)
        started = time.monotonic()
        self._outputs.begin(cell.number)
        self._shell.error_shown = False
        self._alarms.fired = False
        count = self._shell.execution_count
        limit_s = self._job.cell_s
        result, error = self._alarms.attempt(
            limit_s,
            f"the cell ran longer than the {limit_s:g} seconds that one cell may take",
            lambda: self._shell.run_cell(cell.source, store_history=True),
        )
        if error is None and result is not None:
            error = result.error_before_exec or result.error_in_exec
        late = self._alarms.fired
        self._alarms.attempt(30.0, "ending the cell took too long", lambda: self._end_outputs(error))
        self._journal.event(
            "cell_end",
            cell=cell.number,
            status="timeout" if late or type(error) is CellTimeout else "ok" if error is None else "error",
            execution_count=count,
            seconds=round(time.monotonic() - started, 4),
            ename=None if error is None else class_name(type(error)),
            evalue=None if error is None else text_of(error, _MAX_EVALUE),
        )

    def _end_outputs(self, error: BaseException | None) -> None:
        if error is not None and not self._shell.error_shown:
            self._shell.show_error(error)
        self._outputs.end()

    def _end_question(self, question: str, figures: list[Item]) -> None:
        started = time.monotonic()
        if sys.getrecursionlimit() < 1000:
            sys.setrecursionlimit(1000)
        capture = self._job.plan.get(question)
        _, error = self._alarms.attempt(
            _CAPTURE_S,
            f"taking the evidence of {question} took longer than {_CAPTURE_S:g} seconds",
            lambda: self._capture.take(question, capture, figures) if capture is not None else None,
        )
        self._write_devices(at_end=False)
        self._journal.event(
            "question_end",
            question=question,
            seconds=round(time.monotonic() - started, 4),
            problem=None if error is None else first_line(error),
        )

    def _devices_seen(self) -> None:
        self._alarms.attempt(
            10.0,
            "looking at models took too long",
            lambda: self._devices.look_for_training(self._shell.user_ns),
        )

    def _write_devices(self, *, at_end: bool) -> None:
        self._alarms.attempt(
            60.0,
            "looking for devices took too long",
            lambda: self._store.write_json("devices.json", self._devices.facts(at_end=at_end)),
        )


def _versions() -> dict[str, str]:
    versions = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            versions[package.removesuffix("-cpu")] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions


def run_job(job: Job, out: Path, data: Path) -> int:
    """Run a job in this process and return the exit code: 0, or 74 when the journal could not be written."""
    return Session(job, out.resolve(), data.resolve()).run()
