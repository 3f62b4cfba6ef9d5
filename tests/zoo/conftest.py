"""One arena for all hostile submissions that were chosen, graded once.

`DEEPGRADE_TEST_SANDBOX` names the sandbox (bubblewrap where it is not set), `DEEPGRADE_TEST_START=plain` has every run
import its libraries itself.
"""

from __future__ import annotations

import os

import pytest

from zoo.arena import Arena
from zoo.corpus import Attack


@pytest.fixture(scope="session")
def arena(tmp_path_factory, digits_store):
    """A course with secrets, a victim and services."""
    sandbox, start = (os.environ.get(f"DEEPGRADE_TEST_{name}") for name in ("SANDBOX", "START"))
    made = Arena(tmp_path_factory.mktemp("arena"), digits_store, sandbox, start or "prepared")
    yield made
    made.close()


@pytest.fixture(scope="session")
def aftermaths(request, arena):
    """Name -> what became of every attack that is asked for in this session."""
    chosen: dict[str, Attack] = {}
    for item in request.session.items:
        attack = getattr(item, "callspec", None) and item.callspec.params.get("attack")
        if isinstance(attack, Attack):
            chosen[attack.name] = attack
    return arena.grade(chosen.values(), slots=3)  # many of them only wait


@pytest.fixture(scope="session")
def report(arena, aftermaths):
    """Folder of the class's report and all feedback."""
    return arena.report()
