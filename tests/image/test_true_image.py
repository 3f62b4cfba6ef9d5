"""The true image, built with podman from the small base, checked, and used for a class."""

from __future__ import annotations

import json
import os

import pytest
from click.testing import CliRunner

from deepgrade.cli.main import main
from deepgrade.evidence import RunRecord
from deepgrade.image import BuildRequest, build_image, check_image
from deepgrade.sandbox import find_sandbox
from support import engines
from support.small_class import COUNT, make_small_lab, notebook, write_class

pytestmark = [pytest.mark.containers, pytest.mark.timeout(1800)]

IMAGE = "localhost/deepgrade-test:cpu"
TRAINING = """
import keras
keras.utils.set_random_seed(1)
network = keras.Sequential([keras.Input((10,)), keras.layers.Dense(4, activation="relu"), keras.layers.Dense(1)])
network.compile(optimizer="adam", loss="mse")
network.fit(pixels, pixels.sum(axis=1), epochs=2, verbose=0)
"""


@pytest.fixture(scope="module")
def image():
    # DEEPGRADE_TEST_IMAGE names one that is there already.
    named = os.environ.get("DEEPGRADE_TEST_IMAGE")
    if named is None:
        build_image(BuildRequest("podman", IMAGE, engines.base_image("podman"), "cpu"))
    return named or IMAGE


def test_image_passes_its_check_inside_the_walls(image):
    report = check_image("podman", image)
    assert report.problems == ()
    assert report.versions["tensorflow"] == "2.21.0"
    assert report.image.size_bytes < 3e9
    assert report.start_s < 5


def test_image_says_what_is_in_it(image):
    environment = find_sandbox(f"podman={image}").environment
    assert {"python", "numpy", "keras", "tensorflow", "image"} <= environment.versions.keys()


def test_class_is_graded_in_containers(image, tmp_path, digits_store, monkeypatch):
    files = make_small_lab(tmp_path / "root")
    files.toml.write_text(
        files.toml.read_text()
        .replace("memory_mib = 700", "memory_mib = 1500")
        .replace("cell_s = 6", "cell_s = 60")
    )
    notebooks = {
        "ada": notebook(count=TRAINING + COUNT),
        "bob": notebook(count="import os\nos._exit(125)"),
        "cleo": notebook(count="kept = []\nwhile True: kept.append(bytearray(16 << 20))"),
    }
    submissions = write_class(tmp_path / "submissions", notebooks)
    monkeypatch.setenv("DEEPGRADE_STORE", str(digits_store.root))
    words = [
        "grade",
        "small",
        str(submissions),
        "--root",
        str(tmp_path / "root"),
        "--course",
        str(tmp_path / "course"),
    ]
    words += ["--data", "synthetic", "--size", "quick", "--sandbox", "podman", "--image", image]
    result = CliRunner().invoke(main, words, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    records = {}
    for file in (tmp_path / "course").rglob("run.json"):
        record = RunRecord.model_validate_json(file.read_bytes())
        records[record.submission.student] = record
    assert {name: record.verdict.value for name, record in records.items()} == {
        "ada": "ok", "bob": "crashed", "cleo": "memory",
    }  # fmt: skip
    assert records["ada"].sandbox.startswith("podman, control groups")
    assert records["ada"].environment["image"]
    grades = json.loads((tmp_path / "course" / "report" / "small" / "results.json").read_text())
    assert not grades["without_walls"]
