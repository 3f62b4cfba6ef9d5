"""What a container needs of deepgrade: its source, and what pip has to install.

deepgrade is on no package index, so a zip carries the package itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path, PurePosixPath

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import deepgrade
from deepgrade.lab import LabError

ENVIRONMENT_SCRIPT = "environment.sh"
"""Shell functions of our setup scripts: find or install Python, make the environment."""
_DISTRIBUTION = "deepgrade"
_PACKAGE = Path(deepgrade.__file__).resolve().parent
_FILES = Path(__file__).parent / "files"
_LEFT_OUT = frozenset({"__pycache__"})


def package_files() -> Iterator[tuple[PurePosixPath, bytes]]:
    """Yield this package's source as `grader/deepgrade/...`."""
    yield from tree_files(_PACKAGE, PurePosixPath("grader/deepgrade"))


def script(name: str) -> bytes:
    """Return one of the scripts beside this file."""
    return (_FILES / name).read_bytes()


def tree_files(folder: Path, target: PurePosixPath) -> Iterator[tuple[PurePosixPath, bytes]]:
    """Yield the files below a folder, by their names below `target`."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not _LEFT_OUT.intersection(path.parts) and path.suffix != ".pyc":
            yield target / PurePosixPath(path.relative_to(folder)), path.read_bytes()


def requirements(extras: Sequence[str]) -> list[str]:
    """Return what this package needs with some of its extras, from its own metadata.

    Raises:
        LabError: The package is not installed.
    """
    try:
        declared = metadata.requires(_DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        raise LabError(
            "deepgrade is not installed here, so it is not known what it needs. Run: pip install -e ."
        ) from None
    found = set()
    for text in declared:
        requirement = Requirement(text)
        if requirement.marker is None or any(
            requirement.marker.evaluate({"extra": extra}) for extra in ("", *extras)
        ):
            requirement.marker = None
            found.add(str(requirement))
    return sorted(found)


def constraints(root: Path, needed: list[str]) -> bytes:
    """Return the repository's versions of everything, or else those that are installed here."""
    file = root / "constraints.txt"
    if file.is_file():
        return file.read_bytes()
    waiting = [Requirement(line).name for line in needed]
    versions: dict[str, str] = {}
    while waiting:
        name = str(canonicalize_name(waiting.pop()))
        if name in versions:
            continue
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        versions[name] = distribution.version
        for text in distribution.requires or []:
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                waiting.append(requirement.name)
    return "".join(f"{name}=={versions[name]}\n" for name in sorted(versions)).encode()
