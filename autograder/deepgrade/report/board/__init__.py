"""How a board looks: a page, a piece of a page, a table for the terminal, CSV and JSON.

Everything is made from a `Standing`, which holds no more than its viewer may see.
"""

from deepgrade.report.board.formats import (
    BOARD_SCHEMA,
    Style,
    standing_csv,
    standing_json,
    standing_table,
    style_of,
)
from deepgrade.report.board.page import own_excerpt, write_board
from deepgrade.report.board.rows import excerpt

__all__ = [
    "BOARD_SCHEMA",
    "Style",
    "excerpt",
    "own_excerpt",
    "standing_csv",
    "standing_json",
    "standing_table",
    "style_of",
    "write_board",
]
