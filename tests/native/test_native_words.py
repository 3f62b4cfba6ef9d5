"""What otter and nbgrader say and give for a check's result."""

import pytest

from deepgrade.native.words import ON_PUBLIC_ROWS, points_granted, sentence
from deepgrade.score import CheckResult, CheckStatus
from deepgrade.score.facts import DeviceFacts
from deepgrade.score.unavailable import EvidenceUnavailable

GRANTED = {CheckStatus.PASSED, CheckStatus.NOT_ASSESSED, CheckStatus.INTERNAL_ERROR}


def result(status, **details):
    points = 0.5 if status is CheckStatus.PASSED else 0.0
    return CheckResult(
        check="test_it", question="b1", description="It is so.", visible=False, status=status, points=points,
        possible=0.5, **details,
    )  # fmt: skip


@pytest.mark.parametrize("status", CheckStatus)
def test_points_are_given_unless_the_student_has_to_do_better_or_a_person_has_to_look(status):
    found = result(status, hint="look again", reason="there is no GPU")
    assert points_granted(found) == (0.5 if status in GRANTED else 0.0)
    said = sentence(found, False)
    assert "It is so." in said and "\n" not in said
    assert ("look again" in said) == (status is CheckStatus.FAILED)
    assert ("there is no GPU" in said) == (status not in (CheckStatus.PASSED, CheckStatus.FAILED))


def test_a_check_of_hidden_rows_says_that_public_ones_took_their_place():
    assert ON_PUBLIC_ROWS in sentence(result(CheckStatus.PASSED), True)
    assert ON_PUBLIC_ROWS in sentence(result(CheckStatus.FAILED), True)


def test_a_notebook_that_has_not_come_to_its_training_is_not_called_untrained():
    facts = {"trained": False, "gpus": []}
    assert DeviceFacts(True, facts).assess() == "untrained"
    with pytest.raises(EvidenceUnavailable, match="had not come to its training"):
        DeviceFacts(True, facts, training_to_come=True).assess()
    hidden = {**facts, "hiding_calls": ["tf.config.set_visible_devices([], 'GPU')"]}
    assert DeviceFacts(True, hidden, training_to_come=True).assess() == "hidden"
