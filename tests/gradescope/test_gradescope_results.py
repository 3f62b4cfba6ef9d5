"""From a score to results.json: what is published, what is not, and that it is what Gradescope reads."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepgrade.evidence import DataFacts, RunRecord, SubmissionFacts, Verdict
from deepgrade.gradescope import NoResultError, ResultOptions, refused_results, results
from deepgrade.gradescope.class_results import write_class_results
from deepgrade.lab import HiddenEvaluation, Lab, Question
from deepgrade.records import Course, Gradebook, RunStore
from deepgrade.score import CheckResult, CheckStatus, Flag, ModelScore, SubmissionScore
from deepgrade.score.points import question_result

SCHEMA = json.loads((Path(__file__).parent / "gradescope_results.schema.json").read_text())
NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
NOT_COUNTED = (CheckStatus.NOT_ASSESSED, CheckStatus.INTERNAL_ERROR)
LAB = Lab(
    schema_version=1,
    name="tiny",
    title="Tiny",
    data=("mnist",),
    questions=(
        Question(id="a1", title="Scale", points=1),
        Question(id="a2", title="Network", points=2),
        Question(id="a3", title="Explain", points=1, manual=True),
    ),
    hidden={
        "digits": HiddenEvaluation(
            dataset="mnist", inputs="images", inputs_question="a1", input_adapters=("flat/unit",)
        ),
        "own": HiddenEvaluation(
            source="captured", inputs="x_test", targets="y_test", inputs_question="a1", metric="mae"
        ),
    },
)


def check(question: str, status: CheckStatus, possible: float, **changes) -> CheckResult:
    facts = {
        "check": f"test_{question}_{possible}",
        "question": question,
        "description": "Images lie in [0, 1].",
        "visible": False,
        "status": status,
        "points": possible if status is CheckStatus.PASSED else 0.0,
        "possible": possible,
    }
    return CheckResult(**{**facts, **changes})


def score(*checks: CheckResult, models: tuple[ModelScore, ...] = (), flags: tuple[Flag, ...] = ()):
    return SubmissionScore(
        lab="tiny",
        student="submission_1",
        run_key="k" * 64,
        scored_at=NOW,
        checks_sha256="c" * 64,
        questions=tuple(
            question_result(question, [check for check in checks if check.question == question.id])
            for question in LAB.questions
        ),
        model_scores=models,
        flags=flags,
    )


def record(verdict: Verdict = Verdict.OK, detail: str = "Every cell ran.", **changes) -> RunRecord:
    facts = {
        "key": "k" * 64,
        "lab": "tiny",
        "submission": SubmissionFacts(
            student="submission_1", filename="tiny.ipynb", sha256="s" * 64, flavour="otter"
        ),
        "verdict": verdict,
        "detail": detail,
        "started_at": NOW,
        "wall_s": 12.34,
        "cpu_s": 10.0,
        "peak_memory_mib": 400.0,
        "peak_processes": 9,
        "limits": {},
        "plan": {},
        "plan_sha256": "p" * 64,
        "data": (DataFacts(name="mnist", origin="real", size="full", fingerprint="f"),),
        "environment": {},
        "sandbox": "separate-user, process watch and resource limits",
        "seed": 1,
        "device": "x86_64 processor, 2 cores",
        "deepgrade_version": "0.1.0",
    }
    return RunRecord(**{**facts, **changes})


def model(name: str, hidden: str = "digits", value: float | None = 0.87654, **changes) -> ModelScore:
    return ModelScore(
        **{
            "question": "a2",
            "name": name,
            "hidden": hidden,
            "metric": "accuracy",
            "value": value,
            "rows": 500,
            **changes,
        }
    )


FULL = (
    check("a1", CheckStatus.PASSED, 0.5),
    check("a1", CheckStatus.PASSED, 0.25, visible=True),
    check("a1", CheckStatus.PASSED, 0.25),
    check("a2", CheckStatus.PASSED, 1),
    check("a2", CheckStatus.PASSED, 1),
)


def valid(made: dict) -> dict:
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(json.dumps(made, allow_nan=False)))
    return made


# --- nothing is published --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verdict", [Verdict.INTERNAL_ERROR, Verdict.NO_GPU])
def test_failure_of_the_grader_is_no_result(verdict):
    with pytest.raises(NoResultError, match="the box was lost"):
        results(score(*FULL), record(verdict, "the box was lost"), LAB)


def test_nothing_assessed_is_no_result_and_says_why():
    checks = [check("a1", CheckStatus.NOT_ASSESSED, 1, reason="there is no GPU")]
    checks.append(check("a2", CheckStatus.INTERNAL_ERROR, 2, reason="NameError"))
    with pytest.raises(NoResultError, match="there is no GPU NameError"):
        results(score(*checks), record(), LAB)


# --- points ----------------------------------------------------------------------------------------------------------


def test_full_points_and_manual_questions_are_named_and_not_counted():
    made = valid(results(score(*FULL), record(), LAB))
    assert made["score"] == 3
    assert "a3 Explain (1)" in made["output"]
    assert [test["number"] for test in made["tests"]] == ["a1.1", "a1.2", "a1.3", "a2.1", "a2.2", "graders"]
    assert made["execution_time"] == 12.3
    assert made["leaderboard"] == []


def test_what_was_not_assessed_is_given_in_the_share_of_the_rest():
    checks = (
        check("a1", CheckStatus.PASSED, 0.5),
        check("a1", CheckStatus.FAILED, 0.5),
        check("a2", CheckStatus.FAILED, 1),
        check("a2", CheckStatus.NOT_ASSESSED, 1, reason="this machine has no GPU"),
    )
    made = valid(results(score(*checks), record(), LAB))
    assert made["score"] == pytest.approx(0.5 / 2 * 3)
    last = made["tests"][3]
    assert last["score"] == 0.25
    assert "status" not in last
    assert "this machine has no GPU" in last["output"]
    assert "0.25 of 1" in last["output"]


def test_what_the_submission_made_impossible_earns_nothing_until_a_person_has_looked():
    checks = (*FULL[:4], check("a2", CheckStatus.NEEDS_REVIEW, 1, reason="the model is not rebuilt"))
    made = valid(results(score(*checks), record(), LAB))
    assert made["score"] == 2
    assert made["tests"][4]["score"] == 0
    assert "No points until a person" in made["tests"][4]["output"]
    assert "needs_review" in made["tests"][4]["tags"]


@given(st.lists(st.tuples(st.sampled_from(CheckStatus), st.integers(1, 8)), min_size=2, max_size=9))
def test_score_is_the_sum_of_the_tests_and_the_percentage_is_that_of_the_gradebook(drawn):
    total = sum(weight for _, weight in drawn)
    checks = [
        check("a1" if number == 0 else "a2", status, weight / total * 3)
        for number, (status, weight) in enumerate(drawn)
    ]
    first, rest = checks[0].possible, sum(one.possible for one in checks[1:])
    checks = [
        one.model_copy(
            update={
                "possible": one.possible / (first if one.question == "a1" else rest / 2),
                "points": one.points / (first if one.question == "a1" else rest / 2),
            }
        )
        for one in checks
    ]
    scored = score(*checks)
    if all(one.status in NOT_COUNTED for one in checks):
        with pytest.raises(NoResultError):
            results(scored, record(), LAB)
        return
    made = valid(results(scored, record(), LAB))
    tests = [test for test in made["tests"] if "score" in test]
    assert made["score"] == pytest.approx(sum(test["score"] for test in tests), abs=1e-4)
    assert sum(test["max_score"] for test in tests) == pytest.approx(3, abs=1e-4)
    assert all(0 <= test["score"] <= test["max_score"] + 1e-9 for test in tests)
    assert made["score"] / 3 == pytest.approx(scored.automatic_points / scored.automatic_possible, abs=1e-4)


# --- what is seen ----------------------------------------------------------------------------------------------------


def test_visible_checks_are_shown_at_once_and_hidden_ones_when_the_instructor_says():
    shown = {test["number"]: test["visibility"] for test in results(score(*FULL), record(), LAB)["tests"]}
    assert shown == {
        "a1.1": "after_published", "a1.2": "visible", "a1.3": "after_published", "a2.1": "after_published",
        "a2.2": "after_published", "graders": "hidden",
    }  # fmt: skip
    made = valid(results(score(*FULL), record(), LAB, ResultOptions("hidden", leaderboard=False)))
    assert {test["visibility"] for test in made["tests"]} == {"hidden", "visible"}


def test_comparison_of_a_hidden_check_is_for_graders_alone():
    checks = (
        check("a1", CheckStatus.FAILED, 0.5, found="assert 255 <= 1", hint="pixels go up to 255"),
        check("a1", CheckStatus.FAILED, 0.5, found="assert 3 == 2", visible=True),
        *FULL[3:],
    )
    made = valid(results(score(*checks, flags=(Flag(code="gap", sentence="A gap."),)), record(), LAB))
    hidden, visible, *_, graders = made["tests"]
    assert hidden["output"] == "pixels go up to 255"
    assert "assert 3 == 2" in visible["output"]
    assert "assert 255 <= 1" in graders["output"]
    assert "flag gap: A gap." in graders["output"]
    assert graders["visibility"] == "hidden"
    assert "score" not in graders


def test_text_of_a_stranger_stays_text_and_is_cut():
    hostile = "<img src=x onerror=alert(1)>![](http://example.com/x.png)\x1b[31m\u202egnp" + "x" * 50_000
    checks = (check("a1", CheckStatus.FAILED, 1, found=hostile, visible=True), *FULL[3:])
    detail = f"the first was cell 1: {hostile}"
    made = valid(results(score(*checks), record(Verdict.CELL_ERROR, detail), LAB))
    assert {made["output_format"], made["test_output_format"], made["test_name_format"]} == {"text"}
    assert {test["output_format"] for test in made["tests"]} == {"text"}
    text = json.dumps(made, ensure_ascii=False)
    assert "\\u001b" not in text
    assert "\u202e" not in text
    assert len(text) < 40_000


def test_synthetic_data_are_said_aloud():
    data = (DataFacts(name="mnist", origin="synthetic", size="quick", fingerprint="f"),)
    assert "SYNTHETIC DATA" in results(score(*FULL), record(data=data), LAB)["output"]


# --- leaderboard -----------------------------------------------------------------------------------------------------


def test_leaderboard_holds_models_on_hidden_rows_with_three_digits():
    models = (model("network"), model("lost", value=None), model("line", "own", 3.2, metric="mae"))
    made = valid(results(score(*FULL, models=models), record(), LAB))
    assert made["leaderboard"] == [{"name": "network: accuracy", "value": 0.877, "order": "desc"}]
    assert (
        results(score(*FULL, models=models), record(), LAB, ResultOptions(leaderboard=False))["leaderboard"]
        == []
    )


def test_models_of_one_name_have_columns_of_their_own():
    models = (model("network"), model("network", question="a1"))
    names = [entry["name"] for entry in results(score(*FULL, models=models), record(), LAB)["leaderboard"]]
    assert names == ["network of a2 on digits: accuracy", "network of a1 on digits: accuracy"]


# --- refusals --------------------------------------------------------------------------------------------------------


def test_refused_file_is_no_points_of_all_with_the_reason_on_top():
    made = valid(refused_results(LAB, "The notebook was cut off. Save it, and hand it in again.\x00"))
    assert made["score"] == 0
    assert made["tests"][0]["max_score"] == 3
    assert "cut off" in made["output"]
    assert "\x00" not in made["output"]


# --- a class -----------------------------------------------------------------------------------------------------------


def test_a_class_gets_a_file_each_and_who_was_not_scored_none(tmp_path):
    course = Course(tmp_path / "course")
    gradebook = Gradebook(course.gradebook)
    found, made = (
        score(check("a1", CheckStatus.PASSED, LAB.questions[0].points)),
        record(
            key="a" * 64, submission=SubmissionFacts(student="ada", filename="a", sha256="", flavour="otter")
        ),
    )
    run = RunStore(course, LAB.name).folder(made.key)
    run.mkdir(parents=True)
    (run / "run.json").write_text(made.model_dump_json(), encoding="utf-8")
    submission = gradebook.add_submission(LAB.name, "ada", "a.ipynb", sha256="0" * 64, run_key=made.key)
    gradebook.add_score(submission, found.model_copy(update={"run_key": made.key}))
    gradebook.add_submission(LAB.name, "bo", "b.ipynb", sha256="1" * 64, run_key="f" * 64)
    gradebook.add_submission(LAB.name, "gus", "x.pdf", sha256=None, run_key=None, refusal="It is a PDF file.")
    stale = tmp_path / "out" / "bo" / "results.json"
    stale.parent.mkdir(parents=True)
    stale.write_text("{}", encoding="utf-8")
    written = {
        one.student: one
        for one in write_class_results(
            LAB, course, gradebook.entries(LAB.name), tmp_path / "out", ResultOptions()
        )
    }
    gradebook.close()
    assert written["bo"].path is None and "Not scored" in written["bo"].why and not stale.exists()
    for student in ("ada", "gus"):
        document = json.loads((tmp_path / "out" / student / "results.json").read_text(encoding="utf-8"))
        jsonschema.validate(document, SCHEMA)
        assert (document["score"] == 0) == (student == "gus")
