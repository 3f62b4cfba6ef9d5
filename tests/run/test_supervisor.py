"""Notebooks run for real: honest, broken and hostile ones, each with the verdict it must get."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

import deepgrade
from deepgrade.evidence import RunRecord, Verdict
from deepgrade.run import Gpu, attempt
from deepgrade.sandbox import Mount, host_environment

REPOSITORY = Path(deepgrade.__file__).resolve().parents[2]


# --- limits ----------------------------------------------------------------------------------------------------------


def test_hang_keeps_the_notebook_up_to_the_cell_that_hung(run):
    ran = run(
        "x = 1\nprint('first')", "print('before', flush=True)\nwhile True:\n    pass", "z = 3", wall_s=3
    )
    assert ran.record.verdict is Verdict.TIMEOUT
    assert "3 s" in ran.record.detail
    assert "cell 2 (question b1)" in ran.record.detail
    assert ran.record.questions_finished == ("a1",)
    assert [cell.status for cell in ran.record.cell_times] == ["ok", "unfinished", "not_run"]
    assert 1 < ran.record.cell_times[1].seconds < 4
    assert ran.shown(0) == "first\n"
    assert ran.shown(1).startswith("before\n")
    assert "stopped in this cell" in ran.shown(1)
    assert ran.cells[2]["outputs"] == []


def test_slow_cell_is_interrupted_and_the_rest_still_runs(run):
    ran = run("x = 1", "while True:\n    pass", "z = 3", cell_s=0.5)
    assert ran.record.verdict is Verdict.TIMEOUT
    assert "0.5 s" in ran.record.detail
    assert ran.record.questions_finished == ("a1", "b1", "b2")
    assert ran.item("b2", "z")["value"] == 3


def test_memory_hog(run):
    ran = run("x = 1", "kept = []\nwhile True: kept.append(bytearray(8 << 20))", "z = 3")
    assert ran.record.verdict is Verdict.MEMORY
    assert "384 MiB" in ran.record.detail
    assert ran.record.questions_finished == ("a1",)


def test_fork_bomb(run):
    ran = run(
        "x = 1",
        "import os\nwhile True:\n    if os.fork() == 0:\n        import time; time.sleep(60)",
        "z = 3",
    )
    assert ran.record.verdict is Verdict.PROCESS_LIMIT
    assert ran.item("a1", "x")["value"] == 1


def test_thread_bomb(run):
    ran = run(
        "x = 1",
        "import threading, time\nfor _ in range(500): threading.Thread(target=time.sleep, args=(60,)).start()",
    )
    assert ran.record.verdict is Verdict.PROCESS_LIMIT


def test_print_flood(run):
    ran = run("x = 1", "while True:\n    print('x' * 1000)", "z = 3", cell_s=1, wall_s=10)
    assert ran.record.verdict in (Verdict.OUTPUT_LIMIT, Verdict.TIMEOUT)
    assert (ran.folder / "notebook.ipynb").stat().st_size < 4 << 20
    nbformat.validate(nbformat.read(ran.folder / "notebook.ipynb", as_version=4))


def test_flood_past_the_notebook(run):
    ran = run("x = 1", "import os\nwhile True: os.write(1, b'x' * 65536)")
    assert ran.record.verdict is Verdict.OUTPUT_LIMIT
    assert len(ran.log) < 1 << 20


# --- broken ----------------------------------------------------------------------------------------------------------


def test_error_in_the_middle(run):
    ran = run("x = 1", "y = x / 0", "z = x + 2")
    assert ran.record.verdict is Verdict.CELL_ERROR
    assert [(error.cell, error.question, error.ename) for error in ran.record.cell_errors] == [
        (1, "b1", "ZeroDivisionError")
    ]
    assert ran.item("b1", "y")["kind"] == "missing"
    assert ran.item("b2", "z")["value"] == 3


@pytest.mark.parametrize(
    "code", ["import os; os._exit(0)", "import os; os._exit(1)", "import os; os.abort()"]
)
def test_process_that_ends_itself(run, code):
    ran = run("x = 1", code, "z = 3")
    assert ran.record.verdict is Verdict.CRASHED
    assert "cell 2 (question b1)" in ran.record.detail
    assert ran.record.questions_finished == ("a1",)


def test_kernel_that_cannot_start_is_our_failure(run, monkeypatch, tmp_path):
    broken = tmp_path / "kernel"
    broken.mkdir()
    (broken / "main.py").write_text("raise ImportError('no numpy here')\n")
    monkeypatch.setattr(attempt, "_KERNEL", broken)
    ran = run("x = 1")
    assert ran.record.verdict is Verdict.INTERNAL_ERROR
    assert "no numpy here" in ran.log
    assert ran.cells[0]["outputs"] == []


# --- hostile ---------------------------------------------------------------------------------------------------------


def test_links_planted_as_results_are_not_followed(run):
    ran = run(
        "x = 1",
        """
        import os, shutil
        shutil.rmtree("/box/out/evidence")
        os.mkdir("/box/out/evidence")
        os.symlink("/etc/shadow", "/box/out/evidence/b2.json")
        os.symlink("/etc/passwd", "/box/out/evidence/" + "0" * 64 + ".npy")
        os.mkfifo("/box/out/evidence/a1.json")
        with open("/box/out/evidence/devices.json", "w") as file:
            os.truncate(file.fileno(), 1 << 24)
        os.link("/box/out/evidence/devices.json", "/box/out/evidence/" + "1" * 64 + ".npy")
        os._exit(0)
        """,
    )
    assert ran.record.verdict is Verdict.CRASHED
    assert list((ran.folder / "evidence").iterdir()) == []
    assert "root:" not in ran.log


@pytest.mark.parametrize("target", ["/etc/shadow", "/etc/passwd", "/dev/zero", "/proc/self/mem"])
def test_journal_that_is_a_link_is_not_read(run, target):
    ran = run(f"""
        import os
        os.remove("/box/out/journal.jsonl")
        os.symlink({target!r}, "/box/out/journal.jsonl")
        os._exit(0)
    """)
    assert ran.record.verdict is Verdict.CRASHED, "a submission that hides its journal is no internal error"
    assert "root:" not in (ran.folder / "notebook.ipynb").read_text() + ran.log


def test_result_folder_that_is_a_link_is_not_read(run):
    ran = run("import os\nos.rename('/box/out', '/box/old')\nos.symlink('/etc', '/box/out')\nos._exit(0)")
    assert ran.record.verdict is Verdict.CRASHED
    assert list((ran.folder / "evidence").iterdir()) == []


def test_journal_of_a_terabyte_cannot_be_made(run):
    ran = run("import os\nos.truncate('/box/out/journal.jsonl', 1 << 40)\nos._exit(0)", "y = 2")
    assert ran.record.verdict is Verdict.FILE_SIZE
    assert ran.item("b1", "y")["value"] == 2


def test_journal_with_a_hole_is_read_in_bounds(run):
    ran = run("import os\nos.truncate('/box/out/journal.jsonl', 30 << 20)\nos._exit(0)")
    assert ran.record.verdict is Verdict.CRASHED


def test_garbage_in_the_journal_is_survived(run):
    ran = run(
        "x = 1",
        r"""
        import os
        with open("/box/out/journal.jsonl", "ab") as file:
            file.write(b'\xff\x00{"event": "cell_end"}\n[[[[\n{"event": "cell_end", "cell": 99}\n{"a":' + b"9" * 9999 + b"}\n")
        y = 2
        """,
    )
    assert ran.record.verdict is Verdict.OK
    assert "4 lines of the journal" in ran.log
    assert ran.item("b1", "y")["value"] == 2


def test_forged_end_does_not_hide_a_crash(run):
    ran = run("import os\nopen('/box/out/journal.jsonl', 'a').write('{\"event\": \"end\"}\\n')\nos._exit(3)")
    assert ran.record.verdict is Verdict.CRASHED


def test_forged_results_go_nowhere(run):
    ran = run("""
        import json, os
        for folder in ("/box", "/box/out", "/box/out/evidence", "/box/work"):
            os.makedirs(folder, exist_ok=True)
            for name in ("results.json", "run.json", "score.json", "grades.csv", "infer.json"):
                with open(os.path.join(folder, name), "w") as file:
                    file.write('{"points": 100}')
        x = 1
    """)
    assert sorted(path.name for path in ran.folder.iterdir()) == ["evidence", "log.txt", "notebook.ipynb"]
    assert {path.name for path in (ran.folder / "evidence").iterdir()} <= {
        "a1.json",
        "b1.json",
        "b2.json",
        "devices.json",
    }


def test_hidden_checks_labels_and_the_grader_cannot_be_found(run, tmp_path):
    labels = tmp_path / "labels.npy"
    labels.write_text("labels")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ran = run(f"""
            import importlib.util, os, pathlib, socket
            x = []
            for path in ({str(labels)!r}, {str(REPOSITORY / "tests")!r}, {str(REPOSITORY / "solutions")!r},
                         {str(REPOSITORY / "autograder")!r}, "/etc/ssh", "/etc/shadow", "/box/../tests"):
                if os.path.exists(path):
                    x.append(path)
            if importlib.util.find_spec("deepgrade"):
                x.append("deepgrade")
            try:
                socket.create_connection(("127.0.0.1", {listener.getsockname()[1]}), 1)
                x.append("network")
            except OSError:
                pass
            x += [str(p) for top in ("/kernel", "/job", "/data") for p in pathlib.Path(top).rglob("*") if "hidden" in str(p)]
            try:
                open("/job/job.json", "a")
                x.append("job")
            except OSError:
                pass
        """)
    assert ran.record.verdict is Verdict.OK, ran.record.detail
    assert ran.item("a1", "x")["value"] == []


# --- honest ----------------------------------------------------------------------------------------------------------


def test_honest_run_has_a_complete_record(run):
    ran = run("x = 1\nx", "y = 'two'", "z = [3]")
    record = ran.record
    assert record.verdict is Verdict.OK
    assert record.questions_finished == ("a1", "b1", "b2")
    assert record.plan == {"a1": ("x",), "b1": ("y",), "b2": ("z",)}
    assert record.submission.warnings == ("reordered",)
    assert record.environment["numpy"]
    assert record.sandbox.startswith("bubblewrap")
    assert record.peak_memory_mib > 5
    assert record.started_at.tzinfo is not None
    assert RunRecord.model_validate_json(record.model_dump_json()) == record
    assert ran.cells[0]["outputs"][0]["data"]["text/plain"] == "1"
    nbformat.validate(nbformat.read(ran.folder / "notebook.ipynb", as_version=4))
    assert ran.log == ""


def test_home_and_working_folder_are_writable_and_empty(run):
    ran = run(
        "import os\nx = [os.getcwd(), os.path.expanduser('~'), os.listdir('.')]\nopen('note.txt', 'w').write('hi')"
    )
    assert ran.record.verdict is Verdict.OK
    assert ran.item("a1", "x")["value"] == ["/box/work", "/box/work", []]


def test_what_the_libraries_need_in_the_environment_reaches_the_notebook(run):
    environment = replace(host_environment(), variables={"KERAS_BACKEND": "jax"})
    ran = run("import os\nx = os.environ.get('KERAS_BACKEND')", environment=environment)
    assert ran.item("a1", "x")["value"] == "jax"


GPU = Gpu("made-up card, GPU 0", (Path("/dev/null"),), "GPU-1234", 8192)
ASK = "import os\nx = {name: os.environ.get(name) for name in os.environ if name[:4] in ('CUDA', 'LD_L', 'JAX_', 'XLA_')}"


@pytest.mark.parametrize("sandbox", ["bubblewrap", "none"])
def test_what_a_lent_gpu_needs_is_there_and_the_record_names_the_card(run, sandbox, tmp_path):
    libraries = tmp_path / "libraries"
    libraries.mkdir()
    (libraries / "libcuda.so.1").touch()
    environment = replace(
        host_environment(),
        gpu_variables={"LD_LIBRARY_PATH": str(libraries)},
        gpu_mounts=(Mount(libraries, libraries),),
    )
    ran = run(
        ASK, "y = os.listdir(os.environ['LD_LIBRARY_PATH'])", sandbox=sandbox, environment=environment, gpu=GPU,
        gpu_memory_fraction=0.25, processes=30_000,
    )  # fmt: skip
    assert ran.record.verdict is Verdict.OK, ran.log
    assert ran.item("a1", "x")["value"] == {
        "CUDA_VISIBLE_DEVICES": "GPU-1234",
        "LD_LIBRARY_PATH": str(libraries),
        "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
        "XLA_PYTHON_CLIENT_MEM_FRACTION": "0.250",
    }
    assert ran.item("b1", "y")["value"] == ["libcuda.so.1"]
    assert (ran.record.device, ran.record.gpu) == ("made-up card, GPU 0", True)


@pytest.mark.parametrize(
    ("sandbox", "told"),
    [("bubblewrap", {}), ("none", {"CUDA_VISIBLE_DEVICES": "NoDevFiles", "JAX_PLATFORMS": "cpu"})],
)
def test_without_a_gpu_the_libraries_are_told_of_none_where_nothing_else_hides_the_machines(
    run, sandbox, told
):
    environment = replace(host_environment(), gpu_variables={"LD_LIBRARY_PATH": "/somewhere"})
    ran = run(ASK, sandbox=sandbox, environment=environment, processes=30_000)
    assert ran.item("a1", "x")["value"] == told
    assert not ran.record.gpu


def test_trivial_notebook_takes_little_time(run):
    ran = run("x = 1", "y = 2", "z = 3")
    # The processor time is the honest measure on a machine that does other things too.
    assert ran.record.cpu_s < 1.0
    assert ran.record.wall_s < 5


def test_without_a_sandbox_the_same_notebook_runs_too(run):
    ran = run("x = 1", "y = 2", "z = 3", sandbox="none", processes=30_000)
    assert ran.record.verdict is Verdict.OK, ran.log
    assert ran.record.sandbox.startswith("none")
