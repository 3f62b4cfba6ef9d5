"""What verify makes of cases: which come out as they must, through a real sandbox once, and by hand where they cannot."""

import json

import pytest

from deepgrade.data import DataError
from deepgrade.evidence import Verdict
from deepgrade.grading import Case, cases_of, verify
from deepgrade.grading.fairness import HEADINGS, fairness_text, row_of, write_fairness
from deepgrade.grading.record import FairnessRecord, read_records, record_of, write_record
from deepgrade.grading.verify import problems_of, write_case
from deepgrade.infer import InferWorker
from deepgrade.lab import LabError
from deepgrade.records import Course
from deepgrade.score import CheckStatus
from support.made_runs import make_lab, make_record
from support.proof_lab import ALTERNATIVE, MASTER, MISTAKES, make_proof_lab


class _Heard:
    """Progress that remembers."""

    def __init__(self):
        self.outcomes, self.scored = {}, []

    def begin(self, total, slots):
        pass

    def started(self, student):
        pass

    def finished(self, student, outcome, *, stored):
        self.outcomes[student] = (outcome, stored)

    def scoring(self, count):
        self.scored.append(count)

    def note(self, text):
        """Hear nothing."""


def prove(files, store, folder, heard=None, **options):
    return verify(
        files,
        course=Course(folder / "course"),
        store=store,
        origin="synthetic",
        size="quick",
        progress=heard or _Heard(),
        slots=2,
        **options,
    )


@pytest.fixture(scope="module")
def proven(tmp_path_factory, digits_store):
    """The proof lab, verified: (files, result, what progress heard, folder)."""
    folder = tmp_path_factory.mktemp("proof")
    files = make_proof_lab(folder / "root")
    heard = _Heard()
    return files, prove(files, digits_store, folder, heard), heard, folder


def by_name(result):
    return {row.case.members or row.case.name: row for row in result.results}


def test_missing_data_names_the_command_that_makes_it(tmp_path):
    from deepgrade.data import DataStore

    files = make_proof_lab(tmp_path / "root")
    with pytest.raises(DataError, match="deepgrade data synthetic mnist --size quick"):
        prove(files, DataStore(tmp_path / "store"), tmp_path)


def test_a_case_that_does_not_exist_is_named(tmp_path, digits_store):
    files = make_proof_lab(tmp_path / "root")
    with pytest.raises(LabError, match="no case called cube"):
        prove(files, digits_store, tmp_path, only=["cube"])


def test_seeds_of_a_master_without_one_are_refused(tmp_path):
    files = make_proof_lab(tmp_path / "root")
    with pytest.raises(LabError, match="set_random_seed"):
        list(cases_of(files, "quick", seeds=2))


def test_every_kind_of_case_comes_out_as_it_must(proven):
    result = proven[1]
    assert result.ok, [row.problems for row in result.results]
    rows = by_name(result)
    assert set(rows) == {
        "solution-otter", "solution-nbgrader", "blank-otter", "blank-nbgrader", "alternative-lists",
        ("cubes",), ("nine",), ("rounded",),
    }  # fmt: skip
    assert rows["alternative-lists"].score.automatic_points == 1.5
    assert rows["blank-nbgrader"].score.automatic_points == 0
    assert (result.left_out, result.unkilled, result.not_assessed) == (("for_large_data",), (), ())
    assert result.run_s > 0


def test_a_second_call_runs_nothing_and_scores_only_what_it_names(proven, digits_store, monkeypatch):
    files, _, _, folder = proven
    monkeypatch.setattr(InferWorker, "start", None)  # nor does it start what predicts
    heard = _Heard()
    assert prove(files, digits_store, folder, heard, only=["lists", "solution-otter"]).ok
    assert heard.outcomes == {"alternative-lists": ("ok", True), "solution-otter": ("ok", True)}
    assert heard.scored == [2]


def test_figures_are_recorded_and_shown_in_one_table(proven):
    files, result, _, folder = proven
    record = record_of(files, result, Course(folder / "course"), "synthetic", "quick")
    assert record.ok
    row = dict(zip(HEADINGS, row_of(record), strict=True))
    assert (row["solution, otter"], row["solution, nbgrader"], row["blank"]) == (
        "1.5 of 1.5",
        "1.5 of 1.5",
        "0 and 0",
    )
    assert (row["alternatives"], row["mistakes"], row["unkilled checks"], row["seeds"]) == (
        "1/1",
        "3/3",
        "0",
        "-",
    )
    path = write_record(files.root, record)
    assert path.name == "proof.synthetic.quick.json"
    assert read_records(files.root) == (record,)
    text = write_fairness(files.root).read_text()
    assert text == fairness_text(files.root)
    assert "| proof | 1.5 of 1.5 |" in text and "for_large_data" in text
    assert "real data, full size: no record of proof" in text
    assert str(folder) not in text + path.read_text()
    path.write_text("{}")
    with pytest.raises(LabError, match="Delete it"):
        fairness_text(files.root)
    path.unlink()


def test_what_is_not_as_it_must_be_is_found(tmp_path, digits_store):
    both = '"test_numbers_are_squares", "test_total_is_right"})),'
    mistakes = MISTAKES.replace(both, '"test_numbers_are_squares"})),', 1)
    alternative = ALTERNATIVE.replace("place * place", "place")
    files = make_proof_lab(tmp_path / "root", mistakes=mistakes, alternative=alternative)
    result = prove(files, digits_store, tmp_path, only=["solution-otter", "cubes", "lists"], together=3)
    rows = by_name(result)
    assert not result.ok
    assert rows["solution-otter"].problems == ()
    assert rows["cubes",].problems == ("test_total_is_right fails: assert 2025 == 285",)
    assert rows["alternative-lists"].problems[0].startswith("test_numbers_are_squares fails: look at [3]")
    record = record_of(files, result, Course(tmp_path / "course"), "synthetic", "quick")
    assert not record.ok and set(record.mistakes.wrong) == {"cubes"}


def scored(proven, name, **statuses):
    """Return a case's score with other outcomes of some checks."""
    score = by_name(proven[1])[name].score
    questions = tuple(
        question.model_copy(
            update={
                "checks": tuple(
                    check.model_copy(
                        update={"status": statuses.get(check.check, check.status), "reason": "why"}
                    )
                    for check in question.checks
                )
            }
        )
        for question in score.questions
    )
    return score.model_copy(update={"questions": questions})


SOLUTION = Case("solution-otter", "solution", "", frozenset())
MISTAKE = Case("mistake-rounded", "mistake", "", frozenset({"test_total_is_right"}), ("rounded",))


def test_a_right_solution_whose_run_stopped_is_a_problem_even_at_full_points(proven, tmp_path):
    run = make_record(make_lab(tmp_path), verdict=Verdict.CELL_ERROR, detail="cell 3 stopped")
    (problem,) = problems_of(SOLUTION, scored(proven, "solution-otter"), run)
    assert problem == "its run ended with cell_error: cell 3 stopped"


def test_a_run_that_the_grader_itself_lost_is_no_word_on_the_case(tmp_path):
    run = make_record(make_lab(tmp_path), verdict=Verdict.INTERNAL_ERROR, detail="no room")
    (problem,) = problems_of(SOLUTION, None, run)
    assert "grader itself failed" in problem and "no room" in problem
    assert "tries again" in problems_of(SOLUTION, None)[0]


def test_a_check_that_fails_by_itself_is_a_problem(proven):
    score = scored(proven, "solution-otter", test_total_is_right=CheckStatus.INTERNAL_ERROR)
    assert problems_of(SOLUTION, score) == ("test_total_is_right failed by itself: why",)


def test_a_mistake_is_not_blamed_for_what_cannot_be_assessed_here(proven):
    score = scored(proven, ("rounded",), test_total_is_right=CheckStatus.NOT_ASSESSED)
    assert problems_of(MISTAKE, score, unassessed=frozenset({"test_total_is_right"})) == ()
    (problem,) = problems_of(MISTAKE, score)
    assert problem == "test_total_is_right should fail and is not_assessed"


def test_an_alternative_that_takes_a_check_out_of_the_denominator_is_a_problem(proven):
    other = Case("alternative-lists", "alternative", "", frozenset())
    score = scored(proven, "solution-otter", test_total_is_right=CheckStatus.NOT_ASSESSED)
    assert problems_of(SOLUTION, score) == ()
    assert "though it is on the master's solution" in problems_of(other, score)[0]
    assert problems_of(other, score, unassessed=frozenset({"test_total_is_right"})) == ()


def test_seeds_are_cases_of_their_own_that_need_every_point(tmp_path):
    master = MASTER.replace(
        "import numpy as np", "import keras\nimport numpy as np\n\nkeras.utils.set_random_seed(353)"
    )
    files = make_proof_lab(tmp_path / "root", master=master)
    made = {case.name: (case, notebook) for case, notebook in cases_of(files, "quick", seeds=3)}
    assert [name for name in made if name.startswith("seed")] == ["seed-001", "seed-002", "seed-003"]
    case, notebook = made["seed-002"]
    assert case.is_right and case.loses == frozenset()
    assert "set_random_seed(2)" in json.dumps(notebook) and "353" not in json.dumps(notebook)
    assert [case.name for case, _ in cases_of(files, "quick", ["seed-003"], seeds=3)] == ["seed-003"]


def test_a_record_says_that_unkilled_checks_and_complaints_are_not_fair(proven):
    good = record_of(proven[0], proven[1], Course(proven[3] / "course"), "synthetic", "quick")
    assert not FairnessRecord(**good.model_dump() | {"unkilled": ("test_total_is_right",)}).ok
    assert not FairnessRecord(**good.model_dump() | {"complaints": ("the threshold is another",)}).ok


def test_a_case_that_ended_by_time_is_another_file_when_it_is_tried_again(tmp_path):
    path, notebook = tmp_path / "case.ipynb", {"cells": [], "metadata": {"kernelspec": {}}}
    contents = []
    for again in (True, False, True, False, True):
        write_case(path, notebook, again=again)
        contents.append(path.read_bytes())
    assert len(set(contents)) == 3 and contents[1] == contents[0]
    write_case(path, {**notebook, "cells": [{}]}, again=True)
    assert json.loads(path.read_bytes())["metadata"] == notebook["metadata"]


def test_mistakes_and_alternatives_can_be_left_out_and_then_stand_as_not_run(proven, digits_store):
    files, _, _, folder = proven
    result = prove(files, digits_store, folder, alternatives=False, mistakes=False)
    assert result.ok and {row.case.kind for row in result.results} == {"solution", "blank"}
    row = dict(
        zip(
            HEADINGS,
            row_of(record_of(files, result, Course(folder / "course"), "real", "full")),
            strict=True,
        )
    )
    assert (row["alternatives"], row["mistakes"], row["unkilled checks"]) == ("-", "-", "-")


def test_a_record_is_not_replaced_by_one_of_fewer_kinds_of_cases(proven, tmp_path):
    full = record_of(proven[0], proven[1], Course(proven[3] / "course"), "synthetic", "quick")
    none = full.mistakes.model_copy(update={"passed": 0, "total": 0})
    path = write_record(tmp_path, full)
    with pytest.raises(LabError, match=r"alternatives and mistakes.*not written"):
        write_record(tmp_path, full.model_copy(update={"mistakes": none, "alternatives": none}))
    assert read_records(tmp_path) == (full,)
    assert write_record(tmp_path, full.model_copy(update={"gpu": True})) != path
