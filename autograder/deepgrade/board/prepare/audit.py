"""Look at a board's public folder with the eyes of someone who wants its labels.

What others found in prepared competitions only after they were published: a column that is the label under another name,
test rows that stand in the training data, ids or an order that follow the labels, ids that lead back to the source. Each is
looked for here, in the files as they would be handed out, before anyone gets them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deepgrade.board.prepare.chance import (
    ODDS,
    determines,
    goes_with,
    neighbours_agree,
    rank_correlation,
    renames,
    separates,
)
from deepgrade.board.prepare.columns import (
    Column,
    Listed,
    OddFile,
    parts_of,
    read_arrays,
    read_form,
    read_table,
)
from deepgrade.board.reading.form import Array
from deepgrade.data.tables import column as numbers_of

_LISTED = 5
_LEAST_NUMBERS = 20
_WITHOUT_ROWS = {"description.md", "checksums.json"}


class Finding(NamedTuple):
    """One way in which public files give something away."""

    code: str
    """`file`, `member`, `metadata`, `unreadable`, `ids`, `label_column`, `shared_rows`, `row_order`, `id_order`,
    `id_tells`, `source_rows` or `source_order`."""
    sentence: str
    """Which file and column, and what it gives away."""


@dataclass(frozen=True)
class Truth:
    """What the audit compares the public files with; it stays in memory."""

    ids: tuple[str, ...]
    """Of the released rows."""
    targets: Array
    """(rows,)."""
    classes: int
    """0 for real targets."""
    id_column: str
    target: str | None = None
    """Tables: the target's column, which belongs into `train.csv` alone."""
    source_rows: NDArray[np.int64] | None = None
    """(rows,): places in the source, where they are known."""
    train_rows: frozenset[bytes] = frozenset()
    """Hashes of training inputs that are not in the folder."""


def audit_public(public: Path, truth: Truth) -> tuple[Finding, ...]:
    """Return every way found in which a public folder gives labels away; empty when there is none.

    Args:
        public: The folder, as it would be handed out.
        truth: What must not follow from it.
    """
    findings: list[Finding] = []
    listed: dict[str, Listed] = {}
    for path in sorted(path for path in public.rglob("*") if not path.is_dir() or path.is_symlink()):
        name = path.relative_to(public).as_posix()
        if name in _WITHOUT_ROWS and path.is_file() and not path.is_symlink():
            continue
        reader = _readers(truth).get(name)
        if reader is None or path.is_symlink():
            findings.append(Finding("file", f"{name} is no file that a board hands out"))
            continue
        try:
            listed[name] = reader(path)
        except OddFile as odd:
            findings.append(Finding(odd.code, str(odd)))
    train = listed.pop("train.csv", None)
    places = {name: place for place, name in enumerate(truth.ids)}
    orders: set[tuple[int, ...]] = set()
    for file in listed.values():
        if set(file.ids) != set(truth.ids) or len(file.ids) != len(truth.ids):
            findings.append(Finding("ids", f"{file.name} does not list every row of the solution once"))
            continue
        order = np.array([places[each] for each in file.ids])
        findings += _labels_in(file, order, truth)
        if tuple(order.tolist()) not in orders:
            orders.add(tuple(order.tolist()))
            findings += _order(file.name, order, truth)
    known = truth.train_rows | frozenset(train.hashes if train is not None else ())
    for name in ("test.csv", "test.npz"):
        if name in listed:
            findings += _shared(listed[name], known)
    findings += _ids(truth)
    return tuple(findings)


def _readers(truth: Truth) -> Mapping[str, Callable[[Path], Listed]]:
    without = () if truth.target is None else (truth.target,)
    return {
        "form.json": read_form,
        "sample_submission.csv": partial(read_table, id_column=truth.id_column),
        "test.csv": partial(read_table, id_column=truth.id_column),
        "test.npz": read_arrays,
        "train.csv": partial(read_table, id_column=truth.id_column, without=without),
    }


def _labels_in(file: Listed, order: NDArray[np.int64], truth: Truth) -> Iterator[Finding]:
    targets = truth.targets[order]
    if file.pixels is not None:
        found = np.flatnonzero(determines(file.pixels, targets))
        if len(found):
            yield Finding(
                "label_column",
                f"{file.name}: value {int(found[0])} of an input decides the label, and {len(found) - 1:,} others do",
            )
    for column in file.columns:
        for part in (column, *parts_of(column)):
            if _is_label(part, targets, truth.classes):
                yield Finding("label_column", f"{part.name} decides the label")
                break


def _is_label(column: Column, targets: Array, classes: int) -> bool:
    values = column.values
    codes = np.unique(values, return_inverse=True)[1].astype(np.int64)
    if renames(codes, targets) or determines(codes.reshape(-1, 1), targets)[0]:
        return True
    numbers = numbers_of(values.tolist()) if values.dtype.kind == "U" else values.astype(np.float64)
    if numbers.dtype.kind != "f":
        return False
    there = np.isfinite(numbers)
    if there.sum() < max(_LEAST_NUMBERS, len(numbers) / 2):
        return False
    return separates(numbers[there], targets[there], classes)


def _order(name: str, order: NDArray[np.int64], truth: Truth) -> Iterator[Finding]:
    if goes_with(np.arange(len(order)), truth.targets[order], truth.classes):
        yield Finding("row_order", f"{name}: the order of rows goes with their labels")
    elif neighbours_agree(truth.targets[order], truth.classes):
        yield Finding("row_order", f"{name}: rows next to each other have like labels")
    if truth.source_rows is not None and _go_together(np.arange(len(order)), truth.source_rows[order]):
        yield Finding("source_order", f"{name}: rows stand in the order in which the source has them")


def _shared(file: Listed, known: frozenset[bytes]) -> Iterator[Finding]:
    shared = [name for name, each in zip(file.ids, file.hashes, strict=False) if each in known]
    if shared and file.hashes:
        some = ", ".join(shared[:_LISTED]) + (" and others" if len(shared) > _LISTED else "")
        yield Finding(
            "shared_rows", f"{file.name}: {len(shared):,} rows stand in the training data too: {some}"
        )


def _ids(truth: Truth) -> Iterator[Finding]:
    """Ids as text, as numbers, and by their parts: do they follow labels, or lead back to the source?"""
    ids = np.array(truth.ids)
    numeric = all(each.isascii() and each.isdigit() and len(each) <= 18 for each in truth.ids)
    numbers = ids.astype(np.int64) if numeric else None
    for words, values in (("text", ids), ("numbers", numbers)):
        if values is None:
            continue
        ranks = np.unique(values, return_inverse=True)[1]
        labels = truth.targets[np.argsort(ranks, kind="stable")]
        if goes_with(ranks, truth.targets, truth.classes) or neighbours_agree(labels, truth.classes):
            yield Finding("id_order", f"ids, sorted as {words}, order rows by their labels")
            return
    parts = list(parts_of(Column("ids", ids)))
    if numbers is not None and truth.classes:
        parts.append(Column(f"ids, remainder by {truth.classes}", numbers % truth.classes))
    for part in parts:
        ranks = np.unique(part.values, return_inverse=True)[1]
        if len(np.unique(ranks)) == len(ranks):
            continue  # an order of its own, looked at above
        labels = truth.targets[np.argsort(ranks, kind="stable")]
        if goes_with(ranks, truth.targets, truth.classes) or neighbours_agree(labels, truth.classes):
            yield Finding("id_tells", f"{part.name}: they go with the labels")
            break
    if truth.source_rows is not None and numbers is not None and _go_together(numbers, truth.source_rows):
        yield Finding("source_rows", "ids follow the rows' numbers in the source")


def _go_together(first: Array, second: Array) -> bool:
    return rank_correlation(first, second)[1] < ODDS
