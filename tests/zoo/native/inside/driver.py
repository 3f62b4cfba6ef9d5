"""Runs a grading tool inside the outer container and tells what became of it.

Theory of operation: this is the container's first program, outside the grader; the standard library is all it uses. It
lays out the course below the home folder, opens the services that an attack may knock at, runs the tool's commands
one after another, each under a time limit, and plays the operating system's part when memory runs out: the largest
process is killed. Then it looks at the points, at what the cells printed, at files that changed and at processes that are
still there. All that goes out as one line on standard output, since an attack may have filled every folder. An attack
has this program's own rights; nothing it says is trusted any further than a line of the table.
"""

from __future__ import annotations

import base64
import contextlib
import ctypes
import hashlib
import json
import os
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

HOME = Path("/box/work")
COURSE = HOME / "course"
KEPT_BYTES = 4 << 20
_TAIL_BYTES = 6000
_SET_DUMPABLE = 4
_MOST_FILES = 5000
_OWN_FOLDERS = (".ipython", ".jupyter", ".local", ".cache", ".keras", ".config", ".nbgrader", "__pycache__")
_GRADES = """
    SELECT grade_cell_base.name, grade.auto_score, grade.manual_score, grade.extra_credit
    FROM grade JOIN submitted_notebook ON grade.notebook_id = submitted_notebook.id
    JOIN submitted_assignment ON submitted_notebook.assignment_id = submitted_assignment.id
    JOIN (SELECT id, name FROM base_cell) AS grade_cell_base ON grade.cell_id = grade_cell_base.id
    WHERE submitted_assignment.student_id = ?
"""


def main() -> None:
    """Do the job that stands in the file that was named."""
    # This process and its job hold secrets that a real grader would not: no other may look into it.
    ctypes.CDLL(None).prctl(_SET_DUMPABLE, 0, 0, 0, 0)
    description = Path(sys.argv[1])
    job = json.loads(description.read_text())
    description.unlink()
    for name, text in job["files"].items():
        path = HOME / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    serve(job["services"])
    memory = MemoryWatch(job["memory_mib"])
    mine = set(processes())
    before = digests(job["own"])
    report: dict[str, object] = {"steps": [], "memory": memory.killed}
    for step in job["steps"]:
        facts = run_step(step, job["descriptor"])
        report["steps"].append(facts)
        if facts["ended"] != "exit":
            break
    report["left"] = left_over(mine) if job["look"] else {}
    after = digests(job["own"])
    report["changed"] = sorted(
        name for name in before.keys() | after.keys() if before.get(name) != after.get(name)
    )[:50]
    follow = job["follow"]
    if follow and (report["left"] or report["changed"] or report["steps"][-1]["ended"] != "exit"):
        report["follow"] = run_step(follow, job["descriptor"])
    if job.get("page"):
        page = job["page"]
        report["page"] = {
            "step": run_step(page["step"], job["descriptor"]),
            "acts": acts(page["path"], page["signs"]),
        }
    report["printed"] = printed(job["executed"])
    report["points"] = {student: points(job["tool"], student) for student in job["students"]}
    line = base64.b64encode(json.dumps(report).encode()).decode()
    print(f"\n{job['marker']}{line}", flush=True)
    os._exit(0)


def run_step(step: dict, descriptor: str) -> dict:
    """Run a command to its end or its time limit."""
    handle = os.memfd_create("zoo", 0)
    os.write(handle, descriptor.encode())
    begin = time.monotonic()
    try:
        process = subprocess.Popen(
            step["command"], cwd=step["cwd"], env={**os.environ, **step.get("env", {})}, pass_fds=(handle,),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        return {"ended": f"cannot start: {error.strerror}", "code": None, "seconds": 0, "said": ""}
    finally:
        os.close(handle)
    said = bytearray()
    reader = threading.Thread(target=_read, args=(process.stdout, said), daemon=True)
    with contextlib.suppress(RuntimeError):
        reader.start()
    ended = "exit"
    try:
        process.wait(step["seconds"])
    except subprocess.TimeoutExpired:
        ended = "time"
        for number, patience in ((signal.SIGINT, 5), (signal.SIGKILL, 5)):
            with contextlib.suppress(OSError, subprocess.TimeoutExpired):
                os.killpg(process.pid, number)
                process.wait(patience)
                break
    seconds = round(time.monotonic() - begin, 1)
    reader.join(1)
    return {
        "ended": ended,
        "code": process.returncode,
        "seconds": seconds,
        "said": bytes(said).decode("utf-8", "replace"),
    }


def _read(stream, said: bytearray) -> None:
    while chunk := stream.read1(65536):
        said += chunk
        if len(said) > 2 * _TAIL_BYTES:
            del said[_TAIL_BYTES:-_TAIL_BYTES]


class MemoryWatch:
    """Kills the largest process when all together use more than the limit, as an operating system does."""

    def __init__(self, limit_mib: int) -> None:
        self.killed: list[str] = []
        self._limit = limit_mib << 20
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        page = os.sysconf("SC_PAGE_SIZE")
        while True:
            sizes = {}
            for pid in ids():
                if pid not in (1, os.getpid()):
                    with contextlib.suppress(OSError, ValueError, IndexError):
                        sizes[pid] = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * page
            if sum(sizes.values()) > self._limit:
                # Forked children share most of what they have: pages that several have count once.
                sizes = {pid: proportional_bytes(pid) for pid in sizes}
            if sum(sizes.values()) > self._limit:
                with contextlib.suppress(OSError):
                    self.killed.append(f"{sum(sizes.values()) >> 20} MiB")
                    os.kill(max(sizes, key=sizes.get), signal.SIGKILL)
            time.sleep(0.1)


def proportional_bytes(pid: int) -> int:
    """Return a process's memory with its part of what it shares."""
    with contextlib.suppress(OSError, ValueError, IndexError, StopIteration):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("Pss:")).split()[1]) << 10
    return 0


def serve(services: dict) -> None:
    """Open a listener on loopback and one on an abstract socket; each gives away a text."""
    listener = socket.create_server(("127.0.0.1", services["port"]))
    abstract = socket.socket(socket.AF_UNIX)
    abstract.bind(services["socket"])
    abstract.listen()
    for server, text in ((listener, services["listener_text"]), (abstract, services["socket_text"])):
        answer = f"HTTP/1.0 200 OK\r\n\r\n{text}".encode()
        threading.Thread(target=_answer, args=(server, answer), daemon=True).start()


def _answer(server: socket.socket, answer: bytes) -> None:
    while True:
        with contextlib.suppress(OSError):
            connection, _ = server.accept()
            with connection:
                # Closing with something unread would take the answer back.
                connection.settimeout(5)
                connection.recv(4096)
                connection.sendall(answer)


def ids() -> list[int]:
    """Return the ids of all processes."""
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def processes() -> dict[int, str]:
    """Return the living processes: id -> command."""
    found = {}
    for pid in ids():
        with contextlib.suppress(OSError, IndexError):
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
            if state not in "ZX":
                command = Path(f"/proc/{pid}/cmdline").read_bytes() or Path(f"/proc/{pid}/comm").read_bytes()
                found[pid] = command.replace(b"\0", b" ").decode("utf-8", "replace").strip()[:120]
    return found


def left_over(mine: set[int]) -> dict[int, str]:
    """Return processes that do not end by themselves soon after the tool has ended."""
    for _ in range(30):
        left = {pid: command for pid, command in processes().items() if pid not in mine}
        if not left:
            break
        time.sleep(0.1)
    return left


def digests(own: list[str]) -> dict[str, str]:
    """Return what the home folder holds, without what a tool writes anyway for this submission."""
    found: dict[str, str] = {}
    for root, folders, files in os.walk(HOME):
        place = Path(root).relative_to(HOME)
        folders[:] = [name for name in folders if name not in _OWN_FOLDERS and str(place / name) not in own]
        for name in files:
            relative = str(place / name)
            if relative not in own and len(found) < _MOST_FILES:
                found[relative] = digest(HOME / relative)
    return found


def digest(path: Path) -> str:
    """Return a hash of a file, or what is in its place."""
    try:
        facts = path.lstat()
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > KEPT_BYTES * 16:
            return f"{facts.st_mode:o} {facts.st_size}"
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        return str(error.strerror)


def read_own(path: str) -> bytes:
    """Read a file that a stranger may have made."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as file:
        return file.read(KEPT_BYTES * 4)


def printed(executed: str) -> str:
    """Return what the cells printed, errors included; sources left out."""
    try:
        cells = json.loads(read_own(executed))["cells"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    texts = []
    for output in (output for cell in cells for output in cell.get("outputs", [])):
        data = output.get("data") or {}
        texts += [
            _text(part)
            for part in (output.get("text"), output.get("traceback"), output.get("evalue"), *data.values())
        ]
    return "\n".join(text for text in texts if text)[:KEPT_BYTES]


def acts(path: str, signs: list[str]) -> list[str]:
    """Return what of a stranger's markup stands in a page as it is."""
    with contextlib.suppress(OSError):
        page = read_own(path).decode("utf-8", "replace")
        return [sign for sign in signs if sign in page]
    return []


def _text(part: object) -> str:
    if isinstance(part, list):
        return (
            "\n".join(map(str, part)) if part and not str(part[0]).endswith("\n") else "".join(map(str, part))
        )
    return "" if part is None else str(part)


def points(tool: str, student: str) -> dict[str, float | None] | None:
    """Return a student's points as the tool has them, None where it has none."""
    try:
        return _otter_points(student) if tool == "otter" else _nbgrader_points(student)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, sqlite3.Error):
        return None


def _otter_points(student: str) -> dict[str, float | None] | None:
    results = json.loads(read_own(str(COURSE / "results" / student / "results.json")))
    found = {
        test["name"]: test.get("score") for test in results["tests"] if test["name"] in ("q1", "q2", "q3")
    }
    if not found:
        return None
    if results.get("score") is not None:
        # `update_score` and the like may change the sum alone.
        found["sum"] = results["score"]
    return found


def _nbgrader_points(student: str) -> dict[str, float | None] | None:
    with contextlib.closing(
        sqlite3.connect(f"file:{COURSE / 'gradebook.db'}?mode=ro", uri=True, timeout=5)
    ) as book:
        rows = book.execute(_GRADES, (student,)).fetchall()
    found: dict[str, float | None] = {}
    for name, automatic, manual, extra in rows:
        score = automatic if manual is None else manual
        found[name.removesuffix("-test")] = None if score is None else score + (extra or 0)
    return found if any(score is not None for score in found.values()) else None


if __name__ == "__main__":
    main()
