"""A real nginx on loopback ports of our own, with its configuration, its logs and its certificate in a folder of ours."""

import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin")
needs_nginx = pytest.mark.skipif(NGINX is None, reason="no nginx here: apt-get install nginx-light")

_AROUND = """
daemon off;
master_process off;  # one process, of this user: it reads what the test wrote
pid {folder}/nginx.pid;
error_log {folder}/error.log info;
events {{ worker_connections 256; }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{servers}
}}
"""


def free_port() -> int:
    """Return a loopback port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def make_certificate(folder: Path, name: str) -> Path:
    """Sign a certificate for a host by itself; return the file that holds it and its key."""
    file = folder / f"{name}.pem"
    words = [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-noenc",
        "-days",
        "2",
    ]
    words += ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-keyout", str(file)]
    subprocess.run(["openssl", *words, "-out", f"{file}.crt"], check=True, capture_output=True, timeout=60)
    with file.open("a", encoding="ascii") as both:
        both.write(Path(f"{file}.crt").read_text(encoding="ascii"))
    return file


@contextmanager
def nginx(folder: Path, servers: str, port: int):
    """Run nginx with `server` blocks, one of which listens on a port; it ends with the test."""
    assert NGINX is not None
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "nginx.conf"
    file.write_text(_AROUND.format(folder=folder, servers=servers), encoding="utf-8")
    # A session that is killed leaves no server behind.
    command = [
        "setpriv",
        "--pdeathsig",
        "TERM",
        NGINX,
        "-e",
        f"{folder}/error.log",
        "-p",
        str(folder),
        "-c",
        str(file),
    ]
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        _wait_for(process, port)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)


def _wait_for(process: subprocess.Popen, port: int) -> None:
    for _ in range(400):
        if process.poll() is not None:
            raise AssertionError(process.communicate()[1].decode())
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"nginx does not listen on port {port}")


class ToLoopback(httpx.HTTPTransport):
    """Carries requests for any name to the loopback, as a name server that knows the name would have it."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request there, under its own name."""
        there = httpx.Request(
            request.method,
            request.url.copy_with(host="127.0.0.1"),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": request.url.host},
        )
        return super().handle_request(there)
