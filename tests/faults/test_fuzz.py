"""Notebooks that no editor writes: `python -m faults.fuzz_notebooks` in small."""

import pytest

from faults.classroom import Classroom
from faults.fuzz_notebooks import fuzz_class, fuzz_intake
from faults.mutations import BYTE_STEPS, PLACES, mutants
from faults.notebook_steps import DATA_STEPS


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory):
    """Return (room, findings, accepted mutants, refused mutants)."""
    room = Classroom(tmp_path_factory.mktemp("fuzz"), students=0)
    return room, *fuzz_intake(room, 100, 7, lambda _: None)


def test_every_file_becomes_a_submission_or_a_refusal_with_a_sentence(fuzzed):
    _, found, accepted, refused = fuzzed
    assert [(mutant.kind, problem) for mutant, problem in found.failed] == []
    assert len(accepted) >= 20 and len(refused) >= 20


def test_odd_files_in_a_class_get_verdicts_and_the_honest_student_full_points(fuzzed):
    room, found, accepted, refused = fuzzed
    wrong = fuzz_class(room, [*accepted[::4][:9], *refused[::2]], found)
    assert wrong == []
    assert found.ran >= 8


def test_same_seed_makes_the_same_mutants_of_every_kind():
    first, second = list(mutants(600, 3)), list(mutants(600, 3))
    assert first == second
    assert [mutant.content() for mutant in first[:50]] == [mutant.content() for mutant in second[:50]]
    done = {name for mutant in first for name, _ in mutant.steps}
    assert done == DATA_STEPS.keys() | BYTE_STEPS.keys()
    assert {mutant.place for mutant in first} == PLACES.keys()
