"""The sandboxes that this machine can show."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from deepgrade.sandbox import host_environment
from support import engines

HERE = Path(__file__).parent
SYSTEM_PYTHON = "/usr/bin/python3"
ORDINARY_USER = "61198"  # none that a run is given
SEPARATE_USER = "separate-user"
LIMITS = {
    "wall_s": 20.0,
    "memory_mib": 256,
    "processes": 48,
    "disk_mib": 16,
    "cpus": 1.0,
    "log_kib": 64,
    "log_kill_mib": 4,
}

REPORT = """
def report(value):
    import json
    with open("/box/report.json", "w") as file:
        file.write(json.dumps(value))
"""

spec_of_driver = importlib.util.spec_from_file_location("sandbox_driver", HERE / "driver.py")
assert spec_of_driver is not None
assert spec_of_driver.loader is not None
driver = importlib.util.module_from_spec(spec_of_driver)
spec_of_driver.loader.exec_module(driver)


@dataclass(frozen=True)
class Backend:
    """One way to run a stranger's code."""

    name: str
    python: str
    groups: bool
    copy: Path | None = None
    """The sandbox area where another user can read it; None runs in this process."""
    sandbox: str = "bubblewrap"
    image: str = ""

    fork: bool = False
    """Whether each run is a fork of a prepared process."""
    launcher: str | None = ORDINARY_USER
    """Which user runs the copy; None: this one."""

    @property
    def shows_host_system(self) -> bool:
        """Whether the system's folders inside are this machine's own, and not an image's."""
        return self.sandbox == "bubblewrap"

    @property
    def has_namespaces(self) -> bool:
        """Whether a command inside sees a system of its own."""
        return self.sandbox != SEPARATE_USER

    def run(
        self,
        code: str,
        *,
        mounts: tuple[tuple[str, str], ...] = (),
        masks: tuple[str, ...] = (),
        **limits: float,
    ) -> Any:
        """Run Python code, in which `report(value)` writes JSON to the box; limits not named are the small ones above."""
        spec = {"code": REPORT + textwrap.dedent(code), "limits": LIMITS | limits, "groups": self.groups}
        spec["fork"] = self.fork
        if self.copy is None and self.sandbox != "bubblewrap":
            spec |= {"sandbox": self.sandbox, "image": self.image, "python": self.python}
            return SimpleNamespace(**driver.execute(spec | {"mounts": list(mounts), "masks": list(masks)}))
        if self.copy is None:
            environment = host_environment()
            own = [(str(mount.source), str(mount.target)) for mount in environment.mounts]
            spec |= {
                "python_mounts": own,
                "mounts": [*own, *mounts],
                "masks": [*map(str, environment.masks), *masks],
            }
            return SimpleNamespace(**driver.execute(spec | {"python": self.python}))
        spec |= {"mounts": list(mounts), "masks": list(masks), "python": self.python, "sandbox": self.sandbox}
        become = []
        if self.launcher is not None:
            ids = ["--reuid", self.launcher, "--regid", self.launcher]
            become = ["setpriv", *ids, "--clear-groups", "--inh-caps=-all", "--"]
        done = subprocess.run(
            [*become, SYSTEM_PYTHON, str(self.copy / "driver.py")],
            input=json.dumps(spec), text=True, capture_output=True, cwd="/", check=False,
            env={"PATH": "/usr/bin:/bin", "SECRET_TOKEN": "token-of-the-launcher"},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return SimpleNamespace(**json.loads(done.stdout))


def _copy_for_other_users() -> Path:
    target = Path(tempfile.mkdtemp(prefix="deepgrade-conformance-"))
    package = Path(sys.modules["deepgrade"].__path__[0])
    shutil.copytree(
        package / "sandbox", target / "deepgrade" / "sandbox", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(package / "__init__.py", target / "deepgrade")
    for name in ("driver.py", "prepared_program.py"):
        shutil.copy(HERE / name, target)
    binding = importlib.util.find_spec("pyseccomp")
    assert binding is not None
    assert binding.origin is not None
    shutil.copy(binding.origin, target)
    for path in [target, *target.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    return target


# As root, both ways of launching are tried; as an ordinary user there is one.
WAYS = ["root", "root-measured", "ordinary-user"] if os.geteuid() == 0 else ["own-user"]
FORKED = "-forked"
NAMES = [*WAYS, *(f"{name}{FORKED}" for name in WAYS)]
# `docker-limits`: docker's own limits alone, as where this user cannot make control groups.
CONTAINERS = ["podman", "docker", "docker-limits"]
IN_NAMESPACES = [*NAMES, *(pytest.param(name, marks=pytest.mark.containers) for name in CONTAINERS)]
WITHOUT = [SEPARATE_USER, f"{SEPARATE_USER}-measured"] if os.geteuid() == 0 else []


@pytest.fixture(scope="module", autouse=True)
def _no_prepared_program_outlives_its_module():
    yield
    driver.end_prepared()


@contextmanager
def made_backend(name: str) -> Iterator[Backend]:
    fork = name.endswith(FORKED)
    name = name.removesuffix(FORKED)
    if name in CONTAINERS:
        engine = name.partition("-")[0]
        with engines.running(engine):
            image = engines.base_image(engine)
            own = not name.endswith("-limits")
            yield Backend(name, SYSTEM_PYTHON, groups=own, sandbox=engine, image=image)
    elif name == "ordinary-user":
        copy = _copy_for_other_users()
        yield Backend(name, SYSTEM_PYTHON, groups=True, copy=copy, fork=fork)
        shutil.rmtree(copy)
    elif name in WITHOUT:
        copy = _copy_for_other_users()
        groups = not name.endswith("-measured")
        yield Backend(name, SYSTEM_PYTHON, groups, copy=copy, sandbox=SEPARATE_USER, launcher=None)
        shutil.rmtree(copy)
    else:
        python = str(host_environment().python)
        yield Backend(name, python, groups=name != "root-measured", fork=fork)


@pytest.fixture(scope="session", params=[*IN_NAMESPACES, *WITHOUT])
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """Every sandbox, for what all of them promise."""
    with made_backend(request.param) as made:
        yield made


@pytest.fixture(scope="session", params=IN_NAMESPACES)
def walled_backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """Every sandbox that gives a command a system of its own, for what only those can promise."""
    with made_backend(request.param) as made:
        yield made


@pytest.fixture(scope="session", params=WITHOUT)
def bare_backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """The sandbox without namespaces, for what it promises instead."""
    with made_backend(request.param) as made:
        yield made
