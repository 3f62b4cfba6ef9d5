"""Late policies and spans of time as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepgrade.records import ReviewError
from deepgrade.records.decisions import LatePolicy
from deepgrade.review.late import policy_text
from deepgrade.review.late_words import read_late_policy, read_span


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10",
        "10%",
        "-10% per day",
        "10% per fortnight",
        "10% per day, at most 3 points",
        "2 points per day, at most 50%",
        "2 points of the points earned per day",
        "10% per day, at most",
        "10% per day; at most 50%",
        "1e9% per day",
    ],
)
def test_what_is_no_policy_is_refused_with_examples(text):
    with pytest.raises(ReviewError, match="Write: 10% per day, at most 50%"):
        read_late_policy(text)


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("none", None),
        ("10% per day, at most 50%", LatePolicy(amount=10, most=50)),
        ("10 percent a day", LatePolicy(amount=10)),
        ("10% of the points earned per day", LatePolicy(amount=10)),
        ("5% of the lab's points per hour", LatePolicy(amount=5, by="possible", unit="hour")),
        ("5% of the maximum per week at most 20%", LatePolicy(amount=5, by="possible", unit="week", most=20)),
        (" 0.5 points for each started DAY, at most 2 points ", LatePolicy(amount=0.5, by="points", most=2)),
        ("1 point per hour", LatePolicy(amount=1, by="points", unit="hour")),
    ],
)
def test_policies_are_read_as_they_are_written(text, policy):
    assert read_late_policy(text) == policy


numbers = st.integers(0, 10_000).map(lambda n: n / 100)


@given(
    st.builds(
        LatePolicy,
        amount=numbers,
        by=st.sampled_from(["earned", "possible", "points"]),
        unit=st.sampled_from(["hour", "day", "week"]),
        most=st.none() | numbers,
    )
)
def test_what_is_shown_can_be_typed_again(policy):
    assert read_late_policy(policy_text(policy)) == policy


def test_spans():
    assert [read_span(text) for text in ("15 minutes", "1 minute", "2h", "1.5 days", "0 min")] == [
        900,
        60,
        7200,
        129600,
        0,
    ]
    for text in ("", "15", "minutes", "-1 day", "1 year", "1 minutesoup"):
        with pytest.raises(ReviewError, match="no span of time"):
            read_span(text)
