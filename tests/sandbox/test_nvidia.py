"""Which GPUs are found, with a driver's tool and device files made up."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from deepgrade.sandbox import diagnose
from deepgrade.sandbox.nvidia import find_nvidia_gpus

TWO = "0, GPU-aaaa-1, 81559, NVIDIA H100 80GB HBM3\\n1, GPU-bbbb-2, 24576, NVIDIA RTX, PCIe\\n"


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Make a machine: what its nvidia-smi prints and returns, and which device files there are."""
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    programs, dev, driver = (tmp_path / name for name in ("bin", "dev", "driver"))
    for folder in (programs, dev, driver):
        folder.mkdir()
    monkeypatch.setenv("PATH", str(programs))

    def make(
        prints: str | None = TWO, *, code: int = 0, devices: str = "nvidia0 nvidia1 nvidiactl nvidia-uvm"
    ):
        if prints is not None:
            tool = programs / "nvidia-smi"
            tool.write_text(f"#!/bin/sh\nprintf '{prints}'\nexit {code}\n")
            tool.chmod(0o755)
        for name in devices.split():
            (dev / name).touch()
        return lambda: find_nvidia_gpus(dev=dev, driver=driver)

    return make


def test_without_the_drivers_tool_there_is_no_gpu(machine):
    assert machine(None)() == ((), "nvidia-smi is not on PATH")


def test_tool_that_fails_is_quoted(machine):
    found = machine("Failed to initialize NVML: Driver/library version mismatch\\n", code=18)()
    assert found.gpus == ()
    assert found.why_none.endswith("fails: Failed to initialize NVML: Driver/library version mismatch")


def test_tool_that_says_nothing_sensible_finds_none(machine):
    assert machine("No devices were found\\n")() == ((), "nvidia-smi lists none")


def test_card_without_a_device_file_cannot_be_lent(machine):
    found = machine(devices="nvidiactl")()
    assert found.gpus == ()
    assert "lists 2, and their device files are not in" in found.why_none


@pytest.mark.parametrize("hidden", ["", "-1", " "])
def test_cards_that_the_head_hides_are_not_lent(machine, monkeypatch, hidden):
    find = machine()
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", hidden)
    assert find().gpus == ()
    assert "hides them" in find().why_none


@pytest.mark.parametrize(
    ("visible", "numbers"),
    [
        ("1", [1]),
        ("1,0", [1, 0]),
        ("GPU-bb", [1]),
        ("0,7,1", [0]),
        ("0,-1,1", [0]),
        ("1,1", [1]),
        ("GPU-", []),
        ("NoDevFiles", []),
    ],
)
def test_only_the_cards_that_the_heads_list_names_are_lent_in_its_order(
    machine, monkeypatch, visible, numbers
):
    find = machine()
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert [gpu.number for gpu in find().gpus] == numbers
    assert bool(find().why_none) == (not numbers)


def test_every_card_comes_with_its_device_file_and_the_control_devices_that_exist(machine):
    first, second = machine()().gpus
    assert (first.number, first.uuid, first.name, first.memory_mib) == (
        0,
        "GPU-aaaa-1",
        "NVIDIA H100 80GB HBM3",
        81559,
    )
    assert [path.name for path in first.devices] == ["nvidia0", "nvidiactl", "nvidia-uvm"]
    assert [path.name for path in second.devices] == ["nvidia1", "nvidiactl", "nvidia-uvm"]
    assert second.name == "NVIDIA RTX, PCIe"


def test_memory_that_nobody_tells_is_unknown(machine):
    assert machine("0, GPU-a, [N/A], NVIDIA GH200\\n")().gpus[0].memory_mib is None


def test_driver_knows_the_device_file_better_than_the_tools_numbers(machine, tmp_path):
    find = machine("0, GPU-aaaa-1, 81559, NVIDIA H100\\n", devices="nvidia5 nvidiactl")
    folder = tmp_path / "driver" / "0000:45:00.0"
    folder.mkdir()
    (folder / "information").write_text(
        "Model: \t\t NVIDIA H100\nGPU UUID: \t GPU-aaaa-1\nDevice Minor: \t 5\n"
    )
    assert find().gpus[0].devices[0] == tmp_path / "dev" / "nvidia5"


def test_doctor_agrees_with_what_is_lent(machine, monkeypatch):
    machine(None)
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}:/usr/bin:/bin")
    row = next(row for row in diagnose() if row.name == "GPU")
    why_none = find_nvidia_gpus().why_none
    assert row.ok == (not why_none) and not row.needed
    assert why_none in row.detail
    if Path("/dev/nvidia0").exists():
        return
    assert "labs that require one cannot be graded here" in row.detail
