"""Put a lab into an nbgrader course: source, release, gradebook, and beside them what its hidden checks need.

    COURSE/source/<lab>/       the source notebook, whose hidden regions call `deepgrade.native`
    COURSE/release/<lab>/      what students get, made by nbgrader's own generate_assignment
    COURSE/gradebook.db        nbgrader's, with the assignment in it
    COURSE/deepgrade/<lab>/    the lab's bundle: hidden checks, lab.toml, capture plan; no data
    COURSE/nbgrader_config.py  written where there is none

Only `release/` is for students. It holds one notebook, which is compared with the lab's audited template.
"""

from __future__ import annotations

import os
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from deepgrade.files import write_atomic
from deepgrade.flavours.audit import audit
from deepgrade.flavours.nbgrader import as_template, generate, to_nbgrader, write_source
from deepgrade.flavours.source import read_source
from deepgrade.lab import LabFiles, Origin, Size
from deepgrade.native.bundle import write_bundle
from deepgrade.native.facts import BUNDLES

CONFIG = "nbgrader_config.py"
_CONFIG_TEXT = """# Settings of nbgrader for this course; every line may be changed.
c = get_config()
c.CourseDirectory.course_id = {course!r}
# Training takes longer than nbgrader's 30 seconds a cell.
c.Execute.timeout = {seconds}
"""


@dataclass(frozen=True)
class FilledCourse:
    """What was written into a course."""

    source: Path
    release: Path
    config_written: bool
    seconds: int
    """What one cell may take: `c.Execute.timeout` should be no less."""


def fill_course(files: LabFiles, course: Path, *, origin: Origin, size: Size) -> FilledCourse:
    """Put a lab into a course folder, or bring it up to date there.

    Args:
        files: The lab, built before.
        course: nbgrader's course folder; made if it does not exist.
        origin: Which data native grading uses.
        size: How much of it.

    Raises:
        LabError: The lab's files are wrong, nbgrader refuses it (also where submissions were graded with other cells), or what
            it released would show what must stay hidden.
    """
    lab, checks, master, visible = read_source(files)
    source = to_nbgrader(lab, master, visible, checks.checks)
    course.mkdir(parents=True, exist_ok=True)
    path = write_source(course, lab.name, source)
    write_bundle(files, course / BUNDLES / lab.name, origin=origin, size=size)
    seconds = round(lab.limits_for(size).cell_s)
    config = course / CONFIG
    if new := not config.exists():
        write_atomic(config, _CONFIG_TEXT.format(course=course.resolve().name, seconds=seconds))
    _put_alembic_on_path()
    released = generate(course, lab.name, {"CourseDirectory": {"course_id": course.resolve().name}})
    audit(files, lab, master, checks, visible, as_template(lab, source, released))
    return FilledCourse(path, course / "release" / lab.name, new, seconds)


def _put_alembic_on_path() -> None:
    """Let nbgrader find alembic, which it starts as a command: it lies beside the Python that runs this."""
    scripts = sysconfig.get_path("scripts")
    if scripts not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([scripts, os.environ.get("PATH", "")])
