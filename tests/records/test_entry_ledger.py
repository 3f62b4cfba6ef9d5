"""The ledger of a board: appended, in order, and apart from other boards and from the lab's own re-grade sets."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from deepgrade.records import EntryLedger, EntryScores, Gradebook, GradebookError, Measured

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)


def _scores(public, private=None):
    kept = {} if private is None else {"accuracy": Measured(value=private)}
    return EntryScores(
        solution_sha256="s" * 64, public={"accuracy": Measured(value=public, low=0.0, high=1.0)}, private=kept
    )


def test_a_refused_entry_has_its_reason_and_no_scores(book):
    ledger = EntryLedger(book, "le5", "mnist")
    ledger.add("ada", "a.csv", state="refused", problem="Submission must have 10 rows", now=NOON)
    (entry,) = ledger.entries()
    assert (entry.state, entry.problem, entry.scores) == ("refused", "Submission must have 10 rows", None)


def test_boards_of_one_lab_do_not_see_each_other(book):
    EntryLedger(book, "le5", "mnist").add("ada", "a.csv", scores=_scores(0.5))
    assert EntryLedger(book, "le5", "imdb").entries() == []
    assert EntryLedger(book, "other", "mnist").entries() == []


def test_the_latest_applied_scores_are_in_force_and_the_time_of_entry_stays(book):
    ledger = EntryLedger(book, "le5", "mnist")
    first = ledger.add("ada", "a.csv", scores=_scores(0.5, 0.4), now=NOON)
    set_id = ledger.new_set([(first, _scores(0.7, 0.6))])
    assert ledger.entries()[0].scores.public["accuracy"].value == 0.5
    assert ledger.set_scores(set_id)[first].public["accuracy"].value == 0.7
    assert book.decide_set(set_id, apply=True, reason="row 7 had a wrong label") == 1
    (entry,) = ledger.entries()
    assert entry.scores.public["accuracy"].value == 0.7
    assert entry.entered_at == NOON


def test_a_cancelled_set_changes_nothing(book):
    ledger = EntryLedger(book, "le5", "mnist")
    first = ledger.add("ada", "a.csv", scores=_scores(0.5))
    book.decide_set(ledger.new_set([(first, _scores(0.1))]), apply=False, reason=None)
    assert ledger.entries()[0].scores.public["accuracy"].value == 0.5
    assert ledger.open_set() is None


def test_an_undecided_set_of_a_board_is_in_nobody_elses_way(book):
    mnist, imdb = EntryLedger(book, "le5", "mnist"), EntryLedger(book, "le5", "imdb")
    mnist.new_set([])
    with pytest.raises(GradebookError, match="board mnist of le5 is not decided"):
        mnist.new_set([])
    imdb.new_set([])
    book.require_decided("le5")
    assert book.new_set("le5")
    assert book.open_set("le5") not in (mnist.open_set(), imdb.open_set())


def test_applying_needs_a_reason(book):
    ledger = EntryLedger(book, "le5", "mnist")
    set_id = ledger.new_set([(ledger.add("ada", "a.csv", scores=_scores(0.5)), _scores(0.6))])
    with pytest.raises(GradebookError, match="reason"):
        book.decide_set(set_id, apply=True, reason="  ")
    assert ledger.open_set() == set_id


def test_decisions_are_kept_in_order_with_their_reasons(book):
    ledger = EntryLedger(book, "le5", "mnist")
    ledger.decide("extend", handed_in_as="ada", value=(NOON + timedelta(days=1)).isoformat(), why="ill")
    ledger.decide("reveal", now=NOON)
    assert [(e.kind, e.handed_in_as, e.why) for e in ledger.events()] == [
        ("extend", "ada", "ill"),
        ("reveal", None, ""),
    ]


def test_a_model_enters_at_the_time_that_its_platform_says(book):
    handed_in = NOON - timedelta(days=3)
    for name, moment in (("ada", handed_in), ("ben", None)):
        book.add_submission(
            "le5", name, "n.ipynb", sha256=name * 8, run_key=name[0] * 64, handed_in_at=moment
        )
    ledger = EntryLedger(book, "le5", "mnist")
    for run in ledger.graded_runs():
        ledger.add(run.handed_in_as, run.filename, run=run, scores=_scores(0.5))
    ada, ben = ledger.entries()
    assert (ada.entered_at, ada.time_known) == (handed_in, True)
    assert not ben.time_known
    assert ben.run_key == "b" * 64


def test_grading_a_known_file_again_does_not_forget_when_it_was_handed_in(book):
    facts = {"sha256": "a" * 64, "run_key": "k" * 64}
    book.add_submission("le5", "ada", "n.ipynb", **facts, handed_in_at=NOON)
    book.add_submission("le5", "ada", "n.ipynb", **facts)
    (run,) = EntryLedger(book, "le5", "mnist").graded_runs()
    assert run.handed_in_at == NOON


def test_a_gradebook_of_before_boards_gets_them_and_keeps_its_sets(tmp_path):
    path = tmp_path / "old.db"
    old = Gradebook(path)
    set_id = old.new_set("le5")
    with old.writing() as session:
        for table in ("board_score", "board_event", "board_entry"):
            session.execute(text(f"drop table {table}"))
        session.execute(text("alter table submission drop column handed_in_at"))
        session.execute(text("alter table regrade_set drop column board"))
        session.execute(text("alter table regrade_set drop column decided_by"))
        session.execute(text("update schema set version = 3"))
    old.close()
    book = Gradebook(path)
    assert book.open_set("le5") == set_id
    ledger = EntryLedger(book, "le5", "mnist")
    ledger.add("ada", "a.csv", scores=_scores(0.5))
    assert len(ledger.entries()) == 1
    book.close()
