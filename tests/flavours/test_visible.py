import pytest
from flavours_small_lab import CHECKS, run_source, write_lab

from deepgrade.flavours.visible import compile_visible
from deepgrade.lab import LabError, load_checks

HEAD = "import math\nimport numpy as np\nfrom deepgrade.lab import question, visible, describe\n\nSIZES = {'a': 3}\n"


def compile_text(tmp_path, text):
    return compile_visible(load_checks(write_lab(tmp_path, checks=text).checks))


def check(signature, body, head=HEAD):
    return f'{head}\n@question("b1", points=0)\n@visible\ndef test_it({signature}):\n    """It is so."""\n{body}\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (check("x, lab", "    assert x"), "takes 'lab'"),
        (check("env", "    assert env"), "cannot be called 'env'"),
        (check("test_it", "    assert test_it"), "would be overwritten"),
        (check("x=1", "    assert x"), "plain arguments"),
        (check("*x", "    assert x"), "plain arguments"),
        (check("x", "    assert describe(x)"), "'describe' of deepgrade"),
        (check("x", "    assert pytest.approx(1) == x", HEAD + "import pytest\n"), "'pytest' of pytest"),
        (check("x", "    assert helper(x)"), "'helper' is not defined"),
        (
            check("x", "    assert x").replace("points=0", "points=0, hidden={'x': 'mnist'}"),
            "cannot use hidden inputs",
        ),
        (HEAD + 'test_it = question("b1", points=0)(visible(lambda x: None))\n', "no docstring"),
    ],
)
def test_a_check_that_students_could_not_run_is_refused(tmp_path, text, says):
    with pytest.raises(LabError) as caught:
        compile_text(tmp_path, text)
    assert says in str(caught.value)


def test_a_check_carries_the_imports_constants_and_helpers_that_it_needs_and_no_others(tmp_path):
    head = HEAD + "OTHER = 1\ndef half(value):\n    return math.floor(value / 2) + len(SIZES) - 1\n"
    (compiled,) = compile_text(tmp_path, check("x", "    assert half(x) == SIZES['a']", head))
    assert "import math" in compiled.call_source
    assert "numpy" not in compiled.call_source
    assert "OTHER" not in compiled.call_source
    assert "@" not in compiled.call_source
    run_source(compiled.call_source, {"x": 6})
    with pytest.raises(AssertionError):
        run_source(compiled.call_source, {"x": 8})
    with pytest.raises(NameError, match="'x' is not defined"):
        run_source(compiled.call_source, {})


def test_in_otter_a_missing_name_is_named_and_none_is_a_value(tmp_path):
    (compiled,) = compile_text(tmp_path, check("x", "    assert x is None"))
    scope = {}
    run_source(compiled.environment_source, scope)
    scope["test_it"]({"x": None})
    with pytest.raises(AssertionError, match="x is not defined"):
        scope["test_it"]({})


def test_a_helper_that_calls_itself_or_shares_a_line_is_carried_once(tmp_path):
    head = HEAD + "LOW, HIGH = 1, 5\ndef down(n):\n    return LOW if n <= LOW else down(n - 1)\n"
    (compiled,) = compile_text(
        tmp_path, check("x", "    assert [down(x) for _ in range(HIGH)] == [1] * HIGH", head)
    )
    assert compiled.call_source.count("LOW, HIGH") == 1
    run_source(compiled.call_source, {"x": 3})


def test_a_visible_check_may_consist_of_its_docstring(tmp_path):
    (compiled,) = compile_text(tmp_path, check("x", ""))
    run_source(compiled.call_source, {"x": 1})


def test_hidden_checks_are_not_compiled(tmp_path):
    names = [compiled.check.id for compiled in compile_text(tmp_path, CHECKS)]
    assert names == ["test_numbers_are_ten", "test_double_takes_one_value", "test_double_of_one"]
