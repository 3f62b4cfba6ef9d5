"""Figures: what a person would look for first. Axes have labels, and as many lines as there are things to compare."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from deepgrade.checks.training import curve


def axes_with(
    lab: Any, question: str, *, lines: int = 0, images: int = 0, scatters: int = 0, bars: int = 0
) -> list[Any]:
    """Return the axes that a question shows with at least so many lines, images, scatter plots and bars."""
    return [
        axes
        for figure in lab.figures(question)
        for axes in figure.axes
        if len(axes.lines) >= lines
        and axes.images >= images
        and len(axes.scatters) >= scatters
        and axes.bars >= bars
    ]


def lines_of(axes: Any, least_points: int = 2) -> list[Any]:
    """Return the lines of axes that have at least so many points; marks such as `axvline` have two."""
    return [line for line in axes.lines if line.points >= least_points]


def draws(axes: Any, values: Sequence[float]) -> bool:
    """Return whether one of the lines of axes goes through these values, in their order.

    Points that are not finite are left out of a line: a table with a shorter column has them at its end.
    """
    expected = np.asarray(values, dtype=float)
    expected = expected[np.isfinite(expected)]
    for line in lines_of(axes, 1):
        found = np.asarray(line.y, dtype=float)
        found = found[np.isfinite(found)]
        if found.shape == expected.shape and np.allclose(found, expected, rtol=1e-3):
            return True
    return False


def assert_labelled(axes: Any) -> None:
    """Assert that axes say what they show.

    Raises:
        AssertionError: With the hint.
    """
    assert axes.xlabel.strip() and axes.ylabel.strip(), "label both axes: what do they show?"
    assert len(lines_of(axes, 3)) < 2 or axes.legend, "tell the lines apart with a legend"


def assert_history_drawn(lab: Any, question: str, history: Any, *measures: str) -> None:
    """Assert that one plot of a question shows measures of a history as lines, with labelled axes.

    Args:
        lab: The check's `lab`.
        question: Whose figures are looked at.
        history: A captured History.
        measures: Measures (`loss`, `val_loss`) that belong into one plot; see `curve`.

    Raises:
        AssertionError: With the hint.
    """
    curves = [curve(history, measure) for measure in measures]
    plots = axes_with(lab, question, lines=len(curves))
    fitting = [axes for axes in plots if all(draws(axes, values) for values in curves)]
    assert fitting, f"no plot shows {' and '.join(measures)} of the history as lines"
    assert_labelled(fitting[0])


def assert_rows_of_pixels(lab: Any, images: Any, count: int, sides: tuple[int, int] = (28, 28)) -> None:
    """Assert one row an image with its pixels in their order, scaled to [0, 1].

    The order is judged by the ink: the middle of the mean image is darker than its upper and lower margin, which pixels in
    another order (reshaped to columns and transposed) do not keep.

    Args:
        lab: The check's `lab`.
        images: Captured array.
        count: How many images there are.
        sides: Height and width of an image, pixels.

    Raises:
        AssertionError: With the hint.
    """
    height, width = sides
    assert images.shape == (count, height * width), "one row an image, one column a pixel"
    assert images.min() >= 0 and 0.9 < images.max() <= 1, "divide by the largest pixel value, once"
    mean = np.asarray(lab.rows(images), dtype=float).mean(axis=0).reshape(sides)
    middle = mean[height // 3 : height - height // 3, width // 3 : width - width // 3]
    hint = "ink is where an image has its margin: a row has to hold the pixels of one image, in their order"
    assert middle.mean() > 3 * mean[[0, -1]].mean(), hint
