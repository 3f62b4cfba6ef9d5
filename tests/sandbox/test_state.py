"""Nothing outlives a run, however its supervisor ended."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from deepgrade.sandbox import (
    Bubblewrap,
    SandboxError,
    SandboxLimits,
    SandboxRequest,
    SandboxStopped,
    find_sandbox,
    host_environment,
)
from deepgrade.sandbox.state import claim_job, mounted_box, sweep

LIMITS = SandboxLimits(wall_s=20, memory_mib=256, processes=32, disk_mib=16, cpus=1)
SUPERVISOR = """
from deepgrade.sandbox import Bubblewrap, SandboxLimits, SandboxRequest, host_environment
limits = SandboxLimits(wall_s=60, memory_mib=256, processes=32, disk_mib=16, cpus=1)
environment = host_environment()
code = "import os, socket, time; os.mkfifo('/box/ready'); time.sleep(60)"
sandbox = Bubblewrap()
with sandbox.open_box(disk_mib=16) as box:
    print(box.path, flush=True)
    command = [str(environment.python), "-I", "-c", code, "marker-of-killed-supervisor"]
    sandbox.run(SandboxRequest(command, limits, environment.mounts, box=box))
"""


def _alive(marker):
    found = []
    for process in Path("/proc").iterdir():
        try:
            words = (process / "cmdline").read_bytes().split(b"\0") if process.name.isdigit() else []
            if (
                marker.encode() in words
                and (process / "stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
            ):
                found.append(int(process.name))
        except OSError:
            continue
    return found


def _wait_until(condition, seconds=10.0):
    tick = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if condition():
            return True
        tick.wait(0.02)
    return False


def _groups():
    return {str(path) for path in Path("/sys/fs/cgroup").rglob("deepgrade-j*")}


def test_killed_supervisor_leaves_nothing_that_a_sweep_does_not_remove():
    with subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR], stdout=subprocess.PIPE, text=True
    ) as supervisor:
        assert supervisor.stdout is not None
        assert select.select([supervisor.stdout], [], [], 20)[0]
        box = Path(supervisor.stdout.readline().strip())
        assert _wait_until(lambda: (box / "ready").exists())
        assert _alive("marker-of-killed-supervisor")
        supervisor.send_signal(signal.SIGKILL)
        supervisor.wait()
    assert _wait_until(lambda: not _alive("marker-of-killed-supervisor")), (
        "the sandbox outlived its supervisor"
    )
    job = box.parent.name
    Bubblewrap()  # sweeps
    assert not box.parent.exists()
    assert str(box) not in Path("/proc/self/mounts").read_text()
    assert not [path for path in _groups() if job in path]


def test_sweep_leaves_a_living_job_alone(tmp_path):
    with claim_job(tmp_path) as job:
        assert sweep(tmp_path, lambda folder: None) == []
        assert job.folder.is_dir()
    assert not job.folder.exists()


def test_sweep_takes_a_folder_whose_owner_is_dead(tmp_path):
    folder = tmp_path / "jobs" / "jdead"
    (folder / "box").mkdir(parents=True)
    (folder / "box" / "file").write_text("x")
    seen = []
    assert sweep(tmp_path, seen.append) == ["jdead"]
    assert seen == [folder]
    assert not folder.exists()


def test_finished_run_leaves_no_group_and_no_job():
    sandbox = Bubblewrap()
    with sandbox.open_box(disk_mib=16) as box:
        job = box.path.parent
        sandbox.run(SandboxRequest(["/bin/true"], LIMITS, box=box))
    # Of this job: other graders may be at work on the machine.
    assert not job.exists()
    assert not [path for path in _groups() if job.name in path]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives each job a user id of its own")
def test_two_jobs_never_share_a_user_id(tmp_path):
    with claim_job(tmp_path) as one, claim_job(tmp_path) as two:
        assert one.user != two.user
        assert 0 not in (one.user, two.user)
    with claim_job(tmp_path) as three:
        assert three.user == one.user


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a box of fixed size")
def test_box_of_root_has_a_fixed_size_and_belongs_to_the_job(tmp_path):
    with claim_job(tmp_path) as job, mounted_box(job, disk_mib=4) as box:
        assert box.capped
        facts = os.statvfs(box.path)
        assert facts.f_frsize * facts.f_blocks == 4 << 20
        assert box.path.stat().st_uid == job.user
        with pytest.raises(OSError, match="No space"):
            (box.path / "big").write_bytes(b"x" * (5 << 20))
    assert not box.path.exists()


def test_box_of_a_closed_block_is_refused():
    sandbox = Bubblewrap()
    with sandbox.open_box(disk_mib=16) as box:
        pass
    with pytest.raises(SandboxError, match="closed"):
        sandbox.run(SandboxRequest(["/bin/true"], LIMITS, box=box))


def test_missing_mount_is_named():
    from deepgrade.sandbox import Mount

    request = SandboxRequest(["/bin/true"], LIMITS, (Mount(Path("/does/not/exist"), Path("/data")),))
    with pytest.raises(SandboxError, match="/does/not/exist"):
        Bubblewrap().run(request)


def test_missing_program_is_no_success():
    outcome = Bubblewrap().run(SandboxRequest(["/no/such/program"], LIMITS))
    assert outcome.reason == "sandbox_failed" or outcome.exit_code not in (0, None)


def test_concurrent_runs_do_not_disturb_each_other():
    sandbox = Bubblewrap()
    python = str(host_environment().python)
    outcomes = {}

    def run(name, code):
        environment = host_environment()
        outcomes[name] = sandbox.run(SandboxRequest([python, "-I", "-c", code], LIMITS, environment.mounts))

    codes = {
        "bomb": "import os, time\ntry:\n    while os.fork(): pass\nexcept OSError: time.sleep(0.3)\ntime.sleep(0.3)",
        "honest": "import subprocess\nfor _ in range(10): subprocess.run(['/bin/true'], check=True)",
        "hog": "x = []\nwhile True: x.append(bytearray(8 << 20))",
    }
    threads = [threading.Thread(target=run, args=item) for item in codes.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes["honest"].exit_code == 0, outcomes["honest"]
    assert outcomes["hog"].reason == "memory"


@pytest.mark.parametrize("name", ["bubblewrap", "none"])
def test_stop_from_another_thread_ends_the_run_and_leaves_nothing(name):
    sandbox = find_sandbox(name)
    marker = f"stopped-{name}-{os.getpid()}"
    python = str(host_environment().python)
    limits = replace(LIMITS, processes=30_000)
    mounts = host_environment().mounts
    request = SandboxRequest([python, "-I", "-c", "import time; time.sleep(60)", marker], limits, mounts)
    errors = []

    def run():
        try:
            sandbox.run(request)
        except SandboxStopped as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    assert _wait_until(lambda: _alive(marker))
    sandbox.stop_all()
    thread.join(10)
    assert len(errors) == 1
    assert not _alive(marker)
    with pytest.raises(SandboxStopped):
        sandbox.run(request)
