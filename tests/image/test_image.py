"""The recipe of the autograder's image: what gets in, and what its labels are held against."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import deepgrade
from deepgrade.cli.main import main
from deepgrade.image import BuildRequest, ImageError, build, build_image, check, check_image, selftest
from deepgrade.sandbox import ImageFacts
from support.fake_engine import IMAGE_ID, FakeEngine

AUTOGRADER = Path(deepgrade.__file__).resolve().parents[1]
RECIPES = [AUTOGRADER / "Containerfile", AUTOGRADER / "apptainer.def"]
PINS = [AUTOGRADER / f"requirements-{kind}.txt" for kind in ("cpu", "gpu")]


def _lines(path):
    return [line for line in path.read_text().splitlines() if line and not line.startswith("#")]


def _facts(**changes):
    labels = {"deepgrade.versions.keras": "3.15.1", "deepgrade.kernel.sha256": "k", "deepgrade.pins": "x"}
    values = {
        "name": "test",
        "id": IMAGE_ID,
        "labels": labels,
        "user": "65532:65532",
        "volumes": (),
        "size_bytes": 1,
    }
    return ImageFacts(**(values | changes))


# --- what must not be --------------------------------------------------------------------------------------------------


def test_build_outside_a_checkout_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(build, "_RECIPE", tmp_path / "Containerfile")
    with pytest.raises(ImageError, match="build from a checkout"):
        build_image(BuildRequest())


def test_image_without_a_self_test_is_an_error_with_what_it_said(tmp_path, monkeypatch):
    fake = FakeEngine(tmp_path)
    fake.facts["images"]["test"]["Config"]["Labels"]["deepgrade.python"] = "/bin/echo"
    fake.save()
    monkeypatch.setenv("PATH", fake.path)
    monkeypatch.setattr(check.Container, "check", lambda self: None)
    with pytest.raises(ImageError, match="no working self-test"):
        check_image("podman", "test")


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        ({"user": ""}, "its own user is root"),
        ({"user": "0:0"}, "its own user is root"),
        ({"volumes": ("/data",)}, "declares volumes"),
        ({"labels": {"deepgrade.kernel.sha256": "k"}}, "the label of keras says None"),
        ({"labels": {"deepgrade.versions.keras": "3.15.1"}}, "not the one that the label names"),
    ],
)
def test_image_whose_facts_are_not_as_they_must_be_is_a_problem(facts, problem):
    answer = {"versions": {"keras": "3.15.1"}, "kernel_sha256": "k"}
    assert not check._label_problems(_facts(), answer)
    assert problem in " ".join(check._label_problems(_facts(**facts), answer))


def test_folder_of_the_build_holds_the_kernel_and_nothing_else_of_the_grader(tmp_path):
    build._lay_out(tmp_path)
    files = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    own = {"Containerfile", "requirements-cpu.txt", "requirements-gpu.txt", "deepgrade/image/selftest.py"}
    assert own <= files
    assert all(re.fullmatch(r"deepgrade/kernel/([a-z_]+/)*[a-z_]+\.py", name) for name in files - own)


@pytest.mark.parametrize("path", [*RECIPES, *PINS, AUTOGRADER / "debian-base.sh"])
def test_no_package_registry_and_no_path_of_a_machine_is_named(path):
    text = path.read_text()
    assert not re.search(r"https?://|index-url|trusted-host|/root/|/home/", text)


def test_image_option_without_a_container_sandbox_is_wrong_use():
    result = CliRunner().invoke(main, ["grade", "le5", ".", "--image", "localhost/x"])
    assert result.exit_code == 2
    assert "--image needs --sandbox podman, docker or apptainer" in result.output


# --- what must be ------------------------------------------------------------------------------------------------------


def test_every_pin_names_one_version_and_the_files_differ_in_tensorflow_alone():
    cpu, gpu = (set(_lines(path)) for path in PINS)
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9.]+", line) for line in cpu | gpu)
    version = next(line for line in gpu if line.startswith("tensorflow==")).partition("==")[2]
    assert cpu ^ gpu == {"tensorflow==" + version, "tensorflow-cpu==" + version}


def test_base_of_the_recipes_has_the_tensorflow_that_the_pins_name():
    version = next(line for line in _lines(PINS[1]) if line.startswith("tensorflow==")).partition("==")[2]
    for recipe in RECIPES:
        assert re.search(rf"tensorflow/tensorflow:{re.escape(version)}-gpu", recipe.read_text()), recipe


def test_image_is_no_root_and_everything_is_installed_in_one_step():
    lines = RECIPES[0].read_text().replace("\\\n", " ").splitlines()
    users = [line for line in lines if line.startswith("USER")]
    assert users == ["USER 65532:65532"]
    runs = [line for line in lines if line.startswith("RUN")]
    assert len(runs) == 1
    assert "pip install" in runs[0]
    assert "chmod -R" in runs[0]


def test_kernel_has_one_hash_wherever_it_is_computed(tmp_path):
    build._lay_out(tmp_path)
    assert selftest.kernel_sha256(tmp_path / "deepgrade" / "kernel") == build.kernel_sha256()
    (tmp_path / "deepgrade" / "kernel" / "main.py").write_text("other")
    assert selftest.kernel_sha256(tmp_path / "deepgrade" / "kernel") != build.kernel_sha256()


def test_self_test_answers_with_one_object_and_names_what_is_missing(tmp_path):
    # Outside an image: the folder beside it holds the grader, which it must find.
    code = (
        "import sys, runpy; sys.modules['tensorflow'] = None;"
        f"runpy.run_path({str(selftest.__file__)!r}, run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=False)
    answer = json.loads(done.stdout.splitlines()[-1])
    assert done.returncode == 1
    assert any("tensorflow cannot be imported" in problem for problem in answer["problems"])
    assert any("must not be in the image" in problem for problem in answer["problems"])


def test_build_gives_versions_as_labels_and_the_machines_settings_as_secrets(monkeypatch, tmp_path):
    (tmp_path / "bin").mkdir()
    fake = FakeEngine(tmp_path / "bin")
    monkeypatch.setenv("PATH", fake.path)
    settings = tmp_path / "pip.conf"
    settings.write_text("[global]\n")
    monkeypatch.setattr(build, "_SECRETS", {"pip_conf": (tmp_path / "absent", settings)})
    monkeypatch.setattr(build, "run_selftest", lambda engine, image: {"versions": {"python": "3.11.2"}})
    assert build_image(BuildRequest("podman", "localhost/x:1", "localhost/base", "cpu")) == {
        "python": "3.11.2"
    }
    first, second = fake.calls("build")
    assert f"id=pip_conf,src={settings}" in first
    assert {"BASE_IMAGE=localhost/base", "PINS=requirements-cpu.txt"} <= set(first)
    assert "deepgrade.versions.python=3.11.2" in second
    assert second[second.index("--tag") + 1] == "localhost/x:1"
    assert not [word for word in second if "secret" in word]
