"""A browser of `benchmarks.review`: asks for pages, and says how long it waited and what that cost the app."""

from __future__ import annotations

import html
import re
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any, Self

import httpx

from benchmarks.review_course import PASSWORD, App

LIMIT_MS = 300.0


class Browser:
    """Somebody who is logged in.

    Args:
        app: Where.
    """

    def __init__(self, app: App) -> None:
        self.app = app
        self._client = httpx.Client(base_url=app.base, timeout=120)
        login = self.page("/login")
        token = re.findall(r'name="form_token" value="([^"]+)"', login)[0]
        self._client.post("/login", data={"form_token": token, "name": "ada", "password": PASSWORD})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def page(self, path: str) -> str:
        """Return a page.

        Raises:
            httpx.HTTPStatusError: There is none, or it cannot be made.
        """
        return self._client.get(path).raise_for_status().text

    def send(self, path: str, fields: dict[str, Any]) -> None:
        """Send a form.

        Raises:
            httpx.HTTPStatusError: It was refused.
        """
        answer = self._client.post(path, data=fields)
        if not answer.is_redirect:
            answer.raise_for_status()

    def link(self, page: str, start: str) -> str:
        """Return the first link of a page that begins so."""
        links = map(html.unescape, re.findall(r'href="([^"]+)"', self.page(page)))
        return next(link for link in links if link.startswith(start))

    def form(self, item: str) -> dict[str, str]:
        """Return the hidden fields of the form for points on an item's page."""
        form = next(form for form in self.page(item).split("<form")[1:] if 'value="grade"' in form)
        return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))


class Table:
    """Prints a line for each thing that was measured, and remembers what was too slow."""

    def __init__(self, app: App) -> None:
        self._app = app
        self.slow: list[str] = []

    def head(self, title: str, first: str = "") -> None:
        """Begin a part."""
        print(f"\n{title:46} {first:>7} {'median':>7} {'95%':>7} {'worst':>7} {'CPU':>7}   ms")

    def line(
        self,
        name: str,
        ask: Callable[[], object],
        repeat: int,
        before: Callable[[], object] | None = None,
        *,
        apart: bool = False,
    ) -> None:
        """Measure something several times.

        Args:
            name: What it is.
            ask: What is waited for.
            repeat: How often.
            before: Done each time before it, and not measured.
            apart: Whether the first time has a column of its own.
        """
        times, cpu = [], []
        for _ in range(repeat):
            if before is not None:
                before()
            spent, began = self._app.cpu_ms(), time.perf_counter()
            ask()
            times.append(1000 * (time.perf_counter() - began))
            cpu.append(self._app.cpu_ms() - spent)
        first = f"{times[0]:7.0f}" if apart else " " * 7
        self.print(name, times[1:] if apart else times, statistics.fmean(cpu[1:] if apart else cpu), first)

    def print(self, name: str, times: Sequence[float], cpu_ms: float, first: str = " " * 7) -> None:
        """Print a line; `cpu_ms` is the mean processor time of the app for one."""
        ranked = sorted(times)
        late = ranked[min(len(ranked) - 1, int(0.95 * len(ranked)))]
        median = statistics.median(ranked)
        print(f"{name:46} {first} {median:7.0f} {late:7.0f} {ranked[-1]:7.0f} {cpu_ms:7.0f}", flush=True)
        if median > LIMIT_MS:
            self.slow.append(name)
