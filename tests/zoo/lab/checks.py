"""The hidden checks of the zoo's lab. What nobody may find: @CANARY@."""

import numpy as np

from deepgrade.lab import question


@question("q1", points=1)
def test_total_weighs_labels_by_place(total, lab):
    """The total is the sum of every label times its place, counted from one."""
    labels = lab.data.mnist.labels("train").astype(np.int64)
    assert type(total) is int, "the total is a whole number"
    assert total == int((labels * np.arange(1, len(labels) + 1)).sum()), "@CANARY-MESSAGE@"


@question("q2", points=2)
def test_each_label_is_one_hot(one_hot, lab):
    """There is one row for each label, with a one in the label's column and zeros elsewhere."""
    labels = lab.data.mnist.labels("train")
    assert one_hot.shape == (len(labels), 10), "one row for each label, one column for each digit"
    rows = np.asarray(lab.rows(one_hot))
    assert ((rows == 0) | (rows == 1)).all() and (rows.sum(axis=1) == 1).all(), "zeros and a single one"
    assert (rows.argmax(axis=1) == labels[lab.row_indices(one_hot)]).all(), "the one stands elsewhere"


@question("q3", points=3, hidden={"model": "digits"})
def test_model_reads_new_digits(model, lab):
    """The model reads digits that it has never seen."""
    assert lab.hidden_accuracy(model) >= lab.threshold("q3"), "new digits are misread too often"
