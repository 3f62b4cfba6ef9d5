"""Training: epochs, batches and what the history tells."""

from __future__ import annotations

from typing import Any

import numpy as np


def batches(rows: float, batch_size: int) -> int:
    """Return how many steps an epoch has: full batches, and one for what is left."""
    return -(-int(rows) // batch_size)


def assert_fitted(
    history: Any,
    *,
    epochs: int | tuple[int, int] | None = None,
    rows: int | None = None,
    batch_size: int | None = None,
    validated: bool = False,
) -> None:
    """Assert that a training went as asked.

    Args:
        history: A captured History.
        epochs: How many, or (least, most).
        rows: How many examples were trained on; with `batch_size`. Steps may miss one, for a batch left out at the end
            or a validation share that was rounded the other way.
        batch_size: Examples in a batch.
        validated: Whether it has to have validation data.

    Raises:
        AssertionError: With the hint.
    """
    assert hasattr(history, "history"), "keep what fit returns"
    done = len(history.epoch)
    if epochs is not None:
        least, most = (epochs, epochs) if isinstance(epochs, int) else epochs
        assert least <= done <= most, "look at the number of epochs, and keep what fit returned"
    if rows is not None and batch_size is not None:
        expected = batches(rows, batch_size)
        steps = history.params.get("steps") or expected
        hint = "another batch size, or other examples than asked for"
        assert abs(steps - expected) <= 1, hint
    if validated:
        assert "val_loss" in history.history, "fit has an argument for validation data"


def best_epoch(history: Any, measure: str = "val_loss") -> int:
    """Return the epoch, counted from 1, in which a measure is best: lowest for losses and errors, else highest.

    Raises:
        AssertionError: The history does not have it.
    """
    values = history.history.get(measure)
    assert values, f"the history has no {measure}"
    lowest = any(part in measure for part in ("loss", "error", "mae", "mse"))
    return int(np.argmin(values) if lowest else np.argmax(values)) + 1


def curve(history: Any, measure: str) -> list[float]:
    """Return a measure epoch by epoch; `accuracy` also finds the names that other spellings of the metric give it.

    Args:
        history: A captured History.
        measure: `loss`, `val_loss`, `accuracy`, `val_accuracy` or another name in the history.

    Raises:
        AssertionError: The history does not have it.
    """
    names = [measure]
    if measure.removeprefix("val_") == "accuracy":
        validated = measure.startswith("val_")
        names += [name for name in history.history if "acc" in name and name.startswith("val_") == validated]
    found = next((history.history[name] for name in names if history.history.get(name)), None)
    assert found, f"the history has no {measure}"
    return list(found)
