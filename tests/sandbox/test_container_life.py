"""Nothing of a container outlives its run, however the run or its supervisor ended; with real engines."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from deepgrade.sandbox import (
    Container,
    Engine,
    Mount,
    SandboxError,
    SandboxLimits,
    SandboxRequest,
    SandboxStopped,
)
from deepgrade.sandbox.containers.engines import ENGINES
from deepgrade.sandbox.state import state_root
from support import engines

pytestmark = pytest.mark.containers

LIMITS = SandboxLimits(wall_s=60, memory_mib=256, processes=48, disk_mib=16, cpus=1)
PYTHON = "/usr/bin/python3"
ORDINARY_USER = 61198
SUPERVISOR = """
import sys
from deepgrade.sandbox import Container, SandboxLimits, SandboxRequest
limits = SandboxLimits(wall_s=60, memory_mib=256, processes=48, disk_mib=16, cpus=1)
code = "import os, time; os.mkfifo('/box/ready'); time.sleep(60)"
sandbox = Container(sys.argv[1], sys.argv[2])
with sandbox.open_box(disk_mib=16) as box:
    print(box.path, flush=True)
    sandbox.run(SandboxRequest(["/usr/bin/python3", "-I", "-c", code, sys.argv[3]], limits, box=box))
"""


@pytest.fixture(scope="module", params=ENGINES)
def sandbox(request):
    with engines.running(request.param):
        yield Container(request.param, engines.base_image(request.param))


def _alive(marker):
    """Return the host's ids of processes of the container's command: Python with the marker as an argument."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            words = (process / "cmdline").read_bytes().split(b"\0") if process.name.isdigit() else []
        except OSError:
            continue
        if words[:1] == [PYTHON.encode()] and marker.encode() in words:
            found.append(int(process.name))
    return found


def _wait_until(condition, seconds=20.0):
    deadline = time.monotonic() + seconds
    tick = threading.Event()
    while time.monotonic() < deadline:
        if condition():
            return True
        tick.wait(0.05)
    return False


def _containers(name):
    return Engine(name).containers(f"deepgrade.home={(state_root() / 'id').read_text()}")


def _groups(job):
    return [path for path in Path("/sys/fs/cgroup").rglob(f"deepgrade-{job}*") if path.is_dir()]


def _start_supervisor(sandbox, marker):
    command = [sys.executable, "-c", SUPERVISOR, sandbox.name, sandbox.image.id, marker]
    supervisor = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert supervisor.stdout is not None
    assert select.select([supervisor.stdout], [], [], 60)[0]
    box = Path(supervisor.stdout.readline().strip())
    assert _wait_until(lambda: (box / "ready").exists())
    assert _alive(marker)
    return supervisor, box


def test_killed_supervisor_takes_the_container_with_it(sandbox):
    marker = f"of-a-killed-supervisor-{sandbox.name}"
    supervisor, box = _start_supervisor(sandbox, marker)
    with supervisor:
        supervisor.kill()
    assert _wait_until(lambda: not _alive(marker)), "the container outlived its supervisor"
    Container(sandbox.name, sandbox.image.id)  # sweeps
    assert not box.parent.exists()
    assert str(box) not in Path("/proc/self/mounts").read_text()
    assert box.parent.name not in _containers(sandbox.name).values()
    assert not _groups(box.parent.name)


def test_container_of_a_supervisor_killed_with_all_its_processes_is_swept_by_the_next_start(sandbox):
    marker = f"of-a-killed-session-{sandbox.name}"
    supervisor, box = _start_supervisor(sandbox, marker)
    job = box.parent.name
    # The launcher and the client too: nobody is left to tell the engine.
    launchers = [
        int(process.name)
        for process in Path("/proc").iterdir()
        if process.name.isdigit() and job in _words(process) and "run" in _words(process).split("\0")
    ]
    with supervisor:
        supervisor.kill()
        for launcher in launchers:
            try:
                os.kill(launcher, signal.SIGKILL)
            except ProcessLookupError:
                continue
    Container(sandbox.name, sandbox.image.id)
    assert _wait_until(lambda: not _alive(marker))
    assert job not in _containers(sandbox.name).values()
    assert not box.parent.exists()


def _words(process):
    try:
        return (process / "cmdline").read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""


def test_sweep_leaves_other_containers_and_living_runs_alone(sandbox):
    engine = Engine(sandbox.name)
    name = f"somebody-elses-{os.getpid()}"
    run = ["run", "--detach", "--network", "none", "--name", name, *engine.own_limits()]
    engine.ask(*run, sandbox.image.id, "sleep", "100")
    supervisor, _ = _start_supervisor(sandbox, f"living-{sandbox.name}")
    try:
        Container(sandbox.name, sandbox.image.id)
        assert engine.inspect("container", name)["State"]["Running"]
        assert _alive(f"living-{sandbox.name}")
    finally:
        supervisor.kill()
        supervisor.communicate()
        engine.remove(name)
        _wait_until(lambda: not _alive(f"living-{sandbox.name}"))


def test_stop_from_another_thread_ends_the_run_and_leaves_nothing(sandbox):
    own = Container(sandbox.name, sandbox.image.id)
    marker = f"stopped-{sandbox.name}"
    request = SandboxRequest([PYTHON, "-I", "-c", "import time; time.sleep(60)", marker], LIMITS)
    errors = []

    def run():
        try:
            own.run(request)
        except SandboxStopped as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    assert _wait_until(lambda: _alive(marker))
    own.stop_all()
    thread.join(20)
    assert len(errors) == 1
    assert not _alive(marker)
    assert not [
        job for job in _containers(sandbox.name).values() if not (state_root() / "jobs" / job).exists()
    ]
    with pytest.raises(SandboxStopped):
        own.run(request)


def test_killed_client_is_noticed_and_its_container_removed(sandbox):
    marker = f"client-killed-{sandbox.name}"
    outcomes = []
    request = SandboxRequest([PYTHON, "-I", "-c", "import time; time.sleep(60)", marker], LIMITS)
    thread = threading.Thread(target=lambda: outcomes.append(sandbox.run(request)))
    thread.start()
    assert _wait_until(lambda: _alive(marker))
    clients = [
        int(process.name)
        for process in Path("/proc").iterdir()
        if process.name.isdigit()
        and marker in _words(process)
        and "--read-only" in _words(process).split("\0")
    ]
    for client in clients:
        try:
            os.kill(client, signal.SIGKILL)
        except ProcessLookupError:
            continue
    thread.join(30)
    assert outcomes
    assert outcomes[0].exit_code != 0
    assert not _alive(marker)


def test_runs_beside_each_other_do_not_disturb_each_other(sandbox):
    outcomes = {}
    codes = {
        "bomb": "import os, time\ntry:\n    while os.fork(): pass\nexcept OSError: time.sleep(0.3)\ntime.sleep(0.3)",
        "honest": "import subprocess\nfor _ in range(10): subprocess.run(['/bin/true'], check=True)",
        "hog": "x = []\nwhile True: x.append(bytearray(8 << 20))",
    }

    def run(name, code):
        outcomes[name] = sandbox.run(SandboxRequest([PYTHON, "-I", "-c", code], LIMITS))

    threads = [threading.Thread(target=run, args=item) for item in codes.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes["honest"].exit_code == 0, outcomes["honest"]
    assert outcomes["hog"].reason == "memory"


def test_memory_verdict_when_the_command_survives_its_childs_death_and_ends_at_once(sandbox):
    # The engine says that memory never ran out: the exit code is 0, and the container's own books are gone.
    code = """
import os
if os.fork() == 0:
    kept = []
    while True:
        kept.append(bytearray(8 << 20))
os.wait()
os._exit(0)
"""
    reasons = {sandbox.run(SandboxRequest([PYTHON, "-I", "-c", code], LIMITS)).reason for _ in range(3)}
    assert reasons == {"memory"}


def test_missing_program_is_no_success(sandbox):
    outcome = sandbox.run(SandboxRequest(["/no/such/program"], LIMITS))
    assert outcome.exit_code not in (0, None)


def test_box_of_a_closed_block_is_refused(sandbox):
    with sandbox.open_box(disk_mib=16) as box:
        pass
    with pytest.raises(SandboxError, match="closed"):
        sandbox.run(SandboxRequest(["/bin/true"], LIMITS, box=box))


def test_helper_is_spoken_to_over_pipes_behind_the_same_walls_and_is_gone_afterwards(sandbox, tmp_path):
    tmp_path.chmod(0o755)
    exchange = tmp_path / "jobs"
    exchange.mkdir()
    exchange.chmod(0o777)
    (tmp_path / "library").mkdir(mode=0o755)
    code = """
import json, os, socket, sys
for line in sys.stdin:
    facts = {"said": line.strip(), "user": os.getuid(), "variable": os.environ["GIVEN"], "writable": []}
    facts["nets"] = [name for _, name in socket.if_nameindex()]
    facts["status"] = [l.split()[1] for l in open("/proc/self/status") if l.startswith(("CapBnd", "Seccomp:", "NoNew"))]
    for folder in sys.argv[1:]:
        try:
            open(folder + "/probe", "w").close()
            facts["writable"].append(folder)
        except OSError:
            pass
    print(json.dumps(facts), flush=True)
"""
    with sandbox.open_helper() as helper:
        mounts = [Mount(tmp_path / "library", tmp_path / "library"), Mount(exchange, exchange, writable=True)]
        folders = [str(exchange), str(tmp_path / "library"), "/", "/usr"]
        launch = helper.launch([str(helper.python), "-I", "-c", code, *folders], mounts, {"GIVEN": "yes"})
        with subprocess.Popen(
            launch.command, env=launch.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            answer, _ = process.communicate("hello\n", timeout=60)
        facts = json.loads(answer)
        # One that is not told to end is ended.
        launch = helper.launch([PYTHON, "-c", "import time; time.sleep(60)", "helper-left"], mounts, {})
        left = subprocess.Popen(launch.command, env=launch.env, stdin=subprocess.PIPE)
        assert _wait_until(lambda: _alive("helper-left"))
        left.kill()
        left.wait()
    assert not _alive("helper-left")
    assert facts["user"] != 0
    assert (facts["said"], facts["variable"], facts["nets"]) == ("hello", "yes", ["lo"])
    assert facts["writable"] == [str(exchange)]
    assert facts["status"] == ["0" * 16, "1", "2"]


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes another user")
def test_podman_of_a_user_who_may_make_no_control_groups_is_refused():
    folder = Path(tempfile.mkdtemp(prefix="deepgrade-rootless-"))
    package = Path(sys.modules["deepgrade"].__path__[0])
    try:
        shutil.copytree(package / "sandbox", folder / "deepgrade" / "sandbox")
        shutil.copy(package / "__init__.py", folder / "deepgrade")
        (folder / "run").mkdir()
        for path in (folder, *folder.rglob("*")):
            os.chown(path, ORDINARY_USER, ORDINARY_USER)
        code = (
            "from deepgrade.sandbox.base import SandboxUnavailable\n"
            "from deepgrade.sandbox.containers.container import Container\n"
            "try:\n    Container('podman', 'x').check()\nexcept SandboxUnavailable as error:\n    print(error)"
        )
        user = str(ORDINARY_USER)
        become = ["setpriv", "--reuid", user, "--regid", user, "--clear-groups", "--inh-caps=-all", "--"]
        env = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": f"{folder}/run",
            "PYTHONPATH": str(folder),
        }
        done = subprocess.run(
            [*become, PYTHON, "-c", code], env=env, capture_output=True, text=True, check=True, cwd="/"
        )
    finally:
        shutil.rmtree(folder)
    assert "enforces no limits for this user here" in done.stdout
    assert "--sandbox bubblewrap" in done.stdout
