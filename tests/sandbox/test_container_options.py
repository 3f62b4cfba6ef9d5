"""What podman and docker are told, and what is made of what they say, without either of them."""

from __future__ import annotations

import errno
import json
import socket
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepgrade.sandbox import (
    Container,
    Mount,
    SandboxError,
    SandboxLimits,
    SandboxRequest,
    SandboxUnavailable,
)
from deepgrade.sandbox.bounded_log import BoundedLog
from deepgrade.sandbox.containers import container as container_module
from deepgrade.sandbox.containers.engines import ENGINES
from deepgrade.sandbox.containers.groups import InnerGroup
from deepgrade.sandbox.seccomp import seccomp_profile
from deepgrade.sandbox.select import diagnose, find_sandbox
from deepgrade.sandbox.state import claim_job, state_root
from support.fake_engine import IMAGE_ID, FakeEngine

LIMITS = SandboxLimits(wall_s=10, memory_mib=512, processes=64, disk_mib=16, cpus=1.5)


@pytest.fixture
def fake(tmp_path, monkeypatch):
    folder = tmp_path / "bin"
    folder.mkdir()
    engine = FakeEngine(folder)
    monkeypatch.setenv("PATH", engine.path)
    return engine


@pytest.fixture(params=ENGINES)
def engine_name(request):
    return request.param


def _told(fake, name, request):
    """Run a request and return the options that the engine was given."""
    Container(name, "test").run(request)
    call = fake.calls("run")[-1]
    return call[call.index("run") : call.index(IMAGE_ID)]


def _values(options, name):
    return [options[place + 1] for place, word in enumerate(options) if word == name]


# --- what is refused -------------------------------------------------------------------------------------------------


def test_missing_engine_is_named_with_the_command_that_installs_it(monkeypatch, tmp_path, engine_name):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxUnavailable, match="apt-get install"):
        find_sandbox(engine_name)


def test_docker_without_its_service_is_unavailable(fake):
    fake.facts["info"] = {"ID": "", "ServerVersion": ""}
    fake.save()
    with pytest.raises(SandboxUnavailable, match="service does not answer"):
        Container("docker", "test")


def test_rootless_docker_is_refused(fake):
    fake.facts["info"]["SecurityOptions"] = ["name=seccomp,profile=default", "name=rootless"]
    fake.save()
    with pytest.raises(SandboxUnavailable, match=r"rootless docker.*use podman"):
        Container("docker", "test")


def test_missing_image_is_named_with_the_command_that_builds_it(fake, engine_name):
    with pytest.raises(SandboxUnavailable, match=f"deepgrade image build --engine {engine_name} --tag other"):
        Container(engine_name, "other")


def test_podman_that_can_enforce_no_limit_is_refused(fake, monkeypatch):
    monkeypatch.setattr(container_module, "find_control_groups", lambda: (None, "may not be written"))
    with pytest.raises(SandboxUnavailable, match=r"enforces no limits.*Delegate=yes"):
        Container("podman", "test")


def test_engine_that_accepts_limits_and_enforces_none_is_refused(fake, engine_name, monkeypatch):
    # The fake starts the command outside every group, as rootless podman does on version 1.
    monkeypatch.setattr(container_module, "_PROBE", "touch seen; sleep 0.3")
    with pytest.raises(SandboxUnavailable, match="accepts limits here and enforces none"):
        Container(engine_name, "test").check()


def test_engine_that_starts_nothing_is_refused_with_its_own_words(fake, engine_name):
    fake.facts["engine_error"] = "crun: this machine is not to be used"
    fake.save()
    with pytest.raises(SandboxUnavailable, match="this machine is not to be used"):
        Container(engine_name, "test").check()


@pytest.mark.parametrize("sign", [",", ":", '"'])
def test_path_that_would_be_read_as_options_is_refused(fake, engine_name, tmp_path, sign):
    folder = tmp_path / f"a{sign}b"
    folder.mkdir()
    with pytest.raises(SandboxError, match="separate an engine's options"):
        Container(engine_name, "test").run(SandboxRequest(["true"], LIMITS, (Mount(folder, Path("/data")),)))


def test_missing_mount_is_named(fake, engine_name):
    request = SandboxRequest(["true"], LIMITS, (Mount(Path("/does/not/exist"), Path("/data")),))
    with pytest.raises(SandboxError, match="/does/not/exist"):
        Container(engine_name, "test").run(request)


def test_device_that_is_no_gpu_is_refused(fake, engine_name):
    request = SandboxRequest(["true"], LIMITS, gpu_devices=(Path("/dev/sda"),))
    with pytest.raises(SandboxError, match="no GPU is among"):
        Container(engine_name, "test").run(request)


def test_image_for_a_sandbox_without_images_is_refused():
    with pytest.raises(ValueError, match="has no image"):
        find_sandbox("bubblewrap=localhost/x")
    with pytest.raises(ValueError, match="there is no sandbox 'podmann'"):
        find_sandbox("podmann=localhost/x")


# --- what is told ----------------------------------------------------------------------------------------------------


def test_every_wall_is_among_the_options(fake, engine_name, tmp_path):
    options = _told(fake, engine_name, SandboxRequest(["true"], LIMITS))
    for words in (
        ["--network", "none"], ["--pull", "never"], ["--cap-drop", "ALL"], ["--ipc", "private"], ["--cgroupns", "private"],
        ["--security-opt", "no-new-privileges"], ["--log-driver", "none"], ["--ulimit", "core=0:0"], ["--cpus", "1.5"],
    ):  # fmt: skip
        assert words[1] in _values(options, words[0]), words
    assert {"--read-only", "--rm", "--no-healthcheck"} <= set(options)
    user = _values(options, "--user")[0].split(":")
    assert user[0] == user[1]
    assert "/tmp:rw,exec,nosuid,nodev,mode=1777,size=128m" in _values(options, "--tmpfs")
    assert any("seccomp=" in value for value in _values(options, "--security-opt"))
    forbidden = (
        "--privileged",
        "--device",
        "--gpus",
        "--cap-add",
        "--pid=host",
        "-v",
        "--volume",
        "--env-host",
        "docker.sock",
    )
    assert not [word for word in options if word.startswith(forbidden) or "docker.sock" in word]


def test_engines_differ_only_where_the_table_says(fake):
    podman, docker = (set(_told(fake, name, SandboxRequest(["true"], LIMITS))) for name in ENGINES)
    assert {"--http-proxy=false", "--no-hosts", "--read-only-tmpfs=false"} <= podman - docker
    assert not [word for word in docker - podman if word.startswith("--")]


def test_limits_of_the_engine_lie_above_those_of_the_group_around_it(fake, engine_name):
    options = _told(fake, engine_name, SandboxRequest(["true"], LIMITS))
    groups = _values(options, "--cgroup-parent")
    assert len(groups) == 1
    assert _values(options, "--memory") == _values(options, "--memory-swap") == ["576m"]
    assert int(_values(options, "--pids-limit")[0]) > LIMITS.processes


def test_docker_that_takes_no_group_holds_the_limits_itself(fake):
    fake.facts["info"]["CgroupDriver"] = "systemd"
    fake.facts["containers"] = {}
    fake.save()
    options = _told(fake, "docker", SandboxRequest(["true"], LIMITS))
    assert _values(options, "--memory") == ["512m"]
    assert _values(options, "--pids-limit") == ["66"]
    assert "--cgroup-parent" not in options
    assert "--rm" not in options, "its state is asked for after the end"


def test_file_size_is_limited_where_there_is_a_box_and_open_files_always(fake, engine_name):
    sandbox = Container(engine_name, "test")
    with sandbox.open_box(disk_mib=16) as box:
        sandbox.run(SandboxRequest(["true"], replace(LIMITS, file_mib=2, open_files=100), box=box))
    options = fake.calls("run")[-1]
    assert "fsize=2097152:2097152" in _values(options, "--ulimit")
    assert "nofile=100:100" in _values(options, "--ulimit")
    assert any(f"source={box.path},target=/box" in value for value in _values(options, "--mount"))
    without = _told(fake, engine_name, SandboxRequest(["true"], LIMITS))
    assert not [value for value in _values(without, "--ulimit") if value.startswith("fsize")]


def test_mounts_are_read_only_unless_they_say_otherwise_and_masks_come_after_them(
    fake, engine_name, tmp_path
):
    (tmp_path / "inner").mkdir()
    mounts = (Mount(tmp_path, Path("/data")), Mount(tmp_path / "inner", Path("/own"), writable=True))
    options = _told(fake, engine_name, SandboxRequest(["true"], LIMITS, mounts, masks=(tmp_path / "inner",)))
    given = _values(options, "--mount")
    assert f"type=bind,source={tmp_path},target=/data,readonly" in given
    assert f"type=bind,source={tmp_path}/inner,target=/own" in given
    assert given[-1].endswith("target=/data/inner,readonly")


@pytest.mark.parametrize(
    ("name", "option"), [("podman", "--device=nvidia.com/gpu=3"), ("docker", "--gpus=device=3")]
)
def test_only_the_named_gpu_is_lent(fake, name, option):
    devices = tuple(map(Path, ("/dev/nvidia3", "/dev/nvidiactl", "/dev/nvidia-uvm")))
    options = _told(fake, name, SandboxRequest(["true"], LIMITS, gpu_devices=devices))
    assert [word for word in options if "gpu" in word] == [option]


def test_proxies_of_the_users_docker_settings_stay_outside(fake, monkeypatch, tmp_path):
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    (tmp_path / "config.json").write_text('{"proxies": {"default": {"httpProxy": "http://user:word@proxy"}}}')
    options = _told(fake, "docker", SandboxRequest(["true"], LIMITS))
    assert {"--env=http_proxy=", "--env=HTTPS_PROXY="} <= set(options)


# --- what is made of what they say -----------------------------------------------------------------------------------


def test_words_of_the_engine_are_no_part_of_the_log(fake, engine_name):
    outcome = Container(engine_name, "test").run(SandboxRequest(["/bin/echo", "hello"], LIMITS))
    assert (outcome.reason, outcome.exit_code, outcome.log) == ("exit", 0, b"hello\n")


def test_failure_of_the_engine_is_never_the_commands(fake, engine_name):
    sandbox = Container(engine_name, "test")
    fake.facts["engine_error"] = "no space left for containers"
    fake.save()
    outcome = sandbox.run(SandboxRequest(["true"], LIMITS))
    assert outcome.reason == "sandbox_failed"
    assert "no space left for containers" in outcome.detail


def test_command_that_pretends_an_engine_failure_gets_its_own_exit_code(fake, engine_name):
    command = ["/bin/sh", "-c", "echo Error: no space left for containers >&2; exit 125"]
    outcome = Container(engine_name, "test").run(SandboxRequest(command, LIMITS))
    assert (outcome.reason, outcome.exit_code) == ("exit", 125)


def test_image_tells_python_and_versions_by_its_labels_and_its_id(fake, engine_name):
    config = fake.facts["images"]["test"]["Config"]
    config["Labels"] = {"deepgrade.python": "/opt/venv/bin/python", "deepgrade.versions.keras": "3.15.1"}
    fake.save()
    environment = Container(engine_name, "test").environment
    assert environment.python == Path("/opt/venv/bin/python")
    assert environment.versions == {"keras": "3.15.1", "image": IMAGE_ID}
    assert not environment.mounts


def test_sweep_removes_containers_of_dead_jobs_of_this_installation_alone(fake, engine_name):
    with claim_job(state_root()) as alive:
        fake.facts["containers"] = {
            "c-alive": {"Config": {"Labels": {"deepgrade.job": alive.id}}},
            "c-dead": {"Config": {"Labels": {"deepgrade.job": "jgone"}}},
        }
        fake.save()
        Container(engine_name, "test")
    assert [call[-1] for call in fake.calls("rm")] == ["c-dead"]
    home = (state_root() / "id").read_text()
    assert all(f"label=deepgrade.home={home}" in call for call in fake.calls("ps"))
    assert len(home) == 32


def test_process_of_another_group_is_never_taken_for_the_containers():
    # A process number that was given away again: this very test's.
    import os

    group = InnerGroup(lambda: (os.getpid(), "0123456789abcdef"), lambda: False, lambda: None)
    assert group.stats().peak_memory_mib is None
    assert not group.in_force(LIMITS)
    group.kill()


def test_doctor_never_fails_for_want_of_an_engine(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    rows = {row.name: row for row in diagnose()}
    for name in (*ENGINES, "apptainer"):
        assert not rows[name].ok
        assert not rows[name].needed
        assert rows[name].repair


@given(st.binary(max_size=60), st.binary(max_size=60), st.integers(1, 7))
def test_marker_is_found_however_the_output_is_cut(before, after, size):
    marker = b"<the marker>"
    text = before.replace(marker, b"") + marker + after
    log = BoundedLog(1024, marker)
    for place in range(0, len(text), size):
        log.write(text[place : place + size])
    assert log.began
    assert log.content() == text.partition(marker)[2]


# --- system calls ----------------------------------------------------------------------------------------------------


def _answer(profile, call, *arguments):
    """Return the error that a profile gives for a call, 0 when it is allowed: what an engine's library would do."""
    for rule in profile["syscalls"]:
        if call in rule["names"] and all(_holds(test, arguments) for test in rule["args"]):
            return rule["errnoRet"]
    return 0


def _holds(test, arguments):
    value = arguments[test["index"]]
    if test["op"] == "SCMP_CMP_MASKED_EQ":
        return value & test["value"] == test["valueTwo"]
    return value == test["value"] if test["op"] == "SCMP_CMP_EQ" else value > test["value"]


def test_profile_refuses_every_socket_that_a_network_namespace_does_not_hold():
    profile = json.loads(seccomp_profile())
    allowed = {socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK}
    for family in range(100):
        expected = 0 if family in allowed else errno.EAFNOSUPPORT
        assert _answer(profile, "socket", family, 1, 0) == expected, family


def test_profile_refuses_namespaces_and_leaves_plain_forks():
    profile = json.loads(seccomp_profile())
    assert profile["defaultAction"] == "SCMP_ACT_ALLOW"
    assert _answer(profile, "clone", 0x10000000 | 17) == errno.EPERM
    assert _answer(profile, "clone", 0x01200000 | 17) == 0
    assert _answer(profile, "clone3") == errno.ENOSYS
    assert _answer(profile, "ioctl", 0, 0x5412) == errno.EPERM
    assert _answer(profile, "ioctl", 0, 0x5401) == 0
    for call in ("mount", "unshare", "ptrace", "bpf", "keyctl", "io_uring_setup"):
        assert _answer(profile, call) == errno.EPERM
