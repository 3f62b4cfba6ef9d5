"""Files of data sets where student code meets them: real Keras, a script, and a run in the sandbox."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from data_small_sets import store_as

import deepgrade.kernel
from deepgrade.data import DataSet, DataStore
from deepgrade.evidence import DataFacts, Verdict
from deepgrade.lab import CapturePlan, Limits, QuestionCapture
from deepgrade.run import run_submission
from deepgrade.sandbox import find_sandbox, host_environment
from deepgrade.submission import Cell, Submission

KERNEL = Path(deepgrade.kernel.__file__).parent


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with synthetic photos and two tables."""
    root = tmp_path_factory.mktemp("store")
    store = DataStore(root)
    for name in ("photos", "hitters"):
        store.synthetic(name, "quick")
    folder = store.size_folder("synthetic", "quick")
    store_as(folder, "other", DataSet({}, files={"Other.csv": b"a\n1\n"}))
    root.chmod(0o755)
    return folder


def script(code: str, folder: Path, working_folder: Path, **variables: str) -> str:
    """Run a script in a folder, as `python solutions/...` is run, and return what it printed."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "DEEPGRADE"))}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        check=False,
        cwd=working_folder,
        timeout=300,
        env=kept
        | {
            "PYTHONPATH": str(KERNEL / "with_data"),
            "DEEPGRADE_DATA": str(folder),
            "CUDA_VISIBLE_DEVICES": "",
            "TF_CPP_MIN_LOG_LEVEL": "3",
        }
        | variables,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_keras_itself_finds_the_files_and_says_what_is_missing(data: Path, tmp_path: Path) -> None:
    printed = script(
        """
        import numpy as np, keras
        from keras.applications.resnet50 import decode_predictions
        from keras.src.applications import resnet
        scores = np.zeros((1, 1000)); scores[0, 7] = 1
        print(decode_predictions(scores, top=1)[0][0][0])
        print(keras.utils.get_file(origin="http://x/kitty.jpg").endswith("photos/files/book_images/kitty.jpg"))
        import tensorflow as tf
        print(tf.keras.utils.get_file is keras.utils.get_file is resnet.file_utils.get_file)
        print(keras.utils.img_to_array(keras.utils.load_img("book_images/kitty.jpg")).shape)
        name = "resnet50_weights_tf_dim_ordering_tf_kernels.h5"
        try:
            resnet.file_utils.get_file(name, resnet.BASE_WEIGHTS_PATH + name, file_hash=resnet.WEIGHTS_HASHES["resnet50"][0])
        except FileNotFoundError as error:
            print(error)
        """,
        data,
        tmp_path,
    )
    assert printed.splitlines()[:4] == ["s00000007", "True", "True", "(256, 341, 3)"]
    assert "kernels.h5' is not available here: there is no network" in printed


def test_a_script_has_the_files_beside_it_while_it_runs_and_for_the_sets_it_names_alone(
    data: Path, tmp_path: Path
) -> None:
    code = "import os; print(sorted(os.listdir()), open('Hitters.csv').readline()[:5])"
    printed = script(code, data, tmp_path, DEEPGRADE_SETS="hitters,photos")
    assert printed == "['Hitters.csv', 'book_images', 'imagenet_class_index.json'] AtBat\n"
    assert list(tmp_path.iterdir()) == []
    forked = """
        import os, sys
        if os.fork() == 0:
            sys.exit()
        os.wait()
        print(open('Other.csv').read().split())
    """
    assert script(forked, data, tmp_path) == "['a', '1']\n"


def test_a_run_has_the_files_of_its_labs_sets_and_links_raise_no_flag(data: Path, tmp_path: Path) -> None:
    source = """
        import os
        x = sorted(os.listdir())
        y = open("Hitters.csv").read().count("\\n")
        os.remove("Hitters.csv")
        open("Hitters.csv", "w").write("mine")
        try:
            open("imagenet_class_index.json", "w")
        except OSError as error:
            z = type(error).__name__
    """
    plan = CapturePlan(lab="small", order=("a1",), questions={"a1": QuestionCapture(names=("x", "y", "z"))})
    code = textwrap.dedent(source)
    notebook = {
        "nbformat": 4, "nbformat_minor": 5, "metadata": {},
        "cells": [{"cell_type": "code", "id": "c", "metadata": {}, "source": code, "outputs": [], "execution_count": None}],
    }  # fmt: skip
    submission = Submission(
        student="ada", filename="small.ipynb", sha256="0" * 64, flavour="otter", warnings=(), answers={},
        cells=(Cell(0, "code", code, "a1", None, False),), notebook=notebook,
    )  # fmt: skip
    sets = ("hitters", "photos")
    tmp_path.chmod(0o755)
    record = run_submission(
        submission, plan=plan, limits=Limits(wall_s=60, memory_mib=512, disk_mib=32, cpus=1), data=data,
        data_facts=tuple(DataFacts(name=name, origin="synthetic", size="quick", fingerprint="0" * 64) for name in sets),
        lab_name="small", seed=7, key="key", sandbox=find_sandbox(), environment=host_environment(), gpu=None,
        destination=tmp_path,
    )  # fmt: skip
    assert (record.verdict, record.foreign_files) == (Verdict.OK, ())
    evidence = (tmp_path / "evidence" / "a1.json").read_text()
    assert '["Hitters.csv", "book_images", "imagenet_class_index.json"]' in evidence
    assert '"value": 323' in evidence
    assert "Error" in evidence
    assert (data / "hitters" / "files" / "Hitters.csv").read_bytes().count(b"\n") == 323
