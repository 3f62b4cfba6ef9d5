"""Build the autograder's image with podman or docker.

Theory of operation: the engine is given a folder that holds the recipe, the pin files, the kernel and the self-test, and
nothing else of this repository: what is not in the folder cannot get into the image. This machine's own package
settings and certificates, where it has any, are mounted for the one step that installs packages, and no layer
keeps them. When the image is there, its self-test says which versions came out, and a second, empty layer writes
them on it as labels: run keys and records read them there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import deepgrade
from deepgrade.image import selftest
from deepgrade.image.check import ImageError, run_selftest
from deepgrade.sandbox import DEFAULT_IMAGE, VERSION_LABEL, Engine, EngineName

Pins = Literal["cpu", "gpu"]

_PACKAGE = Path(deepgrade.__file__).resolve().parent
_RECIPE = _PACKAGE.parent / "Containerfile"
_PIN_FILES = ("requirements-cpu.txt", "requirements-gpu.txt")
_SECRETS = {
    "pip_conf": (Path("/etc/pip.conf"),),
    "certificates": (Path("/etc/ssl/certs/ca-certificates.crt"), Path("/etc/pki/tls/certs/ca-bundle.crt")),
}
"""Secret of the recipe -> the files of this machine that may be it."""


@dataclass(frozen=True)
class BuildRequest:
    """What to build.

    Attributes:
        engine: With what.
        tag: The image's name.
        base: Instead of the recipe's base.
        pins: Which pin file.
    """

    engine: EngineName = "podman"
    tag: str = DEFAULT_IMAGE
    base: str | None = None
    pins: Pins = "gpu"


def build_image(request: BuildRequest) -> Mapping[str, str]:
    """Build the image; the engine's output goes to the terminal.

    Returns:
        The versions in it.

    Raises:
        ImageError: The recipe is not at hand, a step failed, or the self-test did.
        SandboxUnavailable: The engine does not work here.
    """
    if not _RECIPE.is_file():
        raise ImageError(
            f"{_RECIPE} is missing: build from a checkout of the repository, not from an installation"
        )
    engine = Engine(request.engine)
    draft = f"{request.tag.rpartition(':')[0] or request.tag}:draft-{os.getpid()}"
    with tempfile.TemporaryDirectory(prefix="deepgrade-image-") as name:
        folder = Path(name)
        _lay_out(folder)
        _build(
            engine,
            [
                *_arguments(request),
                *_secrets(),
                "--tag",
                draft,
                "--file",
                str(folder / "Containerfile"),
                name,
            ],
        )
        try:
            facts = run_selftest(engine, draft)
            versions = {key: str(value) for key, value in facts["versions"].items()}
            labels = [
                word
                for key in sorted(versions)
                for word in ("--label", f"{VERSION_LABEL}{key}={versions[key]}")
            ]
            recipe = folder / "Labelled"
            recipe.write_text(f"FROM {draft}\n")
            empty = folder / "empty"
            empty.mkdir()
            _build(engine, [*labels, "--tag", request.tag, "--file", str(recipe), str(empty)])
        finally:
            subprocess.run(engine.command("untag" if engine.name == "podman" else "rmi", draft), env=engine.env,
                           capture_output=True, check=False)  # fmt: skip
    return versions


def kernel_sha256() -> str:
    """Return the hash of this package's kernel, as the self-test computes it in the image."""
    return selftest.kernel_sha256(_PACKAGE / "kernel")


def _lay_out(folder: Path) -> None:
    shutil.copyfile(_RECIPE, folder / "Containerfile")
    for name in _PIN_FILES:
        shutil.copyfile(_RECIPE.parent / name, folder / name)
    inside = folder / "deepgrade"
    leave_out = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")
    shutil.copytree(_PACKAGE / "kernel", inside / "kernel", ignore=leave_out)
    (inside / "image").mkdir()
    shutil.copyfile(str(selftest.__file__), inside / "image" / "selftest.py")


def _arguments(request: BuildRequest) -> list[str]:
    arguments = {
        "PINS": f"requirements-{request.pins}.txt",
        "DEEPGRADE_VERSION": deepgrade.__version__,
        "KERNEL_SHA256": kernel_sha256(),
    }
    if request.base is not None:
        arguments["BASE_IMAGE"] = request.base
    return [word for name, value in arguments.items() for word in ("--build-arg", f"{name}={value}")]


def _secrets() -> list[str]:
    found = []
    for name, places in _SECRETS.items():
        file = next((place for place in places if place.is_file()), None)
        if file is not None:
            found += ["--secret", f"id={name},src={file.resolve()}"]
    return found


def _build(engine: Engine, words: list[str]) -> None:
    own = ["--format", "docker", *engine.own_limits()] if engine.name == "podman" else []
    env = engine.env | ({"DOCKER_BUILDKIT": "1"} if engine.name == "docker" else {})
    # The host's network: images are built where students' code never runs.
    command = engine.command("build", "--network", "host", *own, *words)
    try:
        done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, check=False)
    except OSError as error:
        raise ImageError(f"{engine.name} cannot be started: {error.strerror}") from None
    if done.returncode != 0:
        raise ImageError(f"{engine.name} build failed with code {done.returncode}; its own words are above")
