"""A desk that stays open while others work says at every moment what a desk that was opened just now says."""

import multiprocessing
import random
from datetime import timedelta

import pytest

from deepgrade.records import Attribution, Gradebook, Place
from deepgrade.records.decisions import (
    Adjustment,
    Comment,
    CommentSaved,
    DatesSet,
    Extension,
    LatePolicy,
    Override,
    Points,
    RubricChosen,
    RubricDefined,
    RubricItem,
    SecondLook,
    Undo,
)
from deepgrade.records.in_force import in_force_of
from deepgrade.score import CheckStatus
from review.small_desk import NOON, desk_of, hand_in, score

STUDENTS = ("ada", "bert", "cleo", "dora")
ITEMS = (RubricItem(id="r1", text="why", points=0.5), RubricItem(id="r2", text="how", points=0.25))


def _seen(desk):
    return (
        desk.students(),
        desk.queue(),
        desk.rules(),
        desk.lab_decisions(),
        desk.saved_comments("a3"),
        [(desk.decisions(s.student), desk.names(s.student), desk.entry(s.student)) for s in desk.students()],
    )


class Others:
    """Whatever others may do, in an order that a number decides."""

    def __init__(self, book, seed):
        self.book, self.desk = book, desk_of(book)
        self.chance = random.Random(seed)  # noqa: S311 - tests are to be the same each time

    def act(self):
        """Do one thing."""
        return self.chance.choice(
            (
                self._decide,
                self._decide,
                self._undo,
                self._hand_in,
                self._grade_again,
                self._regrade,
                self._begin_regrade,
                self._change_rubric,
                self._save_comment,
                self._change_dates,
                self._say_whose,
            )
        )()

    def _append(self, place, value):
        self.desk.ledger.append(place, [value], who=self.chance.choice(("grace", "alan")), why="because")

    def _decide(self):
        student = self.chance.choice(STUDENTS)
        place, value = self.chance.choice(
            (
                (Place(student, "a3"), RubricChosen(items=self.chance.choice((("r1",), ("r1", "r2"), ())))),
                (Place(student, "a3"), Points(points=self.chance.choice((0.0, 0.5, None)))),
                (Place(student, "a1"), Adjustment(points=-0.25)),
                (Place(student, "a2", "test_counted"), Override(points=0.5)),
                (Place(student, "a2"), Comment(text=self.chance.choice(("Good.", "")))),
                (Place(student, "a1"), SecondLook(text="Please.")),
                (Place(student), Extension(due=NOON + timedelta(days=1))),
            )
        )
        self._append(place, value)

    def _undo(self):
        made = self.desk.ledger.decisions()
        if made:
            one = self.chance.choice(made)
            self._append(one.place, Undo(decisions=(one.id,)))

    def _score(self, student):
        return score(
            student,
            a1=self.chance.choice((0.0, 0.5, 1.0)),
            a2_status=self.chance.choice((None, CheckStatus.NEEDS_REVIEW)),
            flags=self.chance.choice(((), (("gpu_hidden", None),))),
        )

    def _hand_in(self):
        student = self.chance.choice(STUDENTS)
        made = self._score(student) if self.chance.random() < 0.8 else None
        at = NOON + timedelta(hours=self.chance.randrange(50))
        hand_in(self.book, student, made, sha=str(self.chance.randrange(3)), at=at)

    def _grade_again(self):
        for one in in_force_of(self.book, "small")[:1]:
            self.book.add_score(one.submission_id, self._score(one.student))

    def _begin_regrade(self):
        if self.book.open_set("small") is None:
            rows = in_force_of(self.book, "small")
            self.book.new_set("small", [(one.submission_id, self._score(one.student)) for one in rows])

    def _regrade(self):
        self._begin_regrade()
        self.book.decide_set(
            self.book.open_set("small"), apply=self.chance.random() < 0.7, reason="the check was wrong"
        )

    def _change_rubric(self):
        items = self.chance.choice((ITEMS, ITEMS[:1], (ITEMS[0].model_copy(update={"points": 0.75}),)))
        self._append(Place("", self.chance.choice(("a1", "a3"))), RubricDefined(items=items))

    def _save_comment(self):
        self._append(Place("", "a3"), CommentSaved(name="why", text=self.chance.choice(("Say why.", ""))))

    def _change_dates(self):
        due = NOON + timedelta(hours=self.chance.randrange(50))
        self._append(Place(""), DatesSet(due=due, late=LatePolicy(amount=10)))

    def _say_whose(self):
        name, other = self.chance.sample(STUDENTS, 2)
        students = self.chance.choice(((name,), (name, other), (f"{name}@example.edu",)))
        self.book.attribute("small", {name: Attribution(students, "roster", "{}")})


@pytest.mark.parametrize("seed", range(4))
def test_whatever_others_do_an_open_desk_says_what_a_new_one_says(book, seed):
    others, mine = Others(book, seed), desk_of(book)
    hand_in(book, "ada", score("ada"))
    for _ in range(40):
        others.act()
        if others.chance.random() < 0.7:  # now and then several things happen between two looks
            assert _seen(mine) == _seen(desk_of(book))


def _decide_elsewhere(where, values):
    book = Gradebook(where)
    for place, value in values:
        desk_of(book).ledger.append(place, [value], who="tom", why="because")
    book.close()


def _elsewhere(database, *values):
    process = multiprocessing.get_context("spawn").Process(target=_decide_elsewhere, args=(database, values))
    process.start()
    process.join()
    assert process.exitcode == 0


def test_what_another_process_decides_is_there_at_the_next_look(book, database):
    hand_in(book, "ada", score("ada"))
    desk = desk_of(book)
    _seen(desk)
    rubric = RubricDefined(items=ITEMS)
    _elsewhere(
        database,
        (Place("ada", "a3"), RubricChosen(items=("r1",))),
        (Place("", "a3"), rubric),
        (Place("", "a3"), CommentSaved(name="why", text="Say why.")),
        (Place(""), DatesSet(due=NOON)),
    )
    assert desk.student("ada").grade.question("a3").points == 0.5
    assert [item.done_by for item in desk.queue()] == ["tom"]
    assert desk.rules().rubrics["a3"] == rubric and desk.rules().dates.due == NOON
    assert desk.saved_comments("a3") == {"why": "Say why."}
    assert [d.who for d in desk.decisions("ada")] == ["tom"]


def test_what_moves_nobodys_points_makes_nobodys_review_anew(book):
    for student in STUDENTS:
        hand_in(book, student, score(student))
    desk, other = desk_of(book), desk_of(book)
    other.decide("ada", Place("ada", "a3"), [RubricChosen(items=("r1",))], who="tom", seen=None)
    before = {one.student: one for one in desk.students()}
    other.ledger.append(Place("", "a3"), [CommentSaved(name="why", text="Why?")], who="tom")
    other.ledger.append(Place("", "a1"), [RubricDefined(items=ITEMS)], who="tom")
    assert all(one is before[one.student] for one in desk.students())
    assert desk.saved_comments("a3") == {"why": "Why?"}
    other.ledger.append(Place("", "a3"), [RubricDefined(items=ITEMS)], who="tom")
    moved = [one.student for one in desk.students() if one is not before[one.student]]
    assert moved == ["ada"]
    assert desk.student("ada").grade.question("a3").points == 0.5


def test_a_look_that_fails_halfway_is_made_good_by_the_next_one(book, monkeypatch):
    hand_in(book, "ada", score("ada"))
    desk = desk_of(book)
    assert desk.student("ada").grade.so_far == 3.0
    assert desk.is_read
    desk_of(book).ledger.append(Place("ada", "a1"), [Adjustment(points=-1)], who="tom", why="copied")
    with monkeypatch.context() as patch:
        patch.setattr(desk.ledger, "decisions", lambda **_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            desk.students()
        assert not desk.is_read
    assert desk.student("ada").grade.so_far == 2.0
