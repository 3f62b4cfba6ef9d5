"""A page as a PDF, by a headless Chromium.

Theory of operation: the page is ours, what students wrote in it is sanitised, and its content policy forbids every script;
the browser gets no network besides (a proxy that is not there, for this machine's own addresses too) and a profile that is
thrown away. Chromium's own sandbox needs an ordinary user; root has to start it without.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from deepgrade.publish.errors import PublishError

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PDF_S = 120.0
_SAID = 300
_NO_PROXY = "127.0.0.1:9"
"""The discard service, which nobody runs any more."""


def find_browser() -> str:
    """Return the path of a Chromium.

    Raises:
        PublishError: There is none; the message says how to get it.
    """
    for name in _NAMES:
        path = shutil.which(name)
        if path is not None:
            return path
    raise PublishError(
        "Printing a page takes Chromium, which is not installed; repair: apt-get install chromium"
    )


def write_pdf(page: Path, target: Path, *, browser: str | None = None) -> Path:
    """Print an HTML page to a PDF file, in place of an older one.

    Args:
        page: The page's file.
        target: The PDF's file.
        browser: A Chromium; found where None.

    Raises:
        PublishError: There is no such page, or the browser did not print it.
    """
    if not page.is_file():
        raise PublishError(f"There is no page {page}. `deepgrade report` writes them.")
    program = browser or find_browser()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="deepgrade-pdf-") as folder:
        made = Path(folder, "page.pdf")
        command = [
            program, "--headless", "--disable-gpu", "--disable-extensions", "--no-first-run", "--no-pdf-header-footer",
            "--host-resolver-rules=MAP * ~NOTFOUND", f"--proxy-server={_NO_PROXY}", "--proxy-bypass-list=<-loopback>",
            "--disable-background-networking",
            f"--user-data-dir={folder}/profile", f"--print-to-pdf={made}",
            *(["--no-sandbox"] if os.geteuid() == 0 else []), page.resolve().as_uri(),
        ]  # fmt: skip
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, errors="replace", timeout=_PDF_S, check=False,
                env={**os.environ, "HOME": folder},
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise PublishError(
                f"{program} did not print {page} within {_PDF_S:g} s. Try again, or print it by hand."
            ) from None
        except OSError as error:
            raise PublishError(f"{program} cannot be started: {error.strerror}") from None
        if not made.is_file() or not made.read_bytes().startswith(b"%PDF"):
            said = done.stderr.strip()[-_SAID:] or "it said nothing"
            raise PublishError(f"{program} printed no PDF of {page}: {said}")
        shutil.move(made, target)
    return target
