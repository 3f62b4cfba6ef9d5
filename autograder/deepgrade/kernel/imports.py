"""Act when student code has imported a module, without importing it ourselves."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Callable, Sequence
from typing import Any

Hook = Callable[[Any], None]


class AfterImport(importlib.abc.MetaPathFinder):
    """A finder in front of Python's own that calls hooks once a module's code has run.

    The module's own loader does the work; only its `exec_module` is followed by the hooks, once. A hook that
    fails is skipped: the student's import must not fail because of us.
    """

    def __init__(self) -> None:
        self._hooks: dict[str, list[Hook]] = {}
        self._surroundings: dict[str, tuple[Callable[[], Any], Hook]] = {}
        self._busy: set[str] = set()

    def add(self, name: str, hook: Hook) -> None:
        """Call `hook(module)` after the module's import; at once if it was imported before."""
        if name in sys.modules:
            _call(hook, sys.modules[name])
        else:
            self._hooks.setdefault(name, []).append(hook)

    def surround(self, name: str, before: Callable[[], Any], after: Hook) -> None:
        """Call `after(before())` around the module's import, before its hooks; not at all if it was imported before."""
        if name not in sys.modules:
            self._hooks.setdefault(name, [])
            self._surroundings[name] = (before, after)

    def install(self) -> None:
        """Put this finder first."""
        sys.meta_path.insert(0, self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return what the other finders find, with hooks; None for modules that nobody waits for."""
        if fullname not in self._hooks or fullname in self._busy:
            return None
        self._busy.add(fullname)
        try:
            for finder in list(sys.meta_path):
                spec = None if finder is self else finder.find_spec(fullname, path, target)
                if spec is not None:
                    self._follow(fullname, spec.loader)
                    return spec
        finally:
            self._busy.discard(fullname)
        return None

    def _follow(self, name: str, loader: Any) -> None:
        try:
            original = loader.exec_module

            def exec_module(module: types.ModuleType) -> None:
                before, after = self._surroundings.pop(name, (None, _nothing))
                found = before() if before is not None else None
                original(module)
                _call(after, found)
                for hook in self._hooks.pop(name, ()):
                    _call(hook, module)

            loader.exec_module = exec_module
        except AttributeError:
            return  # a loader without attributes of its own: the hooks stay silent


def _nothing(_: Any) -> None:
    return


def _call(hook: Hook, module: Any) -> None:
    try:
        hook(module)
    except Exception:
        return
