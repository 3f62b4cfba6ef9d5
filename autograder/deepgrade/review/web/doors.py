"""The way in and out: log-in with a password, or the word of a trusted proxy; cookies."""

from __future__ import annotations

import hmac
import logging
import re
import secrets
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from deepgrade.review.web.access import (
    Accounts,
    LoginAttempts,
    SessionFacts,
    Sessions,
    TooManyAttempts,
    proxy_secret,
)
from deepgrade.review.web.access.proxy_secret import HEADER as SECRET_HEADER
from deepgrade.review.web.access.sessions import LONGEST, form_token
from deepgrade.review.web.access.store import AccessStore
from deepgrade.review.web.rendering import render
from deepgrade.review.web.security import peer_address
from deepgrade.review.web.settings import WebSettings
from deepgrade.review.web.visits import Form, own_path, posted

Entered = tuple[str, SessionFacts, bool]
"""The cookie's value, whose session it is, and whether the browser has to be given it."""

_WRONG = "Name or password is wrong."
_LOG_IN_S = 900
_log = logging.getLogger("deepgrade.review")


class Doors:
    """Who comes in.

    Args:
        settings: Where the app is reached, and whose word counts.
        store: Accounts and sessions.

    Raises:
        AccessError: The secret that the web server in front shows cannot be read.
    """

    def __init__(self, settings: WebSettings, store: AccessStore) -> None:
        self._settings = settings
        self.accounts = Accounts(store)
        self.sessions = Sessions(store)
        self._attempts = LoginAttempts(store)
        # A cookie with this prefix cannot be set from another host, nor without HTTPS.
        mark = "__Host-" if settings.secure else ""
        # It belongs to the whole host: two courses below different paths need different names.
        below = re.sub(r"[^A-Za-z0-9]+", "_", settings.prefix)
        self._cookie = f"{mark}deepgrade_review{below}"
        self._before = f"{mark}deepgrade_login{below}"
        self._said_who_is_missing = False
        self._secret = "" if settings.trust_header is None else proxy_secret(settings.course)

    def enter(self, request: Request) -> Entered | Response:
        """Return whose request this is, or where to log in."""
        token = request.cookies.get(self._cookie, "")
        session = self.sessions.find(token) if token else None
        if self._settings.trust_header is not None:
            return self._by_proxy(request, token, session)
        if session is not None and session.came_by == "password":
            return token, session, False
        if request.method != "GET":
            raise HTTPException(
                401,
                "Your session is over. What you wrote is still in the form: go back, copy it, and log in again.",
            )
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        target = self._settings.prefix + here
        after = "" if here == "/" else f"?next={quote(target, safe='')}"
        return RedirectResponse(f"{self._settings.prefix}/login{after}", status_code=303)

    def _by_proxy(self, request: Request, token: str, session: SessionFacts | None) -> Entered:
        peer = request.client.host if request.client else ""
        named = request.headers.getlist(self._settings.trust_header or "")
        if not self._settings.is_trusted(peer):
            raise HTTPException(
                403,
                f"This server is reached through the web server in front of it alone{self._at()}; this request came from"
                f" {peer}. Is that the web server's address, the app is started with --trusted-proxy {peer}.",
            )
        shown = request.headers.getlist(SECRET_HEADER)
        if len(shown) != 1 or not hmac.compare_digest(shown[0].encode(), self._secret.encode()):
            raise HTTPException(
                403,
                f"This server is reached through the web server in front of it alone{self._at()}, which shows a secret; this"
                f" request {'showed a wrong one' if shown else 'showed none'}. Whoever sets it up: `deepgrade review"
                " proxy-secret` prints the line for its configuration.",
            )
        if len(named) > 1:
            raise HTTPException(
                401,
                f"The header {self._settings.trust_header} came {len(named)} times. The web server in front has to take away what"
                f" browsers send in it (nginx: proxy_set_header {self._settings.trust_header} $remote_user).",
            )
        if not named or not named[0].strip():
            raise HTTPException(
                401,
                f"The web server in front did not say who you are. Log in there{self._at()}. Whoever sets it up: it names"
                f" people in the header {self._settings.trust_header}.",
            )
        # Names of accounts are ASCII; NFKC would make one out of some that are not.
        account = self.accounts.find(named[0]) if named[0].isascii() else None
        if account is None:
            raise HTTPException(
                403,
                f"{named[0].strip()[:80]} has no account here. Ask who runs the course to add one under this name:"
                " deepgrade review account add NAME --role ta --no-password",
            )
        if session is not None and session.account == account.name and session.came_by == "proxy":
            return token, session, False
        if session is not None:
            self.sessions.end(token)
        token = self.sessions.begin(account.name, "proxy")
        begun = self.sessions.find(token)
        if begun is None:
            raise HTTPException(403, "The account was closed a moment ago.")
        return token, begun, True

    def _at(self) -> str:
        return f", at {self._settings.public_url}" if self._settings.public_url else ""

    def give_cookie(self, answer: Response, token: str) -> None:
        """Give the browser its session."""
        self._set(answer, self._cookie, token, int(LONGEST.total_seconds()))

    def _set(self, answer: Response, name: str, value: str, age_s: int) -> None:
        answer.set_cookie(
            name, value, max_age=age_s, path="/", secure=self._settings.secure, httponly=True, samesite="lax"
        )

    def _unset(self, answer: Response, name: str) -> None:
        answer.delete_cookie(name, path="/", secure=self._settings.secure, httponly=True, samesite="lax")

    async def login(self, request: Request) -> Response:
        """Show the log-in page, or look at what was sent from it."""
        if self._settings.trust_header is not None:
            return RedirectResponse(f"{self._settings.prefix}/", status_code=303)
        if request.method == "GET":
            return self._login_page(request, request.query_params.get("next", ""))
        before = request.cookies.get(self._before, "")
        form = await posted(request, before, self._settings)
        return await run_in_threadpool(self._log_in, request, form)

    def _login_page(
        self, request: Request, after: str, *, problem: str = "", name: str = "", status: int = 200
    ) -> Response:
        before = request.cookies.get(self._before, "")
        fresh = before if len(before) == 43 else secrets.token_urlsafe(32)
        html = render(
            "login.html.j2",
            prefix=self._settings.prefix,
            form_token=form_token(fresh),
            after=own_path(after, self._settings.prefix) or "",
            problem=problem,
            name=name,
            has_accounts=bool(self.accounts.all()),
            warn_http=not self._settings.secure and self._settings.insecure_http,
        )
        answer = Response(html, status_code=status, media_type="text/html")
        self._set(answer, self._before, fresh, _LOG_IN_S)
        return answer

    def _log_in(self, request: Request, form: Form) -> Response:
        name, after = form.text("name")[:200], form.text("next")
        self._look_for_address(request)
        try:
            attempt = self._attempts.count(name, peer_address(request.scope, request.headers, self._settings))
        except TooManyAttempts as error:
            minutes = -(-error.retry_after_s // 60)
            problem = f"There were too many attempts. Wait {minutes} min, then try again."
            refused = self._login_page(request, after, problem=problem, name=name, status=429)
            refused.headers["Retry-After"] = str(error.retry_after_s)
            return refused
        account = self.accounts.verify(name, form.raw("password"))
        if account is None:
            return self._login_page(request, after, problem=_WRONG, name=name, status=401)
        self._attempts.succeeded(attempt, name)
        old = request.cookies.get(self._cookie, "")
        if old:
            self.sessions.end(old)
        answer = RedirectResponse(
            own_path(after, self._settings.prefix) or f"{self._settings.prefix}/", status_code=303
        )
        self._unset(answer, self._before)
        self.give_cookie(answer, self.sessions.begin(account.name, "password"))
        return answer

    def _look_for_address(self, request: Request) -> None:
        """Say once in the log that a proxy hides who tries passwords."""
        peer = request.client.host if request.client else ""
        if (
            self._said_who_is_missing
            or not self._settings.is_trusted(peer)
            or "x-forwarded-for" in request.headers
        ):
            return
        self._said_who_is_missing = True
        _log.warning(
            "%s sent no X-Forwarded-For with a log-in: wrong passwords of all who come through it are counted together, and"
            " close the log-in for all of them. nginx: proxy_set_header X-Forwarded-For $remote_addr;",
            peer,
        )

    def log_out(self, token: str) -> Response:
        """End a session."""
        self.sessions.end(token)
        answer = RedirectResponse(f"{self._settings.prefix}/login", status_code=303)
        self._unset(answer, self._cookie)
        # What the browser kept of pages goes too.
        answer.headers["Clear-Site-Data"] = '"cache"'
        return answer
