"""Figures, and the colours that they and the text use."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from page_reader import Page

import deepgrade.report
from deepgrade.report import svg
from deepgrade.report.charts import cell_times, histogram, meter, stacked_bar
from deepgrade.report.curves import curves
from deepgrade.report.strip import Dot, strip_plot
from deepgrade.score import METRICS

STYLE = (Path(deepgrade.report.__file__).parent / "templates" / "report.css").read_text()
FINITE = st.floats(-1e9, 1e9)
JSON = st.one_of(st.none(), st.booleans(), st.floats(allow_nan=True), st.integers(), st.text(max_size=5))


@settings(deadline=None)
@given(
    st.dictionaries(st.text(max_size=8), st.lists(JSON, max_size=40) | JSON, max_size=6),
    st.lists(JSON, max_size=3),
)
def test_any_history_is_drawn_or_passed_over(history, epochs):
    for chart in curves(history, epochs):
        assert Page(str(chart)).problems == []
        assert "nan" not in chart.lower().replace("nano", "") or any("nan" in str(k).lower() for k in history)


@settings(deadline=None)
@given(st.lists(st.floats(0, 100), max_size=40), st.floats(0, 100))
def test_any_points_make_a_histogram_that_counts_everyone(points, top):
    bars = [int(n) for n in re.findall(r" points: (\d+)</title>", histogram(points, top))]
    assert sum(bars) == len(points)


@settings(deadline=None)
@given(
    st.sampled_from([("accuracy", 0, 1), ("r2", -1e6, 1), ("mae", 0, 1e9), ("rmse", 0, 1)]).flatmap(
        lambda kind: st.tuples(
            st.just(METRICS[kind[0]]),
            st.lists(st.floats(*kind[1:]), max_size=60),
            st.none() | st.floats(*kind[1:]),
        )
    )
)
def test_any_scores_make_a_plot_with_one_mark_each_inside_it(drawn):
    metric, values, threshold = drawn
    plot = strip_plot([Dot("a", value) for value in values], threshold, "x", metric)
    assert plot.count('class="dot"') + plot.count('class="cross"') == len(values)
    missed = [v for v in values if threshold is not None and not metric.reaches(v, threshold)]
    assert plot.count('class="cross"') == len(missed)
    places = [float(x) for x in re.findall(r'[" ](?:cx|x1|x2)="(-?[\d.]+)"', plot)]
    places += [float(x) for x in re.findall(r' d="M(-?[\d.]+) ', plot)]
    assert all(0 <= x <= 424 for x in places)


def test_models_far_on_the_bad_side_are_counted_at_that_end():
    errors = [Dot("a", 250 + place) for place in range(20)] + [Dot("b", 9e6)]
    assert "1 farther right" in strip_plot(errors, 270, "x", METRICS["mae"])
    shares = [Dot("a", 0.97 + place / 1000) for place in range(20)] + [Dot("b", 0.1)]
    assert "1 farther left" in strip_plot(shares, 0.96, "x", METRICS["accuracy"])


@settings(deadline=None)
@given(FINITE, FINITE)
def test_ticks_rise_and_stay_in_the_range(a, b):
    low, high = min(a, b), max(a, b)
    places = svg.ticks(low, high)
    assert places == sorted(places) and 1 <= len(places) <= 21
    if high > low:
        slack = 1e-6 * (high - low) + 1e-9 * abs(high) + 1e-9 * abs(low)
        assert all(low - slack <= place <= high + slack for place in places)
    assert len(svg.tick_texts(places)) == len(places)


def test_attributes_and_words_are_escaped():
    assert str(svg.tag("text", "<b>", class_='"x')) == '<text class="&#34;x">&lt;b&gt;</text>'


def test_empty_figures_are_drawn():
    for figure in (
        histogram([], 0),
        strip_plot([], None, "x", METRICS["r2"]),
        cell_times([]),
        meter(1, 0, "x"),
        stacked_bar(0, 0, 0, 0),
    ):
        assert Page(str(figure)).problems == []


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(a: str, b: str) -> float:
    light, dark = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_contrast_reaches_aa_in_light_and_dark(mode):
    blocks = [
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", b)) for b in re.findall(r":root \{[^}]*\}", STYLE)
    ]
    colours = blocks[0] if mode == "light" else blocks[0] | blocks[1]
    grounds = ("page", "surface", "sunken")
    pairs = [(text, ground) for ground in grounds for text in ("ink", "muted", "accent", "bad")]
    pairs += [(f"code-{k}", "sunken") for k in "kscnf"]
    pairs += [
        (c, g)
        for c in ("red", "green", "yellow", "blue", "magenta", "cyan")
        for g in ("page", "bad-soft", "part-soft")
    ]
    pairs += [
        ("good", "good-soft"),
        ("bad", "bad-soft"),
        ("part", "part-soft"),
        ("accent", "accent-soft"),
        ("muted", "quiet-soft"),
    ]
    pairs += [
        ("ink", "accent-soft"),
        ("ink", "bad-soft"),
        ("ink", "part-soft"),
        ("muted", "bad-soft"),
        ("muted", "part-soft"),
    ]
    low = {pair: round(_contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in low.items() if ratio < 4.5} == {}
    for fill in ("fill-good", "fill-part", "fill-bad", "accent"):
        assert _contrast(colours[fill], colours["surface"]) >= (
            3 if mode == "dark" or fill == "accent" else 2
        )
