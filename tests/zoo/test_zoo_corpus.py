"""The zoo's own reader: a submission that is not as the format says is named, and never left out in silence."""

import pytest

from zoo.corpus import Cell, read_attack, read_corpus
from zoo.lab import cells_of, make_lab, notebook_of

HEAD = '"""Reads what it should not."""\n'
ZOO = '# zoo: {"verdict": ["ok"], "points": {"q1": 0}}\n'


def _attack(tmp_path, text, name="thief"):
    path = tmp_path / "reads" / f"{name}.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (HEAD + "# %% q1\n", "has no line"),
        (HEAD + '# zoo: {"verdict": ["ok"],\n# %% q1\n', "not JSON"),
        (HEAD + '# zoo: {"points": {}}\n', "KeyError: 'verdict'"),
        (HEAD + '# zoo: {"verdict": ["ok"], "points": {}, "wins": []}\n', "wins"),
    ],
)
def test_wrong_declaration_is_an_error_that_names_the_file(tmp_path, text, part):
    with pytest.raises(ValueError, match=r"thief\.py") as caught:
        read_attack(_attack(tmp_path, text))
    assert part in str(caught.value)


def test_two_attacks_of_one_name_are_an_error(tmp_path):
    _attack(tmp_path, HEAD + ZOO)
    (tmp_path / "writes").mkdir()
    (tmp_path / "writes" / "thief.py").write_text(HEAD + ZOO)
    with pytest.raises(ValueError, match="share a name: thief"):
        read_corpus(tmp_path)


def test_declaration_may_go_over_several_lines(tmp_path):
    text = HEAD + '# zoo: {"verdict": ["ok", "crashed"],\n# "points": {"q1": 1}}\n# %% q1\npass\n'
    attack = read_attack(_attack(tmp_path, text))
    assert attack.verdict == ("ok", "crashed")
    assert attack.points == {"q1": 1}


def test_cells_stand_where_they_are_named_and_others_stay_blank(tmp_path):
    text = HEAD + ZOO + "# %% q1\nfirst = 1\n# %% q1\nsecond = 2\n# %% [markdown] end\n# *hello*\n"
    cells = cells_of(read_attack(_attack(tmp_path, text)).cells)
    assert [cell.source for cell in cells["q1"]] == ["first = 1", "second = 2"]
    assert cells["q2"] == (Cell("code", "one_hot = None"),)
    assert cells["end"] == (Cell("markdown", "*hello*"),)


def test_honest_is_replaced_with_the_indentation_it_has():
    source = cells_of({"q2": (Cell("code", "if True:\n    HONEST"),)})["q2"][0].source
    assert source.startswith("if True:\n    one_hot = np.zeros")
    compile(source, "cell", "exec")


def test_notebook_has_a_heading_for_every_question():
    text = notebook_of({})
    assert all(f"### Question {name}: " in text for name in ("q1", "q2", "q3"))


def test_unknown_limit_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="patience"):
        make_lab(tmp_path, canary="none", limits={"patience": 3})
