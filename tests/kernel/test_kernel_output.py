"""However much a cell shows, the journal stays small and keeps the beginning and the end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepgrade.kernel.streams import overwritten


def test_printing_for_ever_keeps_head_and_tail(run_kernel):
    source = "import itertools\nfor i in itertools.count(): print('line', i)"
    run = run_kernel(source, "print('rest')", cell_s=1.0)
    text = run.text(0)
    assert run.statuses() == ["timeout", "ok"]
    assert text.startswith("line 0\nline 1\n") and "left out by the grader" in text
    assert len(text) < 70_000 and (run.out / "journal.jsonl").stat().st_size < 150_000
    tail = text.split("...]")[1].split()
    numbers = [int(word) for word in tail if word.isdigit()]
    assert len(numbers) > 500 and numbers == list(range(numbers[0], numbers[-1] + 1))


def test_one_huge_line_keeps_its_ends(run_kernel):
    run = run_kernel("print('a' * 5_000_000 + 'z' * 5_000_000)")
    assert run.text(0).startswith("aaaa") and run.text(0).endswith("zzzz\n") and len(run.text(0)) < 70_000


def test_memory_stays_constant_while_a_cell_shows_figures_for_ever(run_kernel):
    source = """
from IPython.display import HTML, display
for i in range(4000): display(HTML('y' * 10_000 + str(i)))
"""
    memory = "import resource\nresource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024"
    run = run_kernel(memory, source, memory)
    before, after = (int(run.outputs(cell)[0]["data"]["text/plain"]) for cell in (0, 2))
    assert after - before < 30
    shown = [output["data"]["text/html"][10_000:] for output in run.outputs(1) if "data" in output]
    assert shown[0] == "0" and shown[-1] == "3999" and len(shown) < 40
    assert "figures or tables" in run.text(1)


def test_live_plot_leaves_its_last_state(run_kernel):
    source = """
from IPython.display import HTML, clear_output, display
for i in range(1000):
    clear_output(wait=True); display(HTML('y' * 10_000 + str(i))); print('epoch', i)
"""
    run = run_kernel(source)
    kinds = [(event["event"], event.get("output", {}).get("text")) for event in run.events]
    last_clear = max(index for index, kind in enumerate(kinds) if kind[0] == "clear_output")
    assert [kind for kind in kinds[last_clear + 1 :] if kind[0] == "output"] == [
        ("output", None),
        ("output", "epoch 999\n"),
    ]


def test_output_too_large_for_a_cell_is_replaced_by_a_line(run_kernel):
    run = run_kernel("from IPython.display import HTML\nHTML('z' * 3_000_000)")
    (output,) = run.outputs(0)
    assert output["output_type"] == "stream" and "text/html" in output["text"] and "2.9 MiB" in output["text"]


def test_total_limit_ends_the_process_with_its_code(run_kernel):
    run = run_kernel(*["print('a' * 1000)"] * 50, output_bytes_total=20_000)
    assert run.exit_code == 77 and run.kinds[-1] == "output_limit"
    assert 10 < len(run.statuses()) < 25


def test_huge_error_message_is_cut(run_kernel):
    run = run_kernel("raise ValueError('q' * 10**7)")
    assert len(run.end(0)["evalue"]) < 3000 and (run.out / "journal.jsonl").stat().st_size < 100_000


def test_progress_bars_leave_their_last_state(run_kernel):
    run = run_kernel("for i in range(5000): print('\\b' * 20 + f'\\rstep {i}', end='')\nprint()")
    assert run.text(0) == "step 4999\n"


def test_lines_show_while_the_cell_still_runs(run_kernel):
    source = (
        "print('first')\nprint('unfinished', end='')\nimport time, os\ntime.sleep(2)\nos.kill(os.getpid(), 9)"
    )
    run = run_kernel(source)
    assert run.exit_code == -9 and run.text(0) == "first\nunfinished"


def test_streams_keep_their_order_and_odd_text_stays_readable(run_kernel):
    run = run_kernel("import sys\nprint('a', end=''); print('b', file=sys.stderr); print('\\ud800 c \\x00')")
    assert [(output["name"], output["text"]) for output in run.outputs(0)] == [
        ("stdout", "a"),
        ("stderr", "b\n"),
        ("stdout", "? c \x00\n"),
    ]


def test_stream_objects_are_like_jupyters(run_kernel):
    source = """
import sys
print(sys.stdout.encoding, sys.stdout.isatty(), sys.stdout.writable(), sys.stdout.fileno(), sys.stderr.name)
sys.stdout.close(); sys.stdout.writelines(['still ', 'open\\n']); sys.stdout.flush()
"""
    run = run_kernel(source)
    assert run.text(0) == "UTF-8 False True 1 <stderr>\nstill open\n"


@given(st.text(alphabet="ab\r\b\n", max_size=60))
def test_overwriting_removes_controls_and_keeps_lines(text):
    shown = overwritten(text)
    assert "\r" not in shown and "\b" not in shown and shown.count("\n") == text.count("\n")


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a\rb", "b"), ("abc\r\nd", "abc\nd"), ("10%\r20%\r", "20%"), ("ab\bc", "ac"), ("\b\bx", "x")],
)
def test_overwritten_text_looks_as_on_a_terminal(text, shown):
    assert overwritten(text) == shown
