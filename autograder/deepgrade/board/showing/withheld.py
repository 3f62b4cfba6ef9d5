"""Which scores on hidden rows students may not read in their reports yet, since private scores would follow from them."""

from __future__ import annotations

from datetime import datetime

from deepgrade.board.competition import has_competition
from deepgrade.board.opened import prepared_boards
from deepgrade.lab import LabFiles
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
    return frozenset(
        opened.board.hidden
        for opened in prepared_boards(files, course, gradebook)
        if opened.board.hidden is not None and opened.has_private and not opened.shown("student", now).private
    )
