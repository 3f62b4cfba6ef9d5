"""What many tests share: a store with the quick synthetic MNIST, made once."""

import pytest

from deepgrade.data import DataStore


@pytest.fixture(scope="session")
def digits_store(tmp_path_factory):
    """A data store that holds the quick synthetic MNIST."""
    store = DataStore(tmp_path_factory.mktemp("store"))
    store.synthetic("mnist", "quick")
    return store
