"""Alternatives: other honest ways of a lab become whole masters; what cannot be one is refused with what to do."""

import pytest
from flavours_small_lab import MASTER, run_source, write_lab

from deepgrade.flavours import build_lab, read_alternatives, solved_notebook
from deepgrade.lab import LabError

DOUBLED = """
# %% [markdown]
# Numbers come from a list, and doubling is a product.

# %%
from math import prod

# %% question="b1"
numbers = np.array([place * place for place in range(10)])

# %% question="b2"
def double(value):
    return prod([2, value])
"""


def write(tmp_path, **texts):
    files = write_lab(tmp_path)
    files.alternatives.mkdir()
    for name, text in texts.items():
        (files.alternatives / f"{name}.py").write_text(text, encoding="utf-8")
    return files


def code(question, text="numbers = 1"):
    return f'# %% [markdown]\n# Something else.\n\n# %% question="{question}"\n{text}\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('# %% question="b1"\nnumbers = 1\n', "0 Markdown cells"),
        ("# %% [markdown]\n# One.\n\n# %% [markdown]\n# Two.\n\n" + '# %% question="b1"\nnumbers = 1\n', "2 Markdown cells"),
        ("# %% [markdown]\n# Words only.\n", "answers no question"),
        ("# %% [markdown]\n# No question.\n\n# %%\nimport math\n", "answers no question"),
        (code("b7"), "no question 'b7'"),
        (code("a1"), "question a1 has no code answer"),
        (code("b1", "numbers = ("), "is not Python"),
        (code("b1", "start = 0\nnumbers = np.arange(start, 10) ** 2  # as the master\ntotal = 1"), "the master's own code"),
    ],
)  # fmt: skip
def test_what_is_no_alternative_is_refused_with_its_file_and_what_to_do(tmp_path, text, says):
    files = write(tmp_path, wrong=text)
    with pytest.raises(LabError, match=r"alternatives/wrong\.py") as caught:
        read_alternatives(files)
    assert says in str(caught.value)


def test_all_problems_are_told_at_once(tmp_path):
    files = write(tmp_path, one=code("b7"), two=code("a1"), Three=code("b1"))
    with pytest.raises(LabError) as caught:
        read_alternatives(files)
    assert all(name in str(caught.value) for name in ("one.py", "two.py", "Three.py"))


def test_code_without_a_question_needs_a_first_cell_to_follow(tmp_path):
    files = write(tmp_path, doubled=DOUBLED)
    files.master.write_text(MASTER.replace("# %%\nimport numpy as np\n", ""), encoding="utf-8")
    with pytest.raises(LabError, match="no code cell before its first question"):
        read_alternatives(files)


def test_a_lab_without_alternatives_has_none(tmp_path):
    assert read_alternatives(write_lab(tmp_path)) == ()


def test_an_alternative_is_the_solution_with_other_answers(tmp_path):
    files = write(tmp_path, doubled=DOUBLED)
    build_lab(files)
    (doubled,) = read_alternatives(files)
    assert (doubled.name, doubled.questions) == ("doubled", ("b1", "b2"))
    assert doubled.description == "Numbers come from a list, and doubling is a product."
    for flavour in ("otter", "nbgrader"):
        solved = solved_notebook(files, flavour)
        made = solved_notebook(files, flavour, doubled.text, adds_cells=True)
        assert [cell["id"] for cell in made["cells"]] == [cell["id"] for cell in solved["cells"]]
        changed = [
            a["id"] for a, b in zip(made["cells"], solved["cells"], strict=True) if a["source"] != b["source"]
        ]
        assert changed == ["given-2", "b1-answer-1", "b2-answer-1"]
    scope = {}
    for cell in made["cells"]:
        if cell["metadata"]["deepgrade"]["role"] in ("given", "answer") and cell["cell_type"] == "code":
            run_source(cell["source"], scope)
    assert list(scope["numbers"][:4]) == [0, 1, 4, 9]
    assert (scope["double"](21), "total" in scope) == (42, False)


def test_more_cells_than_the_master_has_are_added_and_fewer_are_left_empty(tmp_path):
    more = code("c1", "changed = list(numbers)") + '\n# %% question="c1"\nchanged = changed[:3]\n'
    files = write(tmp_path, more=more)
    split = '# BEGIN SOLUTION\nhalf = 1\n# END SOLUTION\n\n# %% question="b1"\nstart = 0\n# BEGIN SOLUTION'
    files.master.write_text(MASTER.replace("start = 0\n# BEGIN SOLUTION", split), encoding="utf-8")
    (files.alternatives / "fewer.py").write_text(code("b1", "numbers = np.arange(10) ** 2"), encoding="utf-8")
    build_lab(files)
    fewer, more = read_alternatives(files)
    made = {
        cell["id"]: cell for cell in solved_notebook(files, "otter", fewer.text, adds_cells=True)["cells"]
    }
    assert (made["b1-answer-1"]["source"], made["b1-answer-2"]["source"]) == (
        "numbers = np.arange(10) ** 2",
        "",
    )
    cells = solved_notebook(files, "otter", more.text, adds_cells=True)["cells"]
    place = [cell["id"] for cell in cells].index("c1-added-3")
    assert cells[place - 1]["id"] == "c1-answer-2"
    assert (cells[place]["source"], cells[place]["metadata"]) == ("changed = changed[:3]", {})
    with pytest.raises(LabError, match="c1-answer-3"):
        solved_notebook(files, "otter", more.text)
