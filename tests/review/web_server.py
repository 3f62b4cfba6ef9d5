"""The review app on a free port of this machine, as `deepgrade review serve` starts it."""

import contextlib
import socket
import threading
import time
from pathlib import Path

from deepgrade.review.web.app import make_app
from deepgrade.review.web.server import make_server
from deepgrade.review.web.settings import WebSettings
from review.web_client import make_accounts


@contextlib.contextmanager
def running(root: Path, course: Path, **settings):
    """Yield the app's address."""
    make_accounts(course)
    app = make_app(WebSettings(root=root, course=course, **settings))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = make_server(app)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
            assert thread.is_alive()
        try:
            yield f"http://localhost:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
