"""One's own account, and who else has one."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import Response

from deepgrade.review.web.access import AccessError
from deepgrade.review.web.access.accounts import LEAST_PASSWORD
from deepgrade.review.web.visits import Visit, own_path, redirect


def show(visit: Visit, *, problem: str = "", said: str = "", status: int = 200) -> Response:
    """Show one's own account."""
    return visit.site.page(
        visit,
        "account.html.j2",
        status=status,
        said=said or ("Your password is changed; other sessions are over." if visit.asked("changed") else ""),
        problem=problem,
        came_by=visit.session.came_by,
        began_at=visit.session.began_at,
        sessions=visit.site.doors.sessions.count(visit.session.account),
        least=LEAST_PASSWORD,
    )


def change_password(visit: Visit) -> Response:
    """Take another password; every session ends but a new one for this browser."""
    if visit.session.came_by != "password":
        raise HTTPException(403, "You came through a proxy: your password is kept there.")
    doors = visit.site.doors
    name = visit.session.account
    if doors.accounts.verify(name, visit.form.raw("current")) is None:
        return show(visit, problem="The current password is wrong. Nothing was changed.", status=400)
    if visit.form.raw("password") != visit.form.raw("again"):
        return show(visit, problem="The two new passwords differ. Nothing was changed.", status=400)
    try:
        doors.accounts.set_password(name, visit.form.raw("password"))
    except AccessError as error:
        return show(visit, problem=str(error), status=400)
    answer = redirect(visit.site.path("account", changed=1))
    doors.give_cookie(answer, doors.sessions.begin(name, "password", names_hidden=visit.session.names_hidden))
    return answer


def log_out(visit: Visit) -> Response:
    """End the session."""
    return visit.site.doors.log_out(visit.token)


def hide_names(visit: Visit) -> Response:
    """Show pseudonyms in the place of names, or names again."""
    visit.site.doors.sessions.hide_names(visit.token, visit.form.text("hidden") == "1")
    prefix = visit.site.settings.prefix
    return redirect(own_path(visit.form.text("next"), prefix) or f"{prefix}/")


def show_all(visit: Visit) -> Response:
    """Show who has an account."""
    return visit.site.page(visit, "accounts.html.j2", accounts=visit.site.doors.accounts.all())
