"""What cells call in the student's kernel: otter's plugin and nbgrader's locked cells put these calls there.

Standard library and the kernel's own modules alone: this is imported beside student code. The grader itself is another
process (nbgrader) or otter's own (otter). Where grading cannot work at all, the kernel ends: both tools then report a failure of
the machine, instead of an honest student's zero.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NoReturn

from deepgrade.native.ask import Grader, GraderError
from deepgrade.native.facts import NativeSetupError, find_bundle, find_data, read_facts
from deepgrade.native.recorder import Recorder

EXIT_CANNOT_GRADE = 70
_JOB = "job.json"
_state: dict[str, Any] = {}


def begin(work: str) -> None:
    """Start recording as the plugin for otter wrote it down in `work/job.json`."""
    folder = Path(work)
    try:
        job = json.loads((folder / _JOB).read_text(encoding="utf-8"))
        cells = [(int(index), question) for index, question in job["cells"]]
        facts, data = read_facts(Path(job["bundle"])), Path(job["data"])
        _state["recorder"] = Recorder(facts, folder, data, _shell(), cells)
        for question in job["ends_at_start"]:
            end(question)
        _state["recorder"].not_ours()
    except Exception as error:
        _cannot_grade(error)


def end(question: str) -> None:
    """Take the evidence of a question."""
    _recorder().end(question)


def start(lab: str) -> None:
    """Start recording and the grader beside it, for nbgrader; `lab` names the bundle of the course."""
    if "grader" in _state:
        return
    try:
        facts = read_facts(find_bundle(lab, Path.cwd()))
        data = find_data(facts)
        work = Path(tempfile.mkdtemp(prefix="deepgrade-evidence-"))
        _keep_libraries_from_stderr()
        _state["recorder"] = Recorder(facts, work, data, _shell())
        _state["recorder"].not_ours()
        _state["grader"] = Grader(facts.folder, data, work)
        quiet()
    except Exception as error:
        _cannot_grade(error)


def grade(question: str) -> float:
    """Take a question's evidence, have its hidden checks run, print what they found, and return the points earned.

    nbgrader takes the value of a test cell as its points.
    """
    quiet()
    recorder, grader = _recorder(), _state.get("grader")
    if grader is None:
        _cannot_grade(NativeSetupError("the notebook's first cell did not start the grader"))
    recorder.end(question)
    try:
        answer = grader.ask(question)
    except GraderError as error:
        _cannot_grade(error)
    for line in answer["lines"]:
        print(line)
    return float(answer["points"])


def quiet() -> None:
    """Drop what the running cell writes to stderr: nbgrader takes any of it in a test cell for a failure.

    The stream itself is made deaf, since loggers hold on to it; and for this cell alone, since IPython (9 and later) puts its own
    `write` back into the stream when a cell ends.
    """
    recorder = _state.get("recorder")
    if recorder is not None:
        recorder.not_ours()
    stream: Any = sys.stderr
    before = vars(stream).get("write")

    def dropped(text: str) -> int:
        return len(text)

    def restore(*_: Any) -> None:
        events.unregister("post_run_cell", restore)
        if vars(stream).get("write") is not dropped:
            return
        if before is None:
            del stream.write
        else:
            stream.write = before

    events = _shell().events
    stream.flush()
    stream.write = dropped
    events.register("post_run_cell", restore)


def _keep_libraries_from_stderr() -> None:
    """Give descriptor 2 back to the terminal: what compiled code writes there would show up in whichever cell runs next.

    ipykernel (6 and 7) puts a pipe in its place and keeps the original aside.
    """
    original = getattr(sys.stderr, "_original_stdstream_copy", None)
    if isinstance(original, int):
        os.dup2(original, 2)


def _recorder() -> Recorder:
    recorder = _state.get("recorder")
    if not isinstance(recorder, Recorder):
        _cannot_grade(NativeSetupError("recording was never started"))
    return recorder


def _shell() -> Any:
    from IPython import get_ipython

    shell = get_ipython()
    if shell is None:
        raise NativeSetupError("this runs in a notebook's kernel only")
    return shell


def _cannot_grade(error: Exception) -> NoReturn:
    """Say why on the terminal, and end the kernel."""
    said = f"deepgrade cannot grade here, and gives no points to anybody: {type(error).__name__}: {error}\n"
    original = getattr(sys.stderr, "_original_stdstream_copy", None)
    os.write(original if isinstance(original, int) else 2, said.encode("utf-8", "replace"))
    time.sleep(0.2)
    os._exit(EXIT_CANNOT_GRADE)
