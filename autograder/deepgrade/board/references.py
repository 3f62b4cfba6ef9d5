"""Honest models of a course: runs of the solution on its hidden rows, made by `deepgrade board references`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from deepgrade.board.competition import Baseline
from deepgrade.board.entering.model_outputs import NotYet
from deepgrade.board.entering.models import entry_scores
from deepgrade.board.opened import OpenBoard
from deepgrade.board.people.contestants import value_of
from deepgrade.board.showing.standing import Split
from deepgrade.evidence import RunRecord
from deepgrade.records import RunStore


class Reference(NamedTuple):
    """One run of the solution."""

    key: str
    record: RunRecord


def references_of(opened: OpenBoard) -> Iterator[Reference]:
    """Yield the course's runs of the solution on the board's data, in the order of their names."""
    if opened.board.entry != "model" or not opened.course.references.root.is_dir():
        return
    store = RunStore(opened.course.references, opened.lab.name)
    manifest = opened.prepared.manifest
    stored = ((key, store.read(key)) for key in store.keys())  # noqa: SIM118 - it is no dict
    found = [Reference(key, record) for key, record in stored if record is not None]
    for one in sorted(found, key=lambda reference: reference.record.submission.student):
        if all((facts.origin, facts.size) == (manifest.origin, manifest.size) for facts in one.record.data):
            yield one


def reference_baseline(opened: OpenBoard, split: Split) -> Baseline | None:
    """Return the mean score of the course's references on a split as a baseline; None where there are none."""
    store = RunStore(opened.course.references, opened.lab.name)
    values = []
    for one in references_of(opened):
        try:
            scores = entry_scores(opened, store, one.key, one.record)
        except NotYet:
            continue
        value = value_of(scores, opened.board.metric, split)
        if value is not None:
            values.append(value)
    if not values:
        return None
    manifest = opened.prepared.manifest
    return Baseline(
        board=opened.board.id,
        title=f"The solution, mean of {len(values)} seeds" if len(values) > 1 else "The solution",
        value=sum(values) / len(values),
        kind="measured",
        source=f"`deepgrade board references {opened.lab.name}`, on this course's rows: {min(values):.4g} to {max(values):.4g}",
        origin=manifest.origin,
        size=manifest.size,
    )
