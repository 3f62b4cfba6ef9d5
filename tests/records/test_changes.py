"""A gradebook's mark: equal only where nobody has written anything in between, in SQLite and in PostgreSQL."""

import multiprocessing
import threading

import pytest

from deepgrade.records import Gradebook, GradebookError, Place, ReviewLedger
from deepgrade.records.decisions import Note
from review.small_desk import hand_in, score


def _note(book, text="seen"):
    ReviewLedger(book, "small").append(Place("ada"), [Note(text=text)], who="grace")


def _note_elsewhere(where):
    book = Gradebook(where)
    _note(book)
    book.close()


def test_reading_leaves_it_as_it_is(book):
    hand_in(book, "ada", score("ada"))
    marks = {book.mark() for _ in range(3)}
    book.entry("small", "ada")
    list(book.entries("small"))
    assert marks == {book.mark()}


@pytest.mark.parametrize(
    "write",
    [
        lambda book: hand_in(book, "bert"),
        lambda book: book.add_score(1, score("ada", a1=0.0)),
        lambda book: book.new_set("small", [(1, score("ada"))]),
        _note,
    ],
)
def test_whatever_is_written_changes_it(book, write):
    hand_in(book, "ada", score("ada"))
    before = book.mark()
    write(book)
    assert book.mark() != before


def test_what_another_process_writes_changes_it(book, database):
    before = book.mark()
    process = multiprocessing.get_context("spawn").Process(target=_note_elsewhere, args=(database,))
    process.start()
    process.join()
    assert process.exitcode == 0
    assert book.mark() != before


def test_a_mark_of_before_a_commit_is_another_than_one_of_after_it(book):
    hand_in(book, "ada", score("ada"))
    ready, go = threading.Event(), threading.Event()

    def write():
        from deepgrade.records.tables import AttributionRow
        from review.small_desk import NOON

        with book.writing() as session:
            session.add(
                AttributionRow(
                    lab="small", handed_in_as="ada", students="[]", why="w", clues="{}", decided_at=NOON
                )
            )
            session.flush()
            ready.set()
            go.wait()

    thread = threading.Thread(target=write)
    thread.start()
    ready.wait()
    during = book.mark()
    assert book.attributions("small") == {}
    go.set()
    thread.join()
    assert book.mark() != during
    assert "ada" in book.attributions("small")


def test_two_gradebooks_on_one_database_hear_of_each_other(book, database):
    other = Gradebook(database)
    mine, theirs = book.mark(), other.mark()
    _note(book)
    assert book.mark() != mine and other.mark() != theirs
    mine, theirs = book.mark(), other.mark()
    _note(other)
    assert book.mark() != mine and other.mark() != theirs
    other.close()


def test_threads_that_ask_at_once_hear_of_what_was_written_before(book):
    seen = []

    def ask():
        for _ in range(20):
            before = book.mark()
            _note(book)
            seen.append(before != book.mark())

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [True] * 80


def test_one_after_a_closed_connection_is_another(tmp_path):
    book = Gradebook(tmp_path / "gradebook.db")
    before = book.mark()
    book.close()
    assert book.mark() != before
    book.close()


def test_a_server_that_is_gone_is_said_and_asked_again_when_it_is_back(postgres):
    book = Gradebook(postgres.new_database())
    book.mark()
    postgres.stop()
    try:
        with pytest.raises(GradebookError, match="cannot be reached"):
            book.mark()
    finally:
        postgres.start()
    before = book.mark()
    _note(book)
    assert book.mark() != before
    book.close()
