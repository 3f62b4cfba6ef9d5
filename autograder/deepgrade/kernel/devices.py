"""Which GPU the notebook could use, and whether it hid one from itself.

Theory of operation: the facts are for a check that asks whether training could use the GPU. They come from the
student's process and could be forged there; that earns what changing one line of the notebook would earn. Only a
library that the notebook has imported is asked, and in the middle of the notebook only one that has already looked
for devices, so that looking does not settle what the notebook may still want to choose.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from .imports import AfterImport
from .models import is_keras_model, optimizer_iterations

_MAX_CALLS = 50
_NO_CARD = ("", "-1")
_GPU_PLATFORMS = ("gpu", "cuda", "rocm")


class Devices:
    """Collects the facts of devices.json.

    Args:
        given: CUDA_VISIBLE_DEVICES as the engine set it.
    """

    def __init__(self, given: str | None) -> None:
        self._given = given
        self._at_start = os.environ.get("CUDA_VISIBLE_DEVICES")
        self._jax_platforms = os.environ.get("JAX_PLATFORMS")
        self._calls: list[str] = []
        self._trained = False

    def install(self, hooks: AfterImport) -> None:
        """Watch the calls that hide devices."""
        hooks.add("tensorflow", self._watch_tensorflow)
        hooks.add("jax", self._watch_jax)

    def look_for_training(self, namespace: dict[str, Any]) -> None:
        """Notice a trained Keras model among the notebook's variables; remembered when it is gone later."""
        if self._trained or "keras" not in sys.modules:
            return
        for value in list(namespace.values()):
            if is_keras_model(value) and optimizer_iterations(value) > 0:
                self._trained = True
                return

    def facts(self, *, at_end: bool) -> dict[str, Any]:
        """Return devices.json; `at_end` allows to ask a library that has not looked for devices yet."""
        calls = list(self._calls)
        platforms = os.environ.get("JAX_PLATFORMS")
        if platforms != self._jax_platforms and _hides_gpu(platforms):
            calls.append(f"os.environ['JAX_PLATFORMS'] = {platforms!r}")
        return {
            "schema_version": 1,
            "backend": _backend(),
            "gpus": _gpus(at_end),
            "cuda_visible_devices": {
                "given": self._given,
                "at_start": self._at_start,
                "at_end": os.environ.get("CUDA_VISIBLE_DEVICES"),
            },
            "hiding_calls": calls,
            "trained": self._trained,
        }

    def _record(self, call: str) -> None:
        if len(self._calls) < _MAX_CALLS and call not in self._calls:
            self._calls.append(call)

    def _watch_tensorflow(self, tensorflow: Any) -> None:
        original = tensorflow.config.set_visible_devices

        def set_visible_devices(devices: Any, device_type: Any = None) -> Any:
            original(devices, device_type)
            if device_type in (None, "GPU") and not any("GPU" in kind for kind in _device_types(devices)):
                listed = repr(devices)[:200]
                self._record(f"tf.config.set_visible_devices({listed}, {device_type!r})")

        set_visible_devices.__doc__ = original.__doc__
        for module in (tensorflow.config, tensorflow.config.experimental):
            module.set_visible_devices = set_visible_devices

    def _watch_jax(self, jax: Any) -> None:
        original = jax.config.update
        if self._at_start not in _NO_CARD and os.environ.get("CUDA_VISIBLE_DEVICES") in _NO_CARD:
            # TensorFlow then computes on the processor; JAX would fail with every operation.
            original("jax_platforms", "cpu")

        def update(name: str, value: Any) -> None:
            original(name, value)
            if name in ("jax_platforms", "jax_platform_name") and _hides_gpu(value):
                self._record(f"jax.config.update({name!r}, {value!r})")

        jax.config.update = update


def _device_types(devices: Any) -> list[str]:
    listed = devices if isinstance(devices, (list, tuple)) else [devices]
    return [str(getattr(device, "device_type", "")) for device in listed]


def _hides_gpu(platforms: Any) -> bool:
    return (
        isinstance(platforms, str)
        and bool(platforms)
        and not any(name in platforms for name in _GPU_PLATFORMS)
    )


def _backend() -> str | None:
    """Return the library that the notebook computes with."""
    keras: Any = sys.modules.get("keras")
    try:
        if keras is not None:
            return str(keras.backend.backend())
    except Exception:
        return None
    return next((name for name in ("tensorflow", "jax", "torch") if name in sys.modules), None)


def _gpus(at_end: bool) -> list[str]:
    found: list[str] = []
    for look in (_tensorflow_gpus, _jax_gpus, _torch_gpus):
        found += [name for name in _nothing_raised(look, at_end) if name not in found]
    return found


def _nothing_raised(look: Callable[[bool], list[str]], at_end: bool) -> list[str]:
    try:
        return look(at_end)
    except Exception:
        return []


def _tensorflow_gpus(at_end: bool) -> list[str]:
    tensorflow: Any = sys.modules.get("tensorflow")
    context: Any = sys.modules.get("tensorflow.python.eager.context")
    if tensorflow is None or context is None:
        return []
    current = context.context_safe()
    if not at_end and getattr(current, "_physical_devices", None) is None:
        return []
    devices = tensorflow.config.list_physical_devices("GPU")
    return [device.name.removeprefix("/physical_device:") for device in devices]


def _jax_gpus(at_end: bool) -> list[str]:
    jax: Any = sys.modules.get("jax")
    bridge: Any = sys.modules.get("jax._src.xla_bridge")
    if jax is None or bridge is None or not bridge.backends_are_initialized():
        return []
    return [f"GPU:{device.id}" for device in jax.devices() if device.platform in _GPU_PLATFORMS]


def _torch_gpus(at_end: bool) -> list[str]:
    torch: Any = sys.modules.get("torch")
    if torch is None or not (at_end or torch.cuda.is_initialized()):
        return []
    return [f"GPU:{index}" for index in range(torch.cuda.device_count())]
