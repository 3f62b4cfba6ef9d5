"""The submissions whose result is known beforehand: solution, blank template, alternatives, mistakes, seeds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from deepgrade.files import sha256_json
from deepgrade.flavours import Alternative, blank_notebook, master_text, read_alternatives, solved_notebook
from deepgrade.grading.seeds import with_seed
from deepgrade.lab import LabError, LabFiles, Mistake, Size, load_mistakes

FLAVOURS = ("otter", "nbgrader")
Kind = Literal["solution", "blank", "alternative", "mistake", "seed"]


@dataclass(frozen=True)
class Case:
    """A submission whose result is known beforehand.

    Attributes:
        name: `solution-otter`, `blank-nbgrader`, `alternative-<name>`, `mistake-<name>`, `seed-007`.
        kind: What it is an example of.
        description: What it is, in a sentence.
        loses: The checks that must fail; None for all that are worth points.
    """

    name: str
    kind: Kind
    description: str
    loses: frozenset[str] | None
    members: tuple[str, ...] = ()
    """Mistakes made together in one notebook."""

    @property
    def is_right(self) -> bool:
        """Whether it has to earn every point."""
        return self.kind in ("solution", "alternative", "seed")


Made = tuple[Case, dict[str, Any]]


def cases_of(
    files: LabFiles,
    size: Size,
    only: Sequence[str] = (),
    *,
    together: int = 1,
    alternatives: bool = True,
    mistakes: bool = True,
    seeds: int = 0,
) -> Iterator[Made]:
    """Yield a lab's cases with their notebooks.

    Args:
        files: The lab.
        size: Mistakes that need another size of data are left out.
        only: Names of cases to keep, with or without their kind; all when empty.
        together: Most mistakes in one notebook. Several must lose exactly what all of them name: as strict,
            and several times as fast.
        alternatives: Whether to yield the lab's alternatives.
        mistakes: Whether to yield its known mistakes.
        seeds: How many seeds to give to the solution: 1 to this number.

    Raises:
        LabError: The lab's files are wrong.
    """
    master = master_text(files)
    for flavour in FLAVOURS:
        if _wanted(f"solution-{flavour}", only):
            case = Case(f"solution-{flavour}", "solution", "The master's solution.", frozenset())
            yield case, solved_notebook(files, flavour)
        if _wanted(f"blank-{flavour}", only):
            case = Case(f"blank-{flavour}", "blank", "The template as handed out.", None)
            yield case, blank_notebook(files, flavour)
    if alternatives:
        for alternative in read_alternatives(files):
            if _wanted(f"alternative-{alternative.name}", only):
                yield alternative_case(files, alternative)
    if mistakes:
        yield from _mistakes(files, size, master, only, together)
    for seed in range(1, seeds + 1):
        if _wanted(f"seed-{seed:03}", only):
            yield seed_case(files, master, seed)


def seed_case(files: LabFiles, master: str, seed: int) -> Made:
    """Return the solution with another seed, and its notebook.

    Raises:
        LabError: The master does not set its seed exactly once.
    """
    case = Case(f"seed-{seed:03}", "seed", f"The master's solution with seed {seed}.", frozenset())
    return case, solved_notebook(files, "otter", with_seed(master, seed, lab=files.name))


def alternative_case(files: LabFiles, alternative: Alternative, seed: int | None = None) -> Made:
    """Return an alternative, with another seed where one is given, and its notebook.

    Raises:
        LabError: The template is older than the master, or the seed is not set exactly once.
    """
    name, text = f"alternative-{alternative.name}", alternative.text
    if seed is not None:
        name, text = f"{name}-seed-{seed:03}", with_seed(text, seed, lab=files.name)
    case = Case(name, "alternative", alternative.description, frozenset())
    return case, solved_notebook(files, "otter", text, adds_cells=True)


def _mistakes(files: LabFiles, size: Size, master: str, only: Sequence[str], together: int) -> Iterator[Made]:
    mistakes = [
        mistake
        for mistake in load_mistakes(files.mistakes)
        if mistake.size in ("any", size) and _wanted(f"mistake-{mistake.name}", only)
    ]
    for group in _groups(mistakes, master, together):
        text = master
        for mistake in group:
            text = mistake.apply(text)
        yield _case_of(group), solved_notebook(files, "otter", text)


def _case_of(group: Sequence[Mistake]) -> Case:
    names = tuple(mistake.name for mistake in group)
    name = f"mistake-{names[0]}" if len(names) == 1 else f"mistakes-{sha256_json(list(names))[:8]}"
    loses = frozenset[str]().union(*(mistake.loses for mistake in group))
    return Case(name, "mistake", " ".join(mistake.description for mistake in group), loses, names)


def _groups(mistakes: Sequence[Mistake], master: str, most: int) -> list[list[Mistake]]:
    """Put mistakes together that touch different places and lose different checks.

    Neighbours in the list are mostly about one question and would hide each other, so they are dealt out.
    """
    count = -(-len(mistakes) // most)
    groups: list[list[Mistake]] = [[] for _ in range(count)]
    for place, mistake in enumerate(mistakes):
        turns = (groups[(place + step) % count] for step in range(count))
        fits = (
            group
            for group in turns
            if not group or (len(group) < most and _fit_together([*group, mistake], master))
        )
        group = next(fits, None)
        if group is None:
            groups.append([mistake])
        else:
            group.append(mistake)
    return [group for group in groups if group]


def _fit_together(group: Sequence[Mistake], master: str) -> bool:
    losses = [check for mistake in group for check in mistake.loses]
    if len(losses) != len(set(losses)) or not all(mistake.loses for mistake in group):
        return False
    try:
        for mistake in group:
            master = mistake.apply(master)
    except LabError:
        return False
    return True


def _wanted(name: str, only: Sequence[str]) -> bool:
    return not only or name in only or name.partition("-")[2] in only
