"""Downloads from a server on this machine."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from data_small_sets import catalogue, entry, images, publish

from deepgrade.data import ChecksumError, DataStore, DownloadError
from deepgrade.data.catalogue import PublishedFile
from deepgrade.data.download import download

CONTENT = bytes(range(256)) * 4000


@contextmanager
def server(
    content: bytes, *, ranges: bool = True, stop_after: int | None = None
) -> Iterator[tuple[str, list[str]]]:
    """Serve one file; yield its base address and the list of Range headers that came."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range", "")
            asked.append(wanted)
            start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and ranges else 0
            if start >= len(content):
                self.send_error(416)
                return
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            self.wfile.write(content[start:] if stop_after is None else content[start : start + stop_after])

        def log_message(self, *args: object) -> None:
            """Keep the test's output quiet."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{http.server_port}/", asked
    finally:
        http.shutdown()
        thread.join()
        http.server_close()


def published(url: str, content: bytes = CONTENT) -> PublishedFile:
    return PublishedFile(name="file.bin", url=f"{url}file.bin", sha256=hashlib.sha256(content).hexdigest())


def test_without_a_network_the_message_names_import_and_synthetic(tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match=r"deepgrade data import DIR.*deepgrade data synthetic"):
        download(published("http://127.0.0.1:1/"), tmp_path)


def test_another_file_than_the_published_one_is_not_kept(tmp_path: Path) -> None:
    with server(b"something else") as (url, _), pytest.raises(ChecksumError, match="not the published file"):
        download(published(url), tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ranges", [True, False])
def test_a_broken_download_is_continued_or_begun_again(tmp_path: Path, ranges: bool) -> None:
    with (
        server(CONTENT, stop_after=300_000) as (url, _),
        pytest.raises(DownloadError, match="run the command again"),
    ):
        download(published(url), tmp_path)
    assert not (tmp_path / "file.bin").exists()
    with server(CONTENT, ranges=ranges) as (url, asked):
        assert download(published(url), tmp_path).read_bytes() == CONTENT
    assert asked == ["bytes=300000-"]


def test_a_rest_that_is_longer_than_the_file_is_thrown_away(tmp_path: Path) -> None:
    (tmp_path / ".file.bin.part").write_bytes(CONTENT + b"more")
    with server(CONTENT) as (url, _):
        assert download(published(url), tmp_path).read_bytes() == CONTENT


def test_a_file_that_is_there_is_not_asked_for_again(tmp_path: Path) -> None:
    (tmp_path / "file.bin").write_bytes(CONTENT)
    assert download(published("http://127.0.0.1:1/"), tmp_path).read_bytes() == CONTENT


def test_fetch_stores_what_it_downloaded_and_reports_progress(tmp_path: Path) -> None:
    data = images(60, 100)
    (file,) = publish(tmp_path / "origin", "mnist", data)
    seen: list[tuple[str, int, int | None]] = []
    with server(file.read_bytes()) as (url, _):
        store = DataStore(tmp_path / "store", catalogue(mnist=entry(data, [file], url)))
        stored = store.fetch("mnist", lambda *what: seen.append(what))
    assert [s.size for s in stored] == ["full", "quick"]
    assert seen[-1] == ("mnist.npz", file.stat().st_size, file.stat().st_size)
    assert store.verify() == ()
