"""What every sandbox must hide and refuse, tried by code that wants out."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from pathlib import Path

import deepgrade
from support.sandboxed import report_of

# --- what must not be seen -------------------------------------------------------------------------------------------


def test_secret_file_of_the_host_is_not_visible(backend, tmp_path):
    secret = tmp_path / "labels.npy"
    secret.write_text("labels")
    paths = [str(secret), str(tmp_path), "/etc/shadow", "/proc/1/root/home"]
    paths += ["/etc/ssh", "/sys/fs/cgroup"] if backend.has_namespaces else ["/var/lib/deepgrade/jobs"]
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
    assert report_of(result) == []


def test_hidden_checks_and_the_grader_are_not_visible(walled_backend):
    package = Path(deepgrade.__file__).resolve().parent
    repository = package.parents[1]
    paths = [str(repository / name) for name in ("tests", "solutions", "autograder", "source_data")] + [
        str(package)
    ]
    result = walled_backend.run(f"""
        import os
        try:
            import deepgrade
            seen = [deepgrade.__file__]
        except ImportError:
            seen = []
        report(seen + [path for path in {paths!r} if os.path.isfile(path) or os.path.isdir(path) and os.listdir(path)])
    """)
    assert report_of(result) == []


def test_masked_file_and_folder_are_empty(walled_backend):
    folder = next(path for path in Path("/usr/share").iterdir() if path.is_dir() and any(path.iterdir()))
    result = walled_backend.run(
        f"""
        import os
        places = ["/opt/mounted", {"/usr" if walled_backend.shows_host_system else "/opt/mounted"!r}]
        report([[os.listdir(place + "/share/{folder.name}"), os.path.getsize(place + "/bin/env")] for place in places])
        """,
        mounts=(("/usr", "/opt/mounted"),),
        masks=(str(folder), "/usr/bin/env"),
    )
    assert report_of(result) == [[[], 0], [[], 0]]


def test_mask_holds_under_every_name_of_a_mount(walled_backend):
    folder = Path(tempfile.mkdtemp(prefix="deepgrade-mask-"))
    try:
        (folder / "real" / "deepgrade").mkdir(parents=True)
        (folder / "real" / "deepgrade" / "score.py").write_text("hidden")
        (folder / "name").symlink_to("real")
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o755)
        mounts = ((str(folder / "name"), "/opt/one"), (str(folder / "real"), "/opt/two"))
        result = walled_backend.run(
            "import os\nreport([os.listdir('/opt/one/deepgrade'), os.listdir('/opt/two/deepgrade')])",
            mounts=mounts,
            masks=(str(folder / "name" / "deepgrade"),),
        )
    finally:
        shutil.rmtree(folder)
    assert report_of(result) == [[], []]


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
    assert "token-of-the-launcher" not in report_of(result)
    assert not backend.has_namespaces or "/jobs/" not in report_of(result)


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
    assert sorted(report_of(result)) == ["/proc/self/fd/0", "/proc/self/fd/1", "/proc/self/fd/2"]
    assert report_of(result)["/proc/self/fd/0"] == "/dev/null"


def test_only_its_own_processes_are_visible(walled_backend):
    result = walled_backend.run("import os\nreport([name for name in os.listdir('/proc') if name.isdigit()])")
    assert len(report_of(result)) == (
        3 if walled_backend.fork else 2
    )  # with the shell that waits for the fork


# --- what must not be reached ----------------------------------------------------------------------------------------


def test_loopback_service_of_the_host_is_unreachable_and_own_loopback_works(walled_backend):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        result = walled_backend.run(f"""
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
    assert report_of(result) == "Connection refused"


def test_abstract_socket_of_the_host_is_unreachable(walled_backend):
    name = f"\0deepgrade-conformance-{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(name)
        listener.listen()
        result = walled_backend.run(f"""
            import socket
            try:
                socket.socket(socket.AF_UNIX).connect({name!r})
                report("reached")
            except OSError as error:
                report(error.strerror)
        """)
    assert report_of(result) == "Connection refused"


def test_no_network_interface_but_loopback(walled_backend):
    result = walled_backend.run("import socket\nreport([name for _, name in socket.if_nameindex()])")
    assert report_of(result) == ["lo"]


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
    assert report_of(result) == [97], "every one must say: address family not supported"


# --- what must not be done -------------------------------------------------------------------------------------------


def test_no_capability_and_no_new_privileges_and_a_filter(backend):
    result = backend.run("""
        import os
        lines = [line.split(":\\t") for line in open("/proc/self/status").read().splitlines()]
        report([{line[0]: line[1] for line in lines if len(line) == 2}, os.getgroups()])
    """)
    status, groups = report_of(result)
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
    assert report_of(result) == {name: [-1, 1] for name in report_of(result)}


def test_files_of_the_kernel_cannot_be_written(walled_backend):
    result = walled_backend.run("""
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
    assert report_of(result) == [True, []]


def test_writes_reach_the_box_and_private_folders_only(walled_backend):
    result = walled_backend.run("""
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
    assert sorted(report_of(result)) == ["/box", "/dev/shm", "/tmp"]


def test_setuid_program_gains_nothing(backend):
    result = backend.run("""
        import subprocess
        done = subprocess.run(["su", "-c", "id"], capture_output=True, stdin=subprocess.DEVNULL)
        report(done.returncode)
    """)
    assert report_of(result) != 0
