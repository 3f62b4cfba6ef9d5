"""Results out of deepgrade and into the tools that a course uses: nbgrader, otter, Canvas, Moodle.

Importing this imports none of these tools.
"""

from deepgrade.interchange.errors import InterchangeError
from deepgrade.interchange.outgoing.canvas import canvas_rows, fill_canvas
from deepgrade.interchange.outgoing.grades import Part, QuestionGrade, StudentGrade, class_grades
from deepgrade.interchange.outgoing.identity import Identities, read_identities
from deepgrade.interchange.outgoing.moodle import DELIMITERS, HEADINGS, IdentifiedBy, fill_moodle, moodle_rows
from deepgrade.interchange.outgoing.nbgrader import NbgraderExport, export_nbgrader
from deepgrade.interchange.outgoing.otter import otter_table
from deepgrade.interchange.outgoing.sheet import read_sheet
from deepgrade.interchange.outgoing.summary import ExportSummary
from deepgrade.submission.roster import Identity

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
