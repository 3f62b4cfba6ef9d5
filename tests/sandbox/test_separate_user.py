"""The sandbox without namespaces: what it promises instead of them, and where it refuses to be used."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pytest

from deepgrade.sandbox import (
    NoSandbox,
    SandboxError,
    SandboxUnavailable,
    SeparateUser,
    diagnose,
    find_sandbox,
)
from deepgrade.sandbox.base import Mount
from deepgrade.sandbox.separate_user import require_private
from deepgrade.sandbox.state import USER_IDS, claim_job, free_user, state_root
from deepgrade.sandbox.usage import measure_user, proportional_memory_mib
from deepgrade.sandbox.users import become, end_processes_of, processes_of, remove_files_of, unreadable_for
from support.sandboxed import processes_with, report_of

SYSTEM_PYTHON = "/usr/bin/python3"
HOLDING = """
import ctypes, os, time
kept = bytearray(os.urandom(1 << 20) * 100)
for number in range(5):
    if os.fork() == 0:
        if number == 0:
            ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)
        time.sleep(60)
        os._exit(0)
time.sleep(0.5)
print("ready", flush=True)
time.sleep(60)
"""


# --- where it is refused ---------------------------------------------------------------------------------------------


def test_ordinary_user_is_refused_and_told_why(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SandboxUnavailable, match="start the grader as root"):
        SeparateUser()


def test_missing_tool_is_refused_with_the_command_that_repairs_it(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxUnavailable, match="apt-get install util-linux"):
        SeparateUser()


def test_python_that_others_cannot_start_is_refused(monkeypatch, tmp_path):
    private = tmp_path / "python"
    shutil.copy(SYSTEM_PYTHON, private)
    sandbox = SeparateUser()
    from deepgrade.sandbox import separate_user

    environment = separate_user.host_environment()
    monkeypatch.setattr(
        separate_user, "host_environment", lambda: type(environment)(private, (), (), environment.versions)
    )
    with pytest.raises(SandboxUnavailable, match="every user may read"):
        sandbox.check()


def test_it_is_never_chosen_without_being_asked_for():
    assert find_sandbox().name == "bubblewrap"


def test_diagnosis_names_it_and_does_not_ask_for_it():
    found = {diagnosis.name: diagnosis for diagnosis in diagnose()}
    assert not found["another user id"].needed or found["another user id"].ok


def test_checks_that_every_user_may_read_are_refused():
    folder = Path(tempfile.mkdtemp(prefix="deepgrade-open-"))
    try:
        checks = folder / "checks.py"
        checks.write_text("hidden")
        for path in (folder, checks):
            path.chmod(0o755)
        with pytest.raises(SandboxUnavailable, match=f"chmod -R go= '{checks}'"):
            require_private(SeparateUser(), [checks])
        require_private(NoSandbox(), [checks])
        folder.chmod(0o700)
        require_private(SeparateUser(), [checks])
    finally:
        shutil.rmtree(folder)


def test_missing_mount_and_closed_writable_mount_are_refused(tmp_path):
    sandbox = SeparateUser()
    with pytest.raises(SandboxError, match="another user cannot write"):
        run_plain(sandbox, "pass", Mount(tmp_path, Path("/out"), writable=True))
    with pytest.raises(SandboxError, match="do not exist"):
        run_plain(sandbox, "pass", Mount(tmp_path / "nothing", Path("/out")))


def run_plain(sandbox, code, *mounts):
    from deepgrade.sandbox import SandboxLimits, SandboxRequest

    limits = SandboxLimits(wall_s=20, memory_mib=256, processes=32, disk_mib=4, cpus=1)
    return sandbox.run(SandboxRequest([SYSTEM_PYTHON, "-I", "-c", code], limits, mounts=tuple(mounts)))


# --- what it keeps in and out ----------------------------------------------------------------------------------------


def test_no_socket_of_any_kind_can_be_made_and_pairs_and_pipes_work(bare_backend):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        result = bare_backend.run(f"""
            import multiprocessing, socket
            answers = set()
            for family in (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK, socket.AF_VSOCK):
                try:
                    socket.socket(family, socket.SOCK_RAW if family == socket.AF_NETLINK else socket.SOCK_STREAM)
                    answers.add("made")
                except OSError as error:
                    answers.add(error.strerror)
            try:
                socket.create_connection(("127.0.0.1", {listener.getsockname()[1]}), 2)
                answers.add("reached")
            except OSError as error:
                answers.add(error.strerror)
            one, other = socket.socketpair()
            one.send(b"hello")
            with multiprocessing.Pool(2) as pool:
                report([sorted(answers), other.recv(5).decode(), pool.map(abs, [-1, -2])])
        """)
    assert report_of(result) == [["Address family not supported by protocol"], "hello", [1, 2]]


def test_shared_memory_of_the_older_kinds_cannot_be_made(bare_backend):
    result = bare_backend.run("""
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        answers = [(libc.shmget(0, 4096, 0o1777), ctypes.get_errno()), (libc.semget(0, 1, 0o1777), ctypes.get_errno())]
        report(answers)
    """)
    assert report_of(result) == [[-1, 38], [-1, 38]]


def test_files_of_the_kernel_take_no_word(bare_backend):
    result = bare_backend.run("""
        import os
        written = []
        for top, folders, files in os.walk("/proc/sys"):
            for name in files:
                try:
                    handle = os.open(os.path.join(top, name), os.O_RDWR | os.O_NONBLOCK)
                    os.write(handle, os.read(handle, 4096))
                    written.append(name)
                except OSError:
                    pass
        report(written)
    """)
    assert report_of(result) == []


def test_other_runs_cannot_be_looked_into_signalled_or_changed(bare_backend):
    with claim_job(Path("/var/lib/deepgrade"), users=state_root() / "users") as other:
        (other.folder / "job.json").write_text("another student's cells")
        sleeper = subprocess.Popen([*become(other.user), "/bin/sleep", "60"])
        try:
            time.sleep(0.2)
            result = bare_backend.run(f"""
                import os
                answers = []
                for attempt in (
                    lambda: os.listdir("/var/lib/deepgrade/jobs"),
                    lambda: open("{other.folder}/job.json").read(),
                    lambda: open("/proc/{sleeper.pid}/environ").read(),
                    lambda: os.listdir("/proc/{sleeper.pid}/fd"),
                    lambda: os.kill({sleeper.pid}, 9),
                    lambda: os.kill({os.getpid()}, 9),
                ):
                    try:
                        answers.append(str(attempt()))
                    except PermissionError:
                        pass
                report(answers)
            """)
            assert sleeper.poll() is None
        finally:
            sleeper.kill()
            sleeper.wait()
    assert report_of(result) == []


def test_mount_below_a_folder_of_root_is_shown_and_cannot_be_changed(bare_backend, tmp_path):
    data = tmp_path / "data"
    (data / "mnist").mkdir(parents=True)
    (data / "mnist" / "facts.json").write_text("{}")
    (data / "private.txt").write_text("shown too")
    (data / "private.txt").chmod(0o600)
    code = """
        import os, sys
        there = os.readlink("/proc/self/cwd") + "/../shown0"
        answers = [sorted(os.listdir(there)), open(there + "/private.txt").read()]
        for attempt in (
            lambda: open(there + "/mnist/facts.json", "w"),
            lambda: os.remove(there + "/mnist/facts.json"),
            lambda: os.rename(there, there + "2"),
        ):
            try:
                attempt()
                answers.append("changed")
            except PermissionError:
                pass
        report(answers)
    """
    result = bare_backend.run(code, mounts=((str(data), "/data"),))
    assert report_of(result) == [["mnist", "private.txt"], "shown too"]
    assert (data / "mnist" / "facts.json").read_text() == "{}"


def test_files_left_in_shared_folders_are_gone_afterwards(bare_backend):
    name = f"deepgrade-left-{bare_backend.name}-{os.getpid()}"
    result = bare_backend.run(f"""
        import os
        made = []
        for folder in ("/tmp", "/var/tmp", "/dev/shm"):
            try:
                os.makedirs(f"{{folder}}/{name}/deep")
                open(f"{{folder}}/{name}/deep/file", "w").close()
                os.chmod(f"{{folder}}/{name}", 0)
                made.append(folder)
            except OSError:
                pass
        report(made)
    """)
    assert "/tmp" in report_of(result)
    assert [folder for folder in report_of(result) if os.path.lexists(f"{folder}/{name}")] == []


def test_temporary_folder_is_private_and_counts_as_the_box(bare_backend):
    result = bare_backend.run(
        """
        import os, tempfile
        report("begin")
        try:
            for number in range(100_000):
                with open(f"/box/tmp/{number}", "wb") as file:
                    file.write(bytes(2 << 20))
        except OSError as error:
            os.remove("/box/tmp/0")
            report(error.errno)
        """
    )
    assert result.reason == "disk_limit" or report_of(result) == 28


# --- what is left of processes ---------------------------------------------------------------------------------------


def test_process_without_its_first_thread_and_one_that_cannot_be_looked_at_are_ended(bare_backend):
    result = bare_backend.run("""
        import ctypes, os, threading, time
        report(os.getuid())
        libc = ctypes.CDLL(None)
        exit_thread = {"x86_64": 60, "aarch64": 93}[os.uname().machine]
        for _ in range(2):
            if os.fork() == 0:
                os.setsid()
                libc.prctl(4, 0, 0, 0, 0)
                threading.Thread(target=time.sleep, args=(60,)).start()
                libc.syscall(exit_thread, 0)
        time.sleep(0.5)
    """)
    assert (result.reason, result.exit_code) == ("exit", 0), result
    assert processes_of(report_of(result)) == []


def test_processes_that_kill_each_other_and_multiply_are_ended(bare_backend):
    result = bare_backend.run(
        """
        import os
        report(os.getuid())
        for _ in range(4):
            if os.fork() == 0:
                os.setsid()
                while True:
                    try:
                        if os.fork() == 0:
                            os.setsid()
                    except OSError:
                        pass
        """,
        wall_s=2,
    )
    assert result.wall_s < 10
    assert processes_of(report_of(result)) == []


def test_memory_of_a_process_that_left_its_parent_counts(bare_backend):
    result = bare_backend.run("""
        import os, time
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                kept = []
                while True:
                    kept.append(bytearray(4 << 20))
            os._exit(0)
        os.wait()
        time.sleep(20)
    """)
    assert result.reason == "memory", result


def test_only_what_lies_in_a_sticky_folder_itself_is_removed(tmp_path):
    user = USER_IDS[-1]
    for name, mode in (("open", 0o777), ("sticky", 0o1777)):
        (tmp_path / name / "of_another").mkdir(parents=True)
        (tmp_path / name).chmod(mode)
        for place in ("mine", "of_another/mine"):
            (tmp_path / name / place).touch()
            os.chown(tmp_path / name / place, user, user)
    remove_files_of(user, [str(tmp_path / name) for name in ("open", "sticky", "missing")])
    left = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("mine"))
    assert left == ["open/mine", "open/of_another/mine", "sticky/of_another/mine"]


def test_files_in_shared_folders_count_as_disk_space(bare_backend):
    name = f"deepgrade-many-{bare_backend.name}-{os.getpid()}"
    result = bare_backend.run(f"""
        import os, time
        report("begin")
        for number in range(40):
            with open(f"/tmp/{name}-{{number}}", "wb") as file:
                file.write(bytes(1 << 20))
        time.sleep(10)
    """)
    assert result.reason == "disk_limit", result
    assert list(Path("/tmp").glob(f"{name}*")) == []


def test_memory_shared_by_workers_counts_once_where_root_may_not_look_into_others():
    hold = [SYSTEM_PYTHON, "-c", HOLDING]
    user = USER_IDS[-1]
    with subprocess.Popen([*become(user), *hold], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            family = tuple(processes_of(user))
            assert len(family) == 6
            assert measure_user(user).memory_mib > 400
            once = proportional_memory_mib(family, user)
            assert once is not None
            # The one that cannot be looked at counts whole: a hundred and some more.
            assert 150 < once < 300
        finally:
            end_processes_of(user)


def test_what_a_killed_supervisor_left_running_is_ended_by_the_next(tmp_path):
    marker = f"orphan-{os.getpid()}"
    script = tmp_path / "supervisor.py"
    script.write_text(
        "import sys, subprocess, time\n"
        "from pathlib import Path\n"
        "from deepgrade.sandbox.separate_user import _reachable_root\n"
        "from deepgrade.sandbox.state import claim_job, state_root\n"
        "from deepgrade.sandbox.users import become\n"
        "with claim_job(_reachable_root(), users=state_root() / 'users') as job:\n"
        "    words = [word for word in become(job.user) if word not in ('--pdeathsig', 'KILL')]\n"
        f"    subprocess.Popen([*words, '/bin/sh', '-c', 'sleep 60; : {marker}'], start_new_session=True)\n"
        "    print('ready', flush=True)\n"
        "    time.sleep(60)\n"
    )
    supervisor = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    try:
        assert supervisor.stdout is not None
        assert supervisor.stdout.readline() == "ready\n"
        time.sleep(0.3)
        assert processes_with(marker)
    finally:
        supervisor.send_signal(signal.SIGKILL)
        supervisor.wait()
    assert processes_with(marker)
    SeparateUser()
    assert processes_with(marker) == []


def test_processes_of_root_are_never_ended():
    with pytest.raises(SandboxError, match="root"):
        end_processes_of(0)


def test_claimed_user_is_not_free():
    users = state_root() / "users"
    with claim_job(Path("/var/lib/deepgrade"), users=users) as job, free_user(users, job.user) as free:
        assert not free
    with free_user(users, job.user) as free:
        assert free


def test_paths_are_tried_as_the_user_they_are_for(tmp_path):
    (tmp_path / "closed").mkdir(mode=0o700)
    with suppress(PermissionError):
        tmp_path.chmod(0o700)
    paths = [Path("/usr"), Path("/etc/shadow"), tmp_path / "closed", tmp_path / "odd\nname"]
    assert unreadable_for(USER_IDS[-1], paths) == paths[1:]
    assert unreadable_for(USER_IDS[-1], []) == []


# --- helpers ---------------------------------------------------------------------------------------------------------


def test_helper_reads_its_exchange_as_another_user_and_is_ended(monkeypatch):
    from deepgrade.sandbox import separate_user

    environment = separate_user.host_environment()
    plain = type(environment)(Path(SYSTEM_PYTHON), (), (), environment.versions)
    monkeypatch.setattr(separate_user, "host_environment", lambda: plain)
    with SeparateUser().open_helper() as helper:
        assert helper.exchange is not None
        jobs = helper.exchange / "infer" / "jobs"
        jobs.mkdir(parents=True)
        (helper.exchange / "infer").chmod(0o700)
        jobs.chmod(0o777)
        code = (
            f"import os; open('{jobs}/answer', 'w').write(str(os.getuid())); print(os.environ.get('GIVEN'))"
        )
        launch = helper.launch(
            [SYSTEM_PYTHON, "-I", "-c", code], [Mount(jobs, jobs, writable=True)], {"GIVEN": "yes"}
        )
        done = subprocess.run(launch.command, env=launch.env, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, "yes\n"), done.stderr
        user = int((jobs / "answer").read_text())
        assert user in USER_IDS
        with pytest.raises(SandboxError, match="another name"):
            helper.launch(["true"], [Mount(jobs, Path("/jobs"))], {})
        sleep = helper.launch(["/bin/sleep", "60"], [], {})
        process = subprocess.Popen(sleep.command, env=sleep.env)
        time.sleep(0.5)
        assert processes_of(user) == [process.pid]
        helper.end()
        assert processes_of(user) == []
        process.wait()
