"""Which scores on hidden rows students may not read in their reports yet, since private scores would follow from them."""

from __future__ import annotations

from datetime import datetime

from deepgrade.board.competition import has_competition, load_competition
from deepgrade.board.opened import open_board
from deepgrade.board.prepare import is_prepared
from deepgrade.lab import LabFiles, load_lab
from deepgrade.records import Course, Gradebook


def withheld_evaluations(
    files: LabFiles, course: Course, gradebook: Gradebook, *, now: datetime
) -> frozenset[str]:
    """Return the hidden evaluations of which a prepared board has private scores that students do not see.

    A report's score is on all hidden rows; less the public score, it tells the private one.

    Raises:
        BoardError: The competition's file is wrong.
    """
    if not has_competition(files):
        return frozenset()
    lab = load_lab(files)
    return frozenset(
        board.hidden
        for board in load_competition(files, lab).boards
        if board.hidden is not None and is_prepared(course, lab.name, board.id)
        for opened in (open_board(files, course, gradebook, board.id),)
        if opened.has_private and not opened.shown("student", now).private
    )
