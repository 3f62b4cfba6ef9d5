"""What a person should look at in a class's entries. Flags never cost points or a place by themselves."""

from deepgrade.board.flags.identical import identical_predictions, identical_weights
from deepgrade.board.flags.labels import known_wrong_labels
from deepgrade.board.flags.model import BoardFlag, EntryFacts
from deepgrade.board.flags.of_class import class_flags
from deepgrade.board.flags.pairs import agreement_on_errors

__all__ = [
    "BoardFlag",
    "EntryFacts",
    "agreement_on_errors",
    "class_flags",
    "identical_predictions",
    "identical_weights",
    "known_wrong_labels",
]
