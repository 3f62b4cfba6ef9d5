"""Figures: what a person would look for first. Axes have labels, and as many lines as there are things to compare."""

from __future__ import annotations

from typing import Any


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


def assert_labelled(axes: Any) -> None:
    """Assert that axes say what they show.

    Raises:
        AssertionError: With the hint.
    """
    assert axes.xlabel.strip() and axes.ylabel.strip(), "label both axes: what do they show?"
    assert len(lines_of(axes, 3)) < 2 or axes.legend, "tell the lines apart with a legend"
