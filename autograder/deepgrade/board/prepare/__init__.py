"""How a board's data are made: released inputs, the solution, checksums, and a look for leaks before anyone gets them."""

from deepgrade.board.prepare.audit import Finding, Truth, audit_public
from deepgrade.board.prepare.checksums import check_sources, read_checksums, verify_prepared, write_checksums
from deepgrade.board.prepare.folder import Manifest, Prepared, Recipe, is_prepared, open_prepared
from deepgrade.board.prepare.handout import example_path, write_examples
from deepgrade.board.prepare.make import prepare_board
from deepgrade.board.prepare.solution import Solution, Usage

__all__ = [
    "Finding",
    "Manifest",
    "Prepared",
    "Recipe",
    "Solution",
    "Truth",
    "Usage",
    "audit_public",
    "check_sources",
    "example_path",
    "is_prepared",
    "open_prepared",
    "prepare_board",
    "read_checksums",
    "verify_prepared",
    "write_checksums",
    "write_examples",
]
