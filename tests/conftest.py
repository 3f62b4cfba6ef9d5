"""What many tests share: a store with the quick synthetic MNIST, made once."""

import pytest
from hypothesis import settings

from deepgrade.data import DataStore

# Laws are about results; how long an example takes on a busy machine says nothing about them.
settings.register_profile("deepgrade", deadline=None)
settings.load_profile("deepgrade")


@pytest.fixture(scope="session")
def digits_store(tmp_path_factory):
    """A data store that holds the quick synthetic MNIST."""
    store = DataStore(tmp_path_factory.mktemp("store"))
    store.synthetic("mnist", "quick")
    return store
