"""A board as its people use it: models and files enter, limits hold, private scores stay hidden, points follow."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from deepgrade.board.entering import enter_file, enter_models
from deepgrade.board.errors import BoardError
from deepgrade.board.invariants import check_board
from deepgrade.board.people.contestants import contestants
from deepgrade.board.prepare import open_prepared
from deepgrade.board.reading.submission_file import SubmissionRefused
from deepgrade.board.rescore import decide, rescore, undecided
from deepgrade.board.showing.assembly import standing_of
from deepgrade.board.showing.earning import earned
from deepgrade.board.showing.own_entries import own_entries
from deepgrade.evidence import Verdict
from deepgrade.records import GradebookError
from support.made_board import hand_in, make_course, outputs_with, submission_csv

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def made(tmp_path_factory, digits_store):
    return make_course(tmp_path_factory.mktemp("board"), digits_store)


@pytest.fixture
def fresh(tmp_path, digits_store):
    return make_course(tmp_path, digits_store)


@pytest.fixture
def book(fresh):
    book = fresh.gradebook()
    yield book
    book.close()


def _usage(opened):
    return opened.prepared.solution().usage


def _line(standing, student):
    return next(line for line in standing.lines if line.student == student or line.who == student)


def test_unprepared_board_says_which_command_prepares_it(fresh, book):
    with pytest.raises(BoardError, match="deepgrade board prepare tiny --board models"):
        import shutil

        shutil.rmtree(fresh.course.root / "board")
        fresh.open(book, "models")


def test_answers_score_best_and_the_sample_scores_what_was_recorded(made):
    with_gradebook = made.gradebook()
    for board in ("models", "files"):
        opened = made.open(with_gradebook, board)
        wrong, holds = check_board(opened.board, opened.prepared)
        assert wrong == []
        assert any("the best there is" in sentence for sentence in holds)
    with_gradebook.close()


def test_model_is_scored_on_both_splits_at_once_and_entered_once(fresh, book):
    labels = fresh.labels("models")
    opened = fresh.open(book, "models")
    private = np.flatnonzero(_usage(opened) == "Private")
    hand_in(fresh, book, "ada", outputs_with(labels, private[:10]))
    assert enter_models(opened).entered == 1
    again = enter_models(fresh.open(book, "models"))
    assert (again.entered, again.known) == (0, 1)
    (entry,) = fresh.open(book, "models").entries
    assert entry.scores.public["accuracy"].value == 1.0
    assert entry.scores.private["accuracy"].value == 1 - 10 / len(private)
    assert set(entry.scores.public) == {"accuracy", "log_loss"}


def test_model_that_is_missing_stands_unscored_behind_everybody_and_a_run_that_failed_by_us_waits(
    fresh, book
):
    labels = fresh.labels("models")
    hand_in(fresh, book, "none", None)
    hand_in(fresh, book, "bad", outputs_with(labels, list(range(len(labels)))))
    hand_in(fresh, book, "ours", outputs_with(labels, []), verdict=Verdict.INTERNAL_ERROR)
    done = enter_models(fresh.open(book, "models"))
    assert [who for who, _ in done.waiting] == ["ours"]
    assert [who for who, _ in done.unscored] == ["none"]
    lines = standing_of(fresh.open(book, "models"), "staff", now=NOON).lines
    assert [(line.who, line.rank) for line in lines] == [
        ("A published figure", None),
        ("bad", 1),
        ("none", None),
    ]
    assert "network" in lines[-1].note


def test_private_scores_are_nowhere_for_students_until_they_are_revealed(fresh, book):
    labels = fresh.labels("models")
    opened = fresh.open(book, "models")
    private = np.flatnonzero(_usage(opened) == "Private")
    hand_in(fresh, book, "ada", outputs_with(labels, private[:30]))
    hand_in(fresh, book, "ben", outputs_with(labels, np.flatnonzero(_usage(opened) == "Public")[:3]))
    enter_models(opened)
    before = standing_of(fresh.open(book, "models"), "student", now=NOON, student="ada")
    secret = repr(1 - 30 / len(private))
    assert before.hidden_split and before.split == "public"
    assert secret not in repr(before)
    assert [line.points for line in before.lines] == [None] * 3
    assert all(
        one.private is None for one in own_entries(fresh.open(book, "models"), "ada", "student", now=NOON)
    )
    with pytest.raises(BoardError, match="not shown yet"):
        standing_of(fresh.open(book, "models"), "student", now=NOON, split="private")
    fresh.open(book, "models").ledger.decide("reveal")
    after = standing_of(fresh.open(book, "models"), "student", now=NOON, student="ada")
    assert after.split == "private" and not after.hidden_split
    assert secret in repr(after)
    own = next(line for line in after.lines if line.own)
    assert own.rank == 2 and own.movement == -1 and own.points == 0.5
    assert next(line for line in after.lines if not line.own and line.kind == "student").points is None
    fresh.open(book, "models").ledger.decide("hide")
    assert secret not in repr(standing_of(fresh.open(book, "models"), "student", now=NOON, student="ada"))


def test_others_are_pseudonyms_for_students_and_names_for_staff(fresh, book):
    hand_in(fresh, book, "ada", outputs_with(fresh.labels("models"), [1]))
    enter_models(fresh.open(book, "models"))
    assert "ada" not in repr(standing_of(fresh.open(book, "models"), "public", now=NOON))
    assert _line(standing_of(fresh.open(book, "models"), "staff", now=NOON), "ada").rank == 1


def test_a_group_stands_on_one_line_whoever_of_it_handed_in(fresh, book):
    labels = fresh.labels("models")
    hand_in(fresh, book, "team1", outputs_with(labels, [1, 2]), group=("ada", "ben"))
    hand_in(fresh, book, "team1b", outputs_with(labels, [1]), group=("ben", "ada"))
    enter_models(fresh.open(book, "models"))
    lines = [line for line in standing_of(fresh.open(book, "models"), "staff", now=NOON).lines if line.rank]
    assert [(line.who, line.entries) for line in lines] == [("ada & ben", 2)]


def test_points_come_from_private_rows_and_chance_at_a_threshold_is_named(fresh, book):
    labels = fresh.labels("models")
    opened = fresh.open(book, "models")
    private = np.flatnonzero(_usage(opened) == "Private")
    hand_in(fresh, book, "ada", outputs_with(labels, private[: int(0.11 * len(private))]))
    hand_in(fresh, book, "ben", outputs_with(labels, []))
    enter_models(opened)
    opened = fresh.open(book, "models")
    found = {one.competitor.name: earned(opened, one) for one in contestants(opened)}
    assert (found["ada"].points, found["ada"].borderline) == (0.5, True)
    assert (found["ben"].points, found["ben"].borderline) == (1.0, False)


def test_late_entry_keeps_its_share_and_never_costs_what_was_earned_in_time(tmp_path, digits_store):
    made = make_course(
        tmp_path, digits_store, policy="deadline = 2026-05-01T10:00:00\nlate = { hours = 24, keep = 0.4 }"
    )
    book = made.gradebook()
    labels = made.labels("models")
    private = np.flatnonzero(_usage(made.open(book, "models")) == "Private")
    half = outputs_with(labels, private[: int(0.2 * len(private))])
    early, late = datetime(2026, 5, 1, 9, tzinfo=UTC), datetime(2026, 5, 1, 11, tzinfo=UTC)
    hand_in(made, book, "ada", half, handed_in_at=early)
    hand_in(made, book, "ada", outputs_with(labels, []), handed_in_at=late)
    hand_in(made, book, "ben", outputs_with(labels, []), handed_in_at=late)
    hand_in(made, book, "cyd", outputs_with(labels, []), handed_in_at=late)
    enter_models(made.open(book, "models"))
    made.open(book, "models").ledger.decide(
        "extend", handed_in_as="cyd", value=datetime(2026, 5, 2, tzinfo=UTC).isoformat(), why="ill"
    )
    opened = made.open(book, "models")
    found = {one.competitor.name: earned(opened, one).points for one in contestants(opened)}
    assert found == {"ada": 0.5, "ben": 0.4, "cyd": 1.0}
    notes = {line.who: line.note for line in standing_of(opened, "staff", now=late).lines}
    assert notes["ben"] == "late" and notes["cyd"] == "has an extension"
    book.close()


def test_notebook_whose_time_nobody_knows_is_never_late(tmp_path, digits_store):
    made = make_course(tmp_path, digits_store, policy="deadline = 2020-05-01T10:00:00")
    book = made.gradebook()
    hand_in(made, book, "ada", outputs_with(made.labels("models"), []))
    enter_models(made.open(book, "models"))
    opened = made.open(book, "models")
    (one,) = contestants(opened)
    assert earned(opened, one).points == 1.0
    book.close()


def test_refused_file_costs_no_entry_and_every_defect_is_kept_with_it(fresh, book, tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("Id,Labels\n1,2\n")
    with pytest.raises(SubmissionRefused) as refused:
        enter_file(fresh.open(book, "files"), path, "ada", now=NOON)
    assert len(refused.value.defects) >= 2
    (own,) = own_entries(fresh.open(book, "files"), "ada", "student", now=NOON)
    assert own.status == "refused"
    assert "Labels" in own.problem
    ids = fresh.open(book, "files").prepared.form().ids
    path.write_text(submission_csv(ids, [0] * len(ids)))
    for left in (2, 1, 0):
        assert enter_file(fresh.open(book, "files"), path, "ada", now=NOON).left.today_left == left
    with pytest.raises(BoardError, match="3 entries a day"):
        enter_file(fresh.open(book, "files"), path, "ada", now=NOON)
    assert (
        enter_file(fresh.open(book, "files"), path, "ada", now=NOON + timedelta(days=1)).left.today_left == 2
    )


def test_link_in_the_place_of_a_file_is_refused(fresh, book, tmp_path):
    solution = fresh.course.root / "board" / "tiny" / "files" / "private" / "solution.csv"
    (tmp_path / "s.csv").symlink_to(solution)
    with pytest.raises(BoardError, match=r"s\.csv"):
        enter_file(fresh.open(book, "files"), tmp_path / "s.csv", "ada", now=NOON)


def test_file_boards_of_public_data_earn_nothing(fresh, book, tmp_path):
    opened = fresh.open(book, "files")
    solution = opened.prepared.solution()
    (tmp_path / "s.csv").write_text(submission_csv(solution.ids, solution.targets.astype(int)))
    taken = enter_file(opened, tmp_path / "s.csv", "ada", now=NOON)
    assert taken.scores.public["accuracy"].value == taken.scores.private["accuracy"].value == 1.0
    (one,) = contestants(fresh.open(book, "files"))
    assert earned(fresh.open(book, "files"), one) is None


def test_withdrawn_entry_leaves_the_board_and_still_counts_for_the_limit(fresh, book, tmp_path):
    ids = fresh.open(book, "files").prepared.form().ids
    (tmp_path / "s.csv").write_text(submission_csv(ids, [0] * len(ids)))
    taken = enter_file(fresh.open(book, "files"), tmp_path / "s.csv", "ada", now=NOON)
    fresh.open(book, "files").ledger.decide("withdraw", entry_id=taken.entry_id, why="not their own")
    assert not [
        x for x in standing_of(fresh.open(book, "files"), "staff", now=NOON).lines if x.kind == "student"
    ]
    (own,) = own_entries(fresh.open(book, "files"), "ada", "student", now=NOON)
    assert (own.status, own.problem) == ("withdrawn", "not their own")
    assert enter_file(fresh.open(book, "files"), tmp_path / "s.csv", "ada", now=NOON).left.today_left == 1


def test_frozen_board_keeps_later_entries_off_it_and_in_the_students_own_list(fresh, book, tmp_path):
    ids = fresh.open(book, "files").prepared.form().ids
    (tmp_path / "s.csv").write_text(submission_csv(ids, [0] * len(ids)))
    fresh.open(book, "files").ledger.decide("freeze", now=NOON)
    later = NOON + timedelta(hours=1)
    enter_file(fresh.open(book, "files"), tmp_path / "s.csv", "ada", now=later)
    seen = {
        who: [x for x in standing_of(fresh.open(book, "files"), who, now=later).lines if x.kind == "student"]
        for who in ("public", "student", "staff")
    }
    assert (seen["public"], seen["student"], len(seen["staff"])) == ([], [], 1)
    assert len(own_entries(fresh.open(book, "files"), "ada", "student", now=later)) == 1


def test_corrected_label_is_scored_aside_shown_and_applied_or_cancelled(fresh, book):
    labels = fresh.labels("models")
    opened = fresh.open(book, "models")
    row = int(np.flatnonzero(_usage(opened) == "Public")[0])
    hand_in(fresh, book, "right", outputs_with(labels, []))
    hand_in(fresh, book, "wrong", outputs_with(labels, [row]))
    enter_models(opened)
    path = opened.prepared.folder / "private" / "solution.csv"
    rows = path.read_text().splitlines()
    name, label, usage = rows[row + 1].split(",")
    rows[row + 1] = f"{name},{(int(label) + 1) % 10},{usage}"
    path.write_text("\n".join(rows) + "\n")
    found = rescore(fresh.open(book, "models"))
    assert {c.who: c.public[1] > c.public[0] for c in found.changes} == {"right": False, "wrong": True}
    assert found.ranks == {"wrong": (1, 1), "right": (1, 1)} or set(found.ranks) == {"right", "wrong"}
    with pytest.raises(GradebookError, match="not decided"):
        rescore(fresh.open(book, "models"))
    assert undecided(fresh.open(book, "models")).set_id == found.set_id
    assert _line(standing_of(fresh.open(book, "models"), "staff", now=NOON), "right").rank == 1
    decide(fresh.open(book, "models"), apply=True, reason="the label was wrong")
    assert _line(standing_of(fresh.open(book, "models"), "staff", now=NOON), "wrong").rank == 1
    with pytest.raises(BoardError, match="no undecided set"):
        decide(fresh.open(book, "models"), apply=False, reason=None)


def test_course_of_other_data_than_the_board_is_told_apart(fresh, book):
    import json

    hand_in(fresh, book, "ada", outputs_with(fresh.labels("models"), []))
    manifest = open_prepared(fresh.course, "tiny", "models").folder / "manifest.json"
    facts = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(facts | {"origin": "real", "size": "full"}))
    done = enter_models(fresh.open(book, "models"))
    assert done.entered == 0
    assert "synthetic data (quick), the board is of real data (full)" in done.waiting[0][1]


def test_boards_on_one_hidden_set_have_one_split(tmp_path, digits_store):
    from support.made_board import COMPETITION

    twin = (
        COMPETITION.split("[[boards]]")[1]
        .replace('id = "models"', 'id = "twin"')
        .replace('metric = "accuracy"', 'metric = "macro_f1"')
    )
    text = (COMPETITION % {"policy": ""}).replace("[[baselines]]", f"[[boards]]{twin}[[baselines]]")
    made = make_course(tmp_path, digits_store, competition=text)
    first, second = (open_prepared(made.course, "tiny", name).solution().usage for name in ("models", "twin"))
    assert (first == second).all()


def test_metric_that_the_answers_do_not_have_is_wrong_and_not_passed_over(made):
    opened_book = made.gradebook()
    opened = made.open(opened_book, "models")
    # Of values, class scores have ten a row: no figure comes of them.
    strange = opened.board.model_copy(update={"tie_break": ("mae",)})
    wrong, _ = check_board(strange, opened.prepared)
    assert [sentence for sentence in wrong if "mae" in sentence]
    opened_book.close()
