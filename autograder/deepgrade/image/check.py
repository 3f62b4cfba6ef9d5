"""Check an image: its self-test inside the sandbox's walls, its labels, and that nothing is in it that may not be."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deepgrade.sandbox import (
    VERSION_LABEL,
    Container,
    Engine,
    EngineName,
    ImageFacts,
    SandboxLimits,
    SandboxRequest,
)

_SELFTEST = "/opt/deepgrade/selftest.py"
_LIMITS = SandboxLimits(wall_s=600, memory_mib=4096, processes=512, disk_mib=64, cpus=2)
_QUICK = SandboxLimits(wall_s=60, memory_mib=256, processes=64, disk_mib=16, cpus=1)
_STARTS = 5
_ENV = {"HOME": "/tmp", "MPLCONFIGDIR": "/tmp/matplotlib", "KERAS_HOME": "/tmp/keras"}  # noqa: S108 - inside
_WRITABLE = ["/tmp"]  # noqa: S108


class ImageError(Exception):
    """An image cannot be built, or is not what it must be."""


@dataclass(frozen=True)
class ImageReport:
    """What was found.

    Attributes:
        image: What the engine knows of it.
        versions: As imported inside.
        gpus: That TensorFlow sees inside.
        start_s: The fastest start of `true`, with everything around it.
        selftest_s: How long the self-test took inside.
        problems: Why it must not be used; empty when all is well.
    """

    image: ImageFacts
    versions: Mapping[str, str]
    gpus: tuple[str, ...]
    start_s: float
    selftest_s: float
    problems: tuple[str, ...]


def check_image(engine: EngineName, image: str) -> ImageReport:
    """Run the self-test in a container as a student's run gets it, without network and on a read-only root.

    Raises:
        ImageError: There is no self-test in it.
        SandboxUnavailable: The engine or the image is missing, or limits do not hold here.
    """
    sandbox = Container(engine, image)
    sandbox.check()
    answer = _selftest_in(sandbox)
    versions = {name: str(text) for name, text in answer.get("versions", {}).items()}
    problems = [*map(str, answer.get("problems", ())), *_label_problems(sandbox.image, answer)]
    walls = answer.get("walls", {})
    if walls.get("user") == 0 or walls.get("writable") != _WRITABLE:
        problems.append(f"it runs as user {walls.get('user')} and writes to {walls.get('writable')}")
    return ImageReport(
        image=sandbox.image,
        versions=versions,
        gpus=tuple(map(str, answer.get("gpus", ()))),
        start_s=min(_start_s(sandbox) for _ in range(_STARTS)),
        selftest_s=float(answer.get("seconds", 0.0)),
        problems=tuple(problems),
    )


def run_selftest(engine: Engine, image: str) -> dict[str, Any]:
    """Run the self-test of an image that was just built, in the same walls.

    Raises:
        ImageError: It failed.
    """
    answer = _selftest_in(Container(engine.name, image))
    if answer.get("problems"):
        raise ImageError(f"the self-test of {image} failed: {'; '.join(map(str, answer['problems']))}")
    return answer


def _selftest_in(sandbox: Container) -> dict[str, Any]:
    request = SandboxRequest([str(sandbox.environment.python), "-I", _SELFTEST], _LIMITS, env=_ENV)
    outcome = sandbox.run(request)
    lines = outcome.log.decode("utf-8", "replace").strip().splitlines()
    for line in reversed(lines):
        try:
            answer = json.loads(line)
        except ValueError:
            continue
        if isinstance(answer, dict):
            return answer
    said = outcome.detail or (lines[-1] if lines else f"exit code {outcome.exit_code}")
    raise ImageError(f"{sandbox.image.name} has no working self-test at {_SELFTEST}: {said}")


def _label_problems(image: ImageFacts, answer: Mapping[str, Any]) -> list[str]:
    problems = []
    for name, found in answer.get("versions", {}).items():
        said = image.labels.get(f"{VERSION_LABEL}{name}")
        if said != found:
            problems.append(f"the label of {name} says {said}, inside is {found}")
    kernel = image.labels.get("deepgrade.kernel.sha256")
    if kernel != answer.get("kernel_sha256"):
        problems.append("the kernel inside is not the one that the label names")
    if image.user.partition(":")[0] in ("", "0", "root"):
        problems.append("its own user is root")
    if image.volumes:
        problems.append(f"it declares volumes, which an engine makes writable: {', '.join(image.volumes)}")
    return problems


def _start_s(sandbox: Container) -> float:
    begin = time.monotonic()
    sandbox.run(SandboxRequest(["/bin/true"], _QUICK))
    return time.monotonic() - begin
