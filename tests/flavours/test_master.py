import pytest
from flavours_small_lab import MASTER, TOML, write_lab

from deepgrade.flavours import read_master
from deepgrade.lab import LabError, load_lab


def read(tmp_path, master=MASTER, toml=TOML):
    return read_master(master, load_lab(write_lab(tmp_path, master=master, toml=toml)))


def without(start, end):
    before, rest = MASTER.split(start, 1)
    return before + end + rest.split(end, 1)[1]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('question="b2"', 'question="b7"', "lab.toml has no question 'b7'"),
        ("# END SOLUTION\ntotal", "total", "b1-answer-1: '# BEGIN SOLUTION' without '# END SOLUTION'"),
        ("# BEGIN SOLUTION\nnumbers", "numbers", "b1-answer-1: '# END SOLUTION' without"),
        (
            "# BEGIN SOLUTION\nnumbers",
            "# BEGIN SOLUTION\n# BEGIN SOLUTION\nnumbers",
            "b1-answer-1: '# BEGIN SOLUTION' without",
        ),
        (
            "# ### Question b1: Numbers (0.75 points)",
            "# Numbers",
            "question b1: its first cell must be its prompt",
        ),
        ("Question b1: Numbers", "Question b2: Numbers", "question b1: its heading says 'Question b2'"),
        (
            "Numbers (0.75 points)",
            "Numbers (1 point)",
            "question b1: its heading says 1 point, lab.toml 0.75 points",
        ),
        (
            "# Read everything.",
            "# ### Question b1: Numbers",
            "a heading 'Question ...' in a cell that names no question",
        ),
        ("total = 1", "total = 1  # SOLUTION", "'total = 1  # SOLUTION'"),
        ("total = 1", "total = 1  #SOLUTION NO PROMPT", "between '# BEGIN SOLUTION' and '# END SOLUTION'"),
        ("total = 1", "total = 1 # SEED", "otter would act"),
        ("total = 1", "total = 1 # IGNORE", "otter would act"),
        ("total = 1", "# BEGIN SOLUTION NO PROMPT", "stands alone on its line"),
        ("total = 1", "### BEGIN HIDDEN TESTS", "tests/hidden/"),
        ("total = 1", "### AUTOTEST total", "tests/hidden/"),
        ("# Say why.", "# === BEGIN MARK SCHEME ===", "rubric"),
        ("# Say why.", "# ```otter\n# name: x\n# ```", "otter would take this block"),
        ("import numpy as np", "# Ignore the warnings\nimport numpy as np", "otter drops cells"),
        (
            'print("between',
            '# BEGIN SOLUTION\nx = 1\n# END SOLUTION\nprint("between',
            "a solution in a cell that names no question",
        ),
        ('role="answer"\n# Because', 'role="model"\n# Because', "role='model'"),
        ('question="b2"\ndef', 'question="b2" role="answer"\ndef', "role='answer'"),
        ("# %%\nprint", "# %% [raw]\n# print", "is a raw cell"),
        ('question="c1" role="answer"', 'question="b2" role="answer"', "does not say manual = true"),
        (
            "[markdown]\n# ## Part b",
            '[markdown] question="a1" role="answer"\n# ## Part b',
            "2 written answers",
        ),
    ],
)
def test_a_master_that_cannot_work_says_where_and_what_to_do(tmp_path, old, new, says):
    assert old in MASTER
    with pytest.raises(LabError) as caught:
        read(tmp_path, MASTER.replace(old, new))
    assert says in str(caught.value)


def test_a_question_without_cells_and_one_without_an_answer_are_named(tmp_path):
    toml = TOML + '\n[[questions]]\nid = "d1"\ntitle = "More"\npoints = 1\n'
    master = without('# %% question="b2"', "# %%\nprint")
    with pytest.raises(LabError, match="question b2: it has no answer cell") as caught:
        read(tmp_path, master, toml)
    assert "question d1: no cell names it" in str(caught.value)


def test_questions_in_another_order_than_lab_toml_are_refused(tmp_path):
    first, second = TOML.index('[[questions]]\nid = "b1"'), TOML.index('[[questions]]\nid = "b2"')
    third = TOML.index('[[questions]]\nid = "c1"')
    with pytest.raises(LabError, match=r"in the order a1, b1, b2, c1; lab\.toml says a1, b2, b1, c1"):
        read(tmp_path, toml=TOML[:first] + TOML[second:third] + TOML[first:second] + TOML[third:])


def test_cells_of_one_question_stand_together(tmp_path):
    master = MASTER + '\n# %% question="b1"\n# BEGIN SOLUTION\nmore = 1\n# END SOLUTION\n'
    with pytest.raises(LabError, match="question b1: its cells do not stand together"):
        read(tmp_path, master)


def test_all_problems_are_told_at_once(tmp_path):
    with pytest.raises(LabError) as caught:
        read(tmp_path, MASTER.replace("(0.75 points)", "(2 points)").replace("total = 1", "total = 1 # SEED"))
    assert str(caught.value).count("\n  - ") == 2


def test_cells_have_roles_and_names_that_do_not_change(tmp_path):
    master = read(tmp_path)
    assert [cell.id for cell in master.cells] == [
        "given-1",
        "given-2",
        "a1-prompt-1",
        "a1-answer-1",
        "given-3",
        "b1-prompt-1",
        "b1-answer-1",
        "b2-prompt-1",
        "b2-answer-1",
        "given-4",
        "c1-prompt-1",
        "c1-answer-1",
        "c1-answer-2",
    ]
    answer = master.of("b1")[1]
    assert answer.given_lines == ["start = 0", "total = 1"]
    assert answer.solution_lines == ["numbers = np.arange(start, 10) ** 2  # the secret of squares"]
    assert "SOLUTION" not in answer.solved_source


def test_given_code_of_a_question_needs_no_marks(tmp_path):
    master = read(tmp_path, MASTER.replace("# %%\nprint", '# %% question="b2"\nprint'))
    assert master.of("b2")[-1].role == "given"
