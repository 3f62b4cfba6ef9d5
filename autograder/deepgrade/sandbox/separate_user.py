"""The sandbox for places that allow no namespaces: root runs the command under another user id, and that is the wall.

For a grader that is root in a container which somebody else has hardened (Gradescope's), where neither bubblewrap nor a
container engine can start. It is the weakest of the sandboxes with a wall, and never chosen by itself.

Theory of operation, in the order of events:

1. The supervisor (this process, root) claims a user id that nobody has (state.py), ends whatever an earlier grader left
   running under it, and makes a job folder through which that user id alone can pass.
2. What the command is to see and that user id could not open, because it lies in a folder of root's, is linked or copied
   into the job folder. Nothing can be mounted, so paths inside (`/box`, `/data`) become paths of the job folder in the
   command, the environment and the working folder.
3. `prlimit` lowers the limits of resources, `setpriv` gives up groups, capabilities and the gaining of privileges and becomes
   the user, a few lines of our own (filtered.py) load the system call filter, a shell prints a marker that nothing of
   the command's can print before, and becomes the command.
4. While it runs, all processes of the user id are measured, whoever their parent is (or a control group counts them, where one
   can be made). In the end all of them are killed (users.py), and files that they left in /tmp and the like are removed.

What holds it: rights of files (hidden checks, labels, results and other students' work must lie in folders of root's, which
`require_private` looks at before anything runs), the user id (no signal, no look into processes of others), the filter (no
socket of any kind, no shared memory of the older kinds, no namespaces, no debugging), limits, and the end of the user id.

What cannot hold without namespaces, and who relies on what: the command sees this machine's files that every user may read
(so the grader's own code too, unless it lies where only root can read, as Gradescope's setup puts it), the list of all
processes with their command lines (no secret stands there), and the machine's name. `masks` hide nothing. It may write to
/tmp, /var/tmp and /dev/shm like every user: that counts as its disk space, and is cleared away afterwards.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from deepgrade.sandbox import filtered
from deepgrade.sandbox.base import (
    HelperLaunch,
    Mount,
    Sandbox,
    SandboxError,
    SandboxLimits,
    SandboxOutcome,
    SandboxRequest,
    SandboxUnavailable,
    StudentEnvironment,
)
from deepgrade.sandbox.bwrap_arguments import PATH
from deepgrade.sandbox.cgroup_places import find_control_groups
from deepgrade.sandbox.cgroups import ControlGroup, ControlGroups, remove_groups_of
from deepgrade.sandbox.environment import HostHelper, host_environment
from deepgrade.sandbox.jobs import JobSandbox
from deepgrade.sandbox.none import NO_GPU
from deepgrade.sandbox.seccomp import seccomp_filter
from deepgrade.sandbox.sharing import open_for_reading
from deepgrade.sandbox.state import USER_IDS, Job, claim_job, free_user, state_root, sweep
from deepgrade.sandbox.supervise import Launch, supervise
from deepgrade.sandbox.translate import translate
from deepgrade.sandbox.users import (
    become,
    end_processes_of,
    remove_files_of,
    unreadable_for,
    users_with_processes,
)

NAME = "separate-user"
NEEDS_ROOT = "only root can give students' code another user id; start the grader as root"
READABLE = "put Python and its packages where every user may read them: /opt or /usr, or chmod -R a+rX"
_ROOT = Path("/var/lib/deepgrade")
"""Not below /run, which is often held in memory: data sets are copied there."""
_TOOLS = ("setpriv", "prlimit", "find")
_TMP = Path("/tmp")  # noqa: S108 - a path inside
_FIRST = 'printf %s "$0"; exec "$@"'
_TRY_LIMITS = SandboxLimits(wall_s=60, memory_mib=1024, processes=64, disk_mib=16, cpus=1)


class SeparateUser(JobSandbox):
    """Runs commands under a user id of their own, without namespaces.

    Attributes:
        name: `separate-user`.
        groups: Where control groups are made, or None where none can be made: then usage is measured.
    """

    name = NAME

    def __init__(self, *, use_control_groups: bool = True) -> None:
        """Look at what the machine has, and end what killed supervisors left.

        Args:
            use_control_groups: False measures and limits without control groups.

        Raises:
            SandboxUnavailable: This process is not root's, or a tool or libseccomp is missing.
        """
        if os.geteuid() != 0:
            raise SandboxUnavailable(NEEDS_ROOT)
        missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
        if missing:
            raise SandboxUnavailable(
                f"{', '.join(missing)} is not installed; repair: apt-get install util-linux findutils"
            )
        self._filter = seccomp_filter(namespaces=False)
        self.groups: ControlGroups | None = find_control_groups()[0] if use_control_groups else None
        super().__init__()
        sweep(_reachable_root(), remove_groups_of)
        _end_leftovers()

    @property
    def environment(self) -> StudentEnvironment:
        """This process's own Python; that user ids alone separate it stands among the versions.

        So a run made like this is another run than one in namespaces: a later grading with those makes it again.
        """
        environment = host_environment()
        return replace(environment, versions=environment.versions | {"sandbox": self.name})

    def check(self) -> None:
        """Start Python as another user.

        Raises:
            SandboxUnavailable: It does not start; the message says what to do.
        """
        environment = host_environment()
        command = [str(environment.python), "-I", "-c", "import encodings"]
        request = SandboxRequest(command, _TRY_LIMITS, mounts=environment.mounts, cwd=_TMP)
        try:
            outcome = self.run(request)
        except SandboxError as error:
            raise SandboxUnavailable(f"{error}; repair: {READABLE}") from None
        if outcome.exit_code != 0:
            said = outcome.log.decode("utf-8", "replace").strip().rpartition("\n")[2]
            raise SandboxUnavailable(
                f"another user cannot start {environment.python} ({said or outcome.detail}); repair: {READABLE}"
            )

    @contextmanager
    def open_helper(self) -> Iterator[SeparateUserHelper]:
        """Make a place for one helper process; nothing of its user id is left when the block ends."""
        with self._claim() as job:
            yield SeparateUserHelper(job, self._filter)

    @contextmanager
    def _claim(self) -> Iterator[Job]:
        with claim_job(_reachable_root(), users=state_root() / "users") as job:
            end_processes_of(job.user)
            # Its user can pass through and nobody else can; to list what lies there is not needed.
            os.chown(job.folder, 0, job.user)
            job.folder.chmod(0o710)
            try:
                yield job
            finally:
                end_processes_of(job.user)
                remove_files_of(job.user)

    def _run(self, request: SandboxRequest, job: Job) -> SandboxOutcome:
        mounts = _places(request, job)
        missing = [str(device) for device in request.gpu_devices if unreadable_for(job.user, [device])]
        if missing:
            raise SandboxError(f"these devices cannot be opened by other users: {', '.join(missing)}")
        # Nothing hides the machine's GPUs: where none is lent, libraries are told of none.
        env = dict(request.env) if request.gpu_devices else NO_GPU | dict(request.env)
        marker = secrets.token_hex(16)
        group = self._make_group(job, request.limits)
        try:
            return supervise(
                Launch(
                    command=_command(request.command, env, mounts, job, self._filter, marker=marker),
                    env={"PATH": PATH},
                    limits=request.limits,
                    group=group,
                    box=request.box,
                    user=job.user,
                    owner=job.user,
                    cwd=Path(translate(str(request.cwd), mounts)),
                    stop=self._stop,
                    marker=marker.encode(),
                )
            )
        finally:
            if group is not None:
                group.remove()

    def _make_group(self, job: Job, limits: SandboxLimits) -> ControlGroup | None:
        if self.groups is None:
            return None
        # The launcher becomes the command.
        return self.groups.create(job.id, limits, note=job.folder, launchers=0)


class SeparateUserHelper(HostHelper):
    """The walls of a run, without its limits.

    Args:
        job: Claimed for as long as the helper may be started.
        filter_program: Of system calls.
    """

    def __init__(self, job: Job, filter_program: bytes) -> None:
        self._job = job
        self._filter = filter_program
        self._exchange = job.folder / "exchange"
        self._exchange.mkdir(exist_ok=True)

    @property
    def exchange(self) -> Path:
        """A folder through which the helper's user can pass."""
        return self._exchange

    def launch(self, command: list[str], mounts: Sequence[Mount], env: Mapping[str, str]) -> HelperLaunch:
        """Return how to start a command.

        Raises:
            SandboxError: A mount has another name inside, or its user cannot open it.
        """
        moved = [str(mount.target) for mount in mounts if mount.source != mount.target]
        if moved:
            raise SandboxError(
                f"without mounts, these cannot be shown under another name: {', '.join(moved)}"
            )
        for mount in mounts:
            for parent in mount.source.parents:
                if parent.is_relative_to(self._exchange):
                    os.chown(parent, 0, self._job.user)
                    parent.chmod(0o710)
        _require_readable(self._job.user, [*host_environment().mounts, *mounts])
        words = _command(command, env, (), self._job, self._filter)
        return HelperLaunch(words, {"PATH": PATH})

    def end(self) -> None:
        """End every process of the helper's user."""
        end_processes_of(self._job.user)


def require_private(sandbox: Sandbox, paths: Sequence[Path]) -> None:
    """See that students' code could not open what must stay hidden, where only rights of files keep it out.

    Args:
        sandbox: Any; those with namespaces show nothing that is not mounted.
        paths: Files and folders.

    Raises:
        SandboxUnavailable: Every user of this machine may read one of them; the message says what to do.
    """
    if sandbox.name != NAME:
        return
    exposed = [path for path in paths if _is_open_to_all(path)]
    if exposed:
        names = " ".join(f"'{path}'" for path in exposed)
        raise SandboxUnavailable(
            f"with --sandbox {NAME}, students' code could read {names}; repair: chmod -R go= {names}"
        )


def _is_open_to_all(path: Path) -> bool:
    for place in (path.absolute(), path.resolve()):
        try:
            facts = [parent.stat().st_mode for parent in place.parents]
            mode = place.stat().st_mode
        except FileNotFoundError:
            return False
        needed = stat.S_IXOTH if stat.S_ISDIR(mode) else stat.S_IROTH
        if mode & needed == 0 or any(parent & stat.S_IXOTH == 0 for parent in facts):
            return False
    return True


def _places(request: SandboxRequest, job: Job) -> tuple[Mount, ...]:
    """Return where everything that is to be seen lies: where it is, if the user can open it, else in the job folder.

    Raises:
        SandboxError: A folder that is to be written to lies where the user cannot pass.
    """
    mounts = list(request.mounts)
    closed = set(unreadable_for(job.user, [mount.source for mount in mounts]))
    writable = [str(mount.source) for mount in mounts if mount.writable and mount.source in closed]
    if writable:
        raise SandboxError(f"another user cannot write to {', '.join(writable)}")
    shown = [
        replace(mount, source=_brought(mount.source, job, number)) if mount.source in closed else mount
        for number, mount in enumerate(mounts)
    ]
    tmp = (request.box.path if request.box is not None else job.folder) / "tmp"
    if not tmp.exists():
        tmp.mkdir(mode=0o700)
        os.chown(tmp, job.user, job.user)
    if request.box is not None:
        shown.append(Mount(request.box.path, Path("/box"), writable=True))
    return (*shown, Mount(tmp, _TMP, writable=True))


def _brought(source: Path, job: Job, number: int) -> Path:
    """Link or copy what the user could not reach into the job folder, readable and not writable."""
    target = job.folder / f"shown{number}"
    if target.exists():
        return target
    try:
        if source.is_dir():
            shutil.copytree(source, target, copy_function=_link_or_copy)
            for path in (target, *target.rglob("*")):
                if path.is_dir():
                    path.chmod(0o755)
        else:
            _link_or_copy(str(source), str(target))
    except OSError as error:
        raise SandboxError(f"{source} cannot be shown to another user: {error}") from error
    return target


def _link_or_copy(source: str, target: str) -> None:
    facts = os.stat(source)  # noqa: PTH116 - called by shutil with text
    if facts.st_uid == 0 and facts.st_mode & 0o777 in (0o644, 0o755, 0o444, 0o555):
        try:
            os.link(source, target)
        except OSError:
            pass  # another disk
        else:
            return
    shutil.copyfile(source, target)
    Path(target).chmod(0o644)


def _command(
    command: Sequence[str],
    env: Mapping[str, str],
    mounts: Sequence[Mount],
    job: Job,
    filter_program: bytes,
    *,
    marker: str | None = None,
) -> list[str]:
    """Return a command behind the change of user and the filter."""
    folder = job.folder / "filter"
    if not folder.exists():
        folder.mkdir()
        (folder / "filter.bpf").write_bytes(filter_program)
        shutil.copyfile(str(filtered.__file__), folder / "filtered.py")
        open_for_reading(folder)
    variables = [f"{name}={translate(value, mounts)}" for name, value in {"PATH": PATH, **env}.items()]
    python = str(host_environment().python)
    words = [*become(job.user), "/usr/bin/env", "-i", *variables]
    words += [python, "-I", str(folder / "filtered.py"), str(folder / "filter.bpf")]
    if marker is not None:
        words += ["/bin/sh", "-c", _FIRST, marker]
    return [*words, *(translate(word, mounts) for word in command)]


def _require_readable(user: int, mounts: Sequence[Mount]) -> None:
    closed = unreadable_for(user, [mount.source for mount in mounts])
    if closed:
        raise SandboxError(f"other users cannot open {', '.join(map(str, closed))}; {READABLE}")


def _reachable_root() -> Path:
    """Return the folder of job folders, made if need be: others may pass through it and not look around.

    Raises:
        SandboxError: Somebody else owns the folder.
    """
    root = _ROOT
    for folder in (root, root / "jobs"):
        folder.mkdir(mode=0o711, exist_ok=True)
        facts = folder.lstat()
        if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.geteuid():
            raise SandboxError(f"{folder} is not a folder of root; remove it")
        folder.chmod(0o711)
    return root


def _end_leftovers() -> None:
    """End processes of user ids that no living supervisor has claimed."""
    for user in users_with_processes() & set(USER_IDS):
        with free_user(state_root() / "users", user) as free:
            if free:
                end_processes_of(user)
                remove_files_of(user)
