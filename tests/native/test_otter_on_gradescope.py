"""Otter's zip where Gradescope would put it: unpacked below /autograder, set up and run by our scripts."""

import json
import subprocess
from pathlib import Path

import jsonschema
import pytest

from deepgrade.packages.otter import write_autograder_zip
from native.native_lab import blank, native_lab, solved
from support.gradescope_container import Container

SCHEMA = json.loads(
    (Path(__file__).parents[1] / "gradescope" / "gradescope_results.schema.json").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    return native_lab(tmp_path_factory.mktemp("lab"))


@pytest.fixture(scope="module")
def container(lab, tmp_path_factory):
    folder = tmp_path_factory.mktemp("container")
    archive = folder / "proof-autograder.zip"
    write_autograder_zip(lab, archive, origin="synthetic", size="quick")
    made = Container(folder, archive)
    assert made.setup.returncode == 0, made.setup.stdout
    return made


@pytest.mark.long
def test_the_solution_and_a_mistake_get_their_points_in_gradescopes_form(container, lab):
    for text, points in (
        (solved(lab, "otter"), {"a1": 1.0, "a2": 0.5}),
        (solved(lab, "otter", ("** 2", "** 3")), {"a1": 0.5, "a2": 0}),
        (blank(lab, "otter"), {"a1": 0, "a2": 0}),
    ):
        ran = container.submit({"any name.ipynb": text})
        assert ran.code == 0 and ran.results is not None, ran.said[-3000:]
        jsonschema.validate(ran.results, SCHEMA)
        assert {test["name"]: test["score"] for test in ran.results["tests"] if "score" in test} == points


@pytest.mark.long
def test_the_scripts_are_shell_and_fetch_no_conda(container):
    source = container.image / "autograder" / "source"
    for name in ("setup.sh", "environment.sh", "run_autograder"):
        assert subprocess.run(["bash", "-n", str(source / name)], check=False).returncode == 0
        text = (source / name).read_text(encoding="utf-8").lower()
        assert not [word for word in ("miniforge", "mamba", "wget", "playwright") if word in text]
    assert not (source / "environment.yml").exists()
    assert json.loads((source / "otter_config.json").read_text(encoding="utf-8"))["plugins"]
