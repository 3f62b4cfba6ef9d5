"""Which limits every sandbox must hold, and how plain ends come back."""

from __future__ import annotations

import os

import pytest

from support.sandboxed import processes_with, report_of

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
    if not backend.has_namespaces and result.reason == "disk_limit":
        return  # its /tmp and /dev/shm are everybody's: what lies there counts as disk space, 20 times a second
    assert result.reason == "memory" or report_of(result) in (27, 28)


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
        assert report_of(result) <= 48
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
        assert report_of(result) == 28
    else:
        assert (result.reason, report_of(result)) == ("disk_limit", "begin")


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
    assert report_of(result) in (27, 28)


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
    assert report_of(result) == [27, 2 << 20]


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
    number, count = report_of(result)
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
    assert result.reason == "disk_limit" or report_of(result) == 28


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
    assert processes_with(marker) == []


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
    assert processes_with(marker) == []


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
