"""The review app, put together: addresses, what surrounds every request, and what is said when something is wrong."""

from __future__ import annotations

import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import cast

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deepgrade.files import StorageError
from deepgrade.records import GradebookError
from deepgrade.review.web import rendering
from deepgrade.review.web.access import AccessError, Role
from deepgrade.review.web.pages import (
    account,
    comments,
    deciding,
    decisions,
    item,
    labs,
    queue,
    rubrics,
    statistics,
    students,
)
from deepgrade.review.web.paths import PathMiddleware
from deepgrade.review.web.security import SecurityMiddleware
from deepgrade.review.web.settings import WebSettings
from deepgrade.review.web.site import Site
from deepgrade.review.web.visits import MOST_SENT_BYTES, page

_log = logging.getLogger("deepgrade.review")


def make_app(settings: WebSettings) -> Starlette:
    """Return the app of a course.

    Raises:
        GradebookError: The gradebook cannot be opened.
        AccessError: The accounts cannot be opened.
    """
    site = Site(settings)

    @asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        # A class of a thousand takes a second to read the first time: that need not be somebody's first page.
        reading = threading.Thread(target=site.read_ahead, name="read ahead", daemon=True)
        reading.start()
        yield
        site.stop_reading()
        await run_in_threadpool(reading.join)
        site.close()

    routes = _routes(site)
    own = frozenset(route.path.split("/")[1] for route in routes) - {""}
    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(SecurityMiddleware, settings=settings),
            Middleware(RequestBodyLimitMiddleware, max_body_size=MOST_SENT_BYTES),
            Middleware(PathMiddleware, prefix=settings.prefix, own=own),
        ],
        exception_handlers={
            HTTPException: _refused,
            GradebookError: _known,
            StorageError: _known,
            AccessError: _known,
            Exception: _bug,
        },
        lifespan=life,
    )
    app.state.site = site
    return app


def _routes(site: Site) -> list[Route]:
    only = Role.INSTRUCTOR
    return [
        Route("/static/{name}", _static),
        Route("/login", site.doors.login, methods=["GET", "POST"]),
        Route("/logout", page(account.log_out), methods=["POST"]),
        Route("/names", page(account.hide_names), methods=["POST"]),
        Route("/account", page(account.show)),
        Route("/account/password", page(account.change_password), methods=["POST"]),
        Route("/accounts", page(account.show_all, role=only)),
        Route("/", page(labs.all_labs)),
        Route("/labs/{lab}", page(labs.one_lab)),
        Route("/labs/{lab}/queue", page(queue.show)),
        Route("/labs/{lab}/items/{item}", page(item.show)),
        Route("/labs/{lab}/decide", page(deciding.decide), methods=["POST"]),
        Route("/labs/{lab}/rubrics", page(rubrics.show_all)),
        Route("/labs/{lab}/rubrics/{question}", page(rubrics.show)),
        Route("/labs/{lab}/rubrics/{question}", page(rubrics.save), methods=["POST"]),
        Route("/labs/{lab}/comments", page(comments.show)),
        Route("/labs/{lab}/comments", page(comments.save), methods=["POST"]),
        Route("/labs/{lab}/decisions", page(decisions.show)),
        Route("/labs/{lab}/statistics", page(statistics.show, role=only)),
        Route("/labs/{lab}/students", page(students.show_all)),
        Route("/labs/{lab}/students/{student}", page(students.show)),
        Route("/labs/{lab}/students/{student}/history", page(students.show_history)),
        Route("/labs/{lab}/students/{student}/notebook", page(students.notebook)),
        Route("/labs/{lab}/students/{student}/notebook/frame", page(students.notebook_frame)),
        Route("/labs/{lab}/students/{student}/log", page(students.notebook)),
        Route("/labs/{lab}/students/{student}/log/frame", page(students.log_frame)),
    ]


async def _static(request: Request) -> Response:
    for file in rendering.static_files().values():
        if file.name == request.path_params["name"]:
            return Response(
                file.body,
                media_type=file.media_type,
                headers={"Cache-Control": "public, max-age=31536000, immutable"},
            )
    raise HTTPException(404)


def _refused(request: Request, error: Exception) -> Response:
    refused = cast("HTTPException", error)
    words = HTTPStatus(refused.status_code).phrase
    detail = refused.detail if refused.detail != words else _USUAL.get(refused.status_code, "")
    return _problem(request, refused.status_code, words.capitalize(), detail, refused.headers)


_USUAL = {
    404: "There is no such page.",
    405: "This page takes no such request.",
    413: "What was sent is too large.",
}


def _known(request: Request, error: Exception) -> Response:
    _log.warning("%s: %s", request.url.path, error)
    return _problem(request, 503, "The gradebook cannot do this now", str(error))


def _bug(request: Request, error: Exception) -> Response:
    # The server's log gets the traceback; the page says nothing of the inside.
    return _problem(
        request,
        500,
        "Something went wrong here",
        "This is a fault of the review app, and nothing was saved. Its log says more.",
    )


def _problem(request: Request, status: int, title: str, words: str, headers: object = None) -> Response:
    site: Site = request.app.state.site
    answer = rendering.html(
        "problem.html.j2", status=status, prefix=site.settings.prefix, title=title, words=words
    )
    if isinstance(headers, dict):
        answer.headers.update(headers)
    return answer
