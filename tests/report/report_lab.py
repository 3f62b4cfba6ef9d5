"""A lab like LE5, run records and scores, made by functions: nothing is run and nothing is downloaded."""

import random
from datetime import UTC, datetime

from deepgrade.evidence import CellTime, DataFacts, RunRecord, SubmissionFacts, Verdict
from deepgrade.lab import Lab
from deepgrade.score.results import (
    CheckResult,
    CheckStatus,
    ModelScore,
    QuestionResult,
    SubmissionScore,
)

NOW = datetime(2026, 3, 24, 16, 30, tzinfo=UTC)

THRESHOLDS = {"b7": 0.96, "c8": 0.84, "c9": 0.84}

TITLES = {
    "a1": "Activation functions",
    "a2": "Stochastic gradient descent",
    "a3": "Learning rate too high or too low",
    "a4": "The loss of a network",
    "a5": "Back-propagation",
    "b1": "Load the digits",
    "b2": "Build the network",
    "b3": "Reshape and scale the images",
    "b4": "One-hot labels",
    "b5": "Compile",
    "b6": "Fit",
    "b7": "Evaluate on the test images",
    "b8": "Predict the first ten test digits",
    "b9": "Change three things and explain what they did",
    "c1": "Load the reviews",
    "c2": "Turn reviews into multi-hot rows",
    "c3": "Labels as numbers",
    "c4": "Build the classifier",
    "c5": "Compile the classifier",
    "c6": "Set validation rows apart",
    "c7": "Fit for twenty epochs and plot",
    "c8": "Refit for fewer epochs",
    "c9": "Add dropout",
    "c10": "Your best model, explained",
}

MANUAL = {"a1", "a2", "a3", "a4", "a5", "b9", "c10"}

RUBRIC = "Names two functions (0.2) and says how they differ (0.2): *range*, saturation, what happens to the gradient."

ANSWER = """An activation function decides how strongly a unit answers. Without it a stack of layers is one linear map.

- **ReLU** is `max(0, x)`: cheap, and its gradient does not vanish for large inputs.
- **Sigmoid** squeezes everything into (0, 1), which suits a probability, but it saturates.
"""


def make_lab() -> Lab:
    """Return a lab like LE5: 9 points, five short answers, digits, reviews."""
    questions = []
    for name, title in TITLES.items():
        points = 0.4 if name[0] == "a" else 0.6 if name == "b9" else 0.3 if name[0] == "b" else 0.4
        question = {"id": name, "title": title, "points": points, "manual": name in MANUAL}
        if name in MANUAL:
            question["rubric"] = RUBRIC
        if name == "b9":
            question["capture"] = ["changed_1", "changed_2", "changed_3"]
        questions.append(question)
    return Lab.model_validate(
        {
            "schema_version": 1,
            "name": "le5",
            "title": "LE5: Introduction to deep learning",
            "data": ["mnist", "imdb"],
            "questions": questions,
            "thresholds": {"full": THRESHOLDS},
        }
    )


DATA = (
    DataFacts(name="mnist", origin="real", size="full", fingerprint="9f2c1d77a0" + "0" * 54),
    DataFacts(name="imdb", origin="real", size="full", fingerprint="41be03ac55" + "0" * 54),
)


def make_run(student: str, verdict: Verdict = Verdict.OK, **changes) -> RunRecord:
    """Return a run record."""
    rng = random.Random(student)  # noqa: S311
    automatic = [name for name in TITLES if name not in MANUAL]
    slow = {"b6": 31.0, "b9": 84.0, "c2": 6.5, "c7": 41.0, "c8": 12.0, "c9": 28.0}
    times = tuple(
        CellTime(
            cell=2 + 2 * list(TITLES).index(name),
            question=name,
            seconds=slow.get(name, 0.2) * (0.8 + 0.4 * rng.random()),
            status="ok",
        )
        for name in automatic
    )
    values = {
        "key": format(rng.getrandbits(256), "064x"),
        "lab": "le5",
        "submission": SubmissionFacts(
            student=student,
            filename=f"{student.split()[0].lower()}_le5.ipynb",
            sha256=format(rng.getrandbits(256), "064x"),
            flavour="otter",
            answers=dict.fromkeys(sorted(MANUAL), ANSWER),
        ),
        "verdict": verdict,
        "detail": "24 questions finished in 3 min 25 s.",
        "started_at": NOW,
        "wall_s": sum(t.seconds for t in times) + 9,
        "cpu_s": 410.0,
        "peak_memory_mib": 2100 + 900 * rng.random(),
        "peak_processes": 61,
        "limits": {"wall_s": 1800, "cell_s": 900, "memory_mib": 4096, "processes": 512, "output_mib": 16},
        "cell_times": times,
        "questions_finished": tuple(TITLES),
        "plan": {},
        "plan_sha256": "0" * 64,
        "data": DATA,
        "environment": {"keras": "3.15.1", "numpy": "2.2.4", "python": "3.11.9", "tensorflow": "2.21.0"},
        "sandbox": "bubblewrap",
        "seed": 17,
        "device": "2 cores, no GPU",
        "deepgrade_version": "0.1.0",
    }
    return RunRecord.model_validate(values | changes)


def check(question: str, status: str = "passed", possible: float = 0.3, **changes) -> CheckResult:
    """Return one check's result."""
    values = {
        "check": f"test_{question}",
        "question": question,
        "description": f"{TITLES[question]}: the result has the shape and the values that the step gives.",
        "visible": False,
        "status": CheckStatus(status),
        "points": possible if status == "passed" else 0.0,
        "possible": possible,
    }
    return CheckResult.model_validate(values | changes)


def make_score(
    student: str, wrong: dict | None = None, *, accuracy: float = 0.979, flags=(), graded=()
) -> SubmissionScore:
    """Return a score: every check passes but those of `wrong`, question -> status."""
    wrong = wrong or {}
    results = []
    for question in make_lab().questions:
        name, points = question.id, question.points
        if question.manual:
            given = points if name in graded else None
            results.append(
                QuestionResult(
                    question=name,
                    title=question.title,
                    manual=True,
                    points=given,
                    possible=points,
                    assessed=points,
                    answer=ANSWER,
                )
            )
            continue
        visible = check(
            name,
            possible=round(points / 3, 3),
            check=f"test_{name}_visible",
            visible=True,
            description="The variables have the names that the notebook asks for.",
        )
        status = wrong.get(name, "passed")
        main = check(name, status, round(points * 2 / 3, 3), **_explained(status))
        checks = (visible, main)
        assessed = points - (main.possible if status in ("not_assessed", "internal_error") else 0)
        results.append(
            QuestionResult(
                question=name,
                title=question.title,
                manual=False,
                points=sum(c.points for c in checks),
                possible=points,
                assessed=assessed,
                checks=checks,
            )
        )
    rng = random.Random(len(student))  # noqa: S311
    scores = (
        ModelScore(
            question="b7",
            name="network",
            hidden="digits",
            metric="accuracy",
            value=accuracy,
            reported=accuracy + 0.002,
            rows=5000,
        ),
        ModelScore(
            question="c8",
            name="model",
            hidden="reviews",
            metric="accuracy",
            value=0.862 + 0.02 * rng.random(),
            reported=0.874,
            rows=5000,
        ),
        ModelScore(
            question="c9",
            name="dropout_model",
            hidden="reviews",
            metric="accuracy",
            value=None,
            rows=5000,
            reason="The model was not rebuilt: a Lambda layer.",
        ),
    )
    return SubmissionScore(
        lab="le5",
        student=student,
        run_key="0" * 64,
        scored_at=NOW,
        checks_sha256="f" * 64,
        questions=tuple(results),
        model_scores=scores,
        flags=tuple(flags),
    )


def _explained(status: str) -> dict:
    if status == "failed":
        return {
            "found": "assert 255.0 <= 1\n +  where 255.0 = train_images.max()",
            "hint": "Pixels still go up to 255: divide by 255.",
        }
    if status == "not_assessed":
        return {
            "reason": "The grading machine had no GPU, so nothing can be said about whether training used it."
        }
    if status == "needs_review":
        return {"reason": "The model holds a Lambda layer, which is not rebuilt. A person looks at it."}
    if status == "internal_error":
        return {"reason": "The check itself failed: KeyError: 'digits'."}
    return {}


def failed(*names: str) -> dict:
    """Return a `wrong` table in which these questions fail."""
    return dict.fromkeys(names, "failed")
