"""docs/fairness.md is what the records and the thresholds of today give."""

from lab_texts import ROOT

from deepgrade.grading.fairness import fairness_text


def test_the_page_is_not_stale():
    current = (ROOT / "docs" / "fairness.md").read_text(encoding="utf-8")
    assert current == fairness_text(ROOT), "run: deepgrade verify --page"
