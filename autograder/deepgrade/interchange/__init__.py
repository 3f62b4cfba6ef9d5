"""Results out of deepgrade and into the tools that a course uses: nbgrader, otter, Canvas, Moodle.

Importing this imports none of these tools.
"""

from deepgrade.interchange.canvas import canvas_rows, fill_canvas
from deepgrade.interchange.errors import InterchangeError
from deepgrade.interchange.grades import Part, QuestionGrade, StudentGrade, class_grades
from deepgrade.interchange.identity import Identities, Identity, read_identities
from deepgrade.interchange.moodle import DELIMITERS, HEADINGS, IdentifiedBy, fill_moodle, moodle_rows
from deepgrade.interchange.nbgrader import NbgraderExport, export_nbgrader
from deepgrade.interchange.otter import otter_table
from deepgrade.interchange.sheet import read_sheet
from deepgrade.interchange.summary import ExportSummary

__all__ = [
    "DELIMITERS",
    "HEADINGS",
    "ExportSummary",
    "IdentifiedBy",
    "Identities",
    "Identity",
    "InterchangeError",
    "NbgraderExport",
    "Part",
    "QuestionGrade",
    "StudentGrade",
    "canvas_rows",
    "class_grades",
    "export_nbgrader",
    "fill_canvas",
    "fill_moodle",
    "moodle_rows",
    "otter_table",
    "read_identities",
    "read_sheet",
]
