"""What is graded in a benchmark: three labs, and a class's submissions of each, all different.

A lab that computes nothing shows what grading itself costs; one that builds a tiny Keras model, what importing TensorFlow
adds; LE5 and mnist_one_layer are the project's own, with their training on quick synthetic data.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchmarks.commands import ROOT
from deepgrade.data import DataStore
from deepgrade.files import write_atomic
from deepgrade.flavours import master_text, solved_notebook
from deepgrade.flavours.notebook import to_text
from deepgrade.grading.seeds import with_seed
from deepgrade.lab import LabFiles
from support.proof_lab import TOML as TRIVIAL_TOML
from support.proof_lab import make_proof_lab

_KERAS_TOML = """
schema_version = 1
name = "proof"
title = "A tiny model"
gpu = "off"
data = ["mnist"]
[limits]
wall_s = 120
cell_s = 60
memory_mib = 3000
processes = 128
output_mib = 1
disk_mib = 64
cpus = 1.0
[[questions]]
id = "a1"
title = "A network"
points = 1.0
[[questions]]
id = "a2"
title = "Count"
points = 1.0
"""

_KERAS_MASTER = """# %% [markdown]
# # A tiny model

# %%
import keras
keras.utils.set_random_seed(353)

# %% [markdown] question="a1"
# ### Question a1: A network (1 point)
# Build `network`: one Dense layer of 10 units on 784 inputs, trained for one epoch.

# %% question="a1"
# BEGIN SOLUTION
(images, labels), _ = keras.datasets.mnist.load_data()
network = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, activation="softmax")])
network.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
network.fit(images[:256].reshape(-1, 784) / 255, labels[:256], batch_size=64, verbose=0)
# END SOLUTION

# %% [markdown] question="a2"
# ### Question a2: Count (1 point)
# Put its number of parameters into `total`.

# %% question="a2"
# BEGIN SOLUTION
total = network.count_params()
# END SOLUTION
"""

_KERAS_CHECKS = '''
from deepgrade.lab import question


@question("a1", points=1)
def test_network_has_the_right_size(network):
    """The network has 7,850 parameters."""
    assert network.count_params() == 7850


@question("a2", points=1)
def test_total_is_right(total):
    """The total is the network's."""
    assert total == 7850
'''

_NONE = "MISTAKES = ()\n"
_ALTERNATIVE = '# %% [markdown]\n# The number as it is.\n\n# %% question="a2"\ntotal = 7850\n'


@dataclass(frozen=True)
class Subject:
    """A lab to be graded.

    Attributes:
        name: In the figures.
        title: In the tables.
        files: The lab, built.
        store: Folder with the quick synthetic data.
    """

    name: str
    title: str
    files: LabFiles
    store: Path

    @property
    def lab(self) -> str:
        """The lab's name."""
        return self.files.name

    def text(self, number: int) -> str:
        """Return the solution of student `number` as a script: another seed, or another comment where nothing is random."""
        master = master_text(self.files)
        if "set_random_seed" in master:
            return with_seed(master, 1000 + number, lab=self.lab)
        return master.replace("import numpy as np", f"import numpy as np  # {number}", 1)

    def write_class(self, folder: Path, count: int, flavour: str) -> Path:
        """Write a class's submissions as the flavour's tool takes them, and return the folder."""
        for number in range(count):
            student = f"student{number:03}"
            place = folder / student / self.lab if flavour == "nbgrader" else folder
            name = self.lab if flavour == "nbgrader" else student
            path = place / f"{name}.ipynb"
            if not path.exists():
                write_atomic(path, to_text(solved_notebook(self.files, flavour, self.text(number))))
        return folder


def trivial(work: Path) -> Subject:
    """Return the lab that computes nothing."""
    return Subject("trivial", "computes nothing", _built(work, "nothing", toml=TRIVIAL_TOML), store(work))


def tiny_model(work: Path) -> Subject:
    """Return the lab that imports TensorFlow and builds a tiny model."""
    files = _built(
        work, "tinymodel", toml=_KERAS_TOML, master=_KERAS_MASTER, checks=_KERAS_CHECKS, mistakes=_NONE,
        alternative=_ALTERNATIVE,
    )  # fmt: skip
    return Subject("tiny_model", "imports TensorFlow, builds a tiny model", files, store(work))


def one_layer(work: Path) -> Subject:
    """Return the project's cheapest lab that trains."""
    return Subject("one_layer", "mnist_one_layer", LabFiles(ROOT, "mnist_one_layer"), store(work))


def le5(work: Path) -> Subject:
    """Return LE5."""
    return Subject("le5", "LE5", LabFiles(ROOT, "le5"), store(work, "mnist", "imdb"))


def store(work: Path, *names: str) -> Path:
    """Return a store with quick synthetic sets, made if need be; MNIST where none are named."""
    folder = work / "store"
    for name in names or ("mnist",):
        if not (folder / "synthetic" / "quick" / name / "facts.json").exists():
            DataStore(folder).synthetic(name, "quick")
    return folder


def _built(work: Path, name: str, **parts: str) -> LabFiles:
    files = LabFiles(work / "labs", name)
    return files if files.plan.exists() else make_proof_lab(work / "labs", name, **parts)
