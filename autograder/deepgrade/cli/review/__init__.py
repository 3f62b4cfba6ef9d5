"""`deepgrade review`: people's decisions about grades."""

from __future__ import annotations

import click

from deepgrade.cli.review import accounts, serving


@click.group()
def command() -> None:
    """Review: the app for TAs, and what belongs to it."""


for _one in (serving.serve, accounts.account):
    command.add_command(_one)
