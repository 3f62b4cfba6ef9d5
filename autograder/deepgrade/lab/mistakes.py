"""Known wrong answers as small edits of the master notebook."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path

from deepgrade.lab.errors import LabError, listed


@dataclass(frozen=True)
class Mistake:
    """What students really get wrong, with the checks that must notice."""

    name: str
    """A short id: letters, digits, underscores."""
    description: str
    """What the student did, in a sentence."""
    edits: tuple[tuple[str, str], ...]
    """Pairs of (text of the master that stands there exactly once, what the student wrote instead)."""
    loses: frozenset[str]
    """Ids of exactly those checks that must fail."""
    size: str = "any"
    """`any`, or `full`/`quick` where the effect needs one size of data."""

    def apply(self, master: str) -> str:
        """Return the master's text with the edits made.

        Raises:
            LabError: A text to replace does not stand in the master exactly once.
        """
        for old, new in self.edits:
            count = master.count(old)
            if count != 1:
                raise LabError(
                    f"Mistake {self.name}: the text {old!r} stands {count} times in the master, not once."
                    " Edit mistakes.py so that it names one place."
                )
            master = master.replace(old, new)
        return master


def load_mistakes(path: Path) -> tuple[Mistake, ...]:
    """Read `MISTAKES` from a lab's mistakes.py (an instructor's: trusted).

    Raises:
        LabError: The file is missing, does not import, or two mistakes share a name.
    """
    if not path.is_file():
        raise LabError(f"There is no {path}. A lab lists its known mistakes there, as MISTAKES.")
    spec = importlib.util.spec_from_file_location(f"deepgrade_mistakes_{path.parent.name}", path)
    if spec is None or spec.loader is None:
        raise LabError(f"{path} is not a Python file.")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        mistakes = tuple(module.MISTAKES)
    except Exception as error:
        raise LabError(f"{path} does not load: {type(error).__name__}: {error}") from error
    names = [mistake.name for mistake in mistakes]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise LabError(f"{path} has mistakes of one name:\n{listed(twice)}")
    return mistakes
