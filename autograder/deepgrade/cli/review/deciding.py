"""`deepgrade review dates`, `extend`, `import-requests`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from deepgrade.cli.options import lab_options, user_name
from deepgrade.cli.review.common import open_desk, who_options
from deepgrade.records import Place
from deepgrade.records.decisions import DatesSet, Extension, LateWaived, Value
from deepgrade.review.late import shown
from deepgrade.review.late_words import read_late_policy, read_span
from deepgrade.review.requests import import_requests
from deepgrade.review.words import dates_text

_MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"])


@click.command()
@lab_options
@click.option("--due", type=_MOMENT, help="When the lab is due, in the zone; a day alone means its end.")
@click.option("--no-due", is_flag=True, help="There is no due date any more.")
@click.option("--zone", help="Time zone, such as Europe/Berlin; default: the one in force, else UTC.")
@click.option("--grace", help="How much later costs nothing: `15 minutes`; `0 minutes`: none.")
@click.option("--late", help="What being late costs: `10% per day, at most 50%`, or `none`.")
@who_options
def dates(
    lab: str,
    root: Path,
    course_folder: Path,
    due: datetime | None,
    no_due: bool,
    zone: str | None,
    grace: str | None,
    late: str | None,
    why: str,
    who: str,
) -> None:
    """Say when LAB is due and what being late costs; without options, show it.

    What is not named stays as it is. Percent are of the points earned, or `of the lab's points` where that is said; every
    started hour, day or week counts whole.
    """
    if due is not None and no_due:
        raise click.UsageError("--due and --no-due exclude each other")
    with open_desk(root, lab, course_folder) as opened:
        ledger, place = opened.desk.ledger, Place()
        seen, before = ledger.latest(place), ledger.dates() or DatesSet(due=None)
        name = zone or before.zone
        changed: dict[str, object] = {"zone": _zone(name).key}
        if due is not None or no_due:
            changed["due"] = None if due is None else _end_of_day(due).replace(tzinfo=_zone(name))
        if grace is not None:
            changed["grace_s"] = read_span(grace)
        if late is not None:
            changed["late"] = read_late_policy(late)
        made = before.model_copy(update=changed)
        if made != before:
            ledger.decide(place, [made], who=who, seen=seen, why=why)
        click.echo(f"{lab}: {dates_text(made)}")


@click.command()
@lab_options
@click.option("--student", required=True, help="Whose: the key in the gradebook.")
@click.option(
    "--until", type=_MOMENT, help="The student's own due date, in the lab's zone; a day alone means its end."
)
@click.option("--waive", is_flag=True, help="Take no late penalty from this student.")
@click.option("--withdraw", is_flag=True, help="The common date holds again, and so does the penalty.")
@who_options
def extend(
    lab: str,
    root: Path,
    course_folder: Path,
    student: str,
    until: datetime | None,
    waive: bool,
    withdraw: bool,
    why: str,
    who: str,
) -> None:
    """Give a student a later due date, or waive the late penalty, with a reason. It never makes the due date earlier."""
    if sum((until is not None, waive, withdraw)) != 1:
        raise click.UsageError("name one of --until, --waive, --withdraw")
    if not why.strip():
        raise click.UsageError("This needs a reason, which the student will read: --why '...'")
    with open_desk(root, lab, course_folder) as opened:
        desk = opened.desk
        rules = desk.rules()
        zone = rules.dates.zone if rules.dates else "UTC"
        values: list[Value]
        if until is not None:
            values = [Extension(due=_end_of_day(until).replace(tzinfo=_zone(zone)))]
        elif waive:
            values = [LateWaived()]
        else:
            values = [Extension(due=None), LateWaived(waived=False)]
        place = desk.place(student, own=True)
        desk.decide(student, place, values, who=who, seen=desk.ledger.latest(place), why=why)
        found = desk.student(student).grade.late
        due = f"due {shown(found.due, zone)}" if found.due else "there is no due date"
        late = " ".join(found.why) or "not late"
        click.echo(f"{student}: {due}; {late}")


@click.command("import-requests")
@lab_options
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--who", default=None, help="Who imports it; default: who is logged in here.")
def requests(lab: str, file: Path, root: Path, course_folder: Path, who: str | None) -> None:
    """Take over requests for a second look from FILE, a CSV with the columns student, question, request.

    What was taken over before is not added again. Nothing is written unless every row is right.
    """
    with open_desk(root, lab, course_folder) as opened:
        found = import_requests(opened.desk, file, who=who or user_name())
    click.echo(f"{found.added} requests added, {found.known} were there already")


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise click.UsageError(f"there is no time zone {name!r}; write one such as Europe/Berlin") from None


def _end_of_day(moment: datetime) -> datetime:
    if (moment.hour, moment.minute, moment.second) == (0, 0, 0):
        return moment.replace(hour=23, minute=59, second=59)
    return moment
