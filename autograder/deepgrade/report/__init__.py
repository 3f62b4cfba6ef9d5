"""Reports: pages for the class and each student, grades.csv, results.json, a table for the terminal.

Everything is made from a `ClassReport`, which the records hand over; nothing here runs or scores anything.
"""

from deepgrade.report.grades import write_grades, write_results
from deepgrade.report.model import Audience, ClassReport, StudentEntry
from deepgrade.report.site import write_feedback, write_report
from deepgrade.report.terminal import class_table

__all__ = [
    "Audience",
    "ClassReport",
    "StudentEntry",
    "class_table",
    "write_feedback",
    "write_grades",
    "write_report",
    "write_results",
]
