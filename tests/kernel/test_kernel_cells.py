"""Cells are run as Jupyter would run them, and what goes wrong in one costs that one alone."""

import time

import nbformat
import pytest


def test_error_in_the_middle_is_kept_and_the_rest_runs(run_kernel):
    run = run_kernel("x = 1", "x / 0", "print('rest', x)")
    assert run.statuses() == ["ok", "error", "ok"]
    (error,) = run.outputs(1)
    assert error["output_type"] == "error" and error["ename"] == "ZeroDivisionError"
    assert any("\x1b[" in line for line in error["traceback"])
    assert run.end(1)["evalue"] == "division by zero"
    assert run.text(2) == "rest 1\n" and run.kinds[-1] == "end" and run.exit_code == 0


@pytest.mark.parametrize("source", ["import sys; sys.exit(3)", "exit()", "quit", "raise SystemExit"])
def test_leaving_the_notebook_is_an_error_of_that_cell(run_kernel, source):
    run = run_kernel(source, "print('rest')")
    assert run.statuses() == ["error", "ok"] and run.end(0)["ename"] == "SystemExit"
    assert run.text(1) == "rest\n"


@pytest.mark.parametrize(
    "source", ["raise KeyboardInterrupt", "raise GeneratorExit", "def f(:", "%nosuchmagic"]
)
def test_unusual_errors_are_errors_with_one_output(run_kernel, source):
    run = run_kernel(source, "1")
    assert run.statuses() == ["error", "ok"]
    assert [output["output_type"] for output in run.outputs(0)] == ["error"]


def test_exit_of_the_process_leaves_what_was_shown_and_no_end(run_kernel):
    run = run_kernel("1", "import os; print('before'); os._exit(9)", "2")
    assert run.exit_code == 9 and run.text(1) == "before\n"
    assert run.statuses() == ["ok"] and "end" not in run.kinds


def test_forked_child_neither_goes_on_nor_writes_to_the_journal(run_kernel):
    run = run_kernel("import os\nos.fork(); print('once' if os.getpid() else '')", "print('rest')")
    assert run.text(1) == "rest\n" and run.text(0) == "once\n" and run.kinds.count("end") == 1


def test_pool_of_processes_works(run_kernel):
    source = "import multiprocessing as m\ndef f(x): print(x); return x * x\nwith m.Pool(2) as p: r = p.map(f, [2, 3])"
    run = run_kernel(source, "print(r)")
    assert run.text(1) == "[4, 9]\n" and run.text(0) == ""


def test_input_says_that_there_is_no_keyboard(run_kernel):
    run = run_kernel("name = input('name?')")
    assert run.end(0)["ename"] == "StdinNotImplementedError" and "keyboard" in run.end(0)["evalue"]


def test_infinite_loop_is_interrupted_and_the_rest_runs(run_kernel):
    run = run_kernel("print('began')\nwhile True: pass", "print('rest')", cell_s=0.5)
    assert run.statuses() == ["timeout", "ok"] and run.text(0) == "began\n" and run.text(1) == "rest\n"
    assert "0.5 seconds" in run.end(0)["evalue"]
    assert not any("limits.py" in line for line in run.outputs(0)[-1]["traceback"])


def test_swallowed_interrupts_come_again(run_kernel):
    source = """
import time
caught = 0
while caught < 2:
    try:
        time.sleep(60)
    except:
        caught += 1
"""
    run = run_kernel(source, "caught", cell_s=0.3)
    assert run.statuses() == ["timeout", "ok"]
    assert run.outputs(1)[0]["data"]["text/plain"] == "2"


@pytest.mark.parametrize(
    "source",
    [
        "while True: print('spam')",
        "!sleep 60",
        "import asyncio\nawait asyncio.sleep(60)",
        "import threading; threading.Event().wait()",
        "import signal\nsignal.alarm(1)\nwhile True: pass",
        "class R:\n    def __repr__(self):\n        while True: pass\nR()",
    ],
)
def test_whatever_a_cell_hangs_in_is_interrupted(run_kernel, source):
    run = run_kernel(source, "print('rest')", cell_s=0.4)
    assert run.statuses() == ["timeout", "ok"] and run.text(1) == "rest\n"


def test_own_alarm_handler_does_not_disarm_the_next_cell(run_kernel):
    run = run_kernel(
        "import signal; signal.signal(signal.SIGALRM, signal.SIG_IGN)", "while True: pass", cell_s=0.4
    )
    assert run.statuses() == ["ok", "timeout"]


def test_magics_commands_and_top_level_await_work(run_kernel):
    run = run_kernel(
        "%%time\nprint('timed')",
        "!echo hello; echo err >&2; exit 3",
        "_exit_code",
        "import asyncio\nawait asyncio.sleep(0)\n'awaited'",
        "%%bash\necho from bash",
        "lines = !echo a; echo b\nprint(list(lines))",
        "get_ipython().run_line_magic('pwd', '') != ''",
    )
    assert run.statuses() == ["ok"] * 7
    assert run.text(0).startswith("timed\n") and "Wall time" in run.text(0)
    assert run.text(1) == "hello\nerr\n"
    assert run.outputs(2)[0]["data"]["text/plain"] == "3"
    assert run.outputs(3)[0]["data"]["text/plain"] == "'awaited'"
    assert run.text(4) == "from bash\n" and run.text(5) == "['a', 'b']\n"


def test_results_displays_and_their_counts_are_nbformat(run_kernel):
    run = run_kernel(
        "x = 41\nx + 1",
        "from IPython.display import display, HTML, Image\ndisplay(HTML('<b>b</b>')); x;",
        "handle = display('first', display_id='k'); handle.update('last')",
        "display({'image/png': b'abc', 'application/json': {'a': object()}, 'text/plain': 't'}, raw=True)",
    )
    assert run.outputs(0) == [
        {"output_type": "execute_result", "execution_count": 1, "data": {"text/plain": "42"}, "metadata": {}}
    ]
    assert [output["data"].get("text/html") for output in run.outputs(1)] == ["<b>b</b>"]
    assert [output["data"]["text/plain"] for output in run.outputs(2)] == ["'first'", "'last'"]
    assert run.outputs(3)[0]["data"] == {"image/png": "YWJj", "text/plain": "t"}
    for cell in range(4):
        for output in run.outputs(cell):
            nbformat.validate(dict(output), ref="output", version=4)


def test_figures_are_shown_at_the_end_of_their_cell_whichever_backend_is_asked_for(run_kernel):
    run = run_kernel(
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
        "%matplotlib notebook\nplt.plot([3]); plt.show(); print('after')",
    )
    assert run.statuses() == ["ok", "ok"]
    assert [list(output["data"]) for output in run.outputs(0)] == [["text/plain", "image/png"]]
    assert [output["output_type"] for output in run.outputs(1)] == ["display_data", "stream"]


def test_clear_output_is_an_event_and_waits_when_asked_to(run_kernel):
    source = (
        "from IPython.display import clear_output\nfor i in range(3):\n    clear_output(wait=True); print(i)"
    )
    run = run_kernel(source)
    assert run.kinds.count("clear_output") == 3 and run.outputs(0)[-1]["text"] == "2\n"
    assert run.kinds.index("clear_output") < run.kinds.index("output")


def test_notebook_files_beside_it_can_be_imported_and_never_replace_the_kernels_own(run_kernel):
    run = run_kernel(
        "%%writefile helper.py\nvalue = 7",
        "%%writefile capture.py\nraise SystemExit",
        "import helper; print(helper.value)",
        "y = 1",
        keep="y",
    )
    assert run.text(2) == "7\n" and run.items()["y"]["value"] == 1


def test_nothing_is_written_to_the_home_folder(run_kernel, tmp_path):
    run_kernel("%history", "1/0", "print?")
    assert list((tmp_path / "home").iterdir()) == []


def test_threads_printing_together_leave_a_whole_journal(run_kernel):
    source = """
import threading
def work(n):
    for i in range(300): print(f"<{n}-{i}>")
threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
[t.start() for t in threads]; [t.join() for t in threads]; None
"""
    run = run_kernel(source)
    text = run.text(0)
    assert all(text.count(f"<{n}-{i}>") == 1 for n in range(6) for i in range(300))


def test_thread_that_never_ends_does_not_keep_the_process(run_kernel):
    source = "import threading, time\nthreading.Thread(target=lambda: time.sleep(600)).start()"
    started = time.monotonic()
    run = run_kernel(source, "import atexit; atexit.register(time.sleep, 600);")
    assert run.exit_code == 0 and time.monotonic() - started < 60


def test_notebook_that_breaks_python_itself_ends_with_the_kernels_own_code(run_kernel):
    run = run_kernel("import json\njson.dumps = None", "1")
    assert run.exit_code == 70 and "end" not in run.kinds and "NoneType" in run.log


def test_wrong_job_is_said_and_nothing_runs(run_kernel):
    run = run_kernel("1", seed=None)
    assert run.exit_code == 64 and "not a job" in run.log and run.events == []


def test_two_runs_draw_the_same_numbers_and_own_seeds_win(run_kernel):
    cells = (
        "import random; random.random()",
        "import numpy as np; np.random.rand()",
        "np.random.seed(1); np.random.rand()",
    )
    first, second, other = run_kernel(*cells), run_kernel(*cells), run_kernel(*cells, seed=18)
    shown = [
        [run.outputs(cell)[0]["data"]["text/plain"] for cell in range(3)] for run in (first, second, other)
    ]
    assert shown[0] == shown[1]
    assert shown[0][:2] != shown[2][:2] and shown[0][2] == shown[2][2]


def test_trivial_notebook_takes_a_moment(run_kernel):
    run_kernel("1")
    started = time.monotonic()
    run = run_kernel("x = 1", "print(x)", "x")
    # Some 0.25 s on an idle machine; what is tested is that nobody imports numpy or pandas on the way.
    assert time.monotonic() - started < 5 and run.events[-1]["time_s"] < 2
    assert run_kernel("import sys; 'numpy' in sys.modules").outputs(0)[0]["data"]["text/plain"] == "False"
