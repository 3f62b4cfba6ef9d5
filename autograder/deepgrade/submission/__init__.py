"""Take in files safely, read notebooks of either flavour, find the questions, tell whose they are."""

from deepgrade.submission.clues import Clues, Submitter
from deepgrade.submission.intake import HandedIn, Intake, collect
from deepgrade.submission.libraries import template_libraries
from deepgrade.submission.matching import Match, free_key, match_all, match_without_roster
from deepgrade.submission.model import REFUSALS, Cell, Refusal, Submission
from deepgrade.submission.names import safe_name
from deepgrade.submission.parse import MAX_BYTES, MAX_CELLS
from deepgrade.submission.reading import read_notebook
from deepgrade.submission.roster import Identity, Person, Roster, RosterError, parse_roster, read_roster
from deepgrade.submission.tools import Template, load_template

__all__ = [
    "MAX_BYTES",
    "MAX_CELLS",
    "REFUSALS",
    "Cell",
    "Clues",
    "HandedIn",
    "Identity",
    "Intake",
    "Match",
    "Person",
    "Refusal",
    "Roster",
    "RosterError",
    "Submission",
    "Submitter",
    "Template",
    "collect",
    "free_key",
    "load_template",
    "match_all",
    "match_without_roster",
    "parse_roster",
    "read_notebook",
    "read_roster",
    "safe_name",
    "template_libraries",
]
