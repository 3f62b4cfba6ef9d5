"""Find a sandbox, and say what this machine lacks."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from deepgrade.sandbox.apptainer import Apptainer
from deepgrade.sandbox.base import (
    Fork,
    Mount,
    Preparation,
    Sandbox,
    SandboxError,
    SandboxLimits,
    SandboxRequest,
    SandboxUnavailable,
)
from deepgrade.sandbox.bubblewrap import REPAIR, Bubblewrap, probe_bubblewrap
from deepgrade.sandbox.cgroup_places import find_control_groups
from deepgrade.sandbox.containers.container import DEFAULT_IMAGE, Container
from deepgrade.sandbox.containers.engines import ENGINES
from deepgrade.sandbox.diagnosis import Diagnosis, diagnose_containers
from deepgrade.sandbox.environment import (
    BACKEND_REPAIR,
    backend_problem,
    check_backend,
    host_environment,
    keras_backend,
)
from deepgrade.sandbox.none import NoSandbox
from deepgrade.sandbox.nvidia import find_nvidia_gpus
from deepgrade.sandbox.seccomp import seccomp_problem
from deepgrade.sandbox.separate_user import NAME as SEPARATE_USER
from deepgrade.sandbox.separate_user import NEEDS_ROOT, READABLE, SeparateUser
from deepgrade.sandbox.sharing import open_for_reading

_WITHOUT_IMAGE = ("bubblewrap", SEPARATE_USER, "none")
SANDBOXES = ("bubblewrap", *ENGINES, "apptainer", SEPARATE_USER, "none")
IMAGE_VARIABLE = "DEEPGRADE_IMAGE"
"""Names the image where no option does."""
_IMAGE_FILE = "deepgrade.sif"

_NAMESPACE_SETTINGS = {
    "kernel.apparmor_restrict_unprivileged_userns": ("1", "0"),
    "kernel.unprivileged_userns_clone": ("0", "1"),
    "user.max_user_namespaces": ("0", "15000"),
}
"""Setting -> the value that forbids user namespaces, and one that allows them."""
_DELEGATE = "start the grader with: systemd-run --user --scope -p Delegate=yes deepgrade ..."
_PROBE = Path(__file__).resolve().parent / "inside" / "probe.py"
_PLAIN_START = "every run imports its libraries itself, which takes seconds more"
_SECCOMP = "apt-get install libseccomp2 && pip install pyseccomp"
_PROBE_LIMITS = SandboxLimits(wall_s=120, memory_mib=4096, processes=512, disk_mib=64, cpus=2)


def find_sandbox(name: str | None = None, image: str | None = None) -> Sandbox:
    """Return the sandbox of this name, bubblewrap by default; never `separate-user` or `none` unless it is asked for.

    Args:
        name: One of `SANDBOXES`; an image may follow after an equals sign: `podman=localhost/deepgrade:cpu`.
        image: The container image, or apptainer's file; default: $DEEPGRADE_IMAGE, else what `deepgrade image build`
            makes.

    Raises:
        SandboxUnavailable: It does not work here, or Keras lacks the library that it computes with; the message says
            which command repairs it.
        ValueError: There is no sandbox of this name, or it takes no image.
    """
    name, _, named_image = (name or "bubblewrap").partition("=")
    image = image or named_image or None
    if name not in SANDBOXES:
        raise ValueError(f"there is no sandbox {name!r}; there are: {', '.join(SANDBOXES)}")
    if name in _WITHOUT_IMAGE and image is not None:
        raise ValueError(f"the sandbox {name} has no image; it shows this machine's own Python")
    if name in _WITHOUT_IMAGE:
        check_backend()
    if name == "none":
        return NoSandbox()
    if name == SEPARATE_USER:
        separate = SeparateUser()
        separate.check()
        return separate
    for engine in ENGINES:
        if name == engine:
            container = Container(engine, image or os.environ.get(IMAGE_VARIABLE) or DEFAULT_IMAGE)
            container.check()
            return container
    if name == "apptainer":
        return Apptainer(image or os.environ.get(IMAGE_VARIABLE) or _IMAGE_FILE)
    sandbox = Bubblewrap()
    problem = probe_bubblewrap()
    if problem is not None:
        raise SandboxUnavailable(
            f"bubblewrap cannot start a process here ({problem}); repair: {_repair_start()}"
        )
    return sandbox


def diagnose(*, slow: bool = False) -> list[Diagnosis]:
    """Look at everything that a run needs on this machine.

    Args:
        slow: Also import Keras in the sandbox, which takes seconds.
    """
    found = [_bubblewrap(), _start(), _seccomp(), _control_groups()]
    ready = all(diagnosis.ok for diagnosis in found[:3])
    found.append(_import("Python in the sandbox", "numpy, IPython", ready=ready))
    found.append(_fork(ready=ready))
    if slow:
        found.append(_import("Keras in the sandbox", "keras", ready=ready))
    return [*found, _backend(), _gpu(), *diagnose_containers(), _separate_user()]


def _bubblewrap() -> Diagnosis:
    path = shutil.which("bwrap")
    return Diagnosis("bubblewrap", path is not None, path or "not found on PATH", None if path else REPAIR)


def _start() -> Diagnosis:
    way = "root, one user id a run" if os.geteuid() == 0 else "user namespace"
    problem = probe_bubblewrap()
    return Diagnosis(
        "namespaces", problem is None, problem or way, None if problem is None else _repair_start()
    )


def _repair_start() -> str:
    if os.geteuid() == 0:
        return "run on the host, or in a container with the right to mount"
    for setting, (forbidding, allowing) in _NAMESPACE_SETTINGS.items():
        path = Path("/proc/sys") / setting.replace(".", "/")
        if path.exists() and path.read_text().strip() == forbidding:
            return f"sysctl -w {setting}={allowing}"
    return f"bubblewrap 0.8 or newer on a host that allows user namespaces: {REPAIR}"


def _seccomp() -> Diagnosis:
    problem = seccomp_problem()
    return Diagnosis(
        "system call filter", problem is None, problem or "libseccomp", _SECCOMP if problem else None
    )


def _control_groups() -> Diagnosis:
    groups, why = find_control_groups()
    if groups is not None:
        return Diagnosis("control groups", True, groups.description, None)
    detail = f"{why}; memory and processes are measured from outside instead, which reacts more slowly"
    return Diagnosis("control groups", False, detail, _DELEGATE)


def _import(title: str, modules: str, *, ready: bool) -> Diagnosis:
    if not ready:
        return Diagnosis(title, False, "not tried: the sandbox does not start", None)
    environment = host_environment()
    command = [str(environment.python), "-I", "-c", f"import {modules}"]
    env = {"HOME": "/tmp", "TF_CPP_MIN_LOG_LEVEL": "2", **environment.variables}  # noqa: S108 - inside the sandbox
    request = SandboxRequest(
        command, _PROBE_LIMITS, mounts=environment.mounts, masks=environment.masks, env=env
    )
    try:
        outcome = Bubblewrap().run(request)
    except SandboxError as error:
        return Diagnosis(title, False, str(error), READABLE)
    if outcome.exit_code == 0:
        return Diagnosis(title, True, f"imports {modules} in {outcome.wall_s:.1f} s", None)
    last = outcome.log.decode("utf-8", "replace").strip().rpartition("\n")[2]
    return Diagnosis(title, False, last or outcome.detail, READABLE)


def _fork(*, ready: bool) -> Diagnosis:
    title = "prepared start"
    if not ready:
        return Diagnosis(title, False, "not tried: the sandbox does not start", None, needed=False)
    environment, target = host_environment(), Path("/probe")
    plain = [str(environment.python), "-I", "-c", ""]
    with tempfile.TemporaryDirectory(prefix="deepgrade-probe-") as folder:
        program = Path(shutil.copy(_PROBE, folder))
        open_for_reading(Path(folder))
        mounts = (*environment.mounts, Mount(Path(folder), target))
        preparation = Preparation(environment.python, target / program.name, (), mounts, environment.masks)
        try:
            sandbox = Bubblewrap()
            with sandbox.prepare(preparation) as prepared:
                request = SandboxRequest(plain, _PROBE_LIMITS, environment.mounts, fork=Fork(prepared, ()))
                outcome = sandbox.run(request)
        except SandboxError as error:
            return Diagnosis(title, False, f"{error}; {_PLAIN_START}", None, needed=False)
    if not outcome.forked:
        return Diagnosis(
            title, False, f"nothing can be forked into a sandbox; {_PLAIN_START}", None, needed=False
        )
    return Diagnosis(title, True, "runs are forks of a process that has imported the lab's libraries", None)


def _backend() -> Diagnosis:
    problem = backend_problem()
    if problem is not None:
        return Diagnosis("Keras's library", False, problem, BACKEND_REPAIR)
    versions, backend = host_environment().versions, keras_backend()
    if backend is None or "keras" not in versions:
        repair = "pip install 'deepgrade[student]', or grade with a container image"
        return Diagnosis("Keras's library", False, "Keras is not installed here", repair, needed=False)
    with_version = f"{backend} {versions.get(backend, '')}".strip()
    return Diagnosis("Keras's library", True, f"Keras {versions['keras']} computes with {with_version}", None)


def _gpu() -> Diagnosis:
    found = find_nvidia_gpus()
    if found.gpus:
        return Diagnosis("GPU", True, "; ".join(f"{gpu.name}, GPU {gpu.number}" for gpu in found.gpus), None)
    detail = f"none to lend: {found.why_none}; labs that require one cannot be graded here"
    return Diagnosis("GPU", False, detail, None, needed=False)


def _separate_user() -> Diagnosis:
    title = "another user id"
    if os.geteuid() != 0:
        return Diagnosis(title, False, NEEDS_ROOT, None, needed=False)
    try:
        SeparateUser().check()
    except SandboxUnavailable as error:
        detail, _, repair = str(error).partition("; repair: ")
        return Diagnosis(title, False, detail, repair or None, needed=False)
    return Diagnosis(
        title, True, f"works, for --sandbox {SEPARATE_USER} alone: no namespaces (docs/gradescope.md)", None
    )
