"""JSON from strangers has one meaning or none."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepgrade.files import StrictJSONError, parse_strict_json

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(), children, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"a": 1, "a": 2}', "stands twice"),
        ('{"a": NaN}', "NaN"),
        ("[-Infinity]", "Infinity"),
        ("[" * 100 + "]" * 100, "deeper"),
        ("[" * 100_000, "deeper"),
        ('{"a": ', "line 1, column"),
        (b"\xff\xfe", "UTF-8"),
        ("1" * 5000, "cannot be read|can be read"),
        ('["\\ud800"]', "surrogate"),
        ('{"\\ud800": 1}', "surrogate"),
        ("", "not JSON"),
    ],
)
def test_ambiguous_or_broken_text_is_refused_with_the_reason(text, says):
    with pytest.raises(StrictJSONError, match=says):
        parse_strict_json(text)


@given(JSON)
def test_plain_json_comes_back_as_the_standard_parser_reads_it(value):
    text = json.dumps(value)
    assert parse_strict_json(text) == json.loads(text)


@given(st.binary(max_size=60))
def test_arbitrary_bytes_raise_nothing_else(data):
    with contextlib.suppress(StrictJSONError):
        parse_strict_json(data)
