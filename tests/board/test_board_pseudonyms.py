"""Pseudonyms: friendly, the same every time, one each, and no way back without the course's secret."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepgrade.board.errors import BoardError
from deepgrade.board.rules.pseudonyms import ADJECTIVES, NOUNS, pseudonym

SECRET, OTHER = bytes(range(32)), bytes(32)
TEXTS = st.text(st.characters(codec=None), max_size=20)  # lone surrogates too: names of files hold them


class Everything:
    """Holds all names there are."""

    def __contains__(self, name):
        return True


def classroom(secret, lab, students):
    names = {}
    for student in students:
        names[student] = pseudonym(secret, lab, student, set(names.values()))
    return names


def test_where_all_are_taken_it_says_so_and_does_not_look_for_ever():
    with pytest.raises(BoardError, match="No pseudonym is left for le5"):
        pseudonym(SECRET, "le5", "ada", Everything())


def test_a_name_that_is_taken_is_not_given_again():
    first = pseudonym(SECRET, "le5", "ada", ())
    second = pseudonym(SECRET, "le5", "ada", {first})
    third = pseudonym(SECRET, "le5", "ada", {first, second})
    assert len({first, second, third}) == 3


def test_one_class_has_no_name_twice_and_the_same_names_in_every_call():
    students = [f"student{number}" for number in range(1500)]
    names = classroom(SECRET, "le5", students)
    assert len(set(names.values())) == len(students)
    assert classroom(SECRET, "le5", students) == names


def test_other_secrets_and_other_labs_give_names_that_have_nothing_in_common():
    students = [f"student{number}" for number in range(200)]
    here = classroom(SECRET, "le5", students)
    for elsewhere in (classroom(OTHER, "le5", students), classroom(SECRET, "islr_imdb", students)):
        assert sum(here[student] == elsewhere[student] for student in students) == 0
        words = [set(one.split()) & set(elsewhere[student].split()) for student, one in here.items()]
        assert sum(map(bool, words)) < 20


def test_lab_and_student_cannot_be_shifted_into_each_other():
    assert pseudonym(SECRET, "a", "b/c", ()) != pseudonym(SECRET, "a/b", "c", ())
    assert pseudonym(SECRET, "a", '", "', ()) != pseudonym(SECRET, 'a", "', "", ())


@given(TEXTS, TEXTS)
def test_a_pseudonym_is_two_words_and_a_number_for_any_name(lab, student):
    name = pseudonym(SECRET, lab, student, ())
    adjective, noun, number = name.split(" ")
    assert adjective in ADJECTIVES and noun in NOUNS and 100 <= int(number) <= 999
    assert pseudonym(SECRET, lab, student, ()) == name


def test_numbers_that_mean_something_unpleasant_are_not_given():
    numbers = {int(pseudonym(SECRET, "le5", str(one), ()).split()[2]) for one in range(8000)}
    assert not numbers & {187, 311, 420, 666, 888, 911}
    assert len(numbers) > 880


def test_the_words_are_plain_each_there_once_and_enough_for_large_classes():
    for words in (ADJECTIVES, NOUNS):
        assert len(words) == len(set(words)) >= 100
        assert all(re.fullmatch(r"[A-Z][a-z]{2,12}", word) for word in words)
    assert not set(ADJECTIVES) & set(NOUNS)
    assert len(ADJECTIVES) * len(NOUNS) * 890 > 10_000_000
