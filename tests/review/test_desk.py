"""A lab at a desk: what waits, in a stable order, and decisions made with everything that they need."""

import json
import threading

import pytest

from deepgrade.records import Attribution, Gradebook, GradebookError, Place, ReviewConflictError, ReviewError
from deepgrade.records.decisions import (
    Comment,
    Extension,
    FlagSettled,
    LateWaived,
    Note,
    Override,
    Points,
    Reviewed,
    RubricChosen,
    RubricDefined,
    RubricItem,
    SecondLook,
    SecondLookAnswered,
)
from deepgrade.review.queue import progress_of
from deepgrade.score import CheckStatus
from review.small_desk import LAB, NOON, desk_of, hand_in, score

FLAGS = [("near_threshold", "a1"), ("gpu_hidden", None), ("check_error", "a2"), ("needs_review", "a2")]


def _waits(desk, student=None):
    return [item.id for item in desk.queue() if item.waits and (student is None or student in item.students)]


def _decide(desk, student, values, question="", check="", who="grace", why="because", own=False):
    place = desk.place(student, question, check, own=own)
    return desk.decide(student, place, values, who=who, seen=desk.ledger.latest(place), why=why)


def test_everything_that_waits_is_there_once_and_nothing_twice_for_flags_of_checks(book):
    hand_in(book, "ada", score("ada", a2_status=CheckStatus.NEEDS_REVIEW, flags=FLAGS))
    hand_in(book, "bert", refusal="It is no notebook.")
    hand_in(book, "cleo")
    desk = desk_of(book)
    assert _waits(desk) == [
        "error/-/no_notebook/bert",
        "error/-/not_scored/cleo",
        "error/a2/check_error/ada",
        "check/a2/test_counted/ada",
        "manual/a3/-/ada",
        "borderline/a1/near_threshold/ada",
        "flag/-/gpu_hidden/ada",
    ]
    assert not desk.student("ada").reviewed


def test_each_item_is_done_by_what_settles_it_and_says_by_whom(book):
    hand_in(book, "ada", score("ada", a2_status=CheckStatus.NEEDS_REVIEW, flags=FLAGS))
    desk = desk_of(book)
    _decide(desk, "ada", [RubricChosen(items=("r1",))], "a3")
    _decide(desk, "ada", [Override(points=0.5)], "a2", "test_counted")
    _decide(desk, "ada", [FlagSettled(code="check_error")], "a2")
    _decide(desk, "ada", [FlagSettled(code="near_threshold")], "a1", who="alan")
    assert _waits(desk) == ["flag/-/gpu_hidden/ada"]
    _decide(desk, "ada", [FlagSettled(code="gpu_hidden")])
    assert desk.student("ada").reviewed
    done = {item.id: item.done_by for item in desk.queue()}
    assert done["borderline/a1/near_threshold/ada"] == "alan"
    _decide(desk, "ada", [FlagSettled(code="gpu_hidden", settled=False)])
    assert _waits(desk) == ["flag/-/gpu_hidden/ada"]


def test_marking_a_student_reviewed_settles_flags_but_gives_no_points(book):
    hand_in(book, "ada", score("ada", flags=FLAGS))
    desk = desk_of(book)
    _decide(desk, "ada", [Reviewed()])
    assert _waits(desk) == ["manual/a3/-/ada"]
    assert not desk.student("ada").reviewed
    _decide(desk, "ada", [Points(points=1)], "a3")
    assert desk.student("ada").reviewed
    _decide(desk, "ada", [Reviewed(reviewed=False)])
    assert not desk.student("ada").reviewed


def test_a_manual_question_that_the_score_lacks_waits_all_the_same(book):
    hand_in(book, "ada", score("ada").model_copy(update={"questions": score("ada").questions[:2]}))
    desk = desk_of(book)
    assert _waits(desk) == ["manual/a3/-/ada"]
    _decide(desk, "ada", [Points(points=0)], "a3")
    assert desk.student("ada").reviewed


def test_a_second_look_comes_first_and_is_done_when_it_is_answered(book):
    hand_in(book, "ada", score("ada"))
    desk = desk_of(book)
    desk.ledger.append(desk.place("ada", "a1"), [SecondLook(text="It is right!")], who="ada")
    assert _waits(desk) == ["second_look/a1/-/ada", "manual/a3/-/ada"]
    assert desk.queue()[0].sentence == "It is right!"
    _decide(desk, "ada", [SecondLookAnswered(text="It is not.")], "a1")
    assert _waits(desk) == ["manual/a3/-/ada"]
    desk.ledger.append(desk.place("ada", "a1"), [SecondLook(text="But!")], who="ada")
    assert [i.sentence for i in desk.queue() if i.kind == "second_look"] == ["But!"]
    assert "second_look/a1/-/ada" in _waits(desk)


def test_the_order_is_by_question_and_neither_the_alphabets_nor_the_same_for_every_question(book):
    names = [f"s{number:02}" for number in range(20)]
    for name in names:
        hand_in(book, name, score(name, flags=[("near_threshold", "a1"), ("near_threshold", "a2")]))
    desk = desk_of(book)
    order = {q: [i.handed_in_as for i in desk.queue() if i.question == q] for q in ("a1", "a2", "a3")}
    assert all(sorted(found) == names and found != names for found in order.values())
    assert len({tuple(found) for found in order.values()}) == 3
    before = [item.id for item in desk.queue()]
    _decide(desk, "s07", [Points(points=1)], "a3")
    hand_in(book, "s07", score("s07", a1=0.0, flags=[("near_threshold", "a1"), ("near_threshold", "a2")]))
    assert [item.id for item in desk.queue()] == before
    assert [item.id for item in desk_of(book).queue()] == before
    progress = progress_of(desk.queue())
    assert (progress["manual", "a3"].done, progress["manual", "a3"].left) == (1, 19)


def test_a_desk_that_is_open_sees_what_others_do(book):
    hand_in(book, "ada", score("ada"))
    mine, theirs = desk_of(book), desk_of(book)
    assert mine.student("ada").grade.total is None
    assert theirs.student("ada").grade.total is None
    _decide(theirs, "ada", [Points(points=1)], "a3", who="alan")
    assert mine.student("ada").grade.total == 4.0
    hand_in(book, "bert", score("bert"))
    assert [s.student for s in mine.students()] == ["ada", "bert"]
    book.attribute("small", {"bert": Attribution(("berta",), "roster", "{}")})
    assert [s.student for s in mine.students()] == ["ada", "berta"]
    set_id = book.new_set("small", [(1, score("ada", a1=0.0))])
    assert mine.student("ada").grade.total == 4.0
    book.decide_set(set_id, apply=True, reason="too mild")
    assert mine.student("ada").grade.total == 3.0


def test_a_conflict_reaches_the_person_and_leaves_the_desk_right(book):
    hand_in(book, "ada", score("ada"))
    mine, theirs = desk_of(book), desk_of(book)
    place = mine.place("ada", "a3")
    mine.student("ada")
    theirs.decide("ada", place, [Points(points=0.25)], who="alan", seen=None)
    with pytest.raises(ReviewConflictError) as caught:
        mine.decide("ada", place, [Points(points=1)], who="grace", seen=None)
    assert caught.value.newer[0].who == "alan"
    assert mine.student("ada").grade.total == 3.25


def test_a_groups_members_share_what_is_decided_about_their_work_and_have_their_own_extensions(book):
    hand_in(book, "group7", score("group7"))
    book.attribute("small", {"group7": Attribution(("ada", "bert"), "group", "{}")})
    desk = desk_of(book)
    assert [(i.id, i.students) for i in desk.queue()] == [("manual/a3/-/group7", ("ada", "bert"))]
    _decide(desk, "bert", [Points(points=0.5)], "a3")
    assert [s.grade.total for s in desk.students()] == [3.5, 3.5]
    _decide(desk, "bert", [Extension(due=NOON)], own=True)
    assert desk.student("bert").grade.late.due == NOON
    assert desk.student("ada").grade.late.due is None
    _decide(desk, "ada", [LateWaived()], own=True)
    assert desk.place("ada", "a3") == Place("group7", "a3")


def test_a_roster_that_comes_later_loses_no_decision(book):
    hand_in(book, "lovelace_12", score("lovelace_12"))
    desk = desk_of(book)
    _decide(desk, "lovelace_12", [Points(points=1)], "a3")
    book.attribute("small", {"lovelace_12": Attribution(("ada",), "roster", json.dumps({}))})
    assert desk.student("ada").grade.total == 4.0


def test_points_before_and_after_the_submission_and_what_the_check_gave_are_kept(book):
    submission = hand_in(book, "ada", score("ada", a2=(0.0, 1.0)))
    desk = desk_of(book)
    (made,) = _decide(desk, "ada", [Override(points=0.5)], "a2", "test_counted")
    assert (made.points_before, made.points_after) == (1.0, 1.5)
    assert (made.value.given, made.value.status) == (0.0, "failed")
    assert made.about == (submission, book.entry("small", "ada").score_id)
    undo = desk.undo("ada", made.place, [made.id], who="alan", seen=made.id)
    assert (undo.points_before, undo.points_after) == (1.5, 1.0)


@pytest.mark.parametrize(
    ("question", "check", "value", "message"),
    [
        ("a3", "", Points(points=1.5), "worth 1 points"),
        ("a2", "test_counted", Override(points=1.5), "worth 1 points"),
        ("a2", "test_gone", Override(points=0.5), "no check test_gone"),
        ("a3", "", RubricChosen(items=("r1", "r9")), "no item r9"),
        ("zz", "", Points(points=1), "no question zz"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(book, question, check, value, message):
    hand_in(book, "ada", score("ada"))
    desk = desk_of(book)
    with pytest.raises(ReviewError, match=message):
        _decide(desk, "ada", [value], question, check)
    with pytest.raises(ReviewError, match="handed in nothing"):
        desk.place("nobody")
    assert desk.ledger.decisions(students=["ada"]) == []


def test_a_rubric_of_lab_toml_stands_in_the_ledger_from_its_first_use(book):
    hand_in(book, "ada", score("ada"))
    desk = desk_of(book)
    assert desk.rubric("a3")[1] is None
    _decide(desk, "ada", [RubricChosen(items=("r1",)), Comment(text="ok")], "a3")
    rubric, seen = desk.rubric("a3")
    assert seen is not None
    assert [item.points for item in rubric.items] == [0.6, 0.4]
    changed = RubricDefined(items=(RubricItem(id="r1", text="says why", points=0.8), rubric.items[1]))
    assert desk.rubric_effect("a3", changed) == [("ada", 0.6, 0.8)]
    desk.ledger.decide(Place("", "a3"), [changed], who="grace", seen=seen)
    assert desk.student("ada").grade.question("a3").points == 0.8
    assert LAB.question("a3").rubric, "the text in lab.toml is not what counts any more"


def test_a_new_submission_keeps_points_and_asks_again(book):
    hand_in(book, "ada", score("ada", flags=[("gpu_hidden", None)]))
    desk = desk_of(book)
    _decide(desk, "ada", [Points(points=0.5)], "a3")
    _decide(desk, "ada", [FlagSettled(code="gpu_hidden")])
    assert desk.student("ada").reviewed
    hand_in(book, "ada", score("ada", flags=[("gpu_hidden", None)]), sha="b")
    found = desk.student("ada")
    assert (found.grade.so_far, found.reviewed) == (3.5, False)
    assert _waits(desk) == ["manual/a3/-/ada", "flag/-/gpu_hidden/ada"]
    _decide(desk, "ada", [Points(points=0.75)], "a3")
    _decide(desk, "ada", [Reviewed()])
    assert desk.student("ada").reviewed


def test_a_desk_that_reads_while_others_write_misses_nothing_and_counts_nothing_twice(book):
    names = [f"s{number}" for number in range(5)]
    for name in names:
        hand_in(book, name, score(name))
    desk = desk_of(book)

    def write(number):
        for turn in range(12):
            name = names[(number + turn) % 5]
            desk.ledger.append(Place(name, "a3"), [Note(text=f"{number}.{turn}")], who="ta")

    writers = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        desk.students()
    for writer in writers:
        writer.join()
    fresh = desk_of(book)
    for name in names:
        assert desk.decisions(name) == fresh.decisions(name)
    assert sum(len(desk.decisions(name)) for name in names) == 36


def test_a_desk_is_right_again_after_the_database_was_away(postgres):
    book = Gradebook(postgres.new_database())
    hand_in(book, "ada", score("ada"))
    desk = desk_of(book)
    assert desk.student("ada").grade.total is None
    _decide(desk_of(book), "ada", [Points(points=1)], "a3")
    postgres.stop()
    with pytest.raises(GradebookError, match="cannot be reached"):
        desk.students()
    postgres.start()
    assert desk.student("ada").grade.total == 4.0
    book.close()
