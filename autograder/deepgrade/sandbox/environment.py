"""Which host paths make up the student's Python, and what in them the student must not see.

The student's environment is the interpreter that the grader itself runs on (its installation and its virtual
environment), read-only, with the grader taken out: where `deepgrade` is installed there is an empty folder, and
files that would lead an import to it are empty. What the kernel folder needs is mounted on its own.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

import deepgrade
from deepgrade.sandbox.base import Mount, StudentEnvironment

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
_DISTRIBUTION = "deepgrade"


@functools.cache
def host_environment() -> StudentEnvironment:
    """Return the environment of this very process; looked up once."""
    prefixes = [Path(sys.prefix), Path(sys.base_prefix)]
    prefixes += [prefix.resolve() for prefix in prefixes]
    python = Path(sys.prefix) / "bin" / Path(sys.executable).name
    mounts = [Mount(prefix, prefix) for prefix in _outermost(prefixes) if not prefix.is_relative_to(_SYSTEM)]
    return StudentEnvironment(
        python=python if python.exists() else Path(sys.executable),
        mounts=tuple(mounts),
        masks=tuple(sorted({*_grader_files(), *_base_packages(), Path(deepgrade.__file__).resolve().parent})),
        versions=package_versions(),
    )


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
    return {packages} if packages.is_dir() else set()


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
