"""Boards of students that nobody is: plausible scores, intervals, histories, ties, and entries without a score."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np

from deepgrade.board.showing.standing import Figure, Line, Standing
from deepgrade.score.metrics import wilson

OPENS = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
DEADLINE = datetime(2026, 3, 22, 22, 59, tzinfo=UTC)
PUBLIC_ROWS, PRIVATE_ROWS = 1_000, 3_000
THRESHOLDS = ((0.94, 1.0), (0.96, 2.0), (0.975, 3.0), (0.985, 4.0))

BASELINES = (
    ("Multinomial logistic regression", 0.9226, "published", "ISLR 10.9.2, error 7.2 to 7.8 %"),
    (
        "Network of two hidden layers",
        0.9621,
        "measured",
        "deepgrade calibrate, 30 runs, full data, 2026-02-11",
    ),
    ("LeNet-5", 0.9875, "published", "LeCun et al., Proc. IEEE 86, 1998, figure 9"),
    ("Always the commonest digit", 0.1135, "measured", "share of ones in the test set"),
)

DESCRIPTION = """Recognise handwritten digits. Enter the **model** of question b9; it is run on rows that nobody has seen.

- Best entry counts, five entries a day.
- Half of the grade is the *private* score, which is revealed after the deadline.
"""

History = tuple[tuple[datetime, float], ...]

_FIRST = (
    "Quiet Amber Brisk Clever Dapper Eager Fuzzy Gentle Humble Jolly Keen Lively Mellow Noble Patient Rapid"
)
_SECOND = (
    "Otter Heron Lynx Badger Falcon Marten Newt Raven Stork Tapir Vole Wombat Yak Zebra Ibis Gecko Puffin"
)


def made_standing(students: int = 200, seed: int = 1, private: bool = False, **changes: object) -> Standing:
    """Return a board of the public split, or of the private one with movement from the public one.

    Args:
        students: How many; about one in thirty has no scored entry.
        seed: Another seed, another class.
        private: Whether private scores are revealed.
        **changes: Fields of the standing that are set last.
    """
    random = np.random.default_rng(seed)
    made = [_student(random, number) for number in range(students)]
    scored = [line for line, _ in made if line.figure is not None]
    finals = {line.who: final for line, final in made}
    public = _ranked(scored)
    if private:
        places = {line.who: line.rank for line in public}
        moved = [
            replace(line, public=line.figure, history=finals[line.who],
                    figure=_figure(dict(finals[line.who])[line.entered_at], PRIVATE_ROWS))
            for line in scored
        ]  # fmt: skip
        ranked = [replace(line, movement=places[line.who] - line.rank) for line in _ranked(moved)]
    else:
        ranked = [replace(line, movement=_week(random, line, students)) for line in public]
    if len(ranked) > 40:
        place = len(ranked) // 3
        earned = float(np.interp(ranked[place].figure.value, *zip(*THRESHOLDS, strict=True)))
        ranked[place] = replace(ranked[place], own=True, points=earned)
    lines = [*ranked, *(_baseline(*baseline) for baseline in BASELINES)]
    lines.sort(key=lambda line: (-line.figure.value, line.rank is None, line.rank))
    lines += [line for line, _ in made if line.figure is None]
    standing = Standing(
        lab="le5", lab_title="LE5: Introduction to deep learning", board="digits", title="Who reads digits best?",
        metric="accuracy (share of rows)", higher_is_better=True, low=0.0, high=1.0,
        split="private" if private else "public", rows=PRIVATE_ROWS if private else PUBLIC_ROWS,
        lines=tuple(lines), data="synthetic data, quick",
        made_at=DEADLINE + timedelta(days=2) if private else DEADLINE - timedelta(hours=20),
        deadline=DEADLINE, time_zone="Europe/Berlin", frozen_at=None if private else DEADLINE - timedelta(days=1),
        hidden_split=not private, thresholds=THRESHOLDS,
        description=DESCRIPTION,
    )  # fmt: skip
    return replace(standing, **changes)


def mirrored(standing: Standing) -> Standing:
    """Return the same board by error rate, of which lower is better."""

    def of(figure: Figure | None) -> Figure | None:
        if figure is None:
            return None
        ends = (None, None) if figure.low is None else (1 - figure.high, 1 - figure.low)
        return Figure(1 - figure.value, *ends)

    lines = tuple(
        replace(
            line,
            figure=of(line.figure),
            public=of(line.public),
            history=tuple((when, 1 - value) for when, value in line.history),
        )
        for line in standing.lines
    )
    thresholds = tuple((1 - score, points) for score, points in standing.thresholds)
    return replace(
        standing,
        lines=lines,
        thresholds=thresholds,
        higher_is_better=False,
        metric="error rate (share of rows)",
    )


def _figure(share: float, rows: int) -> Figure:
    return Figure(share, *(float(end) for end in wilson(share, rows)))


def _student(random: np.random.Generator, number: int) -> tuple[Line, History]:
    """Return a student's line on the public split, and the private scores of the same entries."""
    first, second = _FIRST.split(), _SECOND.split()
    names = first[number % len(first)], second[number // len(first) % len(second)]
    who = f"{' '.join(names)} {10 + int(random.integers(90))}" + ("" if number < 272 else f"-{number}")
    empty = {"rank": None, "who": who, "kind": "student", "movement": None, "note": "", "own": False}
    if random.random() < 0.03:
        note = "the model could not be rebuilt: a layer that is not known"
        line = Line(**empty | {"note": note}, figure=None, public=None, ties=(None,), entries=0,
                    entered_at=None, history=())  # fmt: skip
        return line, ()
    goal = 0.99 - 0.07 * random.beta(1.3, 3.2)
    if random.random() < 0.02:
        goal = random.uniform(0.1, 0.8)
    entries = int(random.integers(1, 16))
    span = (DEADLINE - timedelta(days=1) - OPENS) / timedelta(seconds=1)
    when = sorted(OPENS + timedelta(seconds=int(span * random.beta(2.2, 1.1))) for _ in range(entries))
    truths = [
        goal - (0.05 * random.random() ** 2) * (entries - 1 - step) / entries for step in range(entries)
    ]
    shares = [float(random.binomial(PUBLIC_ROWS, truth)) / PUBLIC_ROWS for truth in truths]
    best = max(range(entries), key=lambda step: (shares[step], -step))
    finals = [float(random.binomial(PRIVATE_ROWS, truth)) / PRIVATE_ROWS for truth in truths]
    late = {"note": "entered 3 h late"} if random.random() < 0.02 else {}
    line = Line(
        **empty | late,
        figure=_figure(shares[best], PUBLIC_ROWS),
        public=None,
        ties=(round(float(random.random()), 1),),
        entries=entries,
        entered_at=when[best],
        history=tuple(zip(when, shares, strict=True)),
    )
    return line, tuple(zip(when, finals, strict=True))


def _ranked(lines: list[Line]) -> list[Line]:
    def key(line: Line) -> tuple[float, float, datetime]:
        return -line.figure.value, -line.ties[0], line.entered_at

    ordered = sorted(lines, key=key)
    ranks = [1] if ordered else []
    for before, after in pairwise(ordered):
        ranks.append(ranks[-1] if key(before) == key(after) else len(ranks) + 1)
    return [replace(line, rank=rank) for line, rank in zip(ordered, ranks, strict=True)]


def _week(random: np.random.Generator, line: Line, students: int) -> int | None:
    if line.history[0][0] > DEADLINE - timedelta(days=8):
        return None
    return int(np.clip(round(random.normal(0, students / 25)), 1 - line.rank, students - line.rank))


def _baseline(title: str, value: float, kind: str, source: str) -> Line:
    measured = _figure(value, PUBLIC_ROWS) if kind == "measured" else Figure(value, None, None)
    return Line(rank=None, who=title, kind=kind, figure=measured, public=None, ties=(), entries=0,
                entered_at=None, movement=None, history=(), note=source, own=False)  # fmt: skip
