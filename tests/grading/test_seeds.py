"""The master's seed: exchanged in one place and wherever the same number seeds something else, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepgrade.grading.seeds import with_seed
from deepgrade.lab import LabError

MASTER = """# %%
import keras
import numpy as np

keras.utils.set_random_seed(353)

# %%
name = "é"; rng = np.random.default_rng(353); rows = 353
parts = train_test_split(x, y, test_size=353, random_state=353)
other = np.random.default_rng(1)
text = "keras.utils.set_random_seed(353)"
"""


@pytest.mark.parametrize(
    "text",
    [
        "import keras\n",
        MASTER + "keras.utils.set_random_seed(353)\n",
        MASTER.replace("set_random_seed(353)\n\n", "set_random_seed(seed)\n\n"),
        MASTER.replace("set_random_seed(353)\n\n", "set_random_seed()\n\n"),
    ],
)
def test_a_master_that_does_not_set_its_seed_once_is_refused_with_the_line_to_write(text):
    with pytest.raises(LabError, match=r"set_random_seed\(353\)"):
        with_seed(text, 1, lab="le5")


def test_a_master_that_is_no_python_is_named(tmp_path):
    with pytest.raises(LabError, match="le5 is not Python"):
        with_seed("keras.utils.set_random_seed(353", 1, lab="le5")


@given(st.integers(0, 2**32 - 1))
def test_only_seeds_change(seed):
    made = with_seed(MASTER, seed, lab="le5").split("\n")
    lines = MASTER.split("\n")
    changed = {new for old, new in zip(lines, made, strict=True) if old != new}
    if seed != 353:
        assert changed == {
            f"keras.utils.set_random_seed({seed})",
            f'name = "é"; rng = np.random.default_rng({seed}); rows = 353',
            f"parts = train_test_split(x, y, test_size=353, random_state={seed})",
        }


def test_the_number_may_be_named():
    assert "set_random_seed(seed=7)" in with_seed("keras.utils.set_random_seed(seed=353)", 7, lab="le5")
