"""IPython in this process, showing what it shows through `Outputs`.

No history, no profile on disk, no completion: nothing is written to the home folder, and nothing is imported that
a notebook does not need.
"""

from __future__ import annotations

import builtins
import codecs
import os
import select
import signal
import subprocess
import sys
import tempfile
import traceback
import warnings
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.formatters import DisplayFormatter
from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type

from .figures import is_figure
from .limits import Alarms, CellTimeout, class_name, first_line, text_of
from .streams import Outputs

_SHOW_ERROR_S = 15.0
_AFTER_TIMEOUT_S = 30.0
_MAX_ERROR_TEXT = 8192
_MAX_TRACEBACK = 65_536
_FOLDER = Path(__file__).parent


class _ResultHook(DisplayHook):  # type: ignore[misc]
    """Shows the value of a cell's last expression."""

    def write_output_prompt(self) -> None:
        """Do nothing: the count is part of the output."""

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        """Show a mime bundle as the cell's result."""
        self.shell.outputs.display(
            format_dict, md_dict, output_type="execute_result", execution_count=self.prompt_count
        )

    def log_output(self, format_dict: dict[str, Any]) -> None:
        """Keep no second copy."""

    def finish_displayhook(self) -> None:
        """Mark the hook as idle."""
        self._is_active = False


class _Publisher(DisplayPublisher):  # type: ignore[misc]
    """Takes what `display(...)` shows."""

    def publish(
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        source: Any = None,
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        **kwargs: Any,
    ) -> None:
        """Show a mime bundle, or the new state of one shown before."""
        display_id = transient.get("display_id") if isinstance(transient, dict) else None
        if update:
            self.shell.outputs.update(str(display_id), data)
        else:
            self.shell.outputs.display(data, metadata)

    def clear_output(self, wait: bool = False) -> None:
        """Forget what the cell has shown."""
        self.shell.outputs.clear(wait)


class _Formatter(DisplayFormatter):  # type: ignore[misc]
    """Turns objects into mime bundles, and has the facts of figures taken."""

    def format(self, obj: Any, include: Any = None, exclude: Any = None) -> tuple[Any, Any]:
        """Return an object's mime bundle and the bundle's metadata."""
        data, metadata = super().format(obj, include=include, exclude=exclude)
        outputs: Outputs = self.parent.outputs
        if outputs.takes and is_figure(obj) and any(kind.startswith("image/") for kind in data):
            with outputs.muted():  # what a library warns about while it is asked is no part of the notebook
                outputs.figures.formatted(data, obj)
        return data, metadata


def no_keyboard(*args: Any, **kwargs: Any) -> NoReturn:
    """Stand in for `input`.

    Raises:
        StdinNotImplementedError: Always.
    """
    raise StdinNotImplementedError(
        "input() waits for a keyboard, and a graded notebook has none: write the value into the code."
    )


class Shell(InteractiveShell):  # type: ignore[misc]
    """A notebook's shell. Made once; `prepare` is called before the constructor."""

    displayhook_class = Type(_ResultHook)
    display_pub_class = Type(_Publisher)
    outputs: Outputs
    alarms: Alarms
    error_shown = False
    """Whether the current cell has shown an error."""

    @classmethod
    def start(cls, outputs: Outputs, alarms: Alarms) -> Shell:
        """Make the one shell of this process, with `input` taken away."""
        cls.outputs, cls.alarms = outputs, alarms
        shell: Shell = cls.instance(ipython_dir=tempfile.mkdtemp(prefix="ipython-"))
        builtins.input = no_keyboard
        warnings.filterwarnings("ignore", message="To exit: use")
        return shell

    def init_profile_dir(self, profile_dir: Any) -> None:
        """Make no folder."""

    def init_history(self) -> None:
        """Keep the cells' sources in memory only."""
        self.history_manager = HistoryManager(shell=self, parent=self, enabled=False, hist_file=":memory:")
        self.configurables.append(self.history_manager)

    def init_display_formatter(self) -> None:
        """Show objects through a formatter that notices figures."""
        self.display_formatter = _Formatter(parent=self)
        self.configurables.append(self.display_formatter)

    def init_virtualenv(self) -> None:
        """Leave sys.path alone."""

    def init_completer(self) -> None:
        """Complete nothing."""
        self.Completer = None

    def enable_gui(self, gui: Any = None) -> None:
        """Ignore event loops of window systems."""

    def enable_matplotlib(self, gui: Any = None) -> Any:
        """Show figures in the notebook, whichever backend was asked for."""
        return super().enable_matplotlib("inline")

    def ask_exit(self) -> NoReturn:
        """End the cell, as an error: the rest of the notebook still runs."""
        raise SystemExit("exit() ends this cell only")

    def system(self, cmd: str) -> None:
        """Run a command (`!cmd`) and show what it prints."""
        if cmd.rstrip().endswith("&"):
            raise OSError("Background processes are not supported.")
        self.user_ns["_exit_code"] = _run_command(self.var_expand(cmd, depth=1))

    system_piped = system_raw = system

    def showtraceback(self, *args: Any, **kwargs: Any) -> None:
        """Show the current exception; within a time limit, since its classes are the student's."""
        error = kwargs.get("exc_tuple") or (args[0] if args else None) or sys.exc_info()
        _hide_our_frames(error[2])
        if error[0] is CellTimeout:
            self.alarms.extend(_AFTER_TIMEOUT_S)
        if isinstance(error[1], BaseExceptionGroup):
            self.show_error(error[1])
            return
        show = super().showtraceback
        problem = self.alarms.attempt(
            _SHOW_ERROR_S, "showing the error took too long", lambda: show(*args, **kwargs)
        )[1]
        if problem is not None and isinstance(error[1], BaseException):
            self.show_error(error[1], [f"(its traceback cannot be shown: {class_name(type(problem))})"])

    def show_usage_error(self, exc: BaseException) -> None:
        """Show that a magic command was used wrongly: one line, no traceback."""
        self.show_error(exc, [first_line(exc)])

    def _showtraceback(self, etype: type[BaseException], evalue: BaseException, stb: list[str]) -> None:
        self.show_error(evalue, stb, etype)

    def _format_exception_for_storage(self, *args: Any, **kwargs: Any) -> list[str]:
        return []

    def show_error(
        self, error: BaseException, lines: list[str] | None = None, kind: type[BaseException] | None = None
    ) -> None:
        """Show an error as nbformat's `error` output; `lines` is its traceback."""
        if lines is None:
            lines = traceback.format_exception(type(error), error, error.__traceback__)
        self.error_shown = True
        self.outputs.rich(
            {
                "output_type": "error",
                "ename": class_name(kind or type(error)),
                "evalue": text_of(error, _MAX_ERROR_TEXT) if isinstance(error, BaseException) else "",
                "traceback": _shortened([str(line) for line in lines]),
            }
        )


def _hide_our_frames(trace: TracebackType | None) -> None:
    """Cut a traceback where it enters this folder: students look at their own code."""
    while trace is not None and trace.tb_next is not None:
        if Path(trace.tb_next.tb_frame.f_code.co_filename).parent == _FOLDER:
            trace.tb_next = None
        trace = trace.tb_next


def _shortened(lines: list[str]) -> list[str]:
    text = "\n".join(lines)
    if len(text) <= _MAX_TRACEBACK:
        return text.split("\n")
    half = _MAX_TRACEBACK // 2
    return [*text[:half].split("\n"), "[... left out by the grader ...]", *text[-half:].split("\n")]


def _run_command(command: str) -> int:
    """Run a shell command, showing its output as it comes; killed with its children when interrupted."""
    process = subprocess.Popen(
        ["/bin/sh", "-c", command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    pipe = process.stdout
    if pipe is None:
        return process.wait()
    try:
        while True:
            ready = select.select([pipe], [], [], 0.1)[0]
            data = os.read(pipe.fileno(), 65_536) if ready else b""
            if data:
                sys.stdout.write(decoder.decode(data))
            elif ready or process.poll() is not None:
                break  # all is read, or a child of the finished command keeps the pipe open
        return process.wait()
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    finally:
        pipe.close()
