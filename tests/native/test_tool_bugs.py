"""What otter and nbgrader do that native grading works around: a test fails here on the day that it is gone."""

import logging

import nbformat
from nbgrader.utils import determine_grade
from otter.test_files import GradingResults
from otter.test_files.abstract_test import TestCase as Case
from otter.test_files.abstract_test import TestCaseResult as CaseResult
from otter.test_files.exception_test import ExceptionTestFile


def test_otter_still_gives_nothing_where_the_kernel_left_no_results_whatever_a_plugin_found():
    """otter-grader 7.0.0; native/otter_plugin.py clears the error."""
    case = Case("a", None, False, 1, None, None)
    file = ExceptionTestFile("a1", "a1.py", [case])
    file.test_case_results = [CaseResult(test_case=case, message="", passed=True)]
    results = GradingResults.without_results(ValueError("no file"))
    results.results = {"a1": file}
    assert results.total == 0
    results._catastrophic_error = None
    assert results.total == 1


def test_nbgrader_still_takes_a_warning_in_a_test_cell_for_a_failure():
    """Nbgrader 0.9.6; native/inside.py keeps test cells free of stderr."""
    cell = nbformat.v4.new_code_cell("assert True")
    cell.metadata["nbgrader"] = {"grade": True, "solution": False, "points": 1}
    cell.outputs = [nbformat.v4.new_output("stream", name="stderr", text="a library warns")]
    assert determine_grade(cell, logging.getLogger()) == (0, 1.0)
    cell.outputs = []
    assert determine_grade(cell, logging.getLogger()) == (1.0, 1.0)
