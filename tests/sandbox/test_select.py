"""Which sandbox is used, and what a machine is told to mend."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import deepgrade
from deepgrade.sandbox import (
    Mount,
    NoSandbox,
    SandboxLimits,
    SandboxRequest,
    SandboxUnavailable,
    diagnose,
    find_sandbox,
    host_environment,
)
from deepgrade.sandbox.seccomp import seccomp_filter
from deepgrade.sandbox.supervise import BoundedLog

LIMITS = SandboxLimits(wall_s=10, memory_mib=256, processes=4096, disk_mib=4, cpus=1)


def test_missing_bubblewrap_is_an_error_with_the_command_that_repairs_it(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxUnavailable, match="apt-get install bubblewrap"):
        find_sandbox()


def test_missing_filter_library_is_an_error_and_never_silently_skipped(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyseccomp", None)
    seccomp_filter.cache_clear()
    try:
        with pytest.raises(SandboxUnavailable, match="libseccomp2"):
            find_sandbox("bubblewrap")
    finally:
        monkeypatch.undo()
        seccomp_filter.cache_clear()


def test_unknown_name_lists_the_known_ones():
    with pytest.raises(ValueError, match="bubblewrap, podman, docker, apptainer, separate-user, none"):
        find_sandbox("jail")


def test_none_is_given_only_when_asked_for():
    assert find_sandbox("none").name == "none"
    assert find_sandbox().name == "bubblewrap"


def test_diagnosis_names_a_repair_for_everything_that_is_not_well():
    for diagnosis in diagnose():
        assert diagnosis.detail
        assert (
            diagnosis.ok
            or diagnosis.repair is not None
            or not diagnosis.needed
            or "not tried" in diagnosis.detail
        )


def test_diagnosis_without_bubblewrap_does_not_fail(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    found = {diagnosis.name: diagnosis for diagnosis in diagnose()}
    assert not found["bubblewrap"].ok
    assert found["bubblewrap"].repair == "apt-get install bubblewrap"
    assert not found["Python in the sandbox"].ok


def test_environment_hides_the_grader_and_knows_its_versions():
    environment = host_environment()
    package = Path(deepgrade.__file__).resolve().parent
    assert package in environment.masks
    assert not any(package == mount.source for mount in environment.mounts)
    assert environment.versions["python"] == ".".join(map(str, sys.version_info[:3]))
    assert environment.versions["numpy"]
    assert environment is host_environment()


def test_without_a_sandbox_paths_are_translated_and_limits_still_hold(tmp_path):
    (tmp_path / "data.txt").write_text("hello")
    sandbox = NoSandbox()
    with sandbox.open_box(disk_mib=4) as box:
        box.make_folder("work")
        code = "import os, sys; print(open(sys.argv[1]).read(), os.getcwd(), os.environ['HOME'])"
        request = SandboxRequest(
            [sys.executable, "-I", "-c", code, "/data/data.txt"], LIMITS, (Mount(tmp_path, Path("/data")),),
            cwd=Path("/box/work"), env={"HOME": "/box"}, box=box,
        )  # fmt: skip
        outcome = sandbox.run(request)
    assert outcome.exit_code == 0, outcome
    assert outcome.log.decode().split() == ["hello", str(box.path / "work"), str(box.path)]
    loop = SandboxRequest([sys.executable, "-c", "while True: pass"], SandboxLimits(0.3, 256, 4096, 4, 1))
    assert sandbox.run(loop).reason == "timeout"


@given(st.lists(st.binary(max_size=40), max_size=30), st.integers(2, 64))
def test_log_keeps_all_of_little_and_both_ends_of_much(pieces, keep):
    log = BoundedLog(keep)
    for piece in pieces:
        log.write(piece)
    everything = b"".join(pieces)
    half = keep // 2
    assert log.total == len(everything)
    if len(everything) <= 2 * half:
        assert log.content() == everything
    else:
        assert log.content().startswith(everything[:half])
        assert log.content().endswith(everything[-half:])
        assert b"bytes left out" in log.content()
