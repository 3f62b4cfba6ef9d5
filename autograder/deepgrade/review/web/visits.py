"""One request of somebody who is logged in: authenticated, its form checked, then handed to a page.

Theory of operation: every page but the log-in is made by `page` or `action`, so that none can forget to ask who is there.
Pages are ordinary functions and run in a thread, since they read the gradebook; what they return is a response. A form that is
posted has its session's token and comes from our own origin, or nothing of it is looked at.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from deepgrade.review.web.access import Role, SessionFacts
from deepgrade.review.web.access.sessions import is_form_token
from deepgrade.review.web.security import foreign_origin
from deepgrade.review.web.settings import WebSettings

if TYPE_CHECKING:
    from deepgrade.review.web.site import Site

MOST_FORM_BYTES = 256 << 10
MOST_SENT_BYTES = 1 << 20
"""What is read of a form that is too large: a web server in front that still sends it would answer 502 in our place. nginx itself
takes no more by default."""
_MOST_FIELDS = 400
MOST_TEXT = 20_000
"""Characters of a comment or a reason."""


class Form:
    """The fields of a posted form."""

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        self._fields = fields

    def text(self, name: str) -> str:
        """Return a field without blanks around it; empty where it is missing."""
        found = next((value for key, value in self._fields if key == name), "")
        if len(found) > MOST_TEXT:
            raise HTTPException(
                413, f"A text has at most {MOST_TEXT:,} characters; this one has {len(found):,}."
            )
        return found.replace("\r\n", "\n").strip()

    def raw(self, name: str) -> str:
        """Return a field as it is: for passwords."""
        return next((value for key, value in self._fields if key == name), "")

    def all(self, name: str) -> list[str]:
        """Return all values of a field."""
        return [value for key, value in self._fields if key == name]

    def items(self) -> list[tuple[str, str]]:
        """Return all fields, in order."""
        return list(self._fields)

    def number(self, name: str) -> int | None:
        """Return a whole number; None where there is none."""
        value = self.text(name)
        return int(value) if value.isdecimal() and len(value) < 16 else None


@dataclass(frozen=True)
class Visit:
    """One request of somebody who is logged in."""

    site: Site
    request: Request
    session: SessionFacts
    token: str
    form: Form

    @property
    def is_instructor(self) -> bool:
        """Whether the account is an instructor's."""
        return self.session.role is Role.INSTRUCTOR

    def path(self, name: str) -> str:
        """Return a part of the address."""
        return str(self.request.path_params[name])

    def asked(self, name: str, default: str = "") -> str:
        """Return a parameter of the address's query."""
        return str(self.request.query_params.get(name, default))[:400]


Page = Callable[[Visit], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


def page(function: Page, *, role: Role | None = None) -> Endpoint:
    """Return an endpoint that shows a page to who is logged in, and to nobody else.

    Args:
        function: Makes the answer.
        role: Who may see it; None: everybody with an account.
    """

    async def endpoint(request: Request) -> Response:
        site: Site = request.app.state.site
        entered = await run_in_threadpool(site.doors.enter, request)
        if isinstance(entered, Response):
            return entered
        token, session, is_new = entered
        if role is not None and session.role is not role:
            raise HTTPException(403, "This page is for instructors.")
        form = Form([])
        if request.method == "POST":
            form = await posted(request, token, site.settings)
        visit = Visit(site, request, session, token, form)
        with site.answering():
            answer = await run_in_threadpool(function, visit)
        if is_new:
            site.doors.give_cookie(answer, token)
        return answer

    endpoint.__name__ = function.__name__
    return endpoint


async def posted(request: Request, token: str, settings: WebSettings) -> Form:
    """Return a form that was sent from a page of ours.

    Raises:
        HTTPException: It was not, or is too large, or no form.
    """
    problem = foreign_origin(request.headers, settings)
    if problem is not None:
        raise HTTPException(403, problem)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise HTTPException(415, "Forms are sent as application/x-www-form-urlencoded.")
    body = await _body(request)
    try:
        fields = parse_qsl(
            body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"
        )
    except ValueError:
        raise HTTPException(400, "The form cannot be read.") from None
    form = Form(fields)
    if not is_form_token(form.raw("form_token"), token):
        raise HTTPException(
            403,
            "This form is older than your session, and nothing was saved. Go back: what you typed still stands"
            " there. Copy it, load the page again, and send it once more.",
        )
    return form


async def _body(request: Request) -> bytes:
    kept, length = bytearray(), 0
    async for part in request.stream():  # the app bounds it
        length += len(part)
        if length <= MOST_FORM_BYTES:
            kept += part
    if length > MOST_FORM_BYTES:
        raise HTTPException(
            413,
            f"A form has at most {MOST_FORM_BYTES >> 10} KiB; this one has {length >> 10}. Nothing was saved."
            " What you wrote is still in the form: go back and make it shorter.",
        )
    return bytes(kept)


def redirect(address: str) -> Response:
    """Send the browser to another page of ours, by GET."""
    return RedirectResponse(address, status_code=303)


def address(prefix: str, *parts: str, **query: str | int | None) -> str:
    """Return an address of ours: every part is one step of the path; query fields that are empty are left out."""
    path = prefix + "/" + "/".join(quote(part, safe="") for part in parts)
    asked = "&".join(
        f"{quote(key, safe='')}={quote(str(value), safe='')}"
        for key, value in query.items()
        if value not in (None, "")
    )
    return f"{path}?{asked}" if asked else path


def own_path(target: str, prefix: str) -> str | None:
    """Return a path of ours to come back to; None for anything that leads elsewhere."""
    plain = target.startswith(f"{prefix}/") and not target.startswith("//") and "\\" not in target
    return target if plain and target.isascii() and target.isprintable() and len(target) < 2000 else None
