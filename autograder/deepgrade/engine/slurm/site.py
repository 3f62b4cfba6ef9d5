"""The site file: what is particular to one cluster, in TOML."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator

from deepgrade.engine.slurm.errors import SiteError
from deepgrade.lab.errors import listed

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.,+-]+$")]
_OURS = (
    *("array", "chdir", "cpus-per-task", "dependency", "error", "exclude", "export", "gres", "input", "job-name", "mem"),
    *("mem-per-cpu", "mem-per-gpu", "nodes", "no-requeue", "ntasks", "open-mode", "output", "parsable", "partition", "account"),
    *("qos", "requeue", "test-only", "time", "wait", "wrap", "cluster", "clusters", "gpus", "gpus-per-node", "gpus-per-task"),
)  # fmt: skip
"""Options of sbatch that the engine sets itself, or that would change what its jobs are."""
_INSTEAD = {
    "partition": "partition", "account": "account", "qos": "qos", "gres": "gres", "gpus": "gres", "gpus-per-node": "gres",
    "gpus-per-task": "gres", "time": "margin_minutes", "mem": "memory_margin_mib", "mem-per-cpu": "memory_margin_mib",
    "array": "throttle",
}  # fmt: skip


class Site(BaseModel):
    """How jobs are submitted on one cluster. Every field has a default that suits a plain one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    partition: Name | None = None
    """sbatch's `--partition`; absent: the cluster's default."""
    account: Name | None = None
    """sbatch's `--account`."""
    qos: Name | None = None
    """sbatch's `--qos`."""
    gres: Annotated[str, StringConstraints(pattern=r"^([A-Za-z0-9_.:,-]+)?$")] = "gpu:1"
    """sbatch's `--gres` for a lab whose lab.toml requires or prefers a GPU; empty: the cluster has none to lend."""
    throttle: int | None = Field(None, ge=1)
    """At most so many tasks run beside each other (`--array=...%N`); absent: as many as Slurm gives."""
    attempts: int = Field(3, ge=1, le=20)
    """How often a submission is tried that fails by no fault of its student."""
    requeues: int = Field(10, ge=0, le=1000)
    """How often Slurm itself may start one task again, after a node's failure or a preemption."""
    margin_minutes: int = Field(10, ge=1)
    """Added to twice a run's wall time for `--time`: starting, predicting, storing."""
    memory_margin_mib: int = Field(2048, ge=256)
    """Added to a run's memory for `--mem`: the supervisor and what it starts."""
    sandbox: str | None = None
    """What `--sandbox` would say, with `=image` behind it where it has one; the command line's word comes first."""
    python: Path | None = None
    """The Python that has deepgrade, on the nodes; absent: the head's."""
    setup: tuple[str, ...] = ()
    """Lines of shell before Python starts: `module load apptainer`."""
    sbatch: tuple[str, ...] = ()
    """More options of sbatch, one a string: `--constraint=a100`."""
    poll_s: float = Field(5.0, ge=0.1, le=600)
    """How often the head looks."""
    grace_s: float = Field(60.0, ge=0)
    """How long a task may be over before its file shows: network file systems are slow to show new files."""
    patience_minutes: float = Field(15.0, ge=0)
    """How long the head waits for a controller that does not answer."""

    @field_validator("sandbox")
    @classmethod
    def _is_sandbox(cls, name: str | None) -> str | None:
        from deepgrade.sandbox.select import SANDBOXES

        if name is not None and name.partition("=")[0] not in SANDBOXES:
            raise ValueError(f"there is no sandbox {name!r}; there are: {', '.join(SANDBOXES)}")
        return name

    @field_validator("python")
    @classmethod
    def _is_absolute(cls, path: Path | None) -> Path | None:
        if path is not None and not path.is_absolute():
            raise ValueError("has to be an absolute path: jobs start in another folder")
        return path

    @field_validator("setup")
    @classmethod
    def _are_lines(cls, lines: tuple[str, ...]) -> tuple[str, ...]:
        problems = [f"{line!r} is more than one line; make it several" for line in lines if _breaks(line)]
        problems += [
            f"{line!r} is an option of sbatch; put it in sbatch"
            for line in lines
            if line.startswith("#SBATCH")
        ]
        return _without(problems, lines)

    @field_validator("sbatch")
    @classmethod
    def _are_options(cls, options: tuple[str, ...]) -> tuple[str, ...]:
        return _without([problem for option in options if (problem := _problem_of(option))], options)


def _without(problems: list[str], values: tuple[str, ...]) -> tuple[str, ...]:
    if problems:
        raise ValueError("; ".join(problems))
    return values


def _breaks(line: str) -> bool:
    return any(character in line for character in "\n\r\0")


def _problem_of(option: str) -> str | None:
    match = re.fullmatch(r"--([a-z][a-z0-9-]*)(=.*)?", option)
    if match is None or _breaks(option):
        return f"{option!r} is no long option of sbatch; write it as '--name=value' or '--name'"
    if match[1] in _OURS:
        field = _INSTEAD.get(match[1])
        return f"--{match[1]} is set by deepgrade" + (f"; use the field {field}" if field else "")
    return None


def load_site(path: Path) -> Site:
    """Read a site file.

    Raises:
        SiteError: It is missing, not TOML, or does not validate; all faults at once.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SiteError(f"The site file {path} cannot be read: {error}.") from None
    try:
        return Site.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise SiteError(f"{path} is not TOML: {error}") from None
    except ValidationError as error:
        problems = [
            f"{'.'.join(str(part) for part in e['loc']) or 'site'}: {e['msg'].removeprefix('Value error, ')}"
            for e in error.errors()
        ]
        raise SiteError(
            f"{path} is not a valid site file (docs/slurm.md lists its fields):\n{listed(problems)}"
        ) from None
