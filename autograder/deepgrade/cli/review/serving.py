"""`deepgrade review serve`: the app for TAs."""

from __future__ import annotations

import contextlib
import logging
import socket
from pathlib import Path

import click

from deepgrade.cli.options import course_option, errors_for_people, root_option


@click.command()
@root_option
@course_option
@click.option(
    "--database",
    default=None,
    envvar="DEEPGRADE_DATABASE",
    help="URL of a gradebook in PostgreSQL, postgresql+psycopg://...; default: $DEEPGRADE_DATABASE, else the course's file.",
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on. One beyond this machine needs --behind-proxy or --insecure-http.",
)
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8477, show_default=True, help="Port to listen on."
)
@click.option(
    "--behind-proxy",
    "public_url",
    metavar="URL",
    help="A web server with HTTPS stands in front; people type this address, such as https://grading.example.edu/review.",
)
@click.option(
    "--insecure-http",
    is_flag=True,
    help="Let other machines in by plain HTTP: passwords and grades can be read on the way. For networks of your own.",
)
@click.option(
    "--trust-header",
    metavar="NAME",
    help="The proxy has logged people in and names them in this header, such as X-Remote-User, in the place of what browsers send"
    " in it, and shows a secret: deepgrade review proxy-secret. Names need an account.",
)
@click.option(
    "--trusted-proxy",
    "trusted_proxies",
    multiple=True,
    metavar="ADDRESS",
    help="Where the proxy's requests come from, whose headers count: an address or a network. May be repeated.",
)
@errors_for_people
def serve(
    root: Path,
    course_folder: Path,
    database: str | None,
    host: str,
    port: int,
    public_url: str | None,
    insecure_http: bool,
    trust_header: str | None,
    trusted_proxies: tuple[str, ...],
) -> None:
    """Serve a course's gradebook to its TAs: a queue, one answer at a time, by keyboard.

    Nothing beyond this machine reaches it unless --host says so. Add accounts first: `deepgrade review account add`.
    """
    try:
        from deepgrade.review.web.app import make_app
        from deepgrade.review.web.server import make_server
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"The review app needs {error.name}, which is not installed: pip install 'deepgrade[review]'"
        ) from None
    from deepgrade.lab import find_root
    from deepgrade.review.web.settings import WebSettings

    settings = WebSettings(
        root=find_root(root),
        course=course_folder.absolute(),
        database=database,
        host=host,
        port=port,
        public_url=public_url,
        trust_header=trust_header,
        trusted_proxies=trusted_proxies,
        insecure_http=insecure_http,
    )
    listening = _listen(host, port)
    app = make_app(settings)
    if not app.state.site.doors.accounts.all():
        click.echo(
            "Nobody has an account yet. Add one: deepgrade review account add NAME --role instructor"
            f" --course {course_folder}",
            err=True,
        )
    where = public_url or f"http://{f'[{host}]' if ':' in host else host}:{port}/"
    click.echo(f"review: {where} (Ctrl-C ends it)", err=True)
    if public_url is not None and not trusted_proxies:
        click.echo(
            "Without --trusted-proxy, wrong passwords of all people are counted together, and close the log-in for all of them"
            " for a quarter of an hour. For a web server on this machine: --trusted-proxy 127.0.0.1",
            err=True,
        )
    if trust_header is not None:
        click.echo(
            f"Requests count that show the web server's secret: deepgrade review proxy-secret --course {course_folder}",
            err=True,
        )
    logging.basicConfig(format="review: %(message)s")
    logging.getLogger("deepgrade.review").setLevel(logging.INFO)
    with contextlib.suppress(KeyboardInterrupt):  # uvicorn raises it again once everything is closed
        make_server(app).run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket that has the address, before anything is read."""
    try:
        listening = socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=128
        )
    except OSError as error:
        raise click.ClickException(
            f"{host}, port {port}, cannot be listened on ({error.strerror or error}). Another server may have it: choose"
            " another one with --port."
        ) from None
    # An answer is sent in two parts, and the second would wait until the browser acknowledges the first: 40 ms a page. asyncio
    # does this for sockets that it makes itself; connections have it from the socket that accepts them.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening
