"""The ledger of reviews: decisions are appended, each after what its writer had seen, in SQLite and in PostgreSQL."""

import multiprocessing
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import ValidationError
from sqlalchemy import create_engine, text

from deepgrade.records import (
    About,
    Gradebook,
    GradebookError,
    Place,
    ReviewConflictError,
    ReviewError,
    ReviewLedger,
    briefs_of,
    in_force_of,
)
from deepgrade.records.database import database_at
from deepgrade.records.decisions import (
    Adjustment,
    Comment,
    CommentSaved,
    DatesSet,
    Extension,
    LatePolicy,
    Note,
    Override,
    Points,
    RubricChosen,
    RubricDefined,
    RubricItem,
    SecondLook,
    Undo,
    in_force,
)
from review.small_desk import NOON, hand_in, score

A3 = Place("ada", "a3")


@pytest.fixture
def ledger(book):
    return ReviewLedger(book, "small")


def _points(ledger):
    return [d.value.points for d in in_force(ledger.decisions()) if isinstance(d.value, Points)]


def test_the_second_of_two_who_saw_the_same_is_told_what_the_first_did_and_nothing_is_written(ledger):
    (first,) = ledger.decide(A3, [Points(points=0.5)], who="grace", seen=None)
    ledger.decide(A3, [Comment(text="Say why.")], who="grace", seen=first.id)
    with pytest.raises(ReviewConflictError, match="changed by grace") as caught:
        ledger.decide(A3, [Points(points=0.1), Comment(text="No.")], who="alan", seen=None)
    assert [d.value for d in caught.value.newer] == [Points(points=0.5), Comment(text="Say why.")]
    assert len(ledger.decisions()) == 2
    ledger.decide(A3, [Points(points=0.1)], who="alan", seen=caught.value.newer[-1].id)
    assert _points(ledger) == [0.5, 0.1]


def test_what_was_seen_long_ago_conflicts_too(ledger):
    (first,) = ledger.decide(A3, [Points(points=0.1)], who="grace", seen=None)
    (second,) = ledger.decide(A3, [Points(points=0.2)], who="grace", seen=first.id)
    ledger.decide(A3, [Points(points=0.3)], who="grace", seen=second.id)
    with pytest.raises(ReviewConflictError) as caught:
        ledger.decide(A3, [Points(points=0.4)], who="alan", seen=first.id)
    assert [d.value.points for d in caught.value.newer] == [0.2, 0.3]


def test_other_places_are_in_nobodys_way(ledger):
    others = (Place("bert", "a3"), Place("ada", "a2"), Place("ada"), Place("ada", "a3", "test_x"))
    ledger.decide(A3, [Points(points=0.1)], who="grace", seen=None)
    for place in others:
        value = Override(points=0.0) if place.check else Comment(text="x")
        ledger.decide(place, [value], who="alan", seen=None, why="looked")
    assert len(ledger.decisions()) == 5


def test_a_decision_of_elsewhere_cannot_be_named_as_seen_or_undone(ledger):
    (other,) = ledger.decide(Place("bert", "a3"), [Points(points=0.1)], who="grace", seen=None)
    with pytest.raises(ReviewError, match="not one about this place"):
        ledger.decide(A3, [Points(points=0.1)], who="alan", seen=other.id)
    with pytest.raises(ReviewError, match="not one about this place"):
        ledger.undo(A3, [other.id], who="alan", seen=None)
    with pytest.raises(ReviewError, match="not one about this place"):
        ledger.decide(A3, [Points(points=0.1)], who="alan", seen=other.id + 7)
    assert len(ledger.decisions()) == 1


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (A3, Adjustment(points=-0.1)),
        (Place("ada", "a1", "test_x"), Override(points=1.0)),
        (Place("ada"), Extension(due=NOON)),
    ],
)
def test_what_the_student_will_ask_about_needs_a_reason(ledger, place, value):
    with pytest.raises(ReviewError, match="needs a reason"):
        ledger.decide(
            place,
            [Comment(text="fine"), value][place.check != "" or not place.question :],
            who="g",
            seen=None,
            why="  ",
        )
    assert ledger.decisions() == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (Place("ada"), Points(points=1.0)),
        (Place("", "a3"), Points(points=1.0)),
        (Place("ada", "a3"), Override(points=1.0)),
        (Place("ada", "a3", "test_x"), Comment(text="x")),
        (Place("ada", "a3"), RubricDefined(items=())),
        (Place(""), RubricDefined(items=())),
        (Place("ada", "a3"), Extension(due=NOON)),
        (Place("ada"), DatesSet(due=NOON)),
        (Place("", "a3"), DatesSet(due=NOON)),
    ],
)
def test_a_decision_at_a_place_that_it_does_not_fit_is_refused(ledger, place, value):
    with pytest.raises(ReviewError, match="A decision of the kind"):
        ledger.decide(place, [value], who="grace", seen=None, why="because")


@pytest.mark.parametrize(
    "make",
    [
        lambda: Points(points=-0.1),
        lambda: Points(points=float("nan")),
        lambda: Adjustment(points=float("inf")),
        lambda: Extension(due=datetime(2026, 5, 1)),  # noqa: DTZ001 - what is refused
        lambda: RubricDefined(
            items=(RubricItem(id="r1", text="a", points=1), RubricItem(id="r1", text="b", points=1))
        ),
        lambda: RubricItem(id="../x", text="a", points=1),
        lambda: Comment(text="x" * 20_001),
        lambda: Undo(decisions=()),
    ],
)
def test_values_without_sense_are_refused(make):
    with pytest.raises(ValidationError):
        make()


def test_a_batch_is_saved_whole_or_not_at_all(ledger):
    with pytest.raises(ReviewError):
        ledger.decide(A3, [Points(points=0.1), Extension(due=NOON)], who="grace", seen=None, why="x")
    with pytest.raises(ReviewError, match="not one about this place"):
        ledger.decide(A3, [Points(points=0.1), Undo(decisions=(99,))], who="grace", seen=None)
    assert ledger.decisions() == []
    assert ledger.latest(A3) is None


def test_undoing_brings_back_what_held_before_and_can_be_undone(ledger):
    (first,) = ledger.decide(A3, [Points(points=0.1)], who="grace", seen=None)
    (second,) = ledger.decide(A3, [Points(points=0.9)], who="grace", seen=first.id)
    undo = ledger.undo(A3, [second.id], who="alan", seen=second.id)
    assert _points(ledger) == [0.1]
    ledger.undo(A3, [undo.id], who="grace", seen=undo.id)
    assert _points(ledger) == [0.1, 0.9]
    assert len(ledger.decisions()) == 4


def test_everything_of_a_decision_comes_back_as_it_went_in(book, ledger):
    submission = hand_in(book, "ada", score("ada"))
    entry = book.entry("small", "ada")
    berlin = timezone(timedelta(hours=2))
    moment = datetime(2026, 5, 1, 14, 30, tzinfo=berlin)
    (made,) = ledger.decide(
        Place("ada", "a1", "test_scaled"),
        [Override(points=0.25, given=1.0, status="passed")],
        who="Grace Höpper",
        seen=None,
        why="  the picture is upside down  ",
        about=About(submission, entry.score_id),
        points=(1.0, 0.25),
        now=moment,
    )
    (found,) = ledger.decisions()
    assert found == made
    assert found.decided_at == moment
    assert found.decided_at.utcoffset() == timedelta(0)
    assert (found.why, found.about, found.points_before, found.points_after) == (
        "the picture is upside down",
        (submission, entry.score_id),
        1.0,
        0.25,
    )


def test_texts_that_no_database_takes_are_stored_readably(ledger):
    ledger.decide(A3, [Comment(text="a\x00b\ud800c\n\tü🙂")], who="gr\x00ace", seen=None, why="\x00why")
    (found,) = ledger.decisions()
    assert found.value.text == "a\ufffdb\ufffdc\n\tü🙂"
    assert (found.who, found.why) == ("gr\ufffdace", "\ufffdwhy")


def test_requests_and_notes_of_many_at_once_are_all_kept(ledger):
    def write(number):
        for turn in range(5):
            ledger.append(A3, [SecondLook(text=f"{number}.{turn}")], who="ada")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(d.value.text for d in ledger.decisions()) == sorted(
        f"{number}.{turn}" for number in range(4) for turn in range(5)
    )
    chain = [d.supersedes for d in ledger.decisions()]
    assert chain == [None, *(d.id for d in ledger.decisions()[:-1])]


def _race(where, name, barrier, results):
    book = Gradebook(where)
    ledger = ReviewLedger(book, "small")
    for question in range(30):
        place = Place("ada", f"q{question}")
        seen = ledger.latest(place)
        barrier.wait(timeout=60)
        try:
            ledger.decide(place, [Points(points=0.5), Comment(text=name)], who=name, seen=seen)
            results.put((question, name, ""))
        except ReviewConflictError as error:
            results.put((question, name, error.newer[0].who))
        barrier.wait(timeout=60)
    book.close()


def test_of_processes_that_decide_at_the_same_moment_exactly_one_wins_and_the_others_hear_of_it(database):
    Gradebook(database).close()
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(3), context.Queue()
    names = ("grace", "alan", "edsger")
    processes = [context.Process(target=_race, args=(database, name, barrier, results)) for name in names]
    for process in processes:
        process.start()
    found = [results.get(timeout=120) for _ in range(90)]
    for process in processes:
        process.join(timeout=60)
        assert process.exitcode == 0
    book = Gradebook(database)
    decisions = ReviewLedger(book, "small").by_student()["ada"]
    book.close()
    for question in range(30):
        winner = [name for q, name, loser_to in found if q == question and not loser_to]
        assert len(winner) == 1
        assert {to for q, _, to in found if q == question and to} == set(winner)
        rows = [d for d in decisions if d.place.question == f"q{question}"]
        assert [d.who for d in rows] == winner * 2, "half a batch, or somebody else's"


def test_the_rubric_comments_and_dates_in_force_are_the_latest(ledger):
    item = RubricItem(id="r1", text="why", points=0.5)
    place = Place("", "a3")
    (first,) = ledger.decide(place, [RubricDefined(items=(item,))], who="grace", seen=None)
    better = item.model_copy(update={"points": 0.75})
    ledger.decide(place, [RubricDefined(items=(better,))], who="grace", seen=first.id)
    assert ledger.rubrics()["a3"].items == (better,)
    ledger.append(Place("", "a3"), [CommentSaved(name="why", text="Say why.")], who="grace")
    ledger.append(Place(""), [CommentSaved(name="nice", text="Nice.")], who="grace")
    ledger.append(Place("", "a1"), [CommentSaved(name="scale", text="Scale.")], who="grace")
    assert ledger.saved_comments("a3") == {"why": "Say why.", "nice": "Nice."}
    assert set(ledger.saved_comments()) == {"why", "nice", "scale"}
    ledger.append(Place(""), [CommentSaved(name="nice", text="")], who="grace")
    assert ledger.saved_comments("a3") == {"why": "Say why."}
    assert ledger.dates() is None
    dates = DatesSet(due=NOON, late=LatePolicy(amount=10, most=50))
    ledger.append(Place(""), [dates], who="grace")
    assert ledger.dates() == dates


def test_labs_do_not_see_each_other_and_a_stamp_tells_of_every_change(book, ledger):
    before = ledger.stamp()
    ReviewLedger(book, "other").append(A3, [Note(text="x")], who="grace")
    assert ledger.stamp() == before
    assert ledger.decisions() == []
    ledger.append(A3, [Note(text="x")], who="grace")
    assert ledger.stamp() != before


def test_decisions_can_be_asked_for_by_student_and_question(ledger):
    for place in (A3, Place("ada", "a2"), Place("bert", "a3")):
        ledger.decide(place, [RubricChosen(items=("r1", "r1"))], who="grace", seen=None)
    assert [d.place for d in ledger.decisions(students=["ada"])] == [A3, Place("ada", "a2")]
    assert [d.place for d in ledger.decisions(question="a3")] == [A3, Place("bert", "a3")]
    assert ledger.decisions(students=["ada"], question="a3")[0].value.items == ("r1",)


def test_briefs_of_scores_that_have_none_are_made_once_and_say_the_same(book, database):
    for name in ("ada", "bert"):
        hand_in(book, name, score(name, flags=[("gpu_hidden", None)]))
    ids = [one.score_id for one in in_force_of(book, "small")]
    made = briefs_of(book, ids)
    engine = create_engine(database_at(database).url)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM score_brief"))
    assert briefs_of(book, ids) == made
    with engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM score_brief")).scalar() == 2
        connection.execute(text("UPDATE score_brief SET payload = '[99]'"))
    assert briefs_of(book, ids) == made == briefs_of(book, ids)
    engine.dispose()


def test_what_is_in_force_of_a_class_is_what_is_in_force_of_each(book):
    hand_in(book, "ada", score("ada"))
    hand_in(book, "ada", score("ada", a1=0.0), sha="b", at=NOON)
    hand_in(book, "bert")
    hand_in(book, "cleo", refusal="no notebook")
    late = hand_in(book, "dan", score("dan"))
    book.new_set("small", [(late, score("dan", a1=0.0))])
    found = in_force_of(book, "small")
    entries = list(book.entries("small"))
    assert [f.student for f in found] == [e.student for e in entries] == ["ada", "bert", "cleo", "dan"]
    for one, entry in zip(found, entries, strict=True):
        assert (one.submission_id, one.score_id, one.handed_in_at, one.refusal, one.handed_in_as) == (
            entry.submission_id,
            entry.score_id,
            entry.handed_in_at,
            entry.refusal,
            entry.handed_in_as,
        )


def test_a_gradebook_of_version_4_gets_the_ledger_and_keeps_its_scores(tmp_path):
    path = tmp_path / "g.db"
    book = Gradebook(path)
    hand_in(book, "ada", score("ada"))
    book.close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(
            "DROP TABLE review_decision; DROP TABLE score_brief;"
            " ALTER TABLE regrade_set DROP COLUMN decided_by; UPDATE schema SET version = 4;"
        )
    book = Gradebook(path)
    (one,) = in_force_of(book, "small")
    assert briefs_of(book, [one.score_id])[one.score_id].questions[0].points == 1.0
    ReviewLedger(book, "small").append(A3, [Note(text="x")], who="grace")
    book.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT version FROM schema").fetchone() == (5,)


@pytest.mark.parametrize(
    "address", ["mysql://x/y", "postgresql", "sqlite://", "://", "postgresql://u@h:port/x"]
)
def test_an_address_that_is_no_gradebook_is_refused_without_being_repeated(address):
    with pytest.raises(GradebookError) as caught:
        Gradebook(address)
    assert "postgresql" in str(caught.value).lower()
    assert "port" not in str(caught.value)


def test_a_server_that_is_away_or_refuses_is_said_without_the_password(postgres):
    wrong = postgres.url("postgres", password="hunter2-wrong")  # noqa: S106 - refused
    with pytest.raises(GradebookError, match="cannot be reached") as caught:
        Gradebook(wrong)
    assert "hunter2" not in str(caught.value)
    with pytest.raises(GradebookError, match="cannot be reached"):
        Gradebook(postgres.url("nowhere"))
    with pytest.raises(GradebookError, match="cannot be reached"):
        Gradebook("postgresql://u:secret@127.0.0.1:9/x")


def test_a_program_that_stays_up_finds_a_server_that_was_started_again(postgres):
    book = Gradebook(postgres.new_database())
    ledger = ReviewLedger(book, "small")
    ledger.append(A3, [Note(text="before")], who="grace")
    postgres.stop()
    with pytest.raises(GradebookError, match="cannot be reached"):
        ledger.decisions()
    postgres.start()
    ledger.append(A3, [Note(text="after")], who="grace", now=datetime.now(UTC))
    assert [d.value.text for d in ledger.decisions()] == ["before", "after"]
    book.close()
