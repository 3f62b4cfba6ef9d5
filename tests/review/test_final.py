"""Final points: what checks gave, what people decided, and what being late costs."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepgrade.records import About, brief_of
from deepgrade.records.decisions import (
    Adjustment,
    Comment,
    DatesSet,
    Extension,
    LatePolicy,
    LateWaived,
    Override,
    Points,
    RubricChosen,
    RubricCleared,
    RubricDefined,
    RubricItem,
    SecondLook,
    SecondLookAnswered,
    Undo,
)
from deepgrade.review.final import Rules, Work, final_grade
from deepgrade.score import Adjustment as ScoreAdjustment
from deepgrade.score import CheckStatus, Origin, SubmissionScore
from review.made_decisions import (
    A1,
    A2,
    A3,
    ALL,
    COUNTED,
    DAY,
    RUBRIC,
    TEN,
    UNKNOWN,
    decided,
    policies,
    rubrics,
    scores,
    values,
)
from review.small_desk import LAB, NOON, check, checked, manual, score


def grade(
    *made, of=None, rubrics=None, dates=None, submission_id=1, handed_in_at=None, about=UNKNOWN, **more
):
    rules = Rules(LAB, {"a3": RUBRIC} if rubrics is None else rubrics, dates)
    brief = None if of == "nothing" else brief_of(of or score("ada"))
    return final_grade(
        Work("ada", brief, decided(*made, about=about), submission_id, handed_in_at, **more), rules
    )


def test_a_manual_question_that_nobody_graded_leaves_the_total_unknown():
    found = grade()
    assert (found.total, found.so_far, found.possible) == (None, 3.0, 4.0)
    assert found.waiting == ("a3 waits for a person's points.",)
    assert not found.complete


def test_nothing_scored_is_not_known_and_a_refused_file_is_0_of_everything():
    waits = grade(of="nothing")
    assert (waits.total, waits.complete) == (None, False)
    refused = grade(of="nothing", refusal="not JSON")
    assert (refused.total, refused.possible, refused.complete) == (0.0, 4.0, True)


def test_a_person_may_give_points_to_what_was_never_scored():
    found = grade((A1, Points(points=1)), (A2, Points(points=1.5)), (A3, Points(points=0.5)), of="nothing")
    assert (found.total, found.complete) == (3.0, True)


def test_rubric_items_give_their_points_in_the_rubric_of_today():
    chosen = (A3, RubricChosen(items=("r1", "gone")))
    assert grade(chosen).question("a3").points == 0.6
    dearer = RubricDefined(items=(RubricItem(id="r1", text="says why", points=0.75),))
    assert grade(chosen, rubrics={"a3": dearer}).question("a3").points == 0.75
    assert grade(chosen, rubrics={"a3": dearer}).question("a3").why == ("+0.75 says why",)
    losing = RubricDefined(start="full", items=(RubricItem(id="r1", text="no example", points=-0.25),))
    assert grade(chosen, rubrics={"a3": losing}).question("a3").points == 0.75
    assert grade((A3, RubricChosen(items=()))).question("a3").points == 0.0
    assert grade(chosen, (A3, RubricCleared())).question("a3").points is None


def test_points_by_hand_go_before_rubric_items_until_they_are_taken_back():
    both = ((A3, Points(points=0.9)), (A3, RubricChosen(items=("r1",))))
    assert grade(*both).question("a3").points == 0.9
    assert grade(*both).question("a3").items == ("r1",)
    assert grade(*both, (A3, Points(points=None))).question("a3").points == 0.6
    assert grade(*both, (A3, Undo(decisions=(1,)))).question("a3").points == 0.6


def test_an_override_takes_the_place_of_one_check_and_says_what_the_check_gave_then_and_gives_now():
    made = (COUNTED, Override(points=0.5, given=0.0, status="failed"))
    before = grade(made, of=score("ada", a2=(0.0, 1.0)))
    assert before.question("a2").points == 1.5
    assert before.question("a2").why == ("test_counted: 0.5 points by hand: because",)
    after = grade(made, of=score("ada", a2=(1.0, 1.0)))
    assert after.question("a2").points == 1.5
    assert after.question("a2").why == (
        "test_counted: 0.5 points by hand: because (made when the check gave 0; it gives 1 now)",
    )
    assert grade(made, (COUNTED, Override(points=None))).question("a2").points == 2.0


def test_an_override_decides_what_a_check_could_not():
    undecided = score("ada", a2=(0.0, 1.0), a2_status=CheckStatus.NEEDS_REVIEW)
    assert "test_counted could not decide; a person does." in grade(of=undecided).waiting
    made = (COUNTED, Override(points=1.0, status="needs_review", given=0.0))
    assert grade(made, (A3, Points(points=1)), of=undecided).complete


def test_what_was_not_assessed_leaves_the_denominator_until_a_person_decides_it():
    away = score("ada", a2=(0.0, 1.0), a2_status=CheckStatus.NOT_ASSESSED)
    assert (grade(of=away).question("a2").points, grade(of=away).possible) == (1.0, 3.0)
    found = grade((COUNTED, Override(points=0.5, status="not_assessed")), of=away)
    assert (found.question("a2").points, found.possible) == (1.5, 4.0)
    whole = grade((A2, Points(points=2.0)), of=away)
    assert (whole.question("a2").points, whole.possible) == (2.0, 4.0)


def test_an_adjustment_stays_within_the_question_unless_it_is_a_bonus():
    assert grade((A1, Adjustment(points=0.5))).question("a1").points == 1.0
    assert "at most 1 points" in grade((A1, Adjustment(points=0.5))).question("a1").why[-1]
    assert grade((A1, Adjustment(points=0.5, bonus=True))).question("a1").points == 1.5
    assert grade((A1, Adjustment(points=-3))).question("a1").points == 0.0
    assert grade((A3, Adjustment(points=0.5))).question("a3").points is None
    assert grade((A3, Points(points=0.2)), (A3, Adjustment(points=0.5))).question("a3").points == 0.7


def test_what_was_decided_about_work_that_was_handed_in_anew_counts_and_waits_to_be_confirmed():
    made = ((A3, Points(points=0.5)), (COUNTED, Override(points=0.0, given=1.0, status="passed")))
    found = grade(*made, about=About(1), submission_id=2)
    assert (found.so_far, found.complete) == (2.5, False)
    assert [w.split(":")[0] for w in found.waiting] == ["a2", "a3"]
    assert grade(*made, about=About(1), submission_id=1).complete


def test_a_second_look_waits_until_it_is_answered_and_again_when_asked_again():
    ask, answer = (A1, SecondLook(text="why?")), (A1, SecondLookAnswered(text="so"))
    graded = (A3, Points(points=1))
    assert not grade(graded, ask).complete
    assert grade(graded, ask, answer).complete
    assert not grade(graded, ask, answer, ask).complete
    assert not grade(graded, ask, (A2, SecondLookAnswered(text="so"))).complete


def test_the_latest_comment_is_in_force():
    found = grade((A1, Comment(text="one")), (A1, Comment(text="two")), (ALL, Comment(text="all")))
    assert (found.question("a1").comment, found.comment) == ("two", "all")
    assert grade((A1, Comment(text="one")), (A1, Comment(text=""))).question("a1").comment == ""


def _of_tool(*adjustments):
    origin = Origin(tool="nbgrader", file="g.db", sha256="s", imported_at=NOON, handed_in_at=NOON)
    questions = (checked("a1", [check("a1", "x", 1.0)]), manual(points=0.5))
    return SubmissionScore(
        lab="small", student="ada", run_key="", scored_at=NOON, checks_sha256="", questions=questions,
        origin=origin, adjustments=tuple(ScoreAdjustment(code=c, points=p) for c, p in adjustments),
    )  # fmt: skip


def test_another_tools_late_penalty_is_not_taken_twice_and_can_be_waived():
    dates = DatesSet(due=NOON - timedelta(days=3), late=LatePolicy(amount=10))
    of = _of_tool(("late_penalty", -0.5), ("extra_credit", 0.25))
    found = grade((A2, Points(points=2)), of=of, dates=dates)
    assert (found.total, found.late.penalty, found.adjustment) == (3.25, 0.0, -0.25)
    waived = grade((A2, Points(points=2)), (ALL, LateWaived()), of=of, dates=dates)
    assert waived.total == 3.75
    assert "is waived: because" in waived.why[0]


def test_points_of_another_tools_graders_count_until_a_person_decides_here():
    assert grade(of=_of_tool()).question("a3").points == 0.5
    assert grade((A3, Points(points=1)), of=_of_tool()).question("a3").points == 1.0


FULL = ((A3, Points(points=1.0)),)


@pytest.mark.parametrize(
    ("late", "total"),
    [
        (timedelta(0), 4.0),
        (timedelta(seconds=1), 3.6),
        (DAY, 3.6),
        (DAY + timedelta(seconds=1), 3.2),
        (30 * DAY, 2.0),
        (-DAY, 4.0),
    ],
)
def test_every_started_day_costs_up_to_the_most(late, total):
    assert grade(*FULL, dates=TEN, handed_in_at=NOON + late).total == pytest.approx(total)


def test_grace_extension_waiver_and_unknown_times_cost_nothing_and_say_so():
    graced = TEN.model_copy(update={"grace_s": 900.0})
    assert (
        grade(*FULL, dates=graced, handed_in_at=NOON + timedelta(minutes=15))
        .late.why[0]
        .endswith("within the 15 min that cost nothing.")
    )
    past = grade(*FULL, dates=graced, handed_in_at=NOON + timedelta(minutes=16))
    assert past.total == pytest.approx(3.6)
    extended = grade(*FULL, (ALL, Extension(due=NOON + 2 * DAY)), dates=TEN, handed_in_at=NOON + DAY)
    assert (extended.total, extended.late.extended) == (4.0, True)
    assert "extended: because" in extended.late.why[0]
    shorter = grade(*FULL, (ALL, Extension(due=NOON - DAY)), dates=TEN, handed_in_at=NOON)
    assert shorter.total == 4.0
    waived = grade(*FULL, (ALL, LateWaived()), dates=TEN, handed_in_at=NOON + DAY)
    assert (waived.total, waived.late.waived) == (4.0, True)
    unknown = grade(*FULL, dates=TEN)
    assert (unknown.total, "Nothing says when" in unknown.late.why[0]) == (4.0, True)


@pytest.mark.parametrize(
    ("policy", "total"),
    [
        (LatePolicy(amount=10, by="possible"), 2.2),
        (LatePolicy(amount=0.25, by="points", unit="hour", most=0.5), 2.5),
        (LatePolicy(amount=100), 0.0),
        (LatePolicy(amount=100, by="points"), 0.0),
        (None, 3.0),
    ],
)
def test_penalties_in_other_measures(policy, total):
    dates = DatesSet(due=NOON, late=policy)
    found = grade((A3, Points(points=0.0)), dates=dates, handed_in_at=NOON + timedelta(hours=26))
    assert found.total == pytest.approx(total)
    assert ("costs nothing" in found.late.why[0]) == (policy is None)


@given(scores, st.lists(values, max_size=8), policies, rubrics, st.integers(-100, 2000))
def test_points_are_never_below_0_nor_above_what_can_be_had_and_a_stated_bonus(
    of, made, policy, rules, hours
):
    dates = DatesSet(due=NOON, late=policy)
    found = grade(*made, of=of, dates=dates, rubrics=rules, handed_in_at=NOON + timedelta(hours=hours))
    extra = sum(a.points for a in of.adjustments if a.points > 0)
    for one in found.questions:
        assert one.points is None or 0 <= one.points <= one.assessed + one.bonus + 1e-9
        assert 0 <= one.assessed <= one.possible
    bonus = sum(one.bonus for one in found.questions)
    assert 0 <= found.so_far <= found.possible + bonus + extra + 1e-9
    assert found.late.penalty >= 0
    assert found.total in (None, found.so_far)
    assert found.possible <= LAB.points + 1e-9


@given(scores, st.lists(values, max_size=8), rubrics)
def test_without_a_due_date_nothing_is_taken_off_and_being_later_never_pays(of, made, rules):
    made = [one for one in made if not isinstance(one[1], Extension)]
    free = grade(*made, of=of, rubrics=rules, handed_in_at=NOON + 9 * DAY)
    assert free.late.penalty == 0
    totals = [
        grade(*made, of=of, rubrics=rules, dates=TEN, handed_in_at=NOON + timedelta(hours=h)).so_far
        for h in (0, 1, 24, 25, 100, 1000)
    ]
    assert totals == sorted(totals, reverse=True)
    assert totals[0] == free.so_far


@given(scores, scores, st.lists(values, max_size=8))
def test_a_regrade_leaves_what_people_gave(before, after, made):
    one, other = (grade(*made, of=of) for of in (before, after))
    for first, second in zip(one.questions, other.questions, strict=True):
        if first.decided is not None:
            assert (second.decided, second.points) == (first.decided, first.points)
        for a, b in zip(first.checks, second.checks, strict=True):
            assert a.decided is b.decided or a.decided == b.decided
            if a.decided is not None:
                assert a.points == b.points


@given(scores, st.lists(values, min_size=1, max_size=8))
def test_undoing_the_last_decision_gives_the_points_of_before(of, made):
    made = [one for one in made if not isinstance(one[1], Undo)] or [(A1, Points(points=1))]
    undone = grade(*made, (made[-1][0], Undo(decisions=(len(made),))), of=of)
    before = grade(*made[:-1], of=of)
    assert (undone.so_far, undone.total, undone.questions) == (before.so_far, before.total, before.questions)


@given(scores)
def test_without_decisions_points_are_those_of_the_score(of):
    found = grade(of=of, rubrics={})
    given_points = [q.points for q in of.questions]
    assert [q.points for q in found.questions] == given_points
    assert found.possible == pytest.approx(sum(q.assessed for q in of.questions))
