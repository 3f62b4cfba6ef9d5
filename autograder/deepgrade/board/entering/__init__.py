"""Two ways to enter a board: the captured model of a graded notebook, and a file of predictions."""

from deepgrade.board.entering.files import FileTaken, enter_file
from deepgrade.board.entering.models import ModelsEntered, enter_models

__all__ = ["FileTaken", "ModelsEntered", "enter_file", "enter_models"]
