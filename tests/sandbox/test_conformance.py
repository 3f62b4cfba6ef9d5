"""What every sandbox must hold, tried by code that wants out."""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import tempfile
from pathlib import Path

import pytest

import deepgrade


def _report(result):
    assert "report.json" in result.files, result
    return json.loads(base64.b64decode(result.files["report.json"]))


def _processes_with(marker):
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and process.name != str(os.getpid()):
            try:
                if marker.encode() in (process / "cmdline").read_bytes():
                    found.append(int(process.name))
            except OSError:
                continue
    return found


# --- what must not be seen -------------------------------------------------------------------------------------------


def test_secret_file_of_the_host_is_not_visible(backend, tmp_path):
    secret = tmp_path / "labels.npy"
    secret.write_text("labels")
    paths = [str(secret), str(tmp_path), "/etc/shadow", "/etc/ssh", "/sys/fs/cgroup", "/proc/1/root/home"]
    # An image has folders of these names, with what is in every image.
    paths += ["/home", "/run", "/var"] if backend.shows_host_system else ["/run/deepgrade", "/var/lib/docker"]
    result = backend.run(f"""
        import os
        seen = []
        for path in {paths!r}:
            try:
                found = os.listdir(path) if os.path.isdir(path) else open(path).read()
                if found or {backend.shows_host_system}:
                    seen.append((path, found))
            except OSError:
                pass
        report(seen)
    """)
    assert _report(result) == []


def test_hidden_checks_and_the_grader_are_not_visible(backend):
    package = Path(deepgrade.__file__).resolve().parent
    repository = package.parents[1]
    paths = [str(repository / name) for name in ("tests", "solutions", "autograder", "source_data")] + [
        str(package)
    ]
    result = backend.run(f"""
        import os
        try:
            import deepgrade
            seen = [deepgrade.__file__]
        except ImportError:
            seen = []
        report(seen + [path for path in {paths!r} if os.path.isfile(path) or os.path.isdir(path) and os.listdir(path)])
    """)
    assert _report(result) == []


def test_masked_file_and_folder_are_empty(backend):
    folder = next(path for path in Path("/usr/share").iterdir() if path.is_dir() and any(path.iterdir()))
    result = backend.run(
        f"""
        import os
        places = ["/opt/mounted", {"/usr" if backend.shows_host_system else "/opt/mounted"!r}]
        report([[os.listdir(place + "/share/{folder.name}"), os.path.getsize(place + "/bin/env")] for place in places])
        """,
        mounts=(("/usr", "/opt/mounted"),),
        masks=(str(folder), "/usr/bin/env"),
    )
    assert _report(result) == [[[], 0], [[], 0]]


def test_mask_holds_under_every_name_of_a_mount(backend):
    folder = Path(tempfile.mkdtemp(prefix="deepgrade-mask-"))
    try:
        (folder / "real" / "deepgrade").mkdir(parents=True)
        (folder / "real" / "deepgrade" / "score.py").write_text("hidden")
        (folder / "name").symlink_to("real")
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o755)
        mounts = ((str(folder / "name"), "/opt/one"), (str(folder / "real"), "/opt/two"))
        result = backend.run(
            "import os\nreport([os.listdir('/opt/one/deepgrade'), os.listdir('/opt/two/deepgrade')])",
            mounts=mounts,
            masks=(str(folder / "name" / "deepgrade"),),
        )
    finally:
        shutil.rmtree(folder)
    assert _report(result) == [[], []]


def test_box_that_is_hard_to_remove_is_removed(backend):
    result = backend.run("""
        import os
        report(1)
        os.mkdir("/box/locked")
        open("/box/locked/file", "w").close()
        os.chmod("/box/locked", 0)
        for _ in range(1500):
            os.mkdir("d")
            os.chdir("d")
    """)
    assert result.reason in ("exit", "disk_limit")
    assert not Path(result.box).exists()


def test_environment_and_arguments_of_the_launcher_are_not_visible(backend, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "token-of-the-launcher")
    result = backend.run("""
        import os
        text = repr(dict(os.environ))
        for process in os.listdir("/proc"):
            for file in ("environ", "cmdline"):
                try:
                    text += open(f"/proc/{process}/{file}").read().split("def report")[0]
                except OSError:
                    pass
        report(text)
    """)
    assert "token-of-the-launcher" not in _report(result)
    assert "/jobs/" not in _report(result)


def test_no_descriptor_is_inherited(backend):
    leaked = os.open("/etc/hostname", os.O_RDONLY)
    os.set_inheritable(leaked, True)
    try:
        result = backend.run("""
            import os
            links = [f"/proc/self/fd/{number}" for number in range(200)]
            report({link: os.readlink(link) for link in links if os.path.islink(link)})
        """)
    finally:
        os.close(leaked)
    assert sorted(_report(result)) == ["/proc/self/fd/0", "/proc/self/fd/1", "/proc/self/fd/2"]
    assert _report(result)["/proc/self/fd/0"] == "/dev/null"


def test_only_its_own_processes_are_visible(backend):
    result = backend.run("import os\nreport([name for name in os.listdir('/proc') if name.isdigit()])")
    assert len(_report(result)) == 2


# --- what must not be reached ----------------------------------------------------------------------------------------


def test_loopback_service_of_the_host_is_unreachable_and_own_loopback_works(backend):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        result = backend.run(f"""
            import socket
            try:
                socket.create_connection(("127.0.0.1", {listener.getsockname()[1]}), 2)
                answer = "reached"
            except OSError as error:
                answer = error.strerror
            own = socket.create_server(("127.0.0.1", 0))
            socket.create_connection(own.getsockname(), 2)
            report(answer)
        """)
    assert _report(result) == "Connection refused"


def test_abstract_socket_of_the_host_is_unreachable(backend):
    name = f"\0deepgrade-conformance-{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(name)
        listener.listen()
        result = backend.run(f"""
            import socket
            try:
                socket.socket(socket.AF_UNIX).connect({name!r})
                report("reached")
            except OSError as error:
                report(error.strerror)
        """)
    assert _report(result) == "Connection refused"


def test_no_network_interface_but_loopback(backend):
    result = backend.run("import socket\nreport([name for _, name in socket.if_nameindex()])")
    assert _report(result) == ["lo"]


def test_vsock_and_packet_sockets_cannot_be_made(backend):
    result = backend.run("""
        import socket
        refusals = set()
        for family in (40, 17, 38, 31, 44):
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                try:
                    socket.socket(family, kind)
                    refusals.add(0)
                except OSError as error:
                    refusals.add(error.errno)
        report(sorted(refusals))
    """)
    assert _report(result) == [97], "every one must say: address family not supported"


# --- what must not be done -------------------------------------------------------------------------------------------


def test_no_capability_and_no_new_privileges_and_a_filter(backend):
    result = backend.run("""
        import os
        lines = [line.split(":\\t") for line in open("/proc/self/status").read().splitlines()]
        report([{line[0]: line[1] for line in lines if len(line) == 2}, os.getgroups()])
    """)
    status, groups = _report(result)
    assert {status[f"Cap{kind}"] for kind in ("Inh", "Prm", "Eff", "Bnd", "Amb")} == {"0" * 16}
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
    assert status["Uid"].split()[0] != "0"
    assert 0 not in groups


def test_system_calls_that_lead_out_are_refused(backend):
    result = backend.run("""
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        new_user_namespace = 0x10000000
        calls = {
            "unshare": (new_user_namespace,), "mount": (b"none", b"/tmp", b"tmpfs", 0, None), "umount2": (b"/proc", 2),
            "setns": (0, 0), "ptrace": (0, 0, 0, 0), "chroot": (b"/tmp",), "swapon": (b"/tmp", 0),
        }
        answers = {name: [getattr(libc, name)(*arguments), ctypes.get_errno()] for name, arguments in calls.items()}
        clone = {"x86_64": 56, "aarch64": 220}[__import__("platform").machine()]
        answers["clone"] = [libc.syscall(clone, new_user_namespace | 17, 0, 0, 0, 0), ctypes.get_errno()]
        report(answers)
    """)
    assert _report(result) == {name: [-1, 1] for name in _report(result)}


def test_files_of_the_kernel_cannot_be_written(backend):
    result = backend.run("""
        import os
        paths = ["/proc/sysrq-trigger", "/proc/kcore", "/proc/kmsg", "/proc/1/oom_score_adj"]
        for top, folders, files in os.walk("/proc/sys"):
            paths += [os.path.join(top, file) for file in files]
        opened = []
        for path in paths:
            try:
                os.close(os.open(path, os.O_WRONLY))
                opened.append(path)
            except OSError:
                pass
        report([len(paths) > 100, [path for path in opened if path.startswith("/proc/sys")]])
    """)
    assert _report(result) == [True, []]


def test_writes_reach_the_box_and_private_folders_only(backend):
    result = backend.run("""
        import os
        writable = []
        for top, folders, files in os.walk("/"):
            if top.count("/") > 3 or top.startswith("/proc"):
                folders.clear()
                continue
            try:
                open(os.path.join(top, "probe"), "w").close()
                os.remove(os.path.join(top, "probe"))
                writable.append(top)
            except OSError:
                pass
        report(writable)
    """)
    assert sorted(_report(result)) == ["/box", "/dev/shm", "/tmp"]


def test_setuid_program_gains_nothing(backend):
    result = backend.run("""
        import subprocess
        done = subprocess.run(["su", "-c", "id"], capture_output=True, stdin=subprocess.DEVNULL)
        report(done.returncode)
    """)
    assert _report(result) != 0


# --- limits ----------------------------------------------------------------------------------------------------------


def test_infinite_loop_is_a_timeout(backend):
    result = backend.run("while True: pass", wall_s=0.8)
    assert (result.reason, result.exit_code) == ("timeout", None)
    assert 0.8 <= result.wall_s < 2.5


def test_ignoring_every_signal_does_not_help(backend):
    result = backend.run(
        """
        import signal
        for number in range(1, 65):
            try:
                signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError):
                pass
        while True:
            pass
        """,
        wall_s=0.8,
    )
    assert result.reason == "timeout"
    assert result.wall_s < 2.5


def test_processor_time_of_all_processes_together_is_limited(backend):
    result = backend.run(
        """
        import os
        os.fork()
        while True:
            pass
        """,
        cpu_s=1.0,
        wall_s=15,
    )
    assert result.reason == "cpu_time", result
    assert "1 s of processor time" in result.detail
    assert result.wall_s < 10


def test_memory_hog_is_a_memory_verdict(backend):
    result = backend.run("kept = []\nwhile True: kept.append(bytearray(4 << 20))")
    assert result.reason == "memory", result
    assert "256 MiB" in result.detail


def test_memory_of_a_child_process_counts(backend):
    result = backend.run("""
        import os
        if os.fork() == 0:
            kept = []
            while True:
                kept.append(bytearray(4 << 20))
        os.wait()
        while True:
            pass
    """)
    assert result.reason == "memory"


def test_hog_that_asks_not_to_be_killed_for_memory_is_stopped_all_the_same(backend):
    result = backend.run("""
        try:
            # Where nobody took it away before, even a process without rights may.
            with open("/proc/self/oom_score_adj", "w") as file:
                file.write("-1000")
        except OSError:
            pass
        kept = []
        while True:
            kept.append(bytearray(4 << 20))
    """)
    assert result.reason == "memory", result
    assert result.wall_s < 10


def test_memory_that_forked_workers_share_counts_once(backend):
    result = backend.run("""
        import os, time
        kept = bytearray(100 << 20)
        for _ in range(5):
            if os.fork() == 0:
                time.sleep(0.5)
                os._exit(0)
        for _ in range(5):
            os.wait()
    """)
    assert (result.reason, result.exit_code) == ("exit", 0), result.detail


def test_memory_in_private_folders_counts_or_is_capped(backend):
    result = backend.run("""
        try:
            with open("/tmp/a", "wb") as a, open("/dev/shm/b", "wb") as b:
                while True:
                    a.write(bytes(1 << 20))
                    b.write(bytes(1 << 20))
        except OSError as error:
            report(error.errno)
    """)
    assert result.reason == "memory" or _report(result) in (27, 28)


def test_fork_until_refused_is_contained_and_counted(backend):
    result = backend.run(
        """
        import os, time
        count = 0
        try:
            while count < 500:
                if os.fork() == 0:
                    time.sleep(30)
                count += 1
        except OSError:
            pass
        report(count)
        """,
        wall_s=5,
    )
    assert result.reason in ("exit", "process_limit")
    if result.reason == "exit":
        assert _report(result) <= 48
    if "control groups" in result.limits_enforced_by:
        assert result.processes_denied >= 1
        assert result.peak_processes <= 48


def test_fork_bomb_is_stopped(backend):
    result = backend.run(
        """
        import os
        while True:
            try:
                os.fork()
            except OSError:
                pass
        """,
        wall_s=1.0,
    )
    assert result.reason in ("timeout", "process_limit")
    assert result.wall_s < 6


def test_flood_of_output_is_stopped_and_first_and_last_part_are_kept(backend):
    result = backend.run("""
        import os
        print("the beginning", flush=True)
        while True:
            os.write(1, b"x" * 65536)
    """)
    assert result.reason == "output_limit"
    assert result.log.startswith("the beginning")
    assert "bytes left out" in result.log
    assert len(result.log) < 66 * 1024


def test_disk_filler_is_stopped(backend):
    result = backend.run("""
        import os
        report("begin")
        try:
            for number in range(100_000):
                with open(f"/box/{number}", "wb") as file:
                    file.write(bytes(2 << 20))
        except OSError as error:
            os.remove("/box/0")
            report(error.errno)
    """)
    if result.capped:
        assert _report(result) == 28
    else:
        assert (result.reason, _report(result)) == ("disk_limit", "begin")


def test_one_big_file_is_refused(backend):
    result = backend.run("""
        import os
        answer = 0
        try:
            with open("/box/big", "wb") as file:
                for _ in range(64):
                    file.write(bytes(1 << 20))
        except OSError as error:
            answer = error.errno
        os.remove("/box/big")
        report(answer)
    """)
    assert _report(result) in (27, 28)


def test_file_above_its_own_limit_is_refused_and_the_box_has_room_left(backend):
    result = backend.run(
        """
        import os
        answer = 0
        try:
            with open("/box/big", "wb") as file:
                file.write(bytes(3 << 20))
        except OSError as error:
            answer = error.errno
        with open("/box/small", "wb") as file:
            file.write(bytes(1 << 20))
        report([answer, os.stat("/box/big").st_size])
        """,
        file_mib=2,
    )
    assert _report(result) == [27, 2 << 20]


def test_opening_too_many_files_is_refused(backend):
    result = backend.run(
        """
        kept, answer = [], 0
        try:
            while len(kept) < 1000:
                kept.append(open("/dev/null"))
        except OSError as error:
            answer = error.errno
        count = len(kept)
        kept.clear()
        report([answer, count])
        """,
        open_files=100,
    )
    number, count = _report(result)
    assert number == 24
    assert 80 < count < 100


def test_many_tiny_files_are_stopped(backend):
    result = backend.run(
        """
        import os
        try:
            for number in range(20_000):
                os.close(os.open(f"/box/{number}", os.O_CREAT | os.O_WRONLY))
            while True:
                pass
        except OSError as error:
            for number in range(5):
                os.remove(f"/box/{number}")
            report(error.errno)
        """,
        disk_mib=1,
    )
    assert result.reason == "disk_limit" or _report(result) == 28


def test_daemon_is_gone_when_the_run_is_over(backend):
    marker = f"daemon-{backend.name}-{os.getpid()}"
    result = backend.run(f"""
        import os, sys
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(60)", {marker!r}])
            os._exit(0)
        os.wait()
    """)
    assert (result.reason, result.exit_code) == ("exit", 0)
    assert _processes_with(marker) == []


def test_nothing_survives_a_timeout(backend):
    marker = f"child-{backend.name}-{os.getpid()}"
    backend.run(
        f"""
        import subprocess, sys, time
        for _ in range(5):
            command = [sys.executable, "-c", "import time; time.sleep(60)", {marker!r}]
            subprocess.Popen(command, start_new_session=True)
        time.sleep(60)
        """,
        wall_s=0.8,
    )
    assert _processes_with(marker) == []


# --- plain ends ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [0, 1, 77])
def test_exit_code_comes_back(backend, code):
    result = backend.run(f"print('hello')\nraise SystemExit({code})")
    assert (result.reason, result.exit_code, result.signal) == ("exit", code, None)
    assert result.log == "hello\n"


def test_signal_comes_back(backend):
    result = backend.run("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)")
    assert (result.reason, result.signal) == ("signal", 11)


def test_what_was_used_comes_back(backend):
    result = backend.run("""
        import time
        kept = bytearray(64 << 20)
        end = time.process_time() + 0.3
        while time.process_time() < end:
            pass
    """)
    assert result.exit_code == 0
    assert 50 < result.peak_memory_mib < 250
    assert result.peak_processes >= 1
    assert 0.2 < result.cpu_s < 5
