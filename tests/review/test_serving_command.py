"""`deepgrade review serve` and `deepgrade review account`, as people type them."""

import json
import re
import signal
import socket
import subprocess
import sys
import time

import httpx
import pytest
from click.testing import CliRunner

from deepgrade.cli.main import main
from support.nginx import free_port
from support.small_class import make_small_lab

PASSWORD = "a sentence that nobody guesses"  # noqa: S105 - of accounts that tests make


@pytest.fixture
def command(tmp_path):
    make_small_lab(tmp_path / "root")

    def run(*words, text=None):
        return CliRunner().invoke(main, ["review", *words, "--course", str(tmp_path / "course")], input=text)

    return run


def test_no_password_stands_on_a_command_line(command):
    assert command("account", "add", "ada", "--role", "ta", "--password", PASSWORD).exit_code == 2
    answer = command("account", "add", "ada", "--role", "ta")
    assert answer.exit_code == 2 and "--password-file" in answer.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("account", "add", "a b", "--role", "ta", "--no-password"), "no name for an account"),
        (("account", "add", "ada", "--role", "king", "--no-password"), "king"),
        (("account", "role", "nobody", "--role", "ta"), "no account 'nobody'"),
        (("account", "close", "nobody"), "no account 'nobody'"),
        (("serve", "--host", "192.0.2.1"), "--behind-proxy"),
        (("serve", "--behind-proxy", "http://grading.example.edu"), "https"),
        (("serve", "--trust-header", "X-Remote-User"), "--trusted-proxy"),
        (("serve", "--trusted-proxy", "127.0.0.1"), "--behind-proxy"),
        (("serve", "--trust-header", "X-Remote-User", "--trusted-proxy", "0.0.0.0/0"), "everybody"),
        (("serve", "--trust-header", "REMOTE_USER", "--trusted-proxy", "127.0.0.1"), "X-Remote-User"),
    ],
)
def test_what_cannot_be_is_said_with_what_to_do(command, tmp_path, words, said):
    more = ("--root", str(tmp_path / "root")) if words[0] == "serve" else ()
    answer = command(*words, *more)
    assert answer.exit_code == 2
    assert said in answer.output


@pytest.mark.parametrize(("more", "said"), [((), True), (("--trusted-proxy", "127.0.0.1"), False)])
def test_a_proxy_whose_word_does_not_count_is_said_at_the_start(command, tmp_path, monkeypatch, more, said):
    class Ended:
        def run(self, sockets):
            sockets[0].close()

    monkeypatch.setattr("deepgrade.review.web.server.make_server", lambda _: Ended())
    words = (
        "--root",
        str(tmp_path / "root"),
        "--port",
        str(free_port()),
        "--behind-proxy",
        "https://g.example.edu/r",
    )
    answer = command("serve", *words, *more)
    assert answer.exit_code == 0
    assert ("--trusted-proxy 127.0.0.1" in answer.output) is said
    assert "https://g.example.edu/r" in answer.output


def test_a_short_password_is_refused(command, tmp_path):
    (tmp_path / "password").write_text("short\n")
    answer = command("account", "add", "ada", "--role", "ta", "--password-file", str(tmp_path / "password"))
    assert answer.exit_code == 2 and "12" in answer.output


def test_accounts_are_added_listed_changed_and_closed(command):
    assert (
        command("account", "add", "ada", "--role", "ta", "--password-file", "-", text=PASSWORD).exit_code == 0
    )
    assert command("account", "add", "tom", "--role", "ta", "--no-password").exit_code == 0
    assert command("account", "role", "ada", "--role", "instructor").exit_code == 0
    assert command("account", "close", "tom").exit_code == 0
    rows = json.loads(command("account", "list", "--format", "json").output)
    assert rows == [
        {"name": "ada", "role": "instructor", "password": True, "closed": False},
        {"name": "tom", "role": "ta", "password": False, "closed": True},
    ]
    assert command("account", "password", "ada", "--password-file", "-", text="x").exit_code == 2
    assert command("account", "reopen", "tom").exit_code == 0


def test_served_on_loopback_it_lets_an_account_in_and_ends_at_ctrl_c(command, tmp_path):
    command("account", "add", "ada", "--role", "instructor", "--password-file", "-", text=PASSWORD)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["review", "serve", "--root", str(tmp_path / "root"), "--course", str(tmp_path / "course")]
    process = subprocess.Popen(
        [sys.executable, "-m", "deepgrade.cli.main", *words, "--port", str(port)],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        base, page = f"http://127.0.0.1:{port}", None
        for _ in range(200):
            try:
                page = httpx.get(f"{base}/login").text
                break
            except httpx.TransportError:
                time.sleep(0.1)
        with httpx.Client(base_url=base) as client:
            token = re.search(r'name="form_token" value="([^"]+)"', client.get("/login").text)[1]
            data = {"form_token": token, "name": "ada", "password": PASSWORD}
            assert client.post("/login", data=data).headers["location"] == "/"
            assert "Nobody has handed in" in client.get("/").text
        assert page is not None
        taken = command("serve", "--root", str(tmp_path / "root"), "--port", str(port))
        assert taken.exit_code == 1 and "--port" in taken.output
    finally:
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
    assert f"review: http://127.0.0.1:{port}/" in said
    assert "Traceback" not in said
