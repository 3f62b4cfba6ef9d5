"""A run's share of the GPU's memory is told to each library in its own words."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from deepgrade.kernel.gpu_memory import install_gpu_memory


class Hooks:
    """Calls the hooks at once, on stand-ins for the libraries: there is no GPU where these tests run."""

    def __init__(self, **modules):
        self.modules = modules
        self.asked = []

    def add(self, name, hook):
        """Call the hook if the module is there."""
        self.asked.append(name)
        if name in self.modules:
            hook(self.modules[name])


def _torch(calls):
    limit = lambda fraction, device: calls.append((device, fraction))  # noqa: E731
    return SimpleNamespace(
        cuda=SimpleNamespace(device_count=lambda: 2, set_per_process_memory_fraction=limit)
    )


def _tensorflow(calls):
    config = SimpleNamespace(
        list_physical_devices=lambda kind: [f"{kind}:0"],
        LogicalDeviceConfiguration=lambda memory_limit: memory_limit,
        set_logical_device_configuration=lambda device, limits: calls.append((device, limits)),
    )
    return SimpleNamespace(config=config)


def test_a_whole_card_leaves_the_libraries_as_they_are():
    hooks = Hooks()
    install_gpu_memory(hooks, 1.0, 40_000)
    assert hooks.asked == []


def test_torch_takes_the_fraction_of_every_visible_card():
    calls = []
    install_gpu_memory(Hooks(torch=_torch(calls)), 0.25, None)
    assert calls == [(0, 0.25), (1, 0.25)]


@pytest.mark.parametrize(("mib", "expected"), [(40_000, [("GPU:0", [10_000])]), (None, [])])
def test_tensorflow_takes_a_size_where_the_cards_is_known(mib, expected):
    calls = []
    install_gpu_memory(Hooks(tensorflow=_tensorflow(calls)), 0.25, mib)
    assert calls == expected
