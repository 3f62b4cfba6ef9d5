"""NVIDIA's GPUs on this machine, as the driver's own tool lists them.

Only cards that a process here could use are found: the tool runs, the card's device file exists, and the head's
CUDA_VISIBLE_DEVICES, where it is set, names it. Cards cut into slices (MIG) are taken as whole ones.
"""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

LIBRARIES = Path("/usr/local/nvidia")
"""Where some hosts keep the driver's libraries and tools."""
VISIBLE = "CUDA_VISIBLE_DEVICES"
_TOOL = "nvidia-smi"
_FIELDS = "index,uuid,memory.total,name"
_CONTROL = ("nvidiactl", "nvidia-uvm", "nvidia-uvm-tools")
_DRIVER = Path("/proc/driver/nvidia/gpus")
_TIMEOUT_S = 60.0


class NvidiaGpu(NamedTuple):
    """One card."""

    number: int
    """As the driver's tool counts."""
    uuid: str
    """Its name for life: the same in every process, whatever else that sees."""
    name: str
    memory_mib: int | None
    devices: tuple[Path, ...]
    """Its device file, and the control devices."""


class FoundGpus(NamedTuple):
    """Cards, or why there are none."""

    gpus: tuple[NvidiaGpu, ...]
    why_none: str
    """A clause; empty where there are some."""


def find_nvidia_gpus(*, dev: Path = Path("/dev"), driver: Path = _DRIVER) -> FoundGpus:
    """Look for cards; takes up to some seconds where there are many.

    Args:
        dev: Where device files are.
        driver: Where the driver says which device file is which card's.
    """
    visible = os.environ.get(VISIBLE)
    if visible is not None and visible.strip() in ("", "-1"):
        return FoundGpus((), f"{VISIBLE}={visible.strip()} in the grader's environment hides them")
    tool = shutil.which(_TOOL) or shutil.which(_TOOL, path=str(LIBRARIES / "bin"))
    if tool is None:
        return FoundGpus((), f"{_TOOL} is not on PATH")
    command = [tool, f"--query-gpu={_FIELDS}", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return FoundGpus((), f"{_TOOL} does not work: {error}")
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip()).partition("\n")[0][:200]
        return FoundGpus((), f"{_TOOL} fails: {said or f'exit code {done.returncode}'}")
    listed = _listed(done.stdout, dev, driver)
    with_device = [gpu for gpu in listed if gpu.devices]
    chosen = with_device if visible is None else _visible(with_device, visible)
    if chosen:
        return FoundGpus(tuple(chosen), "")
    if with_device:
        return FoundGpus((), f"{VISIBLE}={visible} in the grader's environment names none of them")
    if listed:
        return FoundGpus((), f"{_TOOL} lists {len(listed)}, and their device files are not in {dev}")
    return FoundGpus((), f"{_TOOL} lists none")


def _listed(text: str, dev: Path, driver: Path) -> list[NvidiaGpu]:
    numbers = _device_numbers(driver)
    found = []
    for row in csv.reader(text.splitlines(), skipinitialspace=True):
        if len(row) < 4 or not row[0].isdecimal():
            continue
        index, uuid, memory = int(row[0]), row[1], row[2]
        device = dev / f"nvidia{numbers.get(uuid, index)}"
        control = [path for name in _CONTROL if (path := dev / name).exists()]
        found.append(
            NvidiaGpu(
                index,
                uuid,
                ", ".join(row[3:]),
                int(memory) if memory.isdecimal() else None,
                (device, *control) if device.exists() else (),
            )
        )
    return found


def _device_numbers(driver: Path) -> dict[str, int]:
    """Return card -> number of its device file: in a container, another than the tool's."""
    numbers: dict[str, int] = {}
    for file in sorted(driver.glob("*/information")):
        try:
            text = file.read_text(encoding="ascii", errors="replace")
        except OSError:
            continue
        uuid, minor = (
            re.search(r"^GPU UUID:\s*(\S+)", text, re.M),
            re.search(r"^Device Minor:\s*(\d+)", text, re.M),
        )
        if uuid and minor:
            numbers[uuid.group(1)] = int(minor.group(1))
    return numbers


def _visible(gpus: Sequence[NvidiaGpu], visible: str) -> list[NvidiaGpu]:
    """Return the cards that CUDA would show: as far as the list names cards, in its order."""
    chosen: list[NvidiaGpu] = []
    for word in map(str.strip, visible.split(",")):
        named = [gpu for gpu in gpus if _is_named(gpu, word)]
        if len(named) != 1 or named[0] in chosen:
            break
        chosen.append(named[0])
    return chosen


def _is_named(gpu: NvidiaGpu, word: str) -> bool:
    """Return whether a word of CUDA_VISIBLE_DEVICES names a card: by its number, or by how its UUID begins."""
    return int(word) == gpu.number if word.isdecimal() else bool(word) and gpu.uuid.startswith(word)
