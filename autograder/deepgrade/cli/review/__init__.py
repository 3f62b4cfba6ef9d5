"""`deepgrade review`: people's decisions about grades."""

from __future__ import annotations

import click

from deepgrade.cli.review import accounts, databases, deciding, looking, serving


@click.group()
def command() -> None:
    """Review: the app for TAs, due dates, extensions, requests, and how a grade came about."""


for _one in (
    serving.serve,
    accounts.account,
    accounts.secret,
    looking.status,
    looking.past,
    deciding.dates,
    deciding.extend,
    deciding.requests,
    databases.database,
):
    command.add_command(_one)
