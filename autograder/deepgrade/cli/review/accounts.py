"""`deepgrade review account`: who may review."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deepgrade.cli.options import course_option, errors_for_people

if TYPE_CHECKING:
    from deepgrade.review.web.access import Accounts


@click.group()
def account() -> None:
    """Who may review: add, list, change, close accounts."""


@click.command("proxy-secret")
@click.option(
    "--new", is_flag=True, help="Make another one; the app and the web server have to be started again."
)
@course_option
@errors_for_people
def secret(course_folder: Path, new: bool) -> None:
    """Print the line with which nginx shows `serve --trust-header` that a request is its own.

    Other web servers: the same header with the same value. Without it anybody on this machine could name anybody in that
    header. Keep it from them: `umask 077; deepgrade review proxy-secret > /etc/nginx/review.secret`.
    """
    from deepgrade.records import Course
    from deepgrade.review.web.access.proxy_secret import HEADER, proxy_secret

    click.echo(f'proxy_set_header {HEADER} "{proxy_secret(Course(course_folder).root, renew=new)}";')


@contextmanager
def _accounts(course_folder: Path) -> Iterator[Accounts]:
    try:
        from deepgrade.review.web.access import AccessStore, Accounts
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"Accounts need {error.name}, which is not installed: pip install 'deepgrade[review]'"
        ) from None
    from deepgrade.records import Course

    store = AccessStore.of(Course(course_folder))
    try:
        yield Accounts(store)
    finally:
        store.close()


_role = click.option(
    "--role",
    type=click.Choice(["ta", "instructor"]),
    required=True,
    help="`ta` reviews; `instructor` also sees the statistics and the accounts.",
)
_password_file = click.option(
    "--password-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True),
    help="File whose first line is the password, - for standard input; default: it is asked for.",
)


@account.command()
@click.argument("name")
@_role
@_password_file
@click.option("--no-password", is_flag=True, help="Only a trusted proxy lets this account in.")
@course_option
@errors_for_people
def add(name: str, role: str, password_file: Path | None, no_password: bool, course_folder: Path) -> None:
    """Add an account. The password is asked for, or read from a file; it never stands on the command line."""
    if no_password and password_file is not None:
        raise click.UsageError("--no-password and --password-file exclude each other")
    with _accounts(course_folder) as accounts:
        from deepgrade.review.web.access import Role

        password = None if no_password else _password(password_file)
        accounts.add(name, Role(role), password)
    click.echo(f"{name} may review as {'an instructor' if role == 'instructor' else 'a TA'}.")


@account.command()
@click.argument("name")
@_password_file
@course_option
@errors_for_people
def password(name: str, password_file: Path | None, course_folder: Path) -> None:
    """Give an account another password and end its sessions."""
    with _accounts(course_folder) as accounts:
        accounts.set_password(name, _password(password_file))
    click.echo(f"{name} has a new password; sessions of {name} are over.")


@account.command()
@click.argument("name")
@_role
@course_option
@errors_for_people
def role(name: str, role: str, course_folder: Path) -> None:
    """Give an account another role, from its next page on."""
    with _accounts(course_folder) as accounts:
        from deepgrade.review.web.access import Role

        accounts.set_role(name, Role(role))
    click.echo(f"{name} is {'an instructor' if role == 'instructor' else 'a TA'} now.")


@account.command()
@click.argument("name")
@course_option
@errors_for_people
def close(name: str, course_folder: Path) -> None:
    """Close an account and end its sessions. What it decided stays, under its name."""
    with _accounts(course_folder) as accounts:
        accounts.close(name)
    click.echo(f"{name} may not review any more. `deepgrade review account reopen {name}` takes that back.")


@account.command()
@click.argument("name")
@course_option
@errors_for_people
def reopen(name: str, course_folder: Path) -> None:
    """Open a closed account again."""
    with _accounts(course_folder) as accounts:
        accounts.reopen(name)
    click.echo(f"{name} may review again.")


@account.command("list")
@click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True, help="How."
)
@course_option
@errors_for_people
def list_accounts(form: str, course_folder: Path) -> None:
    """List the accounts."""
    with _accounts(course_folder) as accounts:
        found = accounts.all()
    if form == "json":
        import json

        rows = [
            {"name": one.name, "role": one.role.value, "password": one.has_password, "closed": one.closed}
            for one in found
        ]
        click.echo(json.dumps(rows, indent=1))
        return
    for one in found:
        how = "closed" if one.closed else "password" if one.has_password else "through a trusted proxy"
        click.echo(f"{one.name:24} {one.role.value:12} {how}")
    if not found:
        click.echo("Nobody has an account. Add one: deepgrade review account add NAME --role instructor")


def _password(file: Path | None) -> str:
    if file is None:
        if not sys.stdin.isatty():
            raise click.UsageError("there is no terminal to ask for the password; give --password-file")
        asked: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return asked
    text = sys.stdin.readline() if str(file) == "-" else file.read_text(encoding="utf-8").partition("\n")[0]
    return text.rstrip("\r\n")
