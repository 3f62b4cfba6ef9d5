"""apptainer's command line, held against its documented options; apptainer itself has no package to test with."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deepgrade.sandbox import (
    Apptainer,
    Mount,
    SandboxError,
    SandboxLimits,
    SandboxRequest,
    SandboxUnavailable,
    filtered,
)
from deepgrade.sandbox.apptainer import apptainer_command
from deepgrade.sandbox.seccomp import seccomp_filter
from deepgrade.sandbox.state import claim_job, mounted_box

LIMITS = SandboxLimits(wall_s=10, memory_mib=512, processes=64, disk_mib=16, cpus=1)
MARKER = "0123456789abcdef"
# Of `apptainer exec`, version 1.2 to 1.4: option -> whether a value follows.
DOCUMENTED = {
    "--add-caps": True, "--allow-setuid": False, "--app": True, "--apply-cgroups": True, "--bind": True,
    "--blkio-weight": True, "--blkio-weight-device": True, "--cleanenv": False, "--compat": False, "--contain": False,
    "--containall": False, "--cpu-shares": True, "--cpus": True, "--cpuset-cpus": True, "--cpuset-mems": True, "--cwd": True,
    "--disable-cache": False, "--dns": True, "--drop-caps": True, "--env": True, "--env-file": True, "--fakeroot": False,
    "--fusemount": True, "--home": True, "--hostname": True, "--ipc": False, "--keep-privs": False, "--memory": True,
    "--memory-reservation": True, "--memory-swap": True, "--mount": True, "--net": False, "--network": True,
    "--network-args": True, "--no-eval": False, "--no-home": False, "--no-init": False, "--no-mount": True,
    "--no-privs": False, "--no-umask": False, "--nv": False, "--nvccli": False, "--oom-kill-disable": False,
    "--overlay": True, "--pid": False, "--pids-limit": True, "--rocm": False, "--scratch": True, "--security": True,
    "--underlay": False, "--unsquash": False, "--userns": False, "--uts": False, "--workdir": True, "--writable": False,
    "--writable-tmpfs": False,
}  # fmt: skip


def _command(tmp_path, **changes):
    with claim_job(tmp_path) as job, mounted_box(job, disk_mib=4) as box:
        request = SandboxRequest(**({"command": ["python", "x.py"], "limits": LIMITS, "box": box} | changes))
        words = apptainer_command(
            "/usr/bin/apptainer", Path("/images/a.sif"), request, job, b"filter", marker=MARKER
        )
        return words, job, box


def _parsed(words):
    """Return the options with their values, and what follows them; an option that is not documented is an error."""
    assert words[:2] == ["/usr/bin/apptainer", "exec"]
    options, place = [], 2
    while words[place].startswith("-"):
        takes = DOCUMENTED[words[place]]
        options.append((words[place], words[place + 1] if takes else None))
        place += 2 if takes else 1
    return options, words[place:]


def test_missing_apptainer_says_where_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxUnavailable, match="apptainer is not installed; repair"):
        Apptainer("a.sif")


@pytest.mark.skipif(os.geteuid() != 0, reason="about root")
def test_root_is_refused_since_the_student_would_be_root(monkeypatch, tmp_path):
    program = tmp_path / "apptainer"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(SandboxUnavailable, match="ordinary user"):
        Apptainer("a.sif")


@pytest.mark.parametrize("sign", [",", ":", "\\"])
def test_path_that_would_be_read_as_options_is_refused(tmp_path, sign):
    folder = tmp_path / f"a{sign}b"
    folder.mkdir()
    with pytest.raises(SandboxError, match="cannot be bound"):
        _command(tmp_path, mounts=(Mount(folder, Path("/data")),))


def test_every_option_is_documented_and_every_wall_is_there(tmp_path):
    options, rest = _parsed(_command(tmp_path)[0])
    given = [name for name, _ in options]
    for wall in ("--containall", "--no-home", "--cleanenv", "--no-privs", "--net", "--no-eval", "--uts"):
        assert wall in given
    assert ("--network", "none") in options
    assert ("--no-mount", "bind-paths") in options
    assert not {
        "--nv",
        "--rocm",
        "--writable",
        "--writable-tmpfs",
        "--keep-privs",
        "--fakeroot",
        "--home",
    } & set(given)
    assert rest[0] == "/images/a.sif"


def test_each_bind_is_listed_and_read_only_but_the_box(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    words, job, box = _command(tmp_path, mounts=(Mount(data, Path("/data")),), masks=(data,))
    binds = [value for name, value in _parsed(words)[0] if name == "--bind"]
    assert sorted(binds) == sorted(
        [f"{data}:/data:ro", f"{box.path}:/box:rw", f"{job.folder}/filter:/run/deepgrade-filter:ro"]
    )


def test_masked_folder_is_covered_by_an_empty_one(tmp_path):
    (tmp_path / "data" / "labels").mkdir(parents=True)
    words, job, _ = _command(
        tmp_path, mounts=(Mount(tmp_path / "data", Path("/data")),), masks=(tmp_path / "data" / "labels",)
    )
    binds = [value for name, value in _parsed(words)[0] if name == "--bind"]
    assert f"{job.folder}/nothing:/data/labels:ro" in binds
    assert binds.index(f"{tmp_path}/data:/data:ro") < binds.index(f"{job.folder}/nothing:/data/labels:ro")


def test_gpu_is_shown_only_when_the_run_was_given_one(tmp_path):
    options, _ = _parsed(_command(tmp_path, gpu_devices=(Path("/dev/nvidia0"),))[0])
    assert ("--nv", None) in options


def test_filter_stands_between_the_container_and_the_command(tmp_path):
    _, rest = _parsed(_command(tmp_path, env={"HOME": "/box"}, cwd=Path("/box/work"))[0])
    python = "/opt/venv/bin/python"
    shim = [python, "-I", "/run/deepgrade-filter/filtered.py", "/run/deepgrade-filter/filter.bpf"]
    assert rest[-6:] == [*shim, "python", "x.py"]
    assert rest[rest.index(MARKER) + 1 : -6] == ["/usr/bin/env", "HOME=/box"]


def test_filter_holds_in_the_command(tmp_path):
    (tmp_path / "filter.bpf").write_bytes(seccomp_filter())
    code = """
import ctypes, socket
answers = []
for family in (40, 17, 2):
    try:
        socket.socket(family, socket.SOCK_DGRAM).close()
        answers.append(0)
    except OSError as error:
        answers.append(error.errno)
libc = ctypes.CDLL(None, use_errno=True)
answers.append((libc.unshare(0x10000000), ctypes.get_errno()))
status = open("/proc/self/status").read()
print(answers, "NoNewPrivs:\\t1" in status, "Seccomp:\\t2" in status)
"""
    command = [
        sys.executable,
        "-I",
        filtered.__file__,
        str(tmp_path / "filter.bpf"),
        sys.executable,
        "-c",
        code,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[97, 97, 0, (-1, 1)] True True"


def test_without_a_filter_nothing_is_started(tmp_path):
    (tmp_path / "filter.bpf").write_bytes(b"not a filter")
    command = [sys.executable, "-I", filtered.__file__, str(tmp_path / "filter.bpf"), "/bin/echo", "started"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == filtered.EXIT_NOT_LOADED
    assert "started" not in done.stdout
