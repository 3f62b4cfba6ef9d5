"""What this machine has of container engines; none of them is needed where bubblewrap works."""

from __future__ import annotations

import os
import shutil
from typing import NamedTuple

from deepgrade.sandbox.apptainer import REPAIR
from deepgrade.sandbox.base import SandboxError, SandboxUnavailable
from deepgrade.sandbox.containers.container import DEFAULT_IMAGE, Container
from deepgrade.sandbox.containers.engines import ENGINES, Engine, EngineName


class Diagnosis(NamedTuple):
    """One thing that a sandbox needs."""

    name: str
    ok: bool
    detail: str
    repair: str | None
    """The command that mends it; None when nothing is to be done."""
    needed: bool = True
    """False: grading works without it."""


def diagnose_containers(image: str = DEFAULT_IMAGE) -> list[Diagnosis]:
    """Look at podman, docker and apptainer: found, working, limits in force.

    Args:
        image: The image with which the limits are tried, where it is there.
    """
    return [*(_engine(name, image) for name in ENGINES), _apptainer()]


def _engine(name: EngineName, image: str) -> Diagnosis:
    try:
        engine = Engine(name)
    except SandboxUnavailable as error:
        return _note(name, error)
    way = f"{name} {engine.version}, {'rootless' if engine.rootless else 'with root rights'}"
    try:
        engine.inspect("image", image)
    except SandboxError:
        repair = f"deepgrade image build --engine {name}"
        return Diagnosis(name, False, f"{way}; no image {image} yet", repair, needed=False)
    try:
        container = Container(name, image)
        container.check()
    except SandboxUnavailable as error:
        return _note(name, error)
    except SandboxError as error:
        return Diagnosis(name, False, str(error), None, needed=False)
    return Diagnosis(name, True, f"{way}; {image} starts, limits are in force", None)


def _apptainer() -> Diagnosis:
    program = shutil.which("apptainer")
    if program is None:
        return Diagnosis("apptainer", False, "not installed", REPAIR, needed=False)
    if os.geteuid() == 0:
        detail = "found, but students' code would run as root"
        return Diagnosis("apptainer", False, detail, "start the grader as an ordinary user", needed=False)
    return Diagnosis("apptainer", True, program, None)


def _note(name: str, error: SandboxUnavailable) -> Diagnosis:
    detail, _, repair = str(error).partition("; repair: ")
    return Diagnosis(name, False, detail, repair or None, needed=False)
