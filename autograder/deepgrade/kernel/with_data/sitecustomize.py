"""Started by Python itself when this folder is on PYTHONPATH: `keras.datasets` then reads the folder in DEEPGRADE_DATA.

    PYTHONPATH=.../kernel/with_data DEEPGRADE_DATA=.../real/quick python solutions/le5/le5.py

Only one `sitecustomize` is imported, the first on the path; so another one further down the path is run as well.
"""

import importlib.machinery
import importlib.util
import os
import sys
from pathlib import Path

_here = Path(__file__).resolve().parent


def _load(name: str, path: Path) -> object:
    spec = importlib.util.spec_from_file_location(name, path)
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
    _shim = _load("deepgrade_data_shim", _here.parent / "data_shim.py")
    _shim.install(os.environ["DEEPGRADE_DATA"])  # type: ignore[attr-defined]
# Last: an error in somebody else's file must not keep ours from being installed.
_run_the_next_one()
