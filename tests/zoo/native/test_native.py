"""The attack table's harness is fair: honest work gets all points natively, blank none, and known attacks succeed."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from zoo.corpus import GROUPS, Attack
from zoo.native.hidden_tests import native_tests
from zoo.native.judge import judge_native, judge_ours
from zoo.native.outer import TOOLS
from zoo.native.page import cell_of, make_page
from zoo.native.submissions import FORMS, all_submissions, form_of
from zoo.native.table import Kept, key_of, make_classes, run_native

pytestmark = pytest.mark.long
NOTHING = {"q1": 0.0, "q2": 0.0, "q3": 0.0}
ATTACKS = {attack.name: attack for attack in all_submissions()}
OTHERS = {"vera": {"q1": 1, "q2": 2, "q3": 0}, "~zed": {"q1": 1, "q2": 2, "q3": 0}}
STEP = {"ended": "exit", "code": 0, "seconds": 5.0, "said": ""}
REPORT = {
    "tool": "nbgrader",
    "steps": [STEP],
    "left": {},
    "changed": [],
    "memory": [],
    "points": {"eve": NOTHING, **OTHERS},
}
SEEN = {"reason": "exit", "leaks": [], "won": "", "denied": 0, "report": REPORT}


@pytest.fixture(scope="module")
def words(tmp_path_factory):
    """(Tool, submission) -> the words of its cell; two run beside each other."""
    classes = make_classes(tmp_path_factory.mktemp("native"), TOOLS, prove=False)
    chosen = [(tool, name) for name in ("honest", "blank") for tool in TOOLS]
    chosen += [("otter", "result_files"), ("nbgrader", "hidden_checks_nearby")]
    with ThreadPoolExecutor(2) as pool:
        seen = pool.map(lambda pair: run_native(classes[pair[0]], ATTACKS[pair[1]]), chosen)
        return {
            (tool, name): cell_of(ATTACKS[name], tool, one).text
            for (tool, name), one in zip(chosen, seen, strict=True)
        }


@pytest.mark.parametrize("tool", TOOLS)
def test_honest_work_gets_all_points_and_a_blank_notebook_none(words, tool):
    assert words[tool, "honest"] == "contained (6/6)"
    assert words[tool, "blank"] == "contained (0/6)"


def test_otter_takes_points_from_the_notebook_that_it_grades(words):
    assert words["otter", "result_files"] == "**points 6/6 (deserves 0)** [adapted]"


def test_nbgrader_lets_a_notebook_read_its_hidden_tests(words):
    assert words["nbgrader", "hidden_checks_nearby"] == "**leaked: hidden checks** [adapted]"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "contained (0/6)"),
        ({"points": {**OTHERS, "eve": {"q1": 0, "q2": 0, "q3": 3}}}, "**points 3/6 (deserves 0)**"),
        ({"points": {**OTHERS, "eve": {**NOTHING, "sum": 1000}}}, "**points 1000/6 (deserves 0)**"),
        ({"points": {**OTHERS, "eve": None}}, "no grade"),
        ({"points": {"eve": NOTHING, "vera": OTHERS["vera"], "~zed": None}}, "stopped the class (the next student has no grade)"),
        ({"points": {"eve": NOTHING, "vera": NOTHING, "~zed": OTHERS["~zed"]}}, "**changed an earlier student's points**"),
        ({"steps": [{**STEP, "ended": "time", "seconds": 100}]}, "stopped the class (still running after 100 s)"),
        ({"left": {7: "/usr/bin/sleep 1000", 8: "/bin/sleep 9"}}, "survived: sleep"),
        ({"changed": ["course/a|b.zip"]}, "changed in the grader's home: course/a/b.zip"),
    ],
)  # fmt: skip
def test_each_observation_has_its_words(changes, words):
    assert judge_native({**SEEN, "report": {**REPORT, **changes}}, "eve", NOTHING).text == words


def test_run_without_a_report_has_stopped_the_class():
    cell = judge_native({**SEEN, "reason": "signal", "report": {"log": "Killed"}}, "eve", NOTHING)
    assert cell.kinds == {"stopped"}


def test_otter_that_was_not_followed_since_nothing_had_changed_did_not_stop_the_class():
    report = {**REPORT, "tool": "otter", "points": {**REPORT["points"], "~zed": None}}
    assert judge_native({**SEEN, "report": report}, "eve", NOTHING).kinds == {"contained"}


def test_our_own_column_is_judged_by_the_same_points():
    seen = {"verdict": "ok", "points": {**NOTHING, "q3": 3}, "flags": [], "leaks": ["labels"], "seen": []}
    assert judge_ours(seen, NOTHING).kinds == {"points", "leaked"}
    assert judge_ours({**seen, "points": {}, "leaks": []}, NOTHING).kinds == {"no grade"}


def test_every_adapted_form_belongs_to_an_attack_and_compiles():
    for path in FORMS.glob("*/*.py"):
        compile(path.read_text(encoding="utf-8"), path.name, "exec")
        assert path.stem in ATTACKS
        assert form_of(ATTACKS[path.stem], path.parent.name)


def test_native_tests_are_those_of_the_lab():
    assert [(test.question, test.points, test.variable) for test in native_tests("x")] == [
        ("q1", 1.0, "total"),
        ("q2", 2.0, "one_hot"),
        ("q3", 3.0, "model"),
    ]


def test_page_has_every_group_and_tells_what_was_not_run():
    page = make_page(all_submissions(), {}, key_of, {"deepgrade": "1", "otter": "2", "nbgrader": "3"})
    assert page.count("\n### ") >= len({attack.group for attack in ATTACKS.values()} & set(GROUPS)) + 1
    assert "| honest | Hands in the instructor's solution | - | - | - |" in page


def test_what_was_seen_survives_and_is_forgotten_when_asked_to(tmp_path):
    path = tmp_path / "seen.json"
    Kept(path, resume=True).put("otter blank 1", {"reason": "exit"})
    assert json.loads(path.read_text())["otter blank 1"]["reason"] == "exit"
    assert Kept(path, resume=True).rows.keys() == {"otter blank 1"}
    assert Kept(path, resume=False).rows == {}


def test_key_changes_with_the_attack_and_the_tool():
    blank: Attack = ATTACKS["blank"]
    assert len({key_of(blank, "otter"), key_of(blank, "nbgrader"), key_of(ATTACKS["honest"], "otter")}) == 3
