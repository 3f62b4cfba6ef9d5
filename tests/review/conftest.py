"""Passwords that cost little: nearly every test logs in, and a hash is slow on purpose."""

import pytest
from argon2 import PasswordHasher

from deepgrade.review.web.access import accounts

REAL = accounts._hasher
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def _use(hasher, patch):
    patch.setattr(accounts, "_hasher", hasher)
    accounts._nobody.cache_clear()


@pytest.fixture(autouse=True, scope="package")
def cheap_passwords():
    with pytest.MonkeyPatch.context() as patch:
        _use(CHEAP, patch)
        yield
    accounts._nobody.cache_clear()


@pytest.fixture
def real_passwords(monkeypatch):
    """Hash as the app does, for tests of just that."""
    _use(REAL, monkeypatch)
    yield
    accounts._nobody.cache_clear()
