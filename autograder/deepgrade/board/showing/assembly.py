"""Puts a board together for one viewer; the only place where entries become lines.

Theory of operation: what a viewer may see is asked once, of `visibility.shown`. Everything below works on the public split
unless that says otherwise; private scores of a hidden split are never read into a line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from deepgrade.board.competition import Baseline, description_of
from deepgrade.board.opened import OpenBoard
from deepgrade.board.people.contestants import Contestant, contestants, measured_of, value_of
from deepgrade.board.references import reference_baseline
from deepgrade.board.rules.dates import is_late, own_deadline
from deepgrade.board.rules.pseudonyms import pseudonym
from deepgrade.board.rules.ranking import Candidate, places_moved, rank
from deepgrade.board.rules.visibility import Shown
from deepgrade.board.showing.earning import Earned, earned
from deepgrade.board.showing.standing import Figure, Line, Split, Standing, Viewer
from deepgrade.records import BoardEntry, EntryScores

_MOVEMENT = timedelta(days=7)
"""Movement on a board whose ranks come from one split is over a week."""


def standing_of(
    opened: OpenBoard,
    viewer: Viewer,
    *,
    now: datetime,
    split: Split | None = None,
    student: str | None = None,
) -> Standing:
    """Return the board as a viewer may see it.

    Args:
        opened: The board.
        viewer: Who looks.
        now: Aware.
        split: Which split ranks it; None: the private one where the viewer may see it and it is revealed, else the public one.
        student: Whose own line is marked.

    Raises:
        BoardError: The viewer asks for a split that is hidden from them.
    """
    seen = opened.shown(viewer, now, split)
    own = None if student is None else opened.competitors.of(student).key
    everybody = contestants(opened)
    counted = [(one, one.counts(opened, seen.entries_until)) for one in everybody]
    present = [(one, entry) for one, entry in counted if entry is not None or _has_unscored(one, seen)]
    names = _names(opened, everybody, seen)
    lines = _lines(opened, present, names, seen, viewer, own, now)
    manifest = opened.prepared.manifest
    metric = opened.board.metrics[0]
    rule = opened.board.points
    return Standing(
        lab=opened.lab.name,
        lab_title=opened.lab.title,
        board=opened.board.id,
        title=opened.board.title,
        metric=f"{metric.title} ({metric.unit})",
        higher_is_better=metric.higher_is_better,
        low=metric.low,
        high=metric.high,
        split=seen.ranked_by,
        rows=opened.rows[seen.ranked_by],
        lines=tuple(lines),
        data=f"{manifest.origin} data, {manifest.size}",
        made_at=now,
        deadline=opened.policy.deadline_at,
        time_zone=opened.policy.time_zone,
        frozen_at=seen.entries_until,
        hidden_split=opened.has_private and not seen.private,
        thresholds=() if rule is None else rule.curve.corners(),
        description=description_of(opened.files),
    )


def _has_unscored(one: Contestant, seen: Shown) -> bool:
    return any(seen.on_board(entry.entered_at) for entry in one.entries)


def _names(opened: OpenBoard, people: Iterable[Contestant], seen: Shown) -> dict[str, str]:
    names: dict[str, str] = {}
    taken: set[str] = set()
    # All of them, and in one order: a name does not change with who is shown.
    for one in sorted(people, key=lambda contestant: contestant.competitor.key):
        key = one.competitor.key
        names[key] = (
            one.competitor.name
            if seen.names
            else pseudonym(opened.course.secret, opened.lab.name, key, taken)
        )
        taken.add(names[key])
    return names


def _lines(
    opened: OpenBoard,
    present: Sequence[tuple[Contestant, BoardEntry | None]],
    names: dict[str, str],
    seen: Shown,
    viewer: Viewer,
    own: str | None,
    now: datetime,
) -> list[Line]:
    entries = {one.competitor.key: (one, entry) for one, entry in present}
    baselines = {f"baseline {place}": one for place, one in enumerate(_baselines(opened, seen.ranked_by))}
    ranks = ranks_of(opened, {key: entry for key, (_, entry) in entries.items()}, seen.ranked_by, baselines)
    moved = _movement(opened, entries, seen, now)
    lines = []
    for key, place in ranks.items():
        if key in baselines:
            lines.append(_baseline_line(baselines[key]))
            continue
        one, entry = entries[key]
        may_see_points = viewer == "staff" or key == own
        earns = earned(opened, one) if may_see_points and _points_tell_nothing_hidden(opened, seen) else None
        lines.append(
            _student_line(
                opened,
                one,
                entry,
                seen,
                who=names[key],
                place=place,
                movement=moved.get(key),
                own=key == own,
                staff=viewer == "staff",
                earns=earns,
            )
        )
    return lines


def _points_tell_nothing_hidden(opened: OpenBoard, seen: Shown) -> bool:
    # Points come from private rows: before the reveal they would tell the private score.
    return seen.private or not opened.has_private


def _baselines(opened: OpenBoard, split: Split) -> list[Baseline]:
    manifest = opened.prepared.manifest
    measured_here = reference_baseline(opened, split)
    return ([] if measured_here is None else [measured_here]) + [
        one
        for one in opened.competition.baselines
        if one.board == opened.board.id and (one.origin, one.size) == (manifest.origin, manifest.size)
    ]


def ranks_of(
    opened: OpenBoard,
    entries: Mapping[str, BoardEntry | None],
    split: Split,
    baselines: Mapping[str, Baseline] = MappingProxyType({}),
) -> dict[str, int | None]:
    """Return key -> rank, in the order of the board.

    Args:
        opened: Whose rules.
        entries: Key -> the entry that counts.
        split: Which scores.
        baselines: Key -> a baseline; they get no rank.
    """
    board = opened.board
    candidates = [
        Candidate(
            key=key,
            score=None if entry is None else value_of(entry.scores, board.metric, split),
            ties=tuple(
                None if entry is None else value_of(entry.scores, name, split) for name in board.tie_break
            ),
            entered_at=None if entry is None else entry.entered_at,
        )
        for key, entry in entries.items()
    ]
    candidates += [
        Candidate(key=key, score=one.value, ties=(), entered_at=None, baseline=True)
        for key, one in baselines.items()
    ]
    ranked = rank(
        candidates,
        higher_is_better=board.higher_is_better,
        tie_directions=board.tie_directions,
    )
    return {one.candidate.key: one.rank for one in ranked}


def _movement(
    opened: OpenBoard,
    entries: dict[str, tuple[Contestant, BoardEntry | None]],
    seen: Shown,
    now: datetime,
) -> dict[str, int | None]:
    current = {key: entry for key, (_, entry) in entries.items()}
    after = ranks_of(opened, current, seen.ranked_by)
    if seen.ranked_by == "private":
        return places_moved(ranks_of(opened, current, "public"), after)
    since = (seen.entries_until or now) - _MOVEMENT
    earlier = {
        key: found for key, (one, _) in entries.items() if (found := one.counts(opened, since)) is not None
    }
    return places_moved(ranks_of(opened, earlier, "public"), after)


def _figure(scores: EntryScores | None, metric: str, split: Split) -> Figure | None:
    found = measured_of(scores, metric, split)
    return None if found is None else Figure(found.value, found.low, found.high)


def _student_line(
    opened: OpenBoard,
    one: Contestant,
    entry: BoardEntry | None,
    seen: Shown,
    *,
    who: str,
    place: int | None,
    movement: int | None,
    own: bool,
    staff: bool,
    earns: Earned | None,
) -> Line:
    metric = opened.board.metric
    shown_entries = [made for made in one.entries if seen.on_board(made.entered_at)]
    scored = [
        (made.entered_at, value)
        for made in shown_entries
        if (value := value_of(made.scores, metric, "public")) is not None
    ]
    scores = None if entry is None else entry.scores
    return Line(
        rank=place,
        who=who,
        kind="student",
        figure=_figure(scores, metric, seen.ranked_by),
        public=_figure(scores, metric, "public") if seen.ranked_by == "private" else None,
        ties=tuple(value_of(scores, name, seen.ranked_by) for name in opened.board.tie_break),
        entries=len(scored),
        entered_at=None if entry is None else entry.entered_at,
        movement=movement,
        history=tuple(scored),
        note=_note(opened, one, entry, shown_entries, staff=staff, own=own, earns=earns),
        own=own,
        student=one.competitor.name if staff else None,
        points=None if earns is None else earns.points,
    )


def _note(
    opened: OpenBoard,
    one: Contestant,
    entry: BoardEntry | None,
    shown_entries: Sequence[BoardEntry],
    *,
    staff: bool,
    own: bool,
    earns: Earned | None,
) -> str:
    notes = []
    if entry is not None and entry.time_known:
        extension = opened.extension(one.competitor)
        if is_late(opened.policy, entry.entered_at, extension):
            notes.append("late")
        elif staff and extension is not None and own_deadline(opened.policy, extension) == extension:
            notes.append("has an extension")
    if staff and earns is not None and earns.borderline:
        notes.append("the interval crosses a threshold of the points")
    if entry is None and (staff or own) and shown_entries:
        reason = shown_entries[-1].scores.reason if shown_entries[-1].scores is not None else None
        notes.append(f"no score: {reason or 'it was not scored'}")
    return "; ".join(notes)


def _baseline_line(one: Baseline) -> Line:
    return Line(
        rank=None,
        who=one.title,
        kind=one.kind,
        figure=Figure(one.value, None, None),
        public=None,
        ties=(),
        entries=0,
        entered_at=None,
        movement=None,
        history=(),
        note=one.source,
        own=False,
    )
