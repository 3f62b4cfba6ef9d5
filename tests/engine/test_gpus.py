"""How runs share this machine's GPUs."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepgrade.engine import Cards, find_gpus, slots_for
from deepgrade.engine.gpus import most_runs, shared_limits
from deepgrade.lab import Limits
from deepgrade.run import Gpu


def _gpu(number: int = 0, memory_mib: int | None = 81559) -> Gpu:
    return Gpu(f"card {number}", (Path(f"/dev/nvidia{number}"),), str(number), memory_mib)


def test_no_gpu_no_share_and_nothing_lent():
    assert most_runs((), Limits()) is None
    assert shared_limits(Limits(), (), 8) == Limits()
    with Cards().lend() as gpu:
        assert gpu is None


@pytest.mark.parametrize(("share", "runs"), [(1.0, 1), (0.6, 1), (0.5, 2), (1 / 3, 3), (0.1, 10), (0.07, 14)])
def test_no_more_runs_than_the_shares_that_lab_toml_names(share, runs):
    limits = Limits(gpu_memory_fraction=share)
    assert slots_for(limits, [_gpu()], asked=64) == runs
    assert slots_for(limits, [_gpu(0), _gpu(1)], asked=64) == 2 * runs
    assert shared_limits(limits, [_gpu()], 64) == limits


def test_without_a_share_in_lab_toml_the_runs_share_the_card_evenly_with_room_for_the_driver():
    limits = Limits()
    assert slots_for(limits, [_gpu()], asked=8) == 8
    share = shared_limits(limits, [_gpu()], 8).gpu_memory_fraction
    assert share == 0.117
    assert 8 * (share * 81559 + 600) <= 81559


def test_run_that_is_alone_on_a_card_has_all_of_it():
    assert shared_limits(Limits(), [_gpu()], 1).gpu_memory_fraction == 1
    assert shared_limits(Limits(), [_gpu(0), _gpu(1)], 2).gpu_memory_fraction == 1


def test_small_cards_are_not_cut_into_useless_shares():
    assert slots_for(Limits(), [_gpu(memory_mib=8192)], asked=16) == 2
    assert slots_for(Limits(), [_gpu(memory_mib=2000)], asked=16) == 1
    assert slots_for(Limits(), [_gpu(memory_mib=None)], asked=16) == 4
    assert slots_for(Limits(), [_gpu(0), _gpu(1, memory_mib=8192)], asked=16) == 4


@given(
    st.lists(st.one_of(st.none(), st.integers(1024, 200_000)), min_size=1, max_size=4),
    st.integers(1, 64),
    st.one_of(st.none(), st.floats(0.05, 1)),
)
def test_runs_on_a_card_never_count_on_more_memory_than_it_has(sizes, asked, share):
    gpus = [_gpu(number, size) for number, size in enumerate(sizes)]
    limits = Limits() if share is None else Limits(gpu_memory_fraction=share)
    slots = slots_for(limits, gpus, asked=asked)
    each = shared_limits(limits, gpus, slots).gpu_memory_fraction
    cards = Cards(gpus)
    with ExitStack() as stack:
        lent = [stack.enter_context(cards.lend()) for _ in range(slots)]
        for gpu in gpus:
            assert sum(1 for card in lent if card is gpu) * each <= 1 + 1e-6


def test_runs_are_dealt_over_the_cards_and_come_back():
    cards = Cards([_gpu(0), _gpu(1)])
    with cards.lend() as first, cards.lend() as second, cards.lend() as third:
        assert [gpu.cuda_visible_devices for gpu in (first, second, third)] == ["0", "1", "0"]
        with cards.lend() as fourth:
            assert fourth.cuda_visible_devices == "1"
    with pytest.raises(RuntimeError), cards.lend():
        raise RuntimeError
    with cards.lend() as again:
        assert again.cuda_visible_devices == "0"


def test_many_threads_share_two_cards_evenly():
    cards, at_once, barrier = Cards([_gpu(0), _gpu(1)]), [], threading.Barrier(8)

    def use() -> None:
        with cards.lend() as gpu:
            barrier.wait(10)
            at_once.append(gpu.cuda_visible_devices)
            barrier.wait(10)

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(at_once) == ["0"] * 4 + ["1"] * 4


def test_found_card_is_lent_by_its_uuid_and_named_in_words(tmp_path, monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho '3, GPU-1234, 40960, NVIDIA A100'\n")
    tool.chmod(0o755)
    (tmp_path / "nvidia3").touch()
    monkeypatch.setenv("PATH", str(tmp_path))
    (gpu,), why_none = find_gpus(dev=tmp_path)
    assert gpu == Gpu("NVIDIA A100, GPU 3", (tmp_path / "nvidia3",), "GPU-1234", 40960)
    assert why_none == ""
