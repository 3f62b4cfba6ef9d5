import copy
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.submission_notebooks import (
    LAB,
    TEST_CELL,
    accepted,
    code,
    full,
    markdown,
    notebook,
    prompt,
    refused,
    stripped,
)


def places(submission):
    return [cell.question for cell in submission.cells]


def warned(submission, *words):
    return any(all(word in sentence for word in words) for sentence in submission.warnings)


def test_a_complete_notebook_has_no_warnings():
    submission = accepted(full())
    assert submission.warnings == ()
    assert places(submission) == [None, None, "a1", "a1", "a1", "b1", "b1", "b1", "b2", "b2", "b10", "b10"]
    assert submission.answers == {"a1": "Because of the slope."}
    assert [cell.index for cell in submission.cells if cell.skip] == [0, 7]


def test_a_notebook_whose_metadata_was_stripped_reads_the_same():
    with_marks, without = accepted(full()), accepted(stripped(full()))
    assert places(without) == places(with_marks)
    assert without.answers == with_marks.answers
    assert without.warnings == ()
    assert [cell.skip for cell in without.cells] == [cell.skip for cell in with_marks.cells]
    assert without.flavour == "otter"


def test_a_students_own_cells_count_where_they_stand():
    cells = full()
    cells.insert(7, code("import math"))
    cells.insert(0, code("import os"))
    submission = accepted(cells)
    assert submission.cells[8].question == "b1"
    assert submission.cells[8].role is None
    assert submission.cells[0].question is None


def test_a_deleted_question_is_named():
    cells = [cell for cell in full() if cell["metadata"].get("deepgrade", {}).get("question") != "b2"]
    assert warned(accepted(cells), "Question b2 not found")


def test_a_question_whose_heading_was_deleted_is_found_by_its_metadata():
    cells = full()
    del cells[8]
    submission = accepted(cells)
    assert places(submission)[8] == "b2"
    assert warned(submission, "heading of question b2 is gone")


def test_a_question_without_code_is_named():
    cells = full()
    del cells[9]
    assert warned(accepted(cells), "Question b2", "no code cell")


def test_the_heading_above_wins_over_copied_metadata():
    cells = full()
    cells[9] = copy.deepcopy(cells[6])
    submission = accepted(cells)
    assert submission.cells[9].question == "b2"
    assert warned(submission, "Cell 10 is marked as question b1", "under the heading of question b2")


def test_many_moved_cells_are_summed_up():
    cells = full() + [code(str(i), "b1", "answer") for i in range(20)]
    submission = accepted(cells)
    assert warned(submission, "14 more cells")
    assert len(submission.warnings) == 7


def test_a_heading_that_stands_twice_counts_twice_with_a_warning():
    cells = [*full(), prompt("b1"), code("images = [2]")]
    submission = accepted(cells)
    assert places(submission)[-2:] == ["b1", "b1"]
    assert warned(submission, "question b1", "more than once")


def test_reordered_questions_are_named_and_keep_their_cells():
    cells = full()
    submission = accepted(cells[:5] + cells[8:10] + cells[5:8] + cells[10:])
    assert warned(submission, "another order", "a1, b2, b1, b10")
    assert submission.cells[6].question == "b2"


def test_headings_merged_into_one_cell_are_noticed():
    cells = full()
    cells[8]["source"] = cells[5]["source"] + "\n\n" + cells[8]["source"]
    del cells[5]
    submission = accepted(cells)
    assert warned(submission, "Cell 8", "heading of question b1", "merged")


def test_a_prompt_that_was_merged_into_code_opens_its_question():
    cells = full()
    cells[9]["source"] = cells[8]["source"] + "\nscaled = [0.5]"
    cells[9]["metadata"] = {}
    del cells[8]
    submission = accepted(cells)
    assert submission.cells[8].question == "b2"
    assert warned(submission, "merged")


def test_a_comment_in_code_that_names_a_question_is_only_a_comment():
    cells = full()
    cells[9]["source"] = "# Question b1: reuse the images\nscaled = [0.5]"
    submission = accepted(cells)
    assert submission.cells[9].question == "b2"
    assert submission.warnings == ()


@pytest.mark.parametrize(
    ("heading", "found"),
    [
        ("### Question b1: Load", True),
        ("#Question B1", True),
        ("## **Question b1** - mine", True),
        ("###### question b1.", True),
        ("### Question b1 (1 point)", True),
        ("Question b1: plain text", False),
        ("### Question b100: other", False),
        ("### Question b1x: other", False),
        ("### Question b1 was hard for me", False),
        ("```\n### Question b1: quoted\n```", False),
        ("    ### Question b1: code block", False),
    ],
)
def test_what_is_a_heading(heading, found):
    submission = accepted([prompt("a1"), markdown(heading)])
    assert (submission.cells[1].question == "b1") is found


def test_question_b1_is_not_b10():
    submission = accepted([prompt("b10"), code("x = 1", nbgrader={"grade_id": "b10-answer-1"})])
    assert places(submission) == ["b10", "b10"]
    assert not warned(submission, "marked as")


def test_nbgraders_own_metadata_is_understood():
    facts = {"grade": False, "solution": True, "locked": False, "schema_version": 3}
    submission = accepted([markdown("x"), code("images = 1", nbgrader={**facts, "grade_id": "b1-answer-1"})])
    assert places(submission) == [None, "b1"]
    assert submission.flavour == "nbgrader"


def test_otters_check_names_the_question_of_the_code_before_it():
    submission = accepted(
        [
            code("import os"),
            code("images = 1"),
            code('grader.check("b1")'),
            code("x = 2"),
            code('grader.check("b2")'),
        ]
    )
    assert places(submission) == [None, "b1", "b1", "b2", "b2"]


def test_a_notebook_of_another_lab_says_so():
    other = {"deepgrade": {"lab": "islr_nyse", "flavour": "otter"}}
    assert warned(accepted(notebook(full(), metadata=other)), "belongs to lab 'islr_nyse'")
    assert "islr_nyse" in refused(notebook([markdown("### Question z1: x")], metadata=other)).sentence


@pytest.mark.parametrize(
    ("source", "skipped"),
    [
        ('# Initialize Otter\nimport otter\ngrader = otter.Notebook("le5.ipynb")', True),
        ("import otter\ngrader = otter.Notebook()", True),
        ('%pip install -q otter-grader\nimport otter\ngrader = otter.Notebook("le5.ipynb")', True),
        ('grader.check("b1")', True),
        ("grader.check('b2')  # again", True),
        ("grader.check_all()", True),
        ("grader.export(pdf=False, force_save=True)", True),
        (TEST_CELL, True),
        (TEST_CELL + "\n", True),
        (TEST_CELL.replace("assert", "assert True or"), False),
        ('images = [1]\ngrader.check("b1")', False),
        ("grader.check(images := 'b1')", False),
        ("grader.check(load())", False),
        ("grader.check(**options)", False),
        ("grader.check(*options)", False),
        ("grader.delete('b1')", False),
        ("import otter as o", False),
        ("import otter, os", False),
        ("grader = images = otter.Notebook()", False),
        ("grader = other.Notebook()", False),
        ("images = 1", False),
        ("", False),
    ],
)
def test_only_untouched_cells_of_the_tools_are_not_run(source, skipped):
    assert accepted([prompt("b1"), code(source)]).cells[1].skip is skipped


def nbgrader_test(source, **changes):
    facts = {
        "grade": True,
        "solution": False,
        "locked": True,
        "grade_id": "b1-check-1",
        "points": 0.5,
        "schema_version": 3,
    }
    digest = hashlib.md5(
        (source + "codeTrueFalseTrueb1-check-10.5").encode(), usedforsecurity=False
    ).hexdigest()
    return code(source, nbgrader={**facts, "checksum": digest} | changes)


def test_a_test_cell_of_an_older_template_is_known_by_nbgraders_checksum():
    submission = accepted([prompt("b1"), nbgrader_test("assert images == [1, 2]")])
    assert submission.cells[1].skip
    assert submission.cells[1].role == "check"


@pytest.mark.parametrize(
    "changes", [{"checksum": "0" * 32}, {"points": None}, {"grade_id": 7}, {"points": "x"}]
)
def test_a_test_cell_that_was_changed_is_run_and_named(changes):
    submission = accepted([prompt("b1"), nbgrader_test("assert True", **changes)])
    assert not submission.cells[1].skip
    assert warned(submission, "Test cells were changed", "cell 2")


@pytest.mark.parametrize(
    ("cells", "answer"),
    [
        ([markdown("YOUR ANSWER HERE", "a1", "answer")], ""),
        ([markdown("_Type your answer here, replacing this text._", "a1", "answer")], ""),
        ([markdown("YOUR ANSWER HERE\n\nThe slope.")], "The slope."),
        ([markdown("One."), code("x = 1"), markdown("Two.")], "One.\n\nTwo."),
        ([markdown("<!-- END QUESTION -->\n\nStill mine.")], "Still mine."),
        ([markdown("## Part b")], ""),
        ([{"cell_type": "raw", "metadata": {}, "source": "In a raw cell."}], "In a raw cell."),
        ([code("It is the slope", "a1", "answer")], "It is the slope"),
        ([], ""),
    ],
)
def test_a_written_answer_is_what_the_student_wrote(cells, answer):
    assert accepted([prompt("a1"), *cells, prompt("b1"), markdown("Not this.")]).answers["a1"] == answer


def test_an_answer_typed_into_the_prompt_counts():
    cell = prompt("a1")
    cell["source"] += "\nIt is the slope."
    submission = accepted([cell])
    assert submission.answers["a1"] == "It is the slope."
    assert warned(submission, "added to the prompt")


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_every_cell_after_the_first_heading_has_a_question(data):
    cells = full()
    kept = data.draw(st.lists(st.sampled_from(range(len(cells))), min_size=1, max_size=20))
    chosen = [copy.deepcopy(cells[number]) for number in kept]
    submission = accepted([prompt("a1"), *chosen])
    known = {question.id for question in LAB.questions}
    assert all(cell.question in known for cell in submission.cells)
    for cell in submission.cells:
        mark = submission.notebook["cells"][cell.index]["metadata"].get("deepgrade", {})
        if mark.get("role") == "prompt":
            assert cell.question == mark["question"]


def test_a_stripped_and_solved_nbgrader_notebook_is_known_by_its_test_cells():
    submission = accepted([prompt("b1"), code("images = [1]"), code(TEST_CELL)])
    assert submission.flavour == "nbgrader"
    assert accepted([prompt("b1"), code("images = [1]")]).flavour == "unknown"
