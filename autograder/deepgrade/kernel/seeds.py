"""Seed the random generators, so that two runs of one submission agree as far as the libraries allow.

A notebook's own seeds win: each generator is seeded once, before the notebook can draw from it, and seeding Keras
(whose function seeds the others too) puts the others back as the notebook had left them. What a library draws from these
two while it is imported is put back as well: it may have been imported before there was a notebook (preload.py), which must then
find the same numbers.
"""

from __future__ import annotations

import importlib
import random
import sys
from typing import Any

from .imports import AfterImport

_IMPORTS_THAT_DRAW = ("tensorflow", "torch", "jax", "keras", "sklearn", "rich")
"""Seen to draw while they are imported, or to import one that does."""


def install_seeds(hooks: AfterImport, seed: int) -> None:
    """Seed `random` now; NumPy, TensorFlow, PyTorch and Keras as soon as they are imported."""
    random.seed(seed)
    for name in _IMPORTS_THAT_DRAW:
        hooks.surround(name, random_state, restore_random_state)
    hooks.add("numpy.random", lambda module: module.seed(seed))
    # NumPy loads it late: a library would then draw from it between its seeding and the notebook.
    hooks.add("numpy", _load_random)
    hooks.add("tensorflow", lambda module: module.random.set_seed(seed))
    hooks.add("torch", lambda module: module.manual_seed(seed))
    hooks.add("keras", lambda module: _seed_keras(module, seed))


def _load_random(_: Any) -> None:
    importlib.import_module("numpy.random")


def _seed_keras(keras: Any, seed: int) -> None:
    state = random_state()
    tensorflow_seed = _tensorflow_seed()
    torch: Any = sys.modules.get("torch")
    torch_state = torch.get_rng_state() if torch is not None else None
    keras.utils.set_random_seed(seed)
    restore_random_state(state)
    if tensorflow_seed is not None and tensorflow_seed != seed:
        sys.modules["tensorflow"].random.set_seed(tensorflow_seed)
    if torch_state is not None:
        torch.set_rng_state(torch_state)


def random_state() -> tuple[Any, Any]:
    """Return the states of `random` and of NumPy's global generator, if that was used."""
    numpy_random: Any = sys.modules.get("numpy.random")
    return random.getstate(), numpy_random.get_state() if numpy_random is not None else None


def restore_random_state(state: tuple[Any, Any]) -> None:
    """Put back what `random_state` returned."""
    random.setstate(state[0])
    numpy_random: Any = sys.modules.get("numpy.random")
    if state[1] is not None and numpy_random is not None:
        numpy_random.set_state(state[1])


def _tensorflow_seed() -> int | None:
    context: Any = sys.modules.get("tensorflow.python.eager.context")
    if context is None or "tensorflow" not in sys.modules:
        return None
    seed = context.global_seed()
    return seed if isinstance(seed, int) else None
