"""A browser without a screen for the review app: keeps cookies, sends forms with their token."""

import re
import tempfile
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from starlette.testclient import TestClient

from deepgrade.records import Course
from deepgrade.review.web.access import AccessStore, Accounts, Role
from deepgrade.review.web.app import make_app
from deepgrade.review.web.settings import WebSettings

PASSWORD = "a sentence that nobody guesses"  # noqa: S105 - of accounts that tests make
_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')


@cache
def _made_accounts() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        store = AccessStore.of(Course(Path(folder)))
        for name, role in (("ada", Role.INSTRUCTOR), ("tom", Role.TA), ("tina", Role.TA)):
            Accounts(store).add(name, role, PASSWORD)
        store.close()
        return store.path.read_bytes()


def make_accounts(course: Path):
    """Add an instructor, ada, and two TAs, tom and tina: hashed once for all tests, since that is slow on purpose."""
    course.mkdir(parents=True, exist_ok=True)
    (course / "access.db").write_bytes(_made_accounts())


@contextmanager
def served(root: Path, course: Path, **settings):
    """Yield a function that opens a browser of its own: who=None is logged out."""
    make_accounts(course)
    app = make_app(WebSettings(root=root, course=course, **settings))
    opened = []

    def browser(who=None, *, address="10.0.0.1", base="http://localhost"):
        client = Browser(app, base_url=base, follow_redirects=False, client=(address, 50000))
        opened.append(client)
        if who is not None:
            assert client.log_in(who, PASSWORD).status_code == 303
        return client

    with TestClient(app):
        yield browser
    for client in opened:
        client.close()


class Browser(TestClient):
    """Sends forms as a browser does."""

    def log_in(self, name, password, **fields):
        """Send the log-in form."""
        page = self.get("/login")
        return self.post(
            "/login", data={"form_token": token_of(page.text), "name": name, "password": password, **fields}
        )

    def post_form(self, path, data, *, of="/account"):
        """Post a form with the token of the session."""
        return self.post(path, data={"form_token": token_of(self.get(of).text), **data})


def token_of(html):
    """Return the token that a page's forms carry."""
    return _TOKEN.search(html)[1]
