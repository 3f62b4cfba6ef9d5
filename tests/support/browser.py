"""A real browser for tests of pages, and what a page does that it should not."""

import shutil
from contextlib import contextmanager

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on PATH")


@contextmanager
def chromium(*more):
    """Start Debian's Chromium, with more options, and end it."""
    sync_api = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no Chromium on PATH")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-quic", *more]
        )
        yield browser
        browser.close()


def follow(page, link):
    """Click on what leads to another page, and wait for that page: a key pressed sooner goes to the old one."""
    with page.expect_navigation():
        page.click(link)


def listen(page, heard):
    """Note everything that a page says, opens or asks for but files and data of its own."""
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("dialog", lambda dialog: (heard.append(dialog.message), dialog.dismiss()))
    page.on("popup", lambda popup: heard.append(popup.url))
    page.on("download", lambda download: heard.append(download.url))
    page.on(
        "request", lambda request: request.url.startswith(("file:", "data:")) or heard.append(request.url)
    )
