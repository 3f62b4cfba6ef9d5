"""What hidden checks of several labs have in common: labels, networks, training, words, figures, numbers.

Functions that answer a question return a value and can be used in any assert; functions named `assert_...` raise an
`AssertionError` whose text is the hint that the student reads. All of them ask what was reached, not how it was written.
"""

from deepgrade.checks.labels import assert_one_hot, right_share
from deepgrade.checks.networks import (
    Dense,
    assert_loss,
    count_of,
    dense_stack,
    dropout_rates,
    input_size,
    kinds,
    output_size,
)
from deepgrade.checks.numbers import accuracy_in, is_close, number, numbers
from deepgrade.checks.pictures import assert_labelled, axes_with, lines_of
from deepgrade.checks.training import assert_fitted, batches, best_epoch
from deepgrade.checks.words import is_multi_hot

__all__ = [
    "Dense",
    "accuracy_in",
    "assert_fitted",
    "assert_labelled",
    "assert_loss",
    "assert_one_hot",
    "axes_with",
    "batches",
    "best_epoch",
    "count_of",
    "dense_stack",
    "dropout_rates",
    "input_size",
    "is_close",
    "is_multi_hot",
    "kinds",
    "lines_of",
    "number",
    "numbers",
    "output_size",
    "right_share",
]
