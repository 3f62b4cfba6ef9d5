"""What many tests share: a store with the quick synthetic MNIST, made once; databases for gradebooks."""

import pytest
from hypothesis import settings

from deepgrade.data import DataStore
from deepgrade.records import Gradebook
from support.postgres import running_server

# Laws are about results; how long an example takes on a busy machine says nothing about them.
settings.register_profile("deepgrade", deadline=None)
settings.load_profile("deepgrade")


@pytest.fixture(scope="session")
def digits_store(tmp_path_factory):
    """A data store that holds the quick synthetic MNIST."""
    store = DataStore(tmp_path_factory.mktemp("store"))
    store.synthetic("mnist", "quick")
    return store


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL server."""
    with running_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """Where a gradebook may be: a file that is not there yet, or the URL of an empty database."""
    if request.param == "sqlite":
        return tmp_path / "course" / "gradebook.db"
    return request.getfixturevalue("postgres").new_database()


@pytest.fixture
def book(database):
    """An empty gradebook, open: a test with it runs on SQLite and on PostgreSQL."""
    book = Gradebook(database)
    yield book
    book.close()
