"""Entries that are too alike: what is flagged, who is named, and that honest classes are left alone."""

from dataclasses import replace

import numpy as np
import pytest
from board_classes import ROWS, a_class, changed, entry, independent, labels
from hypothesis import given, settings
from hypothesis import strategies as st

from deepgrade.board import flags as board_flags
from deepgrade.board.flags import agreement_on_errors, identical_predictions, identical_weights
from deepgrade.board.flags.agreement import agreement

SEEDS = st.integers(0, 10_000)
FEW = settings(max_examples=25, deadline=None)


def class_flags(entries, right, known=()):
    """Return the flags that name somebody: too few disputed labels are test_flags_labels' subject."""
    return tuple(flag for flag in board_flags.class_flags(entries, right, known) if flag.students)


def codes(flags):
    return [flag.code for flag in flags]


def test_predictions_that_do_not_fit_the_labels_are_an_error():
    entries, right, known = a_class(np.random.default_rng(0), 4)
    with pytest.raises(ValueError, match="do not fit the board's labels"):
        agreement_on_errors(entries, right[:-1], known)


def test_one_number_for_two_different_entries_is_an_error():
    rng = np.random.default_rng(0)
    one, other = independent(rng, labels(rng), 2)
    with pytest.raises(ValueError, match="the entry 7 stands there with two"):
        identical_predictions([entry(7, "ada", one), entry(7, "bob", other)])


def test_too_few_models_are_said_and_flag_nobody():
    entries, right, _ = a_class(np.random.default_rng(0), 2)
    (said,) = agreement_on_errors(entries, right)
    assert (said.code, said.students, said.strength) == ("not_looked_for", (), 0.0)
    assert "it takes 5 different models" in said.sentence


def test_a_board_without_entries_or_without_classes_has_no_flags():
    _, right, known = a_class(np.random.default_rng(0), 0)
    assert class_flags([], right, known) == ()
    values = replace(entry(1, "ada", right), classes=None)
    assert agreement_on_errors([values], right, known) == ()


def test_equal_predictions_of_two_students_are_flagged():
    entries, right, known = a_class(np.random.default_rng(1), 6)
    entries.append(entry(90, "zoe", entries[2].classes))
    flags = class_flags(entries, right, known)
    assert codes(flags) == ["identical_predictions"]
    assert flags[0].students == ("student002", "zoe") and flags[0].entries == (2, 90)
    assert "seed" in flags[0].sentence and "student002" not in flags[0].sentence


def test_entries_of_one_student_and_of_one_group_are_never_compared():
    entries, right, known = a_class(np.random.default_rng(2), 6)
    answers = entries[0].classes
    entries += [entry(0, "partner", answers), entry(50, "student000", answers), entry(51, "partner", answers)]
    assert class_flags(entries, right, known) == ()


def test_a_copy_of_a_group_names_all_of_it():
    entries, right, known = a_class(np.random.default_rng(3), 6)
    entries += [entry(0, "partner", entries[0].classes), entry(60, "zoe", entries[0].classes)]
    (flag,) = class_flags(entries, right, known)
    assert flag.students == ("partner", "student000", "zoe") and "2 people or groups" in flag.sentence


def test_what_a_reference_predicts_too_is_explained_by_the_handout():
    entries, right, known = a_class(np.random.default_rng(4), 6)
    answers = known[0].classes
    entries += [entry(70, "yan", answers), entry(71, "zoe", answers)]
    assert class_flags(entries, right, known) == ()
    nearly = [entry(80 + place, name, changed(np.random.default_rng(place), answers, 0.005)) for place, name in
              enumerate(("yan", "zoe"))]  # fmt: skip
    assert class_flags([*entries[:6], *nearly], right, known) == ()
    assert codes(class_flags([*entries[:6], *nearly], right, known[1:])) == ["agreement_on_errors"]


def test_one_answer_for_all_rows_is_no_copy():
    entries, right, known = a_class(np.random.default_rng(5), 6)
    zeros = np.zeros(ROWS, dtype=int)
    entries += [entry(70, "yan", zeros), entry(71, "zoe", zeros)]
    assert class_flags(entries, right, known) == ()


def test_many_equal_entries_are_one_weak_flag():
    entries, right, known = a_class(np.random.default_rng(6), 6)
    entries += [entry(70 + place, f"same{place}", entries[0].classes) for place in range(7)]
    (flag,) = class_flags(entries, right, known)
    assert len(flag.students) == 8 and flag.strength == 10 and "common source" in flag.sentence


def test_equal_weights_are_flagged_though_predictions_differ():
    entries, _, known = a_class(np.random.default_rng(7), 6)
    entries[1] = replace(entries[1], weights_sha256="a" * 64)
    entries[4] = replace(entries[4], weights_sha256="a" * 64)
    (flag,) = identical_weights(entries)
    assert flag.students == ("student001", "student004") and "did fit run" in flag.sentence
    assert identical_weights(entries, [replace(known[0], weights_sha256="a" * 64)]) == ()


@pytest.mark.parametrize("share", [0.01, 0.03])
def test_a_copy_changed_a_little_is_flagged(share):
    rng = np.random.default_rng(8)
    entries, right, known = a_class(rng, 12)
    entries.append(entry(90, "zoe", changed(rng, entries[3].classes, share)))
    (flag,) = class_flags(entries, right, known)
    assert flag.code == "agreement_on_errors" and flag.students == ("student003", "zoe")


def test_copies_of_one_source_are_one_cluster():
    rng = np.random.default_rng(9)
    entries, right, known = a_class(rng, 20)
    copies = [changed(rng, entries[3].classes, 0.01) for _ in range(3)]
    entries += [entry(90 + place, f"zoe{place}", copy) for place, copy in enumerate(copies)]
    (flag,) = class_flags(entries, right, known)
    assert flag.students == ("student003", "zoe0", "zoe1", "zoe2") and "one cluster" in flag.sentence


def test_equal_entries_and_a_third_near_them_are_named_in_both_flags():
    rng = np.random.default_rng(10)
    entries, right, known = a_class(rng, 12)
    source = entries[3].classes
    entries += [entry(90, "yan", source), entry(91, "zoe", changed(rng, source, 0.01))]
    same, near = class_flags(entries, right, known)
    assert (same.code, same.students) == ("identical_predictions", ("student003", "yan"))
    assert (near.code, near.students) == ("agreement_on_errors", ("student003", "yan", "zoe"))


def test_two_students_are_compared_with_the_help_of_references():
    rng = np.random.default_rng(11)
    entries, right, known = a_class(rng, 2)
    assert class_flags(entries, right, known) == ()
    entries[1] = entry(1, "zoe", changed(rng, entries[0].classes, 0.01))
    assert codes(class_flags(entries, right, known)) == ["agreement_on_errors"]


def test_rows_that_are_hard_for_all_flag_nobody():
    rng = np.random.default_rng(12)
    right = labels(rng)
    hard = rng.random(ROWS) < 0.3
    answers = independent(rng, right, 20)
    answers[:, hard] = (right[hard] + 1) % 10  # everybody makes these mistakes
    entries = [entry(place, f"s{place:02d}", row) for place, row in enumerate(answers)]
    assert class_flags(entries, right) == ()


def test_a_weak_model_among_good_ones_is_no_copy():
    rng = np.random.default_rng(13)
    entries, right, known = a_class(rng, 12)
    weak = independent(rng, right, 1)[0]
    worse = rng.random(ROWS) < 0.6
    weak[worse] = rng.integers(0, 10, worse.sum())
    entries.append(entry(90, "weak", weak))
    assert class_flags(entries, right, known) == ()


@FEW
@given(SEEDS, st.integers(2, 25))
def test_independent_errors_never_flag(seed, students):
    entries, right, known = a_class(np.random.default_rng(seed), students)
    assert class_flags(entries, right, known) == ()


@FEW
@given(SEEDS, st.integers(2, 25), st.data())
def test_an_exact_copy_flags_exactly_its_pair(seed, students, data):
    entries, right, known = a_class(np.random.default_rng(seed), students)
    source = entries[data.draw(st.integers(0, students - 1))]
    same = [*entries, entry(500, "zoe", source.classes)]
    (flag,) = class_flags(same, right, known)
    assert (flag.code, flag.students) == ("identical_predictions", (source.student, "zoe"))
    rounded = [*entries, entry(500, "zoe", source.classes, tag="other digits")]
    (flag,) = class_flags(rounded, right, known)
    assert (flag.code, flag.students) == ("agreement_on_errors", (source.student, "zoe"))


@FEW
@given(SEEDS, st.integers(3, 15), st.data())
def test_the_order_of_students_and_rows_changes_nothing(seed, students, data):
    rng = np.random.default_rng(seed)
    entries, right, known = a_class(rng, students)
    entries.append(entry(500, "zoe", changed(rng, entries[0].classes, 0.01)))
    entries.append(entry(501, "yan", entries[1].classes))
    expected = class_flags(entries, right, known)
    order = data.draw(st.permutations(range(len(entries))))
    assert class_flags([entries[place] for place in order], right, known[::-1]) == expected
    rows = rng.permutation(ROWS)

    def moved(facts):
        digest = facts.outputs_sha256[::-1]  # other bytes, equal where they were equal
        return replace(facts, classes=facts.classes[rows], outputs=facts.outputs[rows], outputs_sha256=digest)

    assert (
        class_flags([moved(one) for one in entries], right[rows], [moved(one) for one in known]) == expected
    )


@FEW
@given(SEEDS, st.integers(5, 12))
def test_agreement_is_symmetric_and_counts_what_it_says(seed, models):
    rng = np.random.default_rng(seed)
    right = labels(rng)
    answers = independent(rng, right, models)
    found = agreement(answers, right)
    one, other = answers[0], answers[1]
    assert found.shared[0, 1] == np.sum((one == other) & (one != right))
    assert np.array_equal(found.wrong, (answers != right).sum(axis=1))
    for matrix in (found.shared, found.expected, found.share, found.standing_out):
        assert np.array_equal(matrix, matrix.T)


def test_a_large_class_takes_seconds():
    rng = np.random.default_rng(14)
    right = labels(rng, 1000, 100)
    answers = independent(rng, right, 400, 100)
    entries = [entry(place, f"s{place:03d}", row) for place, row in enumerate(answers)]
    assert class_flags(entries, right) == ()
