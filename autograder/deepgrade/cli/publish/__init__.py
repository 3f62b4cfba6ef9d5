"""`deepgrade publish`: bring students their pages."""

from __future__ import annotations

import importlib

import click

_COMMANDS = {
    "pages": "Write students' pages into a folder for a web server, under names that nobody can guess.",
    "mail": "Send students their pages, or write the letters as files.",
    "pdf": "Print a student's page as a PDF.",
}


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command = importlib.import_module(f"deepgrade.cli.publish.{cmd_name}").command
        assert isinstance(command, click.Command)  # noqa: S101 - our own table
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_Lazy)
def command() -> None:
    """Bring students their pages."""
