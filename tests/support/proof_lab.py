"""A lab that trains nothing, with all its parts: master, checks, mistakes, an alternative. Runs of it take a second."""

from pathlib import Path

from deepgrade.flavours import build_lab
from deepgrade.lab import LabFiles

TOML = """
# A comment that stays.
schema_version = 1
name = "proof"
title = "Proof"
gpu = "off"
data = ["mnist"]
[limits]
wall_s = 40
cell_s = 20
memory_mib = 700
processes = 64
output_mib = 1
disk_mib = 64
cpus = 1.0
[[questions]]
id = "a1"
title = "Numbers"
points = 1.0
[[questions]]
id = "a2"
title = "Total"
points = 0.5
[[questions]]
id = "a3"
title = "Why"
points = 1.0
manual = true
rubric = "Says why."
"""

MASTER = """# %% [markdown]
# # Proof

# %%
import numpy as np

# %% [markdown] question="a1"
# ### Question a1: Numbers (1 point)
# Make `numbers`, the first ten squares.

# %% question="a1"
# BEGIN SOLUTION
numbers = np.arange(10) ** 2
# END SOLUTION

# %% [markdown] question="a2"
# ### Question a2: Total (0.5 points)
# Add them up into `total`.

# %% question="a2"
# BEGIN SOLUTION
total = int(numbers.sum())
# END SOLUTION

# %% [markdown] question="a3"
# ### Question a3: Why (1 point)
# Say why.

# %% [markdown] question="a3" role="answer"
# Because squares grow.
"""

CHECKS = '''
from deepgrade.lab import question, visible


@question("a1", points=0.5)
@visible
def test_numbers_are_ten(numbers):
    """There are ten numbers."""
    assert len(numbers) == 10


@question("a1", points=0.5)
def test_numbers_are_squares(numbers):
    """Each is the square of its place."""
    assert [int(number) for number in numbers] == [place**2 for place in range(10)], "look at [3]"


@question("a2", points=0.5)
def test_total_is_right(total):
    """The total is that of the squares."""
    assert total == 285
'''

MISTAKES = """
from deepgrade.lab import Mistake

MISTAKES = (
    Mistake("cubes", "Took cubes.", (("** 2", "** 3"),), frozenset({"test_numbers_are_squares", "test_total_is_right"})),
    Mistake("nine", "Stopped at nine.", (("arange(10)", "arange(9)"),),
            frozenset({"test_numbers_are_ten", "test_numbers_are_squares", "test_total_is_right"})),
    Mistake("rounded", "Rounded the total.", (("int(numbers.sum())", "300"),), frozenset({"test_total_is_right"})),
    Mistake("for_large_data", "Only seen on much data.", (("int(numbers.sum())", "1"),),
            frozenset({"test_total_is_right"}), "full"),
)
"""

ALTERNATIVE = """# %% [markdown]
# Numbers are a list.

# %% question="a1"
numbers = [place * place for place in range(10)]

# %% question="a2"
total = sum(numbers)
"""


def make_proof_lab(root: Path, name: str = "proof", **parts: str) -> LabFiles:
    """Write the lab and build it; `toml`, `master`, `checks`, `mistakes`, `alternative` take other texts."""
    files = LabFiles(root, name)
    texts = {
        files.toml: parts.get("toml", TOML).replace('name = "proof"', f'name = "{name}"'),
        files.master: parts.get("master", MASTER),
        files.checks: parts.get("checks", CHECKS),
        files.mistakes: parts.get("mistakes", MISTAKES),
        files.alternatives / "lists.py": parts.get("alternative", ALTERNATIVE),
    }
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    build_lab(files)
    return files
