"""Runs that are forks of a prepared process: a notebook finds what it would find in a Python of its own, and no other run's."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from deepgrade.evidence import Verdict
from deepgrade.lab import Limits
from deepgrade.run import prepared_kernel
from deepgrade.sandbox import SandboxError, find_sandbox, host_environment
from deepgrade.sandbox.prepared import fork_request

KERAS = {"memory_mib": 2500, "processes": 256, "wall_s": 120, "cell_s": 100, "disk_mib": 96}


@pytest.fixture(scope="module")
def prepared():
    """A kernel that has imported pandas."""
    with prepared_kernel(
        find_sandbox(), host_environment(), Limits(cpus=1), data_sets=("digits",), libraries=("pandas",)
    ) as process:
        yield process


@pytest.fixture(scope="module")
def prepared_keras():
    """A kernel that has imported Keras and Matplotlib."""
    limits, libraries = Limits(cpus=1, **KERAS), ("keras", "matplotlib.pyplot")
    with prepared_kernel(
        find_sandbox(), host_environment(), limits, data_sets=("digits",), libraries=libraries
    ) as process:
        yield process


def _is_forked(ran):
    return "forked" in ran.record.sandbox


LOOK = """
import json, os, resource, signal, sys, threading, warnings
def lines(path, names):
    return [line for line in open(path) if line.split(":")[0] in names]
names = [name for name in dir(resource) if name.startswith("RLIMIT_")]
print(json.dumps({
    "modules": sorted({name.split(".")[0] for name in sys.modules} - sys.stdlib_module_names
                      - {"_deepgrade_join", "_deepgrade_program"}),
    "path": sys.path, "argv": sys.argv, "flags": str(sys.flags), "executable": sys.executable,
    "environment": {name: value for name, value in os.environ.items() if name != "LC_CTYPE"},
    "folder": os.getcwd(), "files": sorted(os.listdir(".") + os.listdir("..")), "root": sorted(os.listdir("/")),
    "tmp": sorted(name.split("-")[0] for name in os.listdir("/tmp")), "shm": os.listdir("/dev/shm"),
    "descriptors": sorted(os.listdir("/proc/self/fd")),
    "limits": [(name, resource.getrlimit(getattr(resource, name))) for name in names],
    "status": lines("/proc/self/status", ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp",
                                          "Seccomp_filters", "Threads", "Groups", "SigIgn", "SigBlk", "SigCgt")),
    "umask": os.umask(0o22), "user is group": os.getuid() == os.getgid(),
    "mounts": sorted((line.split()[4], line.split()[5]) for line in open("/proc/self/mountinfo")),
    "hooks": sorted({type(finder).__name__ for finder in sys.meta_path} - {"Preloaded"}),
    "warnings": len(warnings.filters), "recursion": sys.getrecursionlimit(), "alone": threading.active_count(),
    "readable": os.access("/proc/self/environ", os.R_OK),
}))
"""


def test_notebook_finds_the_same_process_as_in_a_python_of_its_own(run, prepared):
    plain, forked = run(LOOK, "y = 2", "z = 3"), run(LOOK, "y = 2", "z = 3", prepared=prepared)
    assert _is_forked(forked)
    assert not _is_forked(plain)
    seen, expected = json.loads(forked.shown(0)), json.loads(plain.shown(0))
    assert {key: value for key, value in seen.items() if value != expected[key]} == {}


def test_library_is_there_when_it_is_imported_and_not_before(run, prepared):
    ran = run(
        "import sys\nprint('pandas' in sys.modules, 'pandas.core' in sys.modules)",
        "from pandas.core.frame import DataFrame\nprint('pandas' in sys.modules, sys.modules['pandas'].__spec__.name)",
        "import pandas as pd\nprint(pd.DataFrame is DataFrame, pd.__spec__.origin == pd.__file__)",
        prepared=prepared,
    )
    assert _is_forked(ran)
    assert [ran.shown(cell) for cell in range(3)] == ["False False\n", "True pandas\n", "True True\n"]


def test_module_that_the_notebook_wrote_comes_first_as_in_any_notebook(run, prepared):
    source = "from pathlib import Path\nPath('pandas.py').write_text('mine = 1')\nimport pandas\nprint(pandas.mine)"
    ran = run(source, prepared=prepared)
    assert (ran.record.verdict, ran.shown(0)) == (Verdict.OK, "1\n")
    assert _is_forked(ran)


def test_setting_that_a_library_reads_at_its_import_gets_a_python_of_its_own(run, prepared_keras):
    ran = run(
        "import os\nos.environ['KERAS_BACKEND'] = 'none_such'\nx = 1",
        "import keras",
        "z = 3",
        prepared=prepared_keras,
        **KERAS,
    )
    assert not _is_forked(ran)
    assert "none_such" in ran.shown(1)
    assert ran.item("a1", "x")["value"] == 1


def test_settings_that_are_read_later_do_not_cost_the_head_start(run, prepared_keras):
    source = "import os\nos.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'\nos.environ['PYTHONHASHSEED'] = '0'\nimport keras"
    assert _is_forked(run(source, prepared=prepared_keras, **KERAS))


def test_nothing_of_one_run_is_left_for_the_next(run, prepared):
    mark = "".join(map(chr, (77, 65, 82, 73, 71, 79, 76, 68)))  # in no source as a word
    first = f"""
        import os, sys, pandas, builtins
        word = "".join(map(chr, {tuple(mark.encode())})) * 50
        pandas.hidden = builtins.hidden = word
        os.environ["HIDDEN"] = word
        for folder in ("/tmp", "/dev/shm", "."):
            open(folder + "/hidden", "w").write(word)
    """
    look = """
        import os, sys, pandas, builtins
        found = [name for name in ("/tmp/hidden", "/dev/shm/hidden", "hidden") if os.path.exists(name)]
        found += [hasattr(pandas, "hidden"), hasattr(builtins, "hidden"), "HIDDEN" in os.environ]
        half = (bytes((77, 65, 82, 73)), bytes((71, 79, 76, 68)))
        with open("/proc/self/mem", "rb", 0) as memory:
            for line in open("/proc/self/maps"):
                place, rights = line.split()[:2]
                start, end = (int(part, 16) for part in place.split("-"))
                while rights[0] == "r" and start < end:
                    try:
                        memory.seek(start)
                        data = memory.read(min(1 << 22, end - start))
                    except (OSError, OverflowError):
                        break
                    if not data:
                        break
                    at = data.find(half[0])
                    while at >= 0:
                        if data[at + 4 : at + 8] == half[1]:
                            found.append(line)
                        at = data.find(half[0], at + 1)
                    start += len(data)
        print(found)
    """
    assert _is_forked(run(first, prepared=prepared))
    ran = run(look, prepared=prepared)
    assert _is_forked(ran)
    assert ran.shown(0) == "[False, False, False]\n"


def test_what_no_seed_settles_differs_from_fork_to_fork(run, prepared):
    source = """
        import os, random, secrets, tempfile, uuid
        import numpy as np
        print([os.urandom(8).hex(), secrets.token_hex(8), str(uuid.uuid4()), str(uuid.uuid1()), tempfile.mktemp(),
               np.random.default_rng().random(), random.SystemRandom().random(), np.random.SeedSequence().entropy])
        print(random.random(), np.random.rand())
    """
    shown = [run(source, prepared=prepared).shown(0).splitlines() for _ in range(2)]
    first, second = (text[0].strip("[]").split(", ") for text in shown)
    assert [one for one, other in zip(first, second, strict=True) if one == other] == []
    assert shown[0][1] == shown[1][1], "seeded generators agree"


def test_network_trains_to_the_same_weights_forked_and_started_plainly(run, prepared_keras):
    source = """
        import keras, numpy as np
        x = np.random.rand(64, 8).astype("float32")
        y = keras.utils.to_categorical(np.arange(64) % 3)
        model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(4), keras.layers.Dropout(0.5), keras.layers.Dense(3)])
        model.compile("rmsprop", keras.losses.CategoricalCrossentropy(from_logits=True))
        history = model.fit(x, y, epochs=2, verbose=0)
        print(history.history["loss"], [float(w.sum()) for w in model.get_weights()])
    """
    forked, plain = run(source, prepared=prepared_keras, **KERAS), run(source, **KERAS)
    assert _is_forked(forked)
    assert (forked.record.verdict, plain.record.verdict) == (Verdict.OK, Verdict.OK)
    assert forked.shown(0) == plain.shown(0)


def test_what_a_library_logs_is_shown_in_the_notebook(run, prepared_keras):
    source = "import keras\nfrom absl import logging\nlogging.error('look here')"
    forked, plain = run(source, prepared=prepared_keras, **KERAS), run(source, **KERAS)
    assert _is_forked(forked)
    assert [("look here" in ran.shown(0), "look here" in ran.log) for ran in (forked, plain)] == [
        (True, False)
    ] * 2


def test_limits_hold_in_a_fork(run, prepared):
    slow = run("x = 1", "while True:\n    pass", prepared=prepared, wall_s=2)
    assert (slow.record.verdict, _is_forked(slow)) == (Verdict.TIMEOUT, True)
    greedy = run("x = 1", "kept = []\nwhile True: kept.append(bytearray(8 << 20))", prepared=prepared)
    assert (greedy.record.verdict, _is_forked(greedy)) == (Verdict.MEMORY, True)
    fills = run("open('big', 'wb').write(bytes(64 << 20))", prepared=prepared)
    assert (fills.record.cell_errors[0].ename, _is_forked(fills)) == ("OSError", True)
    gone = run("import os, signal\nos.kill(os.getpid(), signal.SIGTERM)", prepared=prepared)
    assert (gone.record.verdict, _is_forked(gone)) == (Verdict.CRASHED, True)


def test_run_whose_prepared_process_was_killed_starts_plainly(run):
    with prepared_kernel(
        find_sandbox(), host_environment(), Limits(cpus=1), data_sets=(), libraries=("pandas",)
    ) as process:
        os.kill(process.pid, signal.SIGKILL)
        ran = run("x = 1", prepared=process)
    assert (ran.record.verdict, _is_forked(ran)) == (Verdict.OK, False)


def test_fork_that_cannot_join_its_sandbox_is_no_fault_of_the_notebook(run, prepared, monkeypatch):
    def to_nowhere(*arguments, **options):
        return fork_request(*arguments, **options) | {"cwd": "/nowhere"}

    monkeypatch.setattr("deepgrade.sandbox.bubblewrap.fork_request", to_nowhere)
    ran = run("x = 1", prepared=prepared)
    assert (ran.record.verdict, _is_forked(ran)) == (Verdict.OK, False)
    assert ran.item("a1", "x")["value"] == 1


def test_server_that_hangs_costs_no_run_its_verdict(run, monkeypatch):
    monkeypatch.setattr("deepgrade.sandbox.prepared._ANSWER_S", 1.0)
    with prepared_kernel(
        find_sandbox(), host_environment(), Limits(cpus=1), data_sets=(), libraries=("pandas",)
    ) as process:
        for stopped in _tree(process.pid):
            os.kill(stopped, signal.SIGSTOP)
        ran = run("x = 1", prepared=process)
        assert not process.is_alive, "nobody waits for it a second time"
    assert (ran.record.verdict, _is_forked(ran)) == (Verdict.OK, False)


def test_library_that_is_not_installed_is_left_for_the_notebook_to_stumble_over(run):
    with prepared_kernel(
        find_sandbox(),
        host_environment(),
        Limits(cpus=1),
        data_sets=(),
        libraries=("no_such_library", "pandas"),
    ) as process:
        ran = run("import pandas", "import no_such_library", prepared=process)
    assert _is_forked(ran)
    assert [error.ename for error in ran.record.cell_errors] == ["ModuleNotFoundError"]


def test_kernel_that_cannot_get_ready_says_why(tmp_path, monkeypatch):
    (tmp_path / "main.py").write_text("def prepare(words):\n    raise RuntimeError('no room left here')\n")
    monkeypatch.setattr("deepgrade.run.attempt._KERNEL", tmp_path)
    with (
        pytest.raises(SandboxError, match="no room left here"),
        prepared_kernel(find_sandbox(), host_environment(), Limits(), data_sets=(), libraries=("pandas",)),
    ):
        pass


def test_prepared_process_ends_with_its_block_and_with_a_killed_head():
    code = """
import sys, time
from deepgrade.lab import Limits
from deepgrade.run import prepared_kernel
from deepgrade.sandbox import find_sandbox, host_environment
with prepared_kernel(find_sandbox(), host_environment(), Limits(cpus=1), data_sets=(), libraries=("pandas",)) as process:
    print(process.pid, flush=True)
    time.sleep(60)
"""
    head = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert head.stdout is not None
    server = int(head.stdout.readline())
    assert _runs(server)
    head.kill()
    head.wait()
    deadline = time.monotonic() + 10
    while _runs(server) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _runs(server)


def _runs(process):
    """Return whether a process lives; a dead one that nobody has collected does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def _tree(root):
    found = [root]
    for process in found:
        found += map(int, Path(f"/proc/{process}/task/{process}/children").read_text().split())
    return found


def test_arrays_that_the_data_shim_gives_are_the_labs_in_a_fork_too(run, prepared_keras, tmp_path):
    folder = tmp_path / "data" / "mnist"
    folder.mkdir()
    (folder / "facts.json").write_text("{}")
    for split in ("train", "test"):
        np.save(folder / f"x_{split}.npy", np.full((3, 28, 28), 7, np.uint8))
        np.save(folder / f"y_{split}.npy", np.zeros(3, np.uint8))
    source = "from keras.datasets import mnist\n(a, b), _ = mnist.load_data()\nprint(a.shape, a.max())"
    # The data sets that a lab comes with are named in the environment, as they are when the libraries are imported.
    ran = run("import os\nos.environ['DEEPGRADE_SETS'] = 'mnist'", source, prepared=prepared_keras, **KERAS)
    assert _is_forked(ran)
    assert ran.shown(1) == "(3, 28, 28) 7\n"
