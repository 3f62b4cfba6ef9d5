"""`deepgrade board reveal`, `hide`, `freeze`, `unfreeze`, `extend`, `withdraw`, `rescore`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from deepgrade.board.errors import BoardError
from deepgrade.board.rescore import Rescored, decide, undecided
from deepgrade.board.rescore import rescore as score_again
from deepgrade.board.rules.dates import local_time
from deepgrade.cli.board.common import board_option, looking_at, student_option, why_option, working_on
from deepgrade.cli.options import lab_options, user_name
from deepgrade.records import EventKind
from deepgrade.report.text import one_line

_MOST_ROWS = 40


def _switch(kind: EventKind, help_text: str, said: str) -> click.Command:
    @click.command(name=kind, help=help_text)
    @lab_options
    @board_option
    @why_option
    def switch(lab: str, root: Path, course_folder: Path, board_id: str | None, why: str) -> None:
        with working_on(root, lab, course_folder, board_id) as opened:
            if kind in ("reveal", "hide") and not opened.has_private:
                raise BoardError(f"Board {opened.board.id} has no private scores.")
            opened.ledger.decide(kind, why=why)
            click.echo(f"board {opened.board.id}: {said}")

    return switch


reveal = _switch(
    "reveal", "Show the private scores to students from now on.", "the private scores are revealed"
)
hide = _switch(
    "hide",
    "Hide the private scores again, also where the deadline revealed them.",
    "students do not see the private scores",
)
freeze = _switch(
    "freeze",
    "Let the students' board stand still: later entries do not show on it.",
    "the students' board stands still",
)
unfreeze = _switch("unfreeze", "Let the students' board move again.", "the students' board moves")


@click.command()
@lab_options
@board_option
@student_option(required=True)
@click.option(
    "--until",
    required=True,
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]),
    help="The student's own deadline, in the competition's time zone; a day alone means its end.",
)
@why_option
def extend(
    lab: str,
    root: Path,
    course_folder: Path,
    board_id: str | None,
    student: str,
    until: datetime,
    why: str,
) -> None:
    """Give a student a later deadline; it never shortens the common one."""
    with working_on(root, lab, course_folder, board_id) as opened:
        if opened.policy.deadline is None:
            raise BoardError("This competition has no deadline to extend.")
        if (until.hour, until.minute, until.second) == (0, 0, 0):
            until = until.replace(hour=23, minute=59, second=59)
        moment = opened.policy.moment(until).astimezone(UTC)
        opened.ledger.decide("extend", handed_in_as=student, value=moment.isoformat(), why=why)
        click.echo(f"{student} may enter until {local_time(moment, opened.policy.zone)}")


@click.command()
@lab_options
@board_option
@click.argument("entry", type=int)
@why_option
def withdraw(lab: str, entry: int, root: Path, course_folder: Path, board_id: str | None, why: str) -> None:
    """Take ENTRY (its ref) off the board, with a reason. It stays in the ledger and counts for limits."""
    if not why.strip():
        raise click.UsageError("Taking an entry off the board needs a reason: --why '...'")
    with working_on(root, lab, course_folder, board_id) as opened:
        if entry not in {one.id for one in opened.entries}:
            raise BoardError(f"Board {opened.board.id} has no entry {entry}.")
        opened.ledger.decide("withdraw", entry_id=entry, why=why)
        click.echo(f"entry {entry} is off the board")


@click.command()
@lab_options
@board_option
@click.option("--apply", "apply_set", is_flag=True, help="Put the undecided set in force.")
@click.option("--reason", help="Why, with --apply; students and TAs read it.")
@click.option("--cancel", is_flag=True, help="Throw the undecided set away.")
def rescore(
    lab: str,
    root: Path,
    course_folder: Path,
    board_id: str | None,
    apply_set: bool,
    reason: str | None,
    cancel: bool,
) -> None:
    """Score all entries again with today's metrics and solution.csv, aside, and show what would change.

    Nothing runs: stored predictions are scored. Look at the table, then apply the set with a reason or cancel it.
    """
    if apply_set and cancel:
        raise click.UsageError("--apply and --cancel exclude each other")
    console = Console()
    if apply_set or cancel:
        with working_on(root, lab, course_folder, board_id) as opened:
            set_id, count = decide(opened, apply=apply_set, reason=reason, who=user_name())
            console.print(
                f"set {set_id}: scores of {count} entries {'applied' if apply_set else 'cancelled'}"
            )
        return
    with looking_at(root, lab, course_folder, board_id) as opened:
        found = undecided(opened)
        board = opened.board.id
    if found is None:
        with working_on(root, lab, course_folder, board_id) as opened:
            found = score_again(opened)
    else:
        console.print(f"set {found.set_id} was computed before and is not decided")
    _show(console, lab, board, found)


def _show(console: Console, lab: str, board: str, found: Rescored) -> None:
    table = Table(title=f"set {found.set_id} of board {board}")
    for heading in ("entry", "who", "public", "private", "rank"):
        table.add_column(heading)
    changed = [change for change in found.changes if change.changes]
    for change in changed[:_MOST_ROWS]:
        ranks = found.ranks.get(change.who)
        table.add_row(
            str(change.entry.id),
            one_line(change.who, 60),
            _from_to(*change.public),
            _from_to(*change.private),
            "" if ranks is None or ranks[0] == ranks[1] else f"{ranks[0] or '-'} -> {ranks[1] or '-'}",
        )
    if table.row_count:
        console.print(table)
    if len(changed) > _MOST_ROWS:
        console.print(f"and {len(changed) - _MOST_ROWS} more")
    moved = sum(before != after for before, after in found.ranks.values())
    console.print(
        f"{len(found.changes)} entries scored again, {len(changed)} change, {moved} ranks move; nothing was run"
    )
    for who, why in found.left_out:
        console.print(f"left as it was: {one_line(who, 60)}: {one_line(why, 200)}", markup=False)
    command = f"deepgrade board rescore {lab} --board {board}"
    console.print(f"`{command} --apply --reason '...'` or `{command} --cancel`")


def _from_to(before: float | None, after: float | None) -> str:
    if before is None and after is None:
        return ""
    words = ["-" if value is None else f"{value:.6g}" for value in (before, after)]
    return words[0] if before == after else " -> ".join(words)
