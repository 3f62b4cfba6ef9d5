"""The pages in a real browser: they run nothing, load nothing, and fit a phone."""

import shutil

import pytest
from report_fixtures import make_entries, make_report

from deepgrade.report import write_report

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on PATH")


def test_pages_are_quiet_complete_and_never_wider_than_the_screen(tmp_path):
    report = make_report(make_entries(tmp_path), synthetic=True)
    index = write_report(report, tmp_path / "out")
    heard: list[str] = []
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        for width, scheme in ((1280, "light"), (390, "dark")):
            page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
            page.on("console", lambda message: heard.append(message.text))
            page.on("pageerror", lambda error: heard.append(str(error)))
            page.on("dialog", lambda dialog: heard.append(dialog.message))
            page.on(
                "request",
                lambda request: request.url.startswith(("file:", "data:")) or heard.append(request.url),
            )
            for path in [index, *sorted((index.parent / "students").iterdir())]:
                page.goto(path.as_uri())
                page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
                facts = page.evaluate(
                    """() => ({
                        wide: document.documentElement.scrollWidth - innerWidth,
                        acting: document.querySelectorAll('script,iframe,object,embed,form,base').length,
                        handlers: [...document.querySelectorAll('*')].flatMap(e => e.getAttributeNames())
                            .filter(n => n.startsWith('on')).length,
                        font: getComputedStyle(document.body).fontFamily.includes('system-ui'),
                        broken: [...document.images].filter(i => i.complete && !i.naturalWidth).length})"""
                )
                assert facts == {"wide": 0, "acting": 0, "handlers": 0, "font": True, "broken": 0}, (
                    path.name,
                    width,
                )
            page.close()
        browser.close()
    assert heard == []
