"""Which libraries a lab's notebooks import."""

import json
from pathlib import Path

import pytest

from deepgrade.lab import LabFiles, find_root, lab_names
from deepgrade.submission import template_libraries


def _lab(tmp_path, *sources, flavour="otter"):
    files = LabFiles(tmp_path, "one")
    path = files.template(flavour)
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = [{"cell_type": "code", "metadata": {}, "source": source} for source in sources]
    path.write_text(json.dumps({"cells": [*cells, {"cell_type": "markdown", "source": "import torch"}]}))
    return files


def test_lab_that_was_not_built_imports_nothing(tmp_path):
    assert template_libraries(LabFiles(tmp_path, "one")) == ()


@pytest.mark.parametrize(
    "source", ["import pandas as", "x = '\0'", "if x:\nimport pandas", "from . import pandas"]
)
def test_cell_that_is_no_python_or_imports_from_nowhere_says_nothing(tmp_path, source):
    assert template_libraries(_lab(tmp_path, source, "import keras")) == ("keras",)


def test_imports_in_their_order_without_the_standard_library_and_the_tools(tmp_path):
    files = _lab(
        tmp_path, "%matplotlib inline\nimport json, numpy as np\nimport otter", "import sklearn.linear_model"
    )
    _lab(tmp_path, "from keras.datasets import mnist\nimport os.path", flavour="nbgrader")
    assert template_libraries(files) == ("keras.datasets", "numpy", "sklearn.linear_model")


@pytest.mark.parametrize("lab", lab_names(find_root(Path(__file__))))
def test_every_lab_says_that_it_wants_keras(lab):
    files = LabFiles(find_root(Path(__file__)), lab)
    assert "keras" in template_libraries(files)
