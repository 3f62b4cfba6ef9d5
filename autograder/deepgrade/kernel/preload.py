"""Libraries that are imported before there is a notebook, once for many runs, and handed over when a notebook imports them.

Theory of operation: the sandbox can fork a run from a process that has imported the lab's libraries (TensorFlow takes
longer to import than many notebooks take to run). A notebook must not notice. So everything that was imported for it is
taken out of `sys.modules` again: `"keras" in sys.modules` is true after `import keras` and not before, as in a fresh Python,
which is also when the hooks run that seed generators and watch devices. A finder in front of Python's own hands a library
over, all of its modules at once, when the notebook imports one of its packages.

Two things cannot be had later. Some environment variables are read while a library is imported (KERAS_BACKEND): where the
notebook has changed one before, the process ends with an exit code that asks for a plain start, and the run is done over.
And where the notebook brought a module of its own that Python would find first, that one is imported.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import io
import os
import sys
import types
from collections.abc import Iterable, Sequence
from pathlib import Path

from .late_streams import LateStream

EXIT_START_PLAINLY = 75
"""The run needs a Python in which nothing was imported before."""
_READ_AT_IMPORT = (
    "KERAS_", "TF_", "JAX_", "XLA_", "TORCH", "PYTORCH_", "OMP_", "MKL_", "OPENBLAS_", "NUMEXPR_", "MPL", "SKLEARN_", "SCIPY_",
)  # fmt: skip
_READ_LATER = frozenset(("TF_CPP_MIN_LOG_LEVEL", "TF_CPP_MIN_VLOG_LEVEL", "TF_FORCE_GPU_ALLOW_GROWTH"))
_HEAVY = ("tensorflow", "keras", "tf_keras", "jax", "torch")
"""Loaded last: each of them imports most of the others."""
_WATCHED = (*_HEAVY, "numpy", "pandas", "matplotlib", "sklearn")
"""Packages after whose import hooks may wait: they are imported, not only put back."""


class Preloaded(importlib.abc.MetaPathFinder):
    """What was imported, and to which package each module belongs."""

    def __init__(self) -> None:
        self._families: dict[str, dict[str, types.ModuleType]] = {}
        """Package -> all modules that came with the first import that brought it."""
        self._environment: dict[str, str] = {}
        self._streams: tuple[LateStream, ...] = ()

    def load(self, libraries: Iterable[str]) -> None:
        """Import libraries; one that cannot be imported is left for the notebook to stumble over."""
        self._streams = (LateStream("stdout"), LateStream("stderr"))
        own = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = self._streams
        # What the kernel itself uses stays, with all that comes to it: a notebook finds that in any Python of ours.
        stays = {*sys.stdlib_module_names, *map(_package_of, sys.modules)}
        for library in sorted(libraries, key=lambda name: _package_of(name) in _HEAVY):
            before = set(sys.modules)
            try:
                importlib.import_module(library)
            except Exception as error:
                print(f"{library} cannot be prepared: {type(error).__name__}", file=sys.__stderr__)
            came = {name: sys.modules[name] for name in list(sys.modules) if name not in before}
            self._note({name: came[name] for name in came if _package_of(name) not in stays})
        sys.stdout, sys.stderr = own

    def _note(self, modules: dict[str, types.ModuleType]) -> None:
        """Note which packages came together; what came to a package later stays with it.

        They are hidden when all is loaded, since later ones need the earlier.
        """
        family: dict[str, types.ModuleType] = {}
        for name, module in modules.items():
            self._families.setdefault(_package_of(name), family)[name] = module

    def begin(self) -> None:
        """Hide everything; called in a fork, before there is a notebook."""
        for family in self._families.values():
            for name in family:
                sys.modules.pop(name, None)
        self._environment = dict(os.environ)
        # What the preparing process found on disk is not what stands here.
        sys.path[:] = [entry for entry in sys.path if Path(entry).exists() or entry.endswith(".zip")]
        sys.meta_path[:] = [finder for finder in sys.meta_path if not _is_editable(finder)]
        sys.path_importer_cache.clear()
        sys.meta_path.insert(0, self)

    def show_in(self, stdout: io.TextIOBase, stderr: io.TextIOBase) -> None:
        """Show what the libraries write in the notebook's streams."""
        for stream, target in zip(self._streams, (stdout, stderr), strict=False):
            stream.become(target)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return a spec that hands the package over; None for what is not prepared."""
        family = self._families.get(fullname)
        if family is None or fullname not in family:
            return None
        if self._environment_changed():
            os._exit(EXIT_START_PLAINLY)
        module = family[fullname]
        found = importlib.machinery.PathFinder.find_spec(fullname, path)
        if found is None or found.origin != getattr(module.__spec__, "origin", None):
            del self._families[fullname]
            return None
        return importlib.machinery.ModuleSpec(fullname, _HandOver(self, module))

    def hand_over(self, package: str) -> None:
        """Put back all modules that came with a package."""
        family = self._families.pop(package)
        others = {name for name, other in self._families.items() if other is family}
        waiting = {name for name in others if name in _WATCHED and name in family}
        for name in others - waiting:
            del self._families[name]
        for name, module in family.items():
            if name not in waiting and name != package:
                sys.modules.setdefault(name, module)
        for name in sorted(waiting):
            importlib.import_module(name)

    def _environment_changed(self) -> bool:
        names = {*self._environment, *os.environ}
        return any(
            name.startswith(_READ_AT_IMPORT)
            and name not in _READ_LATER
            and self._environment.get(name) != os.environ.get(name)
            for name in names
        )


class _HandOver(importlib.abc.Loader):
    """Loads a package by giving back what was imported before."""

    def __init__(self, preloaded: Preloaded, module: types.ModuleType) -> None:
        self._preloaded = preloaded
        self._module = module
        self._spec = module.__spec__

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """Return the module as it is."""
        return self._module

    def exec_module(self, module: types.ModuleType) -> None:
        """Put its own spec back, and what came with it."""
        module.__spec__ = self._spec
        self._preloaded.hand_over(module.__name__)


def _package_of(name: str) -> str:
    return name.partition(".")[0]


def _is_editable(finder: object) -> bool:
    """Return whether a finder leads to a package that lies elsewhere on the preparing machine."""
    module = finder.__module__ if isinstance(finder, type) else type(finder).__module__
    return module.startswith("__editable__")


PRELOADED = Preloaded()
"""This process's own."""
