"""Which student of the roster handed a submission in? Or nobody that can be told.

The rule, in this order; each step counts only where it leaves one person:

1. **Ids.** Canvas's user number, Moodle's participant number, what Gradescope's metadata gives as student ID or email; and a
   file's or folder's name that is a student's key, login, SIS ID or email in the roster, but for case.
2. **Names.** The full name, compared without case, accents and the order of its words, or squashed into one as Canvas does;
   or the part of an email before the `@`. A name counts only where no other submission of the same call has the person by an
   id, or by name as well, and where the platform's own id is not another one than the roster's.

Where an id names one person and the name another, or file and folder do, nobody is matched. So nobody gets another's work by
a guess: what is not matched is graded under its own name, and a person is told with whom it was confused. The result does not
depend on the order of submissions or roster.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Literal, NamedTuple

from deepgrade.files import sha256_bytes
from deepgrade.submission.clues import Clues, Submitter
from deepgrade.submission.full_names import spellings, words_of
from deepgrade.submission.names import safe_name
from deepgrade.submission.roster import Person, Roster

State = Literal["matched", "unmatched", "ambiguous"]


class Match(NamedTuple):
    """Whose a submission is."""

    students: tuple[str, ...]
    """Keys of the gradebook, several for a group: the roster's where matched, the submission's own name where not."""
    known: tuple[bool, ...]
    """For each of them: whether it is in the roster."""
    state: State
    """`ambiguous` or `unmatched` as soon as one of a group is."""
    why: str
    """How it was found, or why not, for a person."""
    by_id: bool = False
    """Whether an id says it, of everybody."""


class _Found(NamedTuple):
    """What the roster says to one person's clues."""

    people: frozenset[str]
    by_id: bool
    why: str
    problem: str | None = None
    """Why nobody is matched, where that is so."""

    @property
    def student(self) -> str | None:
        """Who it is, if that can be told."""
        return next(iter(self.people)) if self.problem is None else None


def _found(people: set[str] | frozenset[str], *, by_id: bool, why: str) -> _Found:
    problem = None
    if not people:
        problem = "nobody of the roster"
    elif len(people) > 1:
        problem = f"{why} fits {_some(sorted(people))}"
    return _Found(frozenset(people), by_id, why, problem)


def match_all(handed_in: Mapping[str, Clues], roster: Roster) -> dict[str, Match]:
    """Match the submissions of one call.

    Args:
        handed_in: The name under which each came -> what is known of it.
        roster: The class.
    """
    index = _Index(roster, {clues.moodle_id for clues in handed_in.values()} - {None})
    asked = {
        (name, person): found for name, clues in handed_in.items() for person, found in index.look_up(clues)
    }
    by_id: dict[str, set[str]] = defaultdict(set)
    by_name: dict[str, set[str]] = defaultdict(set)
    for (name, _), found in asked.items():
        if found.student is not None:
            (by_id if found.by_id else by_name)[found.student].add(name)
    taken = _Taken(by_id, by_name)
    results: dict[str, list[tuple[Submitter | None, _Found]]] = defaultdict(list)
    for (name, person), found in asked.items():
        results[name].append((person, taken.checked(name, found)))
    return {name: _match(name, people, roster) for name, people in results.items()}


def match_without_roster(name: str, clues: Clues) -> Match:
    """Return whose a submission is when there is no roster: Gradescope's people, else the name it came under.

    Args:
        name: The name under which it came.
        clues: What is known of it.
    """
    if not clues.submitters:
        return Match((name,), (False,), "unmatched", "")
    students = tuple(dict.fromkeys(_own_key(name, person) for person in clues.submitters))
    return Match(students, (False,) * len(students), "unmatched", "named by Gradescope")


def _own_key(name: str, person: Submitter | None) -> str:
    """Return the key of someone who is not in the roster; names repeat, so a number or address comes first."""
    if person is None:
        return name
    if person.name and person.sid:
        return safe_name(f"{person.name}_{person.sid}")
    return safe_name(person.email or person.sid or f"{person.name}_{name}")


class _Index:
    """The roster, by everything that a submission may name."""

    def __init__(self, roster: Roster, participants: Iterable[str | None] = ()) -> None:
        self._people = roster.by_student
        self._ids: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._names: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for person in roster.people:
            self._add(person)
        # Moodle numbers its participants anew for each assignment: another number contradicts a name only where some of
        # this assignment's numbers are the roster's.
        self._of_this_assignment = any(
            _fold(number) in self._ids["moodle_id"] for number in participants if number
        )

    def _add(self, person: Person) -> None:
        known = person.identity
        plain = [person.student, person.raw_key, known.sis_login_id, known.sis_user_id, known.email]
        for kind, values in (
            ("word", plain),
            ("sid", [known.sis_user_id, person.student, person.raw_key, known.sis_login_id]),
            ("email", [known.email]),
            ("canvas_id", [known.canvas_id]),
            ("moodle_id", [known.moodle_id]),
        ):
            for value in values:
                if value:
                    self._ids[kind][_fold(value)].add(person.student)
        for spelling in spellings(known.name, person.first, person.last):
            self._names[spelling].add(person.student)
        for address in {known.email, person.raw_key if "@" in person.raw_key else None} - {None}:
            self._names[words_of(str(address).partition("@")[0])].add(person.student)

    def look_up(self, clues: Clues) -> Iterable[tuple[Submitter | None, _Found]]:
        """Yield what the roster says to each person of a submission."""
        if clues.submitters:
            for person in clues.submitters:
                ids = [("sid", person.sid, "student ID"), ("email", person.email, "email")]
                wrong = self._contradicts(lambda p: p.identity.sis_user_id, person.sid, "SIS ID")
                yield person, self._person(ids, (person.name,) if person.name else (), wrong)
            return
        ids = [("canvas_id", clues.canvas_id, "Canvas ID"), ("moodle_id", clues.moodle_id, "Moodle ID")]
        if clues.form in ("nbgrader", "folder", "file"):
            ids += [("word", name, "the name") for name in clues.names]
        wrong = self._contradicts(lambda p: p.identity.canvas_id, clues.canvas_id, "Canvas ID")
        if clues.form == "moodle" and self._of_this_assignment:
            wrong = self._contradicts(lambda p: p.identity.moodle_id, clues.moodle_id, "Moodle ID")
        found = self._person(ids, clues.names, wrong)
        yield None, self._beside_folder(found, clues)

    def _person(
        self,
        ids: Iterable[tuple[str, str | None, str]],
        names: Iterable[str],
        wrong: Callable[[str], str | None],
    ) -> _Found:
        people: set[str] = set()
        whys = []
        for kind, value, title in ids:
            hits = self._ids[kind].get(_fold(value), set()) if value else set()
            if hits:
                people |= hits
                whys.append(f"{title} {value}")
        named = self._named(names)
        why = " and ".join(whys)
        if len(people) == 1 and len(named) == 1 and named != people:
            who, other = next(iter(people)), next(iter(named))
            problem = f"{why} is {who}'s, the name is {other}'s"
            return _Found(frozenset(people | named), True, why, problem)
        if people:
            return _found(people, by_id=True, why=why)
        if len(named) == 1 and (problem_of_name := wrong(next(iter(named)))):
            return _Found(frozenset(), False, "", problem_of_name)
        return _found(named, by_id=False, why="the full name")

    def _named(self, names: Iterable[str]) -> set[str]:
        people: set[str] = set()
        for name in names:
            words = words_of(name)
            for spelling in {words, tuple(sorted(words)), ("".join(words),)}:
                people |= self._names.get(spelling, set())
        return people

    def _contradicts(
        self, known: Callable[[Person], str | None], given: str | None, title: str
    ) -> Callable[[str], str | None]:
        def problem(student: str) -> str | None:
            value = known(self._people[student])
            if value is None or given is None or _fold(value) == _fold(given):
                return None
            return f"it has the name of {student}, but {title} {given}, where the roster has {value}"

        return problem

    def _beside_folder(self, found: _Found, clues: Clues) -> _Found:
        """Compare with the folder around: it may be a student's (then both must agree), or a section's."""
        if clues.folder is None:
            return found
        around = self._person([("word", clues.folder, "the folder")], (clues.folder,), lambda _: None)
        if not around.people:
            return found
        if not found.people:
            # A file's own name may be any word; a platform's is a person whom the roster does not have.
            return around if clues.form == "file" else found
        both = found.people & around.people
        if both:
            return _found(both, by_id=found.by_id or around.by_id, why=found.why)
        everybody = found.people | around.people
        problem = f"file and folder name different students: {_some(sorted(everybody))}"
        return _Found(everybody, True, found.why, problem)


class _Taken(NamedTuple):
    """Who is claimed by which submissions."""

    by_id: Mapping[str, set[str]]
    by_name: Mapping[str, set[str]]

    def checked(self, name: str, found: _Found) -> _Found:
        """Return what was found, or a problem where the name alone says it and others claim the person too."""
        if found.by_id or found.student is None:
            return found
        claims = self.by_id.get(found.student, set()) | self.by_name.get(found.student, set())
        others = sorted(claims - {name})
        if not others:
            return found
        return found._replace(problem=f"by its name it is {found.student}'s, and so is {_some(others)}")


def _match(name: str, people: list[tuple[Submitter | None, _Found]], roster: Roster) -> Match:
    students: dict[str, bool] = {}
    states: set[State] = set()
    whys = []
    for person, found in people:
        if found.student is not None:
            students[found.student] = True
            states.add("matched")
        else:
            students.setdefault(free_key(_own_key(name, person), roster), False)
            states.add("ambiguous" if found.people else "unmatched")
        who = (person.name or person.email or person.sid) if person is not None and len(people) > 1 else None
        reason = found.problem or found.why
        whys.append(f"{who}: {reason}" if who else reason)
    order: tuple[State, ...] = ("ambiguous", "unmatched", "matched")
    state = next(state for state in order if state in states)
    by_id = all(found.by_id and found.student is not None for _, found in people)
    return Match(tuple(students), tuple(students.values()), state, "; ".join(dict.fromkeys(whys)), by_id)


def free_key(key: str, roster: Roster) -> str:
    """Return a key that is nobody's in the roster: what is not matched must not pass for a student who has that key."""
    while key in roster.by_student:
        key = f"{key[:60]}~{sha256_bytes(key.encode())[:8]}"
    return key


def _fold(value: str) -> str:
    return safe_name(value).casefold()


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:4])
    return shown if len(names) <= 4 else f"{shown} and {len(names) - 4} more"
