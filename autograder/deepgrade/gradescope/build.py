"""`deepgrade build LAB --gradescope`: the zip that an instructor uploads.

    setup.sh  environment.sh  run_autograder   ours
    deepgrade.json                     what was chosen (settings.py)
    requirements.txt  constraints.txt  what pip installs
    grader/deepgrade/                  this package as source: root's alone there, and so not in the students' environment
    lab/                               lab.toml, hidden checks, capture plan, templates; neither solution nor mistakes
    course/secret.key                  the course's secret, so that hidden rows are the same there and at home
    store/                             data sets, with --data-from

Equal input gives equal bytes: names in order, no times, fixed rights.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import deepgrade
from deepgrade.data import DataStore, load_catalogue
from deepgrade.files import write_atomic
from deepgrade.gradescope.results import ResultOptions
from deepgrade.gradescope.settings import SandboxChoice, Settings
from deepgrade.grading import load_parts
from deepgrade.lab import Lab, LabError, LabFiles, Limits, Origin, Size
from deepgrade.packages.archive import zip_bytes
from deepgrade.packages.carried import (
    ENVIRONMENT_SCRIPT,
    constraints,
    package_files,
    requirements,
    script,
    tree_files,
)
from deepgrade.records import Course

LARGE_MIB = 100
"""A zip above this gets a warning. Gradescope documents no limit of its own for autograders; uploads of this size are where
browsers and proxies begin to fail."""
MOST_MINUTES = 40
"""The longest time that Gradescope lets an autograder run (its troubleshooting page)."""
_OVERHEAD_S = 240
"""Start, predictions, scoring, at half a core."""
_GRADER_MIB = 1536
"""What the grader needs beside the notebook: Keras once more, for predictions."""
_EXTRAS = ("student", "grade")
_FILES = Path(__file__).parent / "files"
_SCRIPTS = ("setup.sh", "run_autograder")


@dataclass(frozen=True)
class ZipRequest:
    """What to put into a zip."""

    files: LabFiles
    course: Course
    """Whose secret carves the hidden rows."""
    origin: Origin = "real"
    size: Size = "full"
    data_from: DataStore | None = None
    """Takes the data sets along; else setup.sh downloads or generates them."""
    options: ResultOptions = field(default_factory=ResultOptions)
    sandbox: SandboxChoice = "auto"


@dataclass(frozen=True)
class ZipReport:
    """What was written."""

    path: Path
    mib: float
    warnings: tuple[str, ...]
    advice: tuple[str, ...]
    """What to set on Gradescope."""


def build_zip(request: ZipRequest, out: Path) -> ZipReport:
    """Write `<lab>-gradescope.zip`.

    Args:
        request: What goes in.
        out: The folder for it, made if it is missing.

    Raises:
        LabError: The lab's files are wrong, it needs a GPU (Gradescope has none), or its data cannot be had there.
        DataError: A data set is not in the store to take it from.
    """
    lab = load_parts(request.files).lab
    _check(lab, request)
    members = dict(_members(request, lab))
    path = out / f"{lab.name}-gradescope.zip"
    out.mkdir(parents=True, exist_ok=True)
    write_atomic(path, zip_bytes({str(name): data for name, data in members.items()}), mode=0o600)
    mib = path.stat().st_size / (1 << 20)
    return ZipReport(path, mib, tuple(_warnings(lab, request, mib)), tuple(_advice(lab, request)))


def _check(lab: Lab, request: ZipRequest) -> None:
    if lab.gpu == "required":
        raise LabError(
            f"{lab.name} requires a GPU (gpu in lab.toml), and Gradescope's machines have none."
            ' Set gpu = "preferred": then what asks for a GPU is not assessed there.'
        )
    if request.origin == "real" and request.data_from is None:
        sets = load_catalogue().sets
        by_hand = [name for name in lab.data if any(file.url is None for file in sets[name].files)]
        if by_hand:
            raise LabError(
                f"setup.sh cannot download {', '.join(by_hand)}: the catalogue knows no address."
                " Take the data along: --data-from STORE, with a store that holds them (`deepgrade data list`)."
            )


def _members(request: ZipRequest, lab: Lab) -> Iterator[tuple[PurePosixPath, bytes]]:
    for name in _SCRIPTS:
        yield PurePosixPath(name), (_FILES / name).read_bytes()
    yield PurePosixPath(ENVIRONMENT_SCRIPT), script(ENVIRONMENT_SCRIPT)
    settings = Settings(
        deepgrade_version=deepgrade.__version__,
        lab=lab.name,
        origin=request.origin,
        size=request.size,
        hidden_visibility=request.options.hidden_visibility,
        leaderboard=request.options.leaderboard,
        sandbox=request.sandbox,
    )
    yield PurePosixPath("deepgrade.json"), settings.model_dump_json(indent=1).encode() + b"\n"
    needed = requirements(_EXTRAS)
    yield PurePosixPath("requirements.txt"), "".join(f"{line}\n" for line in needed).encode()
    yield PurePosixPath("constraints.txt"), constraints(request.files.root, needed)
    yield from package_files()
    files = request.files
    for file in files.needed_to_grade:
        if file.is_file():
            yield PurePosixPath("lab") / PurePosixPath(file.relative_to(files.root)), file.read_bytes()
    yield PurePosixPath("course/secret.key"), request.course.secret.hex().encode()
    if request.data_from is not None:
        for name in lab.data:
            stored = request.data_from.find(name, request.origin, request.size)
            yield from tree_files(stored.path, PurePosixPath("store", request.origin, request.size, name))


def _warnings(lab: Lab, request: ZipRequest, mib: float) -> Iterator[str]:
    if mib > LARGE_MIB:
        yield (
            f"The zip has {mib:.0f} MiB; uploads above {LARGE_MIB} MiB may fail. Without --data-from, setup.sh"
            " downloads the data, or use --size quick."
        )
    if request.origin == "synthetic":
        yield "The data are synthetic: every result says so. For grades, use --data real."
    minutes = _minutes(lab.limits_for(request.size))
    if minutes > MOST_MINUTES:
        yield (
            f"A run may take {lab.limits_for(request.size).wall_s / 60:.0f} minutes (wall_s in lab.toml) and all of it"
            f" {minutes:.0f}; Gradescope ends an autograder after {MOST_MINUTES} at most, and then there is no result."
            " Lower wall_s for a copy of the lab, or use --size quick."
        )


def _advice(lab: Lab, request: ZipRequest) -> Iterator[str]:
    limits = lab.limits_for(request.size)
    automatic = sum(question.points for question in lab.questions if not question.manual)
    manual = sum(question.points for question in lab.questions if question.manual)
    yield f"Autograder points: {automatic:g}"
    yield f"Container: at least {limits.cpus:g} CPUs and {(limits.memory_mib + _GRADER_MIB) / 1024:.1f} GB of memory"
    yield f"Autograder timeout: {min(MOST_MINUTES, _minutes(limits)):.0f} minutes"
    yield "Base image: the newest Ubuntu; setup.sh needs Python 3.11 or newer"
    if manual:
        yield f"Manual grading: on, with questions for {manual:g} points (Edit Outline)"
    if request.options.leaderboard and lab.carved:
        yield "Leaderboard: on, if students should see it"


def _minutes(limits: Limits) -> float:
    return -(-(limits.wall_s + _OVERHEAD_S) // 60)
