"""A small lab for the tests of this folder: three checked questions, two manual ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from deepgrade.lab import LabFiles

NAME = "tiny"

TOML = """
schema_version = 1
name = "tiny"
title = "A tiny lab"
gpu = "off"
data = []

[[questions]]
id = "a1"
title = "Why"
points = 1
manual = true
rubric = "Look for the word gradient and a picture of it."

[[questions]]
id = "b1"
title = "Numbers"
points = 0.75

[[questions]]
id = "b2"
title = "A function"
points = 1

[[questions]]
id = "c1"
title = "Change it"
points = 2
manual = true
capture = ["changed"]
"""

MASTER = '''# %% [markdown]
# # A tiny lab
# Read everything.

# %%
import numpy as np

# %% [markdown] question="a1"
# ### Question a1: Why (1 point)
# Say why.

# %% [markdown] question="a1" role="answer"
# Because the slope tells which way the loss falls.

# %% [markdown]
# ## Part b

# %% [markdown] question="b1"
# ### Question b1: Numbers (0.75 points)
# Make `numbers`, the first ten squares.

# %% question="b1"
start = 0
# BEGIN SOLUTION
numbers = np.arange(start, 10) ** 2  # the secret of squares
# END SOLUTION
total = 1

# %% [markdown] question="b2"
# ### Question b2: A function (1 point)
# Write `double`.

# %% question="b2"
def double(value):
    """Return twice the value."""
    # BEGIN SOLUTION
    twice_the_value = value + value
    return twice_the_value
    # END SOLUTION

# %%
print("between the questions")

# %% [markdown] question="c1"
# ### Question c1: Change it (2 points)
# Change the numbers and say what happened.

# %% question="c1"
# BEGIN SOLUTION
changed = numbers + 1000000
# END SOLUTION

# %% [markdown] question="c1" role="answer"
# All of them grew by a million, as expected.
'''

CHECKS = '''
import numpy
from deepgrade.lab import question, visible

LENGTH_WANTED = 10


def _as_list(values):
    return [int(value) for value in numpy.asarray(values)]


@question("b1", points=0.25)
@visible
def test_numbers_are_ten(numbers):
    """There are ten "numbers" in C:\\\\new\\\\table, 'all' of them."""
    assert len(_as_list(numbers)) == LENGTH_WANTED, "count them again"


@question("b1", points=0.5)
def test_numbers_are_squares_of_their_index(numbers):
    """Every number is the square of its place, counted from nought."""
    assert _as_list(numbers)[3] == 9, "hint: did you square or double them"


@question("b2", points=0)
@visible
def test_double_takes_one_value(double):
    """Double is a function."""
    assert callable(double)


@question("b2", points=0)
@visible
def test_double_of_one(double):
    """Double of one is two."""
    assert double(1) == 2


@question("b2", points=1, probes={"double": [([21], {})]})
def test_double_doubles(double):
    """Double doubles what it never met."""
    assert double(21) == 42
'''


def write_lab(root: Path, *, master: str = MASTER, toml: str = TOML, checks: str = CHECKS) -> LabFiles:
    """Write the small lab, or one with other parts, below a folder."""
    files = LabFiles(root, NAME)
    files.folder.mkdir(parents=True)
    files.checks.parent.mkdir(parents=True)
    files.toml.write_text(toml, encoding="utf-8")
    files.master.write_text(master, encoding="utf-8")
    files.checks.write_text(checks, encoding="utf-8")
    return files


def run_source(source: str, scope: dict[str, Any]) -> None:
    """Run a notebook's code, which these tests wrote themselves."""
    exec(source, scope)  # noqa: S102
