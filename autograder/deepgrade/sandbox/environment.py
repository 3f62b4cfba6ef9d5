"""Which host paths make up the student's Python, and what in them the student must not see.

The student's environment is the interpreter that the grader itself runs on (its installation, its virtual environment
and the packages of others that this one adds by a .pth file), read-only, with the grader taken out: where `deepgrade`
is installed there is an empty folder, and files that would lead an import to it are empty. What the kernel folder
needs is mounted on its own.

Keras computes with TensorFlow where nobody says otherwise. Where the head's KERAS_BACKEND names another library, or
TensorFlow is not installed, every process that uses Keras is told which; and the name stands among the versions, so
that runs with another library are other runs.

Where a GPU is lent, its driver's libraries are found as the head finds them: by LD_LIBRARY_PATH, in /usr (mounted
anyway) or in /usr/local/nvidia, which some hosts make a link to elsewhere.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import site
import sys
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path

import deepgrade
from deepgrade.sandbox.base import Mount, SandboxUnavailable, StudentEnvironment
from deepgrade.sandbox.nvidia import LIBRARIES

_PACKAGES = {
    "numpy": ("numpy",),
    "pandas": ("pandas",),
    "tensorflow": ("tensorflow", "tensorflow-cpu", "tensorflow-intel", "tf-nightly"),
    "keras": ("keras",),
    "jax": ("jax",),
    "torch": ("torch",),
    "ipython": ("ipython",),
    "matplotlib": ("matplotlib",),
    "scikit-learn": ("scikit-learn",),
}
_SYSTEM = Path("/usr")
"""Mounted in every sandbox anyway."""
_LIBRARY_PATH = "LD_LIBRARY_PATH"
_PACKAGE_FOLDERS = ("site-packages", "dist-packages")
_DISTRIBUTION = "deepgrade"
_BACKEND = "KERAS_BACKEND"
_DEFAULT_BACKEND = "tensorflow"
BACKENDS = (_DEFAULT_BACKEND, "jax", "torch")
"""The libraries that Keras trains with, the one to prefer first."""
BACKEND_REPAIR = "pip install tensorflow-cpu (or jax, or torch)"


class HostHelper:
    """What helpers have in common that run this process's own Python."""

    @property
    def python(self) -> Path:
        """This process's own interpreter."""
        return host_environment().python

    @property
    def variables(self) -> Mapping[str, str]:
        """What this process's own libraries need."""
        return host_environment().variables


@functools.cache
def host_environment() -> StudentEnvironment:
    """Return the environment of this very process; looked up once."""
    prefixes = [Path(sys.prefix), Path(sys.base_prefix)]
    prefixes += [prefix.resolve() for prefix in prefixes]
    python = Path(sys.prefix) / "bin" / Path(sys.executable).name
    backend = keras_backend()
    other = {} if backend in (None, _DEFAULT_BACKEND) else {_BACKEND: str(backend)}
    shown = _outermost([*prefixes, *_packages_elsewhere()])
    mounts = [Mount(path, path) for path in shown if not path.is_relative_to(_SYSTEM)]
    return StudentEnvironment(
        python=python if python.exists() else Path(sys.executable),
        mounts=tuple(mounts),
        masks=tuple(sorted({*_grader_files(), *_base_packages(), Path(deepgrade.__file__).resolve().parent})),
        versions=package_versions() | {name.lower(): value for name, value in other.items()},
        variables=other,
        gpu_variables={_LIBRARY_PATH: path} if (path := os.environ.get(_LIBRARY_PATH)) else {},
        gpu_mounts=_driver_libraries(shown),
    )


def keras_backend() -> str | None:
    """Return the library that Keras computes with in this process's environment; None where there is none.

    The head's KERAS_BACKEND counts where it names another than TensorFlow; whether that is installed is not looked at.
    """
    named = os.environ.get(_BACKEND)
    if named and named != _DEFAULT_BACKEND:
        return named
    return next((name for name in BACKENDS if _is_installed(name)), None)


def backend_problem() -> str | None:
    """Return why Keras cannot be imported here for want of a library, or None; also None where Keras is not installed."""
    if not _is_installed("keras"):
        return None
    backend = keras_backend()
    if backend is None:
        return f"Keras is installed, and none of the libraries that it computes with: {', '.join(BACKENDS)}"
    if backend in BACKENDS and not _is_installed(backend):
        return f"{_BACKEND} names {backend}, which is not installed"
    return None


def check_backend() -> None:
    """See that Keras can be imported, where it is installed.

    Raises:
        SandboxUnavailable: It cannot; the message ends with the command that repairs it.
    """
    problem = backend_problem()
    if problem is not None:
        raise SandboxUnavailable(f"{problem}; repair: {BACKEND_REPAIR}")


def _is_installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def package_versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that matter, as far as they are installed."""
    versions = {"python": ".".join(map(str, sys.version_info[:3]))}
    for name, distributions in _PACKAGES.items():
        for distribution in distributions:
            try:
                versions[name] = metadata.version(distribution)
            except metadata.PackageNotFoundError:
                continue
            break
    return versions


def _driver_libraries(shown: Iterable[Path]) -> tuple[Mount, ...]:
    """Return the mount of the folder where some hosts keep the driver's libraries, unless a run sees it anyway."""
    real = LIBRARIES.resolve()
    if not real.is_dir() or any(real.is_relative_to(path) for path in (_SYSTEM, *shown)):
        return ()
    return (Mount(real, real),)


def _outermost(paths: Iterable[Path]) -> list[Path]:
    """Return the paths that lie in no other of them, without repetition."""
    unique = sorted(set(paths))
    return [
        path for path in unique if not any(path != other and path.is_relative_to(other) for other in unique)
    ]


def _base_packages() -> set[Path]:
    """Return the base interpreter's own packages where a virtual environment hides them: the notebook sees neither."""
    base = Path(sys.base_prefix)
    if Path(sys.prefix) == base or base.is_relative_to(_SYSTEM):
        return set()
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = base.resolve() / "lib" / version / "site-packages"
    return {packages} if packages.is_dir() and packages not in {path.resolve() for path in _path()} else set()


def _packages_elsewhere() -> list[Path]:
    """Return folders of installed packages that the notebook's interpreter finds outside of its own prefixes."""
    own = {*os.environ.get("PYTHONPATH", "").split(os.pathsep), site.getusersitepackages()}
    return [
        path for path in _path() if path.name in _PACKAGE_FOLDERS and str(path) not in own and path.is_dir()
    ]


def _path() -> list[Path]:
    return [Path(entry) for entry in sys.path if entry]


def _grader_files() -> set[Path]:
    """Return what an installation of the grader put into site-packages: its folders, and files that lead to it."""
    found: set[Path] = set()
    for distribution in metadata.distributions(name=_DISTRIBUTION):
        for file in distribution.files or ():
            top = file.parts[0]
            if top in ("..", "bin"):
                path = Path(str(distribution.locate_file(file))).resolve()
            else:
                path = Path(str(distribution.locate_file(top)))
            if path.exists():
                found.add(path)
    return found
