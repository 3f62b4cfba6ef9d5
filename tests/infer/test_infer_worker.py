"""The worker with a real process: predictions, caching, and bundles that hang, swell or kill."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from infer_bundles import (
    array_item,
    dense_bundle,
    dense_forward,
    layer,
    model_item,
    question,
    sequential,
    weights_bytes,
)

from deepgrade.infer import (
    CapturedName,
    HiddenInputs,
    InferJob,
    InferReport,
    InferWorker,
    ModelBounds,
    ModelEntry,
    ModelRequest,
    Reason,
)
from deepgrade.infer.bounds import ModelBounds as Bounds
from deepgrade.infer.child import run_limited
from deepgrade.infer.reasons import BundleError
from deepgrade.sandbox import Bubblewrap, Mount
from deepgrade.sandbox.none import PlainHelper

RNG = np.random.default_rng(7)
TEST_SIZE, HIDDEN_ROWS = 60, 301
PUBLIC = RNG.integers(0, 256, (TEST_SIZE, 4, 3)).astype(np.uint8)
HIDDEN = RNG.integers(0, 256, (HIDDEN_ROWS, 4, 3)).astype(np.uint8)
ADAPTERS = ("flat/unit", "flat/raw", "square/unit")


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, HiddenInputs]:
    root = tmp_path_factory.mktemp("sets")
    facts = {"schema_version": 1, "name": "mnist", "origin": "synthetic", "size": "quick", "train_size": 8}
    facts |= {"test_size": TEST_SIZE, "classes": 3, "fingerprint": "0" * 64}
    for part, arrays in {
        "inputs": {"x": HIDDEN},
        "public": {"x_test": PUBLIC, "y_test": np.ones(TEST_SIZE, np.uint8), "y_train": np.ones(8, np.uint8)},
    }.items():
        (root / part / "mnist").mkdir(parents=True)
        (root / part / "mnist" / "facts.json").write_text(json.dumps(facts))
        for name, values in arrays.items():
            np.save(root / part / "mnist" / f"{name}.npy", values)
    captured = CapturedName(question="b3", name="test_images")
    return {
        "mnist": HiddenInputs(
            dataset="mnist",
            inputs=root / "inputs",
            public=root / "public",
            input_adapters=ADAPTERS,
            captured=captured,
        )
    }


@pytest.fixture(scope="module")
def worker() -> Iterator[InferWorker]:
    # Wide enough that only the clock stops a model that takes too long.
    bounds = ModelBounds(wall_s=12, memory_mib=2500, multiply_adds_per_row=10**12, multiply_adds=10**16)
    with InferWorker(bounds=bounds) as running:
        yield running


def submission(folder: Path, architecture: bytes, weights: bytes, /, **fields: Any) -> Path:
    evidence = folder / "evidence"
    evidence.mkdir(parents=True)
    flat = (PUBLIC.reshape(TEST_SIZE, -1) / 255).astype(np.float32)
    question(
        evidence,
        "b3",
        {"test_images": array_item(evidence, flat, rows=[0, 1, 2, 5, 50]), "n": {"kind": "missing"}},
    )
    question(evidence, "b6", {"network": model_item(evidence, architecture, weights, **fields)})
    (evidence / "devices.json").write_text("{}")
    return evidence


def infer(worker: InferWorker, evidence: Path, sets: dict[str, HiddenInputs]) -> InferReport:
    job = InferJob(
        evidence=evidence,
        models=(ModelRequest(question="b6", name="network", hidden=("mnist",)),),
        hidden=sets,
    )
    return worker.predict(job, evidence.parent / "predictions")


def test_a_model_predicts_hidden_rows_as_numpy_does(
    worker: InferWorker, sets: dict[str, HiddenInputs], tmp_path: Path
) -> None:
    architecture, weights = dense_bundle(5, 3, inputs=12)
    report = infer(worker, submission(tmp_path, architecture, weights), sets)
    entry = report.models["b6/network"]
    assert (entry.status, entry.detail) == ("ok", None)
    found = entry.predictions["mnist"]
    assert (found.status, found.input_adapter, found.output_adapter) == ("ok", "flat/unit", "probabilities")
    scores = np.load(tmp_path / "predictions" / str(found.file), allow_pickle=False)
    assert scores.dtype == np.float32
    expected = dense_forward(weights, HIDDEN.reshape(HIDDEN_ROWS, -1) / 255)
    np.testing.assert_allclose(scores, expected, atol=1e-5)
    seen = np.load(tmp_path / "predictions" / str(found.public_file), allow_pickle=False)
    assert found.public_rows == TEST_SIZE
    np.testing.assert_allclose(seen, dense_forward(weights, PUBLIC.reshape(TEST_SIZE, -1) / 255), atol=1e-5)
    written = json.loads((tmp_path / "predictions" / "infer.json").read_text())
    assert written == json.loads(report.model_dump_json())
    assert next(iter(written)) == "schema_version"
    assert written["models"]["b6/network"]["layers"][0]["class"] == "Dense"


def test_equal_bundles_are_predicted_once(
    worker: InferWorker, sets: dict[str, HiddenInputs], tmp_path: Path
) -> None:
    architecture, weights = dense_bundle(4, 3, inputs=12, seed=1)
    first = infer(worker, submission(tmp_path / "a", architecture, weights), sets)
    assert worker.pid
    os.kill(worker.pid, signal.SIGSTOP)  # who is asked now does not answer
    try:
        second = infer(worker, submission(tmp_path / "b", architecture, weights), sets)
    finally:
        os.kill(worker.pid, signal.SIGCONT)
    assert first == second
    file = first.models["b6/network"].predictions["mnist"].file
    assert (tmp_path / "b" / "predictions" / str(file)).is_file()


def test_a_link_in_place_of_the_weights_is_refused(
    worker: InferWorker, sets: dict[str, HiddenInputs], tmp_path: Path
) -> None:
    architecture, weights = dense_bundle(3, inputs=12)
    evidence = submission(tmp_path, architecture, weights)
    file = next(evidence.glob("*.safetensors"))
    file.rename(tmp_path / "elsewhere")
    file.symlink_to(tmp_path / "elsewhere")
    entry = infer(worker, evidence, sets).models["b6/network"]
    assert (entry.status, entry.reason) == ("refused", Reason.BAD_WEIGHTS_FILE)
    assert "symbolic link" in str(entry.detail)
    assert entry.params is not None
    assert entry.predictions["mnist"].status == "not_assessed"


def test_a_file_that_is_not_what_its_name_says_is_refused(
    worker: InferWorker, sets: dict[str, HiddenInputs], tmp_path: Path
) -> None:
    evidence = submission(tmp_path, *dense_bundle(3, inputs=12))
    next(evidence.glob("*.safetensors")).write_bytes(dense_bundle(3, inputs=12, seed=9)[1])
    assert infer(worker, evidence, sets).models["b6/network"].reason == Reason.BAD_WEIGHTS_FILE


@pytest.mark.parametrize(
    "fields", [{"architecture": None}, {"architecture": "../../etc/passwd"}, {"architecture": 3}]
)
def test_a_model_without_a_description_says_so(
    worker: InferWorker, sets: dict[str, HiddenInputs], tmp_path: Path, fields: dict[str, Any]
) -> None:
    evidence = submission(tmp_path, *dense_bundle(3, inputs=12), **fields)
    assert infer(worker, evidence, sets).models["b6/network"].reason == Reason.NO_ARCHITECTURE


def test_question_files_that_are_no_questions_are_passed_over(worker: InferWorker, tmp_path: Path) -> None:
    for name, content in {
        "b1": "[]",
        "b2": "{",
        "b4": '{"schema_version": 1, "items": {"a": 1}}',
        "B": "{}",
    }.items():
        (tmp_path / f"{name}.json").write_text(content)
    (tmp_path / "b5.json").symlink_to("/etc/passwd")
    assert worker.predict(InferJob(evidence=tmp_path), tmp_path / "out").models == {}


@pytest.mark.long
def test_a_model_that_takes_too_long_ends_alone(
    worker: InferWorker, sets: dict[str, HiddenInputs], tmp_path: Path
) -> None:
    repeat = layer("RepeatVector", n=8000)
    document = sequential(repeat, layer("LSTM", units=256), layer("Dense", units=3), shape=[None, 12])
    shapes = [(12, 1024), (256, 1024), (1024,), (256, 3), (3,)]
    weights = weights_bytes([np.zeros(shape, np.float32) for shape in shapes])
    slow = submission(tmp_path / "slow", json.dumps(document).encode(), weights)
    good = submission(tmp_path / "good", *dense_bundle(5, 3, inputs=12, seed=2))
    before = worker.pid
    entry = infer(worker, slow, sets).models["b6/network"]
    assert (entry.status, entry.predictions["mnist"].reason) == ("ok", Reason.CHILD_TIMEOUT)
    assert infer(worker, good, sets).models["b6/network"].predictions["mnist"].status == "ok"
    assert worker.pid == before


def count(worker: InferWorker, folder: Path, seed: int) -> ModelEntry:
    evidence = submission(folder / str(seed), *dense_bundle(5, 3, inputs=12, seed=seed))
    return worker.predict(InferJob(evidence=evidence), folder / str(seed) / "out").models["b6/network"]


def test_a_worker_killed_in_the_middle_costs_one_model_and_is_started_again(tmp_path: Path) -> None:
    with InferWorker() as running:
        before = int(str(running.pid))
        os.kill(before, signal.SIGSTOP)
        killer = threading.Timer(0.3, os.kill, (before, signal.SIGKILL))
        killer.start()
        entry = count(running, tmp_path, 1)
        killer.join()
        assert (entry.status, entry.reason) == ("failed", Reason.CHILD_CRASHED)
        assert count(running, tmp_path, 2).status == "ok"
        assert running.pid != before


def test_a_worker_that_ended_between_two_jobs_costs_nothing(tmp_path: Path) -> None:
    with InferWorker() as running:
        descriptor = os.pidfd_open(int(str(running.pid)))
        os.kill(int(str(running.pid)), signal.SIGKILL)
        assert select.select([descriptor], [], [], 10)[0]
        os.close(descriptor)
        assert count(running, tmp_path, 1).status == "ok"


def test_threads_share_one_worker(tmp_path: Path) -> None:
    with InferWorker() as running, ThreadPoolExecutor(4) as pool:
        entries = list(pool.map(lambda seed: count(running, tmp_path, seed), range(6)))
    assert [entry.status for entry in entries] == ["ok"] * 6


def test_a_child_that_swells_is_ended() -> None:
    def swell() -> bytes:
        kept = [bytearray(os.urandom(1 << 20)) * 16 for _ in range(60)]
        return bytes(kept[0][:1])

    with pytest.raises(BundleError) as caught:
        run_limited(swell, Bounds(memory_mib=400))
    assert caught.value.reason == Reason.CHILD_MEMORY


@pytest.mark.parametrize(
    ("task", "reason"),
    [
        (lambda: os._exit(9), Reason.CHILD_CRASHED),
        (lambda: os.kill(os.getpid(), signal.SIGKILL), Reason.CHILD_CRASHED),
        (lambda: [][1], Reason.PREDICT_ERROR),
        (lambda: signal.pause(), Reason.CHILD_TIMEOUT),
        (lambda: os.close(3) or [os.close(n) for n in range(3, 50)], Reason.PREDICT_ERROR),
        (lambda: b"x" * (40 << 20), Reason.CHILD_CRASHED),
    ],
    ids=["exit", "killed", "exception", "hang", "closes everything", "floods"],
)
def test_whatever_a_child_does_the_parent_gets_a_reason(task: Any, reason: Reason) -> None:
    with pytest.raises(BundleError) as caught:
        run_limited(task, Bounds(), wall_s=1)
    assert caught.value.reason in (reason, Reason.CHILD_TIMEOUT, Reason.CHILD_CRASHED)


def test_a_child_leaves_no_process_behind(tmp_path: Path) -> None:
    mark = tmp_path / "pid"

    def spawn() -> bytes:
        pid = os.fork()
        if pid == 0:
            signal.pause()
        mark.write_text(str(pid))
        return b"done"

    assert run_limited(spawn, Bounds()) == b"done"
    try:
        left = os.pidfd_open(int(mark.read_text()))
    except ProcessLookupError:
        return
    assert select.select([left], [], [], 10)[0] == [left]
    os.close(left)


def test_worker_is_shown_its_code_the_inputs_and_one_writable_folder(
    sets: dict[str, HiddenInputs], tmp_path: Path
) -> None:
    seen: list[Mount] = []

    class Watched(PlainHelper):
        def launch(self, command, mounts, env):
            seen.extend(mounts)
            return super().launch(command, mounts, env)

    evidence = submission(tmp_path, *dense_bundle(3, inputs=13))
    with InferWorker(helper=Watched()) as running:
        report = running.predict(InferJob(evidence=evidence), tmp_path / "predictions")
        library = next(mount.source for mount in seen if mount.source.name == "library")
        assert not {"score", "lab", "records"} & {path.name for path in (library / "deepgrade").iterdir()}
    assert report.models["b6/network"].status == "ok"
    assert [mount.writable for mount in seen].count(True) == 1
    assert not any(
        str(folder).startswith(str(mount.source))
        for mount in seen
        for folder in sets["mnist"].inputs.parents[:1]
    )


def test_worker_is_told_what_the_libraries_need_and_nothing_of_the_heads_own_choice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    seen: list[str | None] = []

    class Needy(PlainHelper):
        variables: ClassVar[dict[str, str]] = {"KERAS_BACKEND": "jax"}

        def launch(self, command, mounts, env):
            seen.append(env.get("KERAS_BACKEND"))
            return super().launch(command, mounts, env)

    class Content(Needy):
        variables: ClassVar[dict[str, str]] = {}

    for helper in (Needy(), Content()):
        with InferWorker(helper=helper):
            pass
    assert seen == ["jax", None]


def test_worker_in_bubblewrap_has_no_network_no_rights_and_a_filter_and_cannot_read_the_hosts_files(
    tmp_path: Path,
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("MARIGOLD")
    code = f"""
import json, os, socket
facts = dict(line.split(":", 1) for line in open("/proc/self/status"))
def kind(action):
    try:
        action()
    except OSError as error:
        return error.errno
    return 0
print(json.dumps({{
    "uid": os.getuid(), "caps": facts["CapBnd"].strip(), "seccomp": facts["Seccomp"].strip(),
    "vsock": kind(lambda: socket.socket(40, socket.SOCK_STREAM)), "secret": os.path.exists({str(secret)!r}),
    "links": sorted(os.listdir("/sys/class/net")) if os.path.isdir("/sys") else socket.if_nameindex(),
    "env": sorted(os.environ), "write": kind(lambda: open("/usr/mine", "w")),
}}))
"""
    with Bubblewrap().open_helper() as helper:
        launch = helper.launch([str(helper.python), "-I", "-c", code], [], {"HOME": "/tmp"})
        done = subprocess.run(launch.command, env=launch.env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["uid"] != 0
    assert (int(seen["caps"], 16) == 0 or os.geteuid() != 0) and seen["seccomp"] == "2"
    assert (seen["vsock"], seen["secret"], seen["links"]) == (97, False, [[1, "lo"]])
    assert {"HOME", "PATH"} <= set(seen["env"]) <= {"HOME", "PATH", "PWD", "LC_CTYPE"}
    assert seen["write"] != 0


def test_labels_never_reach_the_spool(sets: dict[str, HiddenInputs], tmp_path: Path) -> None:
    running = InferWorker(spool=tmp_path / "spool")
    running._spool.add_data(sets["mnist"])
    files = sorted(path.name for path in (tmp_path / "spool").rglob("*.npy"))
    assert files == ["x.npy", "x_test.npy", "y_test.npy", "y_train.npy"]
    assert not any(np.load(path).any() for path in (tmp_path / "spool").rglob("y_*.npy"))


def test_the_worker_ends_when_the_head_is_gone(tmp_path: Path) -> None:
    (tmp_path / "jobs").mkdir()
    command = [sys.executable, "-I", "-m", "deepgrade.infer.worker", "--spool", str(tmp_path)]
    done = subprocess.run(command, input=b"", capture_output=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, b'{"ready":2}\n')


def test_models_that_nobody_asked_for_are_left_alone_and_push_no_other_aside(
    worker: InferWorker, tmp_path: Path
) -> None:
    evidence = submission(tmp_path / "s", *dense_bundle(5, 3, inputs=12))
    document = json.loads((evidence / "b6.json").read_text())
    document["items"] |= {f"a{number:03d}": document["items"]["network"] for number in range(300)}
    (evidence / "b6.json").write_text(json.dumps(document))
    job = InferJob(evidence=evidence, models=(ModelRequest(question="b6", name="network"),))
    assert list(worker.predict(job, tmp_path / "out").models) == ["b6/network"]
