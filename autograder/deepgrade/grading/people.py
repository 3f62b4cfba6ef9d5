"""Whose the submissions of a grading are: the intake's clues against the course's roster, into the gradebook.

Submissions, runs and scores keep the name under which the files came (`handed_in_as`), for ever: a run's key hashes it, and a
run is not made again because a roster came later. Whose a name is stands beside them, appended to the gradebook, and is
applied when it is read. So a roster may come after the first grades, or be corrected: nothing is moved and nothing is lost.
A student who came under two names has one line, with what was handed to `grade` last.

A call decides about the names that it is given; with a roster it also looks again at what earlier calls took in,
by the clues that were kept then, and changes those that the roster now knows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from deepgrade.files import sha256_bytes, write_atomic
from deepgrade.records import (
    AbsentRecord,
    Attribution,
    Course,
    Gradebook,
    HandedInRecord,
    PeopleRecord,
    write_people,
)
from deepgrade.submission import (
    Clues,
    HandedIn,
    Intake,
    Match,
    Roster,
    free_key,
    match_all,
    match_without_roster,
    read_roster,
)

_CLUES = TypeAdapter(Clues)


def course_roster(course: Course, given: Path | None = None) -> Roster | None:
    """Return the course's roster; one that is given is kept in the course for later calls, once it is found to be sound.

    Raises:
        RosterError: It cannot be used; an older one stays.
        UntrustedFileError: It cannot be read.
    """
    if given is None:
        return read_roster(course.roster) if course.roster.is_file() else None
    roster = read_roster(given)
    data = given.read_bytes()
    if not course.roster.is_file() or course.roster.read_bytes() != data:
        course.prepare()
        write_atomic(course.roster, data, mode=0o600)
    return roster


@dataclass
class People:
    """Whose the submissions of one lab are.

    Attributes:
        roster: The class, if it is known.
        matches: The name under which a submission came -> whose it is: those of this call and of earlier ones.
        intake: What this call was given, by that name.
    """

    roster: Roster | None
    matches: dict[str, Match]
    intake: dict[str, HandedIn]
    notices: list[str] = field(default_factory=list)

    def shown(self, handed_in_as: str) -> str:
        """Return whom to name for a submission."""
        match = self.matches.get(handed_in_as)
        return ", ".join(match.students) if match is not None else handed_in_as

    def in_order(self) -> list[HandedIn]:
        """Return this call's submissions by name, then those of students who have several, the one that counts last."""
        several = {item.name for items in self.of_students().values() if len(items) > 1 for item in items}
        once = [item for name, item in sorted(self.intake.items()) if name not in several]
        return once + sorted((self.intake[name] for name in several), key=lambda item: item.moment)

    def of_students(self) -> dict[str, list[HandedIn]]:
        """Return student -> what this call was given of theirs, the one that counts last."""
        found: dict[str, list[HandedIn]] = {}
        for item in sorted(self.intake.values(), key=lambda item: item.moment):
            for student in self.matches[item.name].students:
                found.setdefault(student, []).append(item)
        return found


def attribute(gradebook: Gradebook, lab: str, intake: Intake, roster: Roster | None) -> People:
    """Find out whose submissions are, and write it into the gradebook.

    Args:
        gradebook: The course's.
        lab: The lab's name.
        intake: What this call was given.
        roster: The class, if it is known.
    """
    stored = gradebook.attributions(lab)
    now = _told_apart(intake.handed_in, stored, roster)
    clues = {name: item.clues for name, item in now.items()}
    if roster is None:
        matches = {name: match_without_roster(name, clues[name]) for name in now}
        earlier: dict[str, Match] = {}
    else:
        matches = match_all(clues, roster)
        earlier = dict(_earlier(gradebook, lab, roster, matches))
    gradebook.attribute(
        lab,
        {
            name: Attribution(
                match.students, match.why, _as_json(clues[name]) if name in clues else _kept(stored, name)
            )
            for name, match in (matches | earlier).items()
        },
    )
    people = People(roster, matches | earlier, now)
    people.notices += [*intake.notices, *(roster.notices if roster else ()), *_twice(people)]
    return people


def _told_apart(
    items: Iterable[HandedIn], stored: Mapping[str, Attribution], roster: Roster | None
) -> dict[str, HandedIn]:
    """Return submissions by name, with another name where an earlier one of that name was another student's.

    `alice/homework.ipynb` and, a week later, `bob/homework.ipynb` both come as `homework`.
    """
    by_name = {item.name: item for item in items}
    if roster is None:
        return by_name
    before = {name: _stored_clues(stored[name].clues) for name in by_name if name in stored}
    then, now = match_all(before, roster), match_all({n: i.clues for n, i in by_name.items()}, roster)
    told = {}
    for name, item in by_name.items():
        other = (
            name in then
            and then[name].state == "matched"
            and before[name] != item.clues
            and set(then[name].students).isdisjoint(now[name].students)
        )
        own = f"{name}~{sha256_bytes(_as_json(item.clues).encode())[:8]}" if other else name
        told[own] = replace(item, name=own)
    return told


def _earlier(
    gradebook: Gradebook, lab: str, roster: Roster, now: Mapping[str, Match]
) -> Iterator[tuple[str, Match]]:
    """Yield whose submissions of earlier calls are: as the roster says, or as it was."""
    stored = gradebook.attributions(lab)
    names = [name for name in gradebook.handed_in_names(lab) if name not in now]
    clues = {
        name: _stored_clues(stored[name].clues) if name in stored else _clues_of_name(name) for name in names
    }
    here = {student for match in now.values() for student in match.students}
    for name, match in match_all(clues, roster).items():
        before = stored[name].students if name in stored else (name,)
        if match.state == "matched" and (match.by_id or not here & set(match.students)):
            yield name, match
        elif before != (name,):
            known = tuple(student in roster.by_student for student in before)
            yield name, Match(before, known, "matched" if all(known) else match.state, stored[name].why)
        elif match.state == "matched":
            why = f"by its name it is {match.students[0]}'s, who handed in otherwise"
            yield name, Match((free_key(name, roster),), (False,), "ambiguous", why)
        else:
            yield name, match


def _as_json(clues: Clues) -> str:
    return json.dumps(_CLUES.dump_python(clues, mode="json"), ensure_ascii=False, sort_keys=True)


def _kept(stored: Mapping[str, Attribution], name: str) -> str:
    return stored[name].clues if name in stored else _as_json(_clues_of_name(name))


def _stored_clues(text: str) -> Clues:
    try:
        return _CLUES.validate_json(text)
    except ValidationError:  # of another version
        return Clues("file")


def _clues_of_name(name: str) -> Clues:
    """Return what a name says that was stored before clues were: Canvas's and Moodle's end in the person's number."""
    word, _, number = name.rpartition("_")
    if not (word and number.isdecimal() and len(number) >= 3):
        return Clues("folder", names=(name,))
    if "_" not in word and word == word.lower():  # as Canvas squashes names
        return Clues("canvas", names=(word,), canvas_id=number)
    return Clues("moodle", names=(word,), moodle_id=number)


def _twice(people: People) -> Iterator[str]:
    """Say who of the roster handed in under several names in this call."""
    for student, items in people.of_students().items():
        if len(items) > 1:
            *others, last = (item.filename for item in items)
            yield f"{student} handed in {len(items)} times: {', '.join(others)}, and the later {last}, which counts."


def record_people(course: Course, gradebook: Gradebook, lab: str, people: People) -> PeopleRecord:
    """Write who handed in and who did not, over all calls, into the course; return it."""
    attributions = gradebook.attributions(lab)
    roster = people.roster
    handed_in = []
    for name in gradebook.handed_in_names(lab):
        item = people.intake.get(name)
        match = people.matches.get(name) or _as_stored(name, attributions.get(name), roster)
        handed_in.append(
            HandedInRecord(
                handed_in_as=name,
                students=match.students,
                state=match.state,
                why=match.why,
                filename=item.filename if item else None,
                handed_in_at=item.handed_in_at if item else None,
            )
        )
    there = set(gradebook.students(lab))
    absent = [
        AbsentRecord(student=person.student, name=person.identity.name)
        for person in (roster.people if roster else ())
        if person.student not in there
    ]
    record = PeopleRecord(
        lab=lab,
        made_at=datetime.now(UTC),
        roster_students=len(roster.people) if roster else None,
        handed_in=tuple(handed_in),
        absent=tuple(sorted(absent, key=lambda item: item.student.casefold())),
        notices=tuple(people.notices),
    )
    write_people(course.people(lab), record)
    return record


def _as_stored(name: str, attribution: Attribution | None, roster: Roster | None) -> Match:
    students = attribution.students if attribution else (name,)
    known = tuple(roster is not None and student in roster.by_student for student in students)
    return Match(
        students, known, "matched" if all(known) else "unmatched", attribution.why if attribution else ""
    )
