"""Started by Python itself when this folder is on PYTHONPATH: Keras then finds the data sets in DEEPGRADE_DATA.

    PYTHONPATH=.../kernel/with_data DEEPGRADE_DATA=.../real/quick python solutions/le5/le5.py

`keras.datasets` and `keras.utils.get_file` read that folder, and its files (`Hitters.csv`) have links in the working folder while
Python runs. DEEPGRADE_SETS=mnist,hitters leaves it at these sets.

Only one `sitecustomize` is imported, the first on the path; so another one further down the path is run as well.
"""

import importlib
import importlib.machinery
import importlib.util
import os
import sys
from pathlib import Path

_PACKAGE = "_deepgrade_with_data"
_here = Path(__file__).resolve().parent


def _load(name: str, path: Path, folders: list[str] | None = None) -> object:
    spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=folders)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _run_the_next_one() -> None:
    elsewhere = [entry for entry in sys.path if Path(entry or ".").resolve() != _here]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", elsewhere)
    if spec is not None and spec.origin is not None and spec.loader is not None:
        _load("_next_sitecustomize", Path(spec.origin))


if os.environ.get("DEEPGRADE_DATA"):
    _load(_PACKAGE, _here.parent / "__init__.py", [str(_here.parent)])
    importlib.import_module(f"{_PACKAGE}.data_shim").install(os.environ["DEEPGRADE_DATA"])
# Last: an error in somebody else's file must not keep ours from being installed.
_run_the_next_one()
