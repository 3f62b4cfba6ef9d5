"""The page `docs/fairness.md`: from records and from the thresholds in lab.toml, nothing by hand."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from pathlib import Path

from deepgrade.files import write_atomic
from deepgrade.flavours.readme import THRESHOLD_HEADINGS, table, threshold_rows
from deepgrade.grading.headlines import HeadlineFigures
from deepgrade.grading.record import FairnessRecord, Points, Tally, read_records
from deepgrade.grading.threshold_model import ASSUMPTIONS
from deepgrade.lab import Headline, LabError, LabFiles, Origin, Size, lab_names, load_lab

HEADINGS = (
    "lab",
    "solution, otter",
    "solution, nbgrader",
    "blank",
    "alternatives",
    "mistakes",
    "unkilled checks",
    "seeds",
    "not assessed",
    "run time",
)

_BESIDE = ("lab", "figure", "source", "ours: mean", "lowest", "highest", "runs", "in keeping", "machine")


def row_of(record: FairnessRecord) -> tuple[str, ...]:
    """Return a lab's row under `HEADINGS`."""
    return (
        record.lab,
        _earned(record.solution.get("otter")),
        _earned(record.solution.get("nbgrader")),
        " and ".join(f"{row.earned:g}" for row in record.blank.values()) or "-",
        _share(record.alternatives),
        _share(record.mistakes),
        str(len(record.unkilled)) if record.mistakes.total else "-",
        _share(record.seeds),
        str(len(record.not_assessed)),
        f"{record.run_s:,.0f} s",
    )


def _earned(points: Points | None) -> str:
    return "-" if points is None else f"{points.earned:g} of {points.possible:g}"


def _share(tally: Tally) -> str:
    return f"{tally.passed}/{tally.total}" if tally.total else "-"


def write_fairness(root: Path) -> Path:
    """Write `docs/fairness.md` anew from what is recorded.

    Raises:
        LabError: A record cannot be read.
    """
    path = root / "docs" / "fairness.md"
    write_atomic(path, fairness_text(root))
    return path


def fairness_text(root: Path) -> str:
    """Return the page; a lab whose lab.toml is not valid is left out of the thresholds.

    Raises:
        LabError: A record cannot be read.
    """
    records = read_records(root)
    parts = [_INTRODUCTION]
    for (origin, size, gpu), group in groupby(records, key=lambda r: (r.origin, r.size, r.gpu)):
        where = ", on a GPU" if gpu else ""
        parts.append(_section(f"{origin.capitalize()} data, {size} size{where}", list(group)))
    parts += _not_run(root, records)
    parts += _beside_the_sources(
        root, [record for record in records if (record.origin, record.size) == _SOURCES]
    )
    rows = [(name, *row) for name in lab_names(root) for row in _thresholds(LabFiles(root, name))]
    parts += ["## Thresholds", table(("lab", *THRESHOLD_HEADINGS), rows) if rows else "No lab has one yet."]
    parts += ["## The model behind the chances", _MODEL, ASSUMPTIONS]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _thresholds(files: LabFiles) -> list[tuple[str, ...]]:
    try:
        return threshold_rows(load_lab(files))
    except LabError:
        return []


def _section(title: str, records: Sequence[FairnessRecord]) -> str:
    rows = [(*row_of(record), record.date.isoformat()) for record in records]
    lines = [f"## {title}", table((*HEADINGS, "date"), rows)]
    lines += _by_lab("Not assessed, so not proven on this machine", records, lambda r: r.not_assessed)
    lines += _by_lab(
        "Mistakes that need the other size of data, so not run here", records, lambda r: r.left_out
    )
    lines += _by_lab("Checks that no mistake fails", records, lambda r: r.unkilled)
    lines += _by_lab("Not as it must be", records, _wrong)
    machines = sorted({f"{r.cores} cores, {r.sandbox}" for r in records})
    versions = sorted({", ".join(f"{name} {v}" for name, v in r.versions.items()) for r in records})
    lines.append("Machine: " + "; ".join(machines) + ". Versions: " + "; ".join(versions) + ".")
    return "\n\n".join(lines)


def _beside_the_sources(root: Path, records: Iterable[FairnessRecord]) -> list[str]:
    rows, notes, times = [], [], []
    for record in (r for r in records if r.solution_s):
        machine = "GPU" if record.gpu else f"{record.cores} cores"
        seconds = f"{statistics.median(record.solution_s):,.0f} s"
        times.append((record.lab, machine, seconds, str(len(record.solution_s)), record.device))
        measured = {figures.title: figures for figures in record.headlines}
        for headline in _headlines(LabFiles(root, record.lab)):
            figures = measured.get(headline.title, HeadlineFigures(title=headline.title, found=()))
            rows.append((record.lab, *_beside(headline, figures), machine))
            said = [headline.note] if headline.note else []
            said += [f"no figure of {why}" for why in figures.missing]
            notes += [f"- {record.lab}, {headline.title}: {sentence}" for sentence in said]
    if not times:
        return []
    parts = ["## Beside the sources", _SOURCES_SAY]
    parts += [table(_BESIDE, rows)] if rows else []
    parts += ["\n".join(dict.fromkeys(notes))] if notes else []
    parts += [
        "How long one run of a solution takes on the real data (the median):",
        table(("lab", "machine", "one run", "runs", "device"), times),
    ]
    return parts


def _headlines(files: LabFiles) -> tuple[Headline, ...]:
    try:
        return load_lab(files).headlines
    except LabError:
        return ()


def _beside(headline: Headline, figures: HeadlineFigures) -> tuple[str, ...]:
    mean = figures.mean
    if mean is None:
        return (headline.title, headline.wanted, "-", "-", "-", "0", "not measured")
    low, high = min(figures.found), max(figures.found)
    spread = (f"{mean:.4g}", f"{low:.4g}", f"{high:.4g}", str(len(figures.found)))
    return (headline.title, headline.wanted, *spread, "yes" if headline.holds(mean) else "**no**")


def _by_lab(
    title: str, records: Iterable[FairnessRecord], named: Callable[[FairnessRecord], Iterable[str]]
) -> list[str]:
    lines = [f"- {r.lab}: {', '.join(names)}" for r in records if (names := list(named(r)))]
    return [f"{title}:", "\n".join(lines)] if lines else []


def _wrong(record: FairnessRecord) -> list[str]:
    cases = [f"solution in {name}" for name, points in record.solution.items() if not points.ok]
    cases += [f"blank template in {name}" for name, points in record.blank.items() if not points.ok]
    for what, tally in (
        ("alternative", record.alternatives),
        ("mistake", record.mistakes),
        ("", record.seeds),
    ):
        cases += [f"{what} {name}".strip() for name in tally.wrong]
    return [*cases, *record.complaints]


def _not_run(root: Path, records: Sequence[FairnessRecord]) -> list[str]:
    lines = []
    for origin, size in (("synthetic", "quick"), ("real", "full")):
        there = {record.lab for record in records if (record.origin, record.size) == (origin, size)}
        missing = [name for name in lab_names(root) if name not in there]
        seeded = {r.lab for r in records if (r.origin, r.size) == (origin, size) and r.seeds.total}
        without = sorted(there - seeded)
        if missing:
            lines.append(f"- {origin} data, {size} size: no record of {', '.join(missing)}.")
        if without:
            lines.append(f"- {origin} data, {size} size: no seeds of {', '.join(without)}.")
    return ["## What was not run", "\n".join(lines)] if lines else []


_INTRODUCTION = """
# Fairness, measured

<!-- Made by `deepgrade verify --record` and `deepgrade calibrate --write` from docs/fairness/ and lab.toml; do not edit. -->

`deepgrade verify` runs each lab's solution in both flavours, the blank template, every alternative (another honest way),
every known mistake, and the solution with other random seeds. The solution, the alternatives and the seeds have to earn every
point that can be assessed, the blank template none; a mistake counts as caught when it loses exactly the checks that it
names. A check that no mistake fails is a defect. Runs may be from several days: stored runs are found again while notebook,
data, limits and versions are the same. *Run time* is that of all runs, one after the other. A dash: not run.
"""

_SOURCES: tuple[Origin, Size] = ("real", "full")

_SOURCES_SAY = """
The figures that the labs' sources print, each with the tolerance that was agreed on, and those of our solutions on the real data,
over all runs of a solution. The mean is what is compared. Labs run on other versions of the libraries than their sources did.
"""

_MODEL = """
`deepgrade calibrate` runs the solution with many seeds and chooses the threshold that fewer than 1 in 1,000 correct students
would miss (`--chance`), rounded so that nobody loses by it. The chance in the table is that of the rounded threshold. It is a
model fitted to runs, and rests on this:
"""
