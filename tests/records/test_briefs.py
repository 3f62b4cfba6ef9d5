"""A score without its texts: what is stored says the same, and equal questions are one object."""

import json

from hypothesis import given
from hypothesis import strategies as st

from deepgrade.records.briefs import brief_from_json, brief_json, brief_of
from deepgrade.score import CheckStatus, Flag
from review.small_desk import score

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
points = st.floats(0, 10)


@given(
    texts, texts, points, points, st.sampled_from(CheckStatus), st.lists(st.tuples(texts, texts), max_size=3)
)
def test_what_is_stored_is_what_was_there(name, code, a1, a2, status, flags):
    made = score("ada", a1=a1, a2=(a2, 1.0), a2_status=status)
    questions = (made.questions[0].model_copy(update={"question": name}), *made.questions[1:])
    made = made.model_copy(
        update={
            "questions": questions,
            "flags": tuple(Flag(code=code, sentence=said, question=q or None) for q, said in flags),
        }
    )
    stored = brief_json(made)
    assert brief_from_json(stored) == brief_of(made)
    assert json.loads(stored)[0] == 2


def test_equal_results_of_different_students_are_one_object():
    ada, bert = (brief_from_json(brief_json(score(name, a1=0.0))) for name in ("ada", "bert"))
    assert ada.questions[0] is bert.questions[0]
    cleo = brief_from_json(brief_json(score("cleo", a1=1.0)))
    assert cleo.questions[0] is not ada.questions[0] and cleo.questions[1] is ada.questions[1]


def test_what_another_version_wrote_is_not_guessed_at():
    assert brief_from_json('[1,[["a1",false,1.0,1.0,1.0,[],false]],[],[],null,null]') is None
    assert brief_from_json("[99]") is None
    assert brief_from_json("[20,[],[],null,null\n]") is None
