"""Otter's table: the same as otter's own merger makes of the same points."""

import csv
import io

import pandas
import pytest
from export_grades import LAB, entry, report
from otter.grade.utils import merge_scores_to_df
from otter.test_files import GradingResults
from otter.test_files.abstract_test import TestCase as OtterCase
from otter.test_files.abstract_test import TestCaseResult as OtterResult
from otter.test_files.exception_test import ExceptionTestFile

from deepgrade.interchange.outgoing import class_grades, otter_table
from deepgrade.report import StudentEntry


def table(part, *entries):
    return otter_table(LAB, class_grades(report(*entries)), part)


def rows(text):
    return {row["file"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}


def otter_results(entry_):
    """Return the same results as otter keeps them."""
    files = []
    for question in entry_.score.questions:
        if question.manual:
            continue
        cases = [OtterCase(c.check, None, not c.visible, c.possible, None, None) for c in question.checks]
        file = ExceptionTestFile(question.question, "", cases, all_or_nothing=False)
        file.test_case_results = [
            OtterResult(case, None, c.status.value == "passed")
            for case, c in zip(cases, question.checks, strict=True)
        ]
        files.append(file)
    results = GradingResults(files)
    results.file = f"{entry_.student}.ipynb"
    return results


def test_what_waits_is_empty_and_says_so_and_a_refused_file_says_why():
    refused = StudentEntry("gus", "gus", entry("gus").score, refusal="It is a PDF file.")
    text, summary = table("total", entry("ann"), StudentEntry("hal", "hal"), refused, entry("zoe", a1=1))
    found = rows(text)
    assert found["ann.ipynb"]["a1"] == found["ann.ipynb"]["total_points_earned"] == ""
    assert found["ann.ipynb"]["grading_status"] == "Waits for a person: a1"
    assert found["hal.ipynb"]["b1"] == "" and "Not graded yet" in found["hal.ipynb"]["grading_status"]
    assert "It is a PDF file." in found["gus.ipynb"]["grading_status"]
    assert (
        found["zoe.ipynb"]["percent_correct"] == "1" and found["zoe.ipynb"]["grading_status"] == "Completed"
    )
    assert set(summary.left_out) == {"ann", "hal", "gus"} and summary.written == ["zoe"]


def test_names_that_a_spreadsheet_would_calculate_are_text():
    text, _ = table("automatic", entry("=1+1"))
    assert "'=1+1.ipynb" in rows(text)


@pytest.mark.parametrize("statuses", [{}, {"b1": ("failed", "failed"), "b2": ("passed", "failed")}])
def test_the_table_is_what_otters_merger_makes_of_the_same_points(statuses):
    class_ = [entry("bo", statuses), entry("ann"), entry("cy", {"b10": ("failed", "passed")})]
    text, _ = table("automatic", *class_)
    ours = pandas.read_csv(io.StringIO(text))
    theirs = pandas.read_csv(
        io.StringIO(merge_scores_to_df([otter_results(one) for one in class_]).to_csv(index=False))
    )
    pandas.testing.assert_frame_equal(ours, theirs, check_dtype=False, atol=1e-6)
