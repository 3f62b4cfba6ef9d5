"""Keep the deep-learning library to the run's share of the GPU's memory.

Nothing in a process can be held to a share of a card from outside (a driver counts, but refuses only when the card is
full), so each library is told, with its own setting, as soon as it is imported. A notebook that undoes this takes
memory from the other runs on its card; that is what `gpu_memory_fraction` in lab.toml says, too. JAX reads
its share from the environment, which the supervisor sets.
"""

from __future__ import annotations

from typing import Any

from .imports import AfterImport


def install_gpu_memory(hooks: AfterImport, fraction: float, mib: int | None) -> None:
    """Tell TensorFlow and PyTorch their share.

    Args:
        hooks: Called after the imports.
        fraction: Of the card's memory, in (0, 1]; 1 leaves the libraries as they are.
        mib: The card's memory, MiB, if the engine knows it: TensorFlow takes a size, not a fraction.
    """
    if fraction >= 1:
        return
    hooks.add("torch", lambda module: _limit_torch(module, fraction))
    if mib is not None:
        hooks.add("tensorflow", lambda module: _limit_tensorflow(module, int(mib * fraction)))


def _limit_torch(torch: Any, fraction: float) -> None:
    for device in range(torch.cuda.device_count()):
        torch.cuda.set_per_process_memory_fraction(fraction, device)


def _limit_tensorflow(tensorflow: Any, mib: int) -> None:
    config = tensorflow.config
    for device in config.list_physical_devices("GPU"):
        config.set_logical_device_configuration(device, [config.LogicalDeviceConfiguration(memory_limit=mib)])
