"""What hidden checks of several labs have in common: labels, networks, training, words, figures, numbers.

Functions that answer a question return a value and can be used in any assert; functions named `assert_...` raise an
`AssertionError` whose text is the hint that the student reads. All of them ask what was reached, not how it was written.
"""

from deepgrade.checks.labels import assert_one_hot, assert_read_by, right_places, right_share
from deepgrade.checks.networks import (
    Dense,
    assert_classes_compete,
    assert_compiled,
    assert_dropout,
    assert_hidden_layers,
    assert_loss,
    count_of,
    dense_stack,
    dropout_rates,
    input_size,
    kinds,
    output_size,
)
from deepgrade.checks.numbers import accuracy_in, are_shares, is_close, number, numbers
from deepgrade.checks.pictures import (
    assert_history_drawn,
    assert_labelled,
    assert_rows_of_pixels,
    axes_with,
    draws,
    lines_of,
)
from deepgrade.checks.regression import (
    flat,
    is_lasso,
    lasso,
    lasso_errors,
    least_squares,
    mean_absolute_error,
    places_in,
    r_squared,
)
from deepgrade.checks.training import assert_fitted, batches, best_epoch, curve
from deepgrade.checks.words import is_multi_hot, reviews_with_words, words_once

__all__ = [
    "Dense",
    "accuracy_in",
    "are_shares",
    "assert_classes_compete",
    "assert_compiled",
    "assert_dropout",
    "assert_fitted",
    "assert_hidden_layers",
    "assert_history_drawn",
    "assert_labelled",
    "assert_loss",
    "assert_one_hot",
    "assert_read_by",
    "assert_rows_of_pixels",
    "axes_with",
    "batches",
    "best_epoch",
    "count_of",
    "curve",
    "dense_stack",
    "draws",
    "dropout_rates",
    "flat",
    "input_size",
    "is_close",
    "is_lasso",
    "is_multi_hot",
    "kinds",
    "lasso",
    "lasso_errors",
    "least_squares",
    "lines_of",
    "mean_absolute_error",
    "number",
    "numbers",
    "output_size",
    "places_in",
    "r_squared",
    "reviews_with_words",
    "right_places",
    "right_share",
    "words_once",
]
