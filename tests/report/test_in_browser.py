"""The pages in a real browser: they run nothing, load nothing, and fit a phone."""

from report_fixtures import make_entries, make_report

from deepgrade.report import write_report
from support.browser import chromium, listen, needs_chromium

pytestmark = needs_chromium


def test_pages_are_quiet_complete_and_never_wider_than_the_screen(tmp_path):
    report = make_report(make_entries(tmp_path), synthetic=True)
    index = write_report(report, tmp_path / "out")
    heard: list[str] = []
    with chromium() as browser:
        for width, scheme in ((1280, "light"), (390, "dark")):
            page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
            listen(page, heard)
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
    assert heard == []


def test_tables_stay_within_the_paper_and_no_closed_fold_is_printed(tmp_path):
    index = write_report(make_report(make_entries(tmp_path)), tmp_path / "out")
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 700, "height": 960})
        page.emulate_media(media="print")
        for path in [index, *sorted((index.parent / "students").iterdir())]:
            page.goto(path.as_uri())
            facts = page.evaluate(
                """() => ({
                    wide: [...document.querySelectorAll('.scroll')].filter(s => s.scrollWidth > s.clientWidth + 1)
                        .map(s => s.ariaLabel),
                    folds: [...document.querySelectorAll('details:not([open])')]
                        .filter(d => d.getClientRects().length).length})"""
            )
            assert facts == {"wide": [], "folds": 0}, path.name
