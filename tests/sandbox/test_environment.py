"""What a run is shown of this process's own Python, and which library Keras computes with there."""

from __future__ import annotations

import importlib.machinery
import os
import subprocess
import sys
import types
from pathlib import Path

import pytest

import deepgrade
from deepgrade.sandbox import SandboxUnavailable, diagnose, find_sandbox
from deepgrade.sandbox.environment import host_environment, keras_backend

LIBRARIES = ("keras", "tensorflow", "jax", "torch")


@pytest.fixture
def installed(monkeypatch):
    """Make it look as if these libraries, and no others that Keras needs, were installed."""
    monkeypatch.delenv("KERAS_BACKEND", raising=False)

    def install(*names: str) -> None:
        for name in LIBRARIES:
            module = types.ModuleType(name) if name in names else None
            if module is not None:
                module.__spec__ = importlib.machinery.ModuleSpec(name, None)
            monkeypatch.setitem(sys.modules, name, module)
        host_environment.cache_clear()

    yield install
    monkeypatch.undo()
    host_environment.cache_clear()


@pytest.mark.parametrize("name", ["none", "bubblewrap"])
def test_keras_without_a_library_is_an_error_with_the_command_that_repairs_it(installed, name):
    installed("keras")
    with pytest.raises(
        SandboxUnavailable, match="tensorflow, jax, torch; repair: pip install tensorflow-cpu"
    ):
        find_sandbox(name)
    row = next(row for row in diagnose() if row.name == "Keras's library")
    assert not row.ok and row.needed
    assert row.repair is not None


def test_named_library_that_is_not_installed_is_an_error(installed, monkeypatch):
    installed("keras", "tensorflow")
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    with pytest.raises(SandboxUnavailable, match="KERAS_BACKEND names torch, which is not installed"):
        find_sandbox("none")


def test_machine_without_keras_grades_labs_that_need_none(installed):
    installed()
    assert find_sandbox("none").name == "none"
    row = next(row for row in diagnose() if row.name == "Keras's library")
    assert not row.ok and not row.needed


@pytest.mark.parametrize("named", [None, "", "tensorflow"])
def test_with_tensorflow_nothing_is_told_and_runs_keep_their_keys(installed, monkeypatch, named):
    installed("keras", "tensorflow", "jax")
    if named is not None:
        monkeypatch.setenv("KERAS_BACKEND", named)
    environment = host_environment()
    assert environment.variables == {}
    assert "keras_backend" not in environment.versions


@pytest.mark.parametrize(
    ("there", "named", "backend"),
    [
        (("jax", "torch"), None, "jax"),
        (("torch",), None, "torch"),
        (("jax", "torch"), "torch", "torch"),
        (("jax",), "tensorflow", "jax"),
        (("tensorflow", "jax"), "jax", "jax"),
    ],
)
def test_another_library_is_told_to_every_process_and_stands_among_the_versions(
    installed, monkeypatch, there, named, backend
):
    installed("keras", *there)
    if named is not None:
        monkeypatch.setenv("KERAS_BACKEND", named)
    environment = host_environment()
    assert keras_backend() == backend
    assert environment.variables == {"KERAS_BACKEND": backend}
    assert environment.versions["keras_backend"] == backend
    sandbox = find_sandbox("none")
    assert sandbox.environment.variables == environment.variables
    with sandbox.open_helper() as helper:
        assert helper.variables == environment.variables


SHOW = """
import json
from deepgrade.sandbox.environment import host_environment
found = host_environment()
print(json.dumps([[str(mount.source) for mount in found.mounts], [str(mask) for mask in found.masks]]))
"""


def test_packages_that_a_pth_file_adds_are_shown_and_those_of_pythonpath_are_not(tmp_path):
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    base = Path(os.path.realpath(sys.executable))
    stacked = tmp_path / "stacked"
    own, other, third = (
        folder / "lib" / version / "site-packages"
        for folder in (stacked, tmp_path / "other", tmp_path / "third")
    )
    for folder in (stacked / "bin", own, other, third):
        folder.mkdir(parents=True)
    (stacked / "pyvenv.cfg").write_text(f"home = {base.parent}\n")
    (stacked / "bin" / "python").symlink_to(base)
    (own / "others.pth").write_text(f"{other}\n")
    path = os.pathsep.join([str(Path(deepgrade.__file__).parents[1]), str(third)])
    done = subprocess.run(
        [stacked / "bin" / "python", "-c", SHOW], env={"PYTHONPATH": path}, capture_output=True, text=True, check=True
    )  # fmt: skip
    mounts = done.stdout.split("], [")[0]
    assert str(stacked) in mounts
    assert str(other) in mounts
    assert str(third) not in mounts
