"""What a student's page shows, put together from score, run, evidence and notebook."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from deepgrade.evidence import DataFacts
from deepgrade.lab import Lab, Question, Size
from deepgrade.report.captured import (
    CapturedRow,
    Evidence,
    Json,
    ModelView,
    captured_row,
    history_of,
    model_view,
    read_all_evidence,
    read_predictions,
)
from deepgrade.report.curves import curves
from deepgrade.report.elsewhere import beside_sentences, caution_of, sentences_of
from deepgrade.report.model import ClassReport, StudentEntry
from deepgrade.report.notebook import NotebookView, read_notebook
from deepgrade.report.points import State, decided_points, state_of
from deepgrade.report.prose import prose
from deepgrade.report.runs import RunView, run_view
from deepgrade.report.scored import (
    explanation,
    interval_text,
    is_own,
    metric_of,
    reached,
    rows_text,
    threshold_text,
    value_text,
)
from deepgrade.report.text import figure_text, number, one_line
from deepgrade.score.results import CheckResult, ModelScore

_MOST_CURVES = 6
"""Trainings of a question that are shown."""


@dataclass(frozen=True)
class Curve:
    """A history's charts."""

    name: str
    charts: tuple[Markup, ...]
    drawn_at: str = ""
    """Question of the page that shows the same training; then there are no charts here."""


@dataclass(frozen=True)
class Comparison:
    """Captured models beside the model they were made from."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[str, bool], ...]], ...]
    """(what, one (value, differs from the first) a model)."""


@dataclass(frozen=True)
class QuestionView:
    """One question."""

    id: str
    title: str
    manual: bool
    state: State
    points: float | None
    possible: float
    decided: bool
    checks: tuple[CheckResult, ...]
    answer: Markup | None
    rubric: Markup | None
    captured: tuple[CapturedRow, ...]
    curves: tuple[Curve, ...]
    models: tuple[ModelView, ...]
    comparison: Comparison | None
    cells: tuple[int, ...]
    problem: str | None
    comment: str | None
    why: tuple[str, ...]
    """How the points come about, where people decided."""


@dataclass(frozen=True)
class HiddenView:
    """A model on a hidden set, or on the notebook's own rows."""

    score: ModelScore
    rows: str
    metric: str
    value: str
    interval: str
    threshold: str
    reached: bool | None


@dataclass(frozen=True)
class StudentPage:
    """Everything of a student's page."""

    questions: tuple[QuestionView, ...]
    hidden: tuple[HiddenView, ...]
    hidden_words: str
    """On which rows models were scored."""
    run: RunView | None
    notebook: NotebookView | None
    warnings: tuple[str, ...]
    elsewhere: tuple[str, ...]
    """Of results that another tool gave: whose they are, out of which file, and what is particular about them."""
    caution: str
    """What staff should know of another tool's results."""
    beside: tuple[str, ...]
    """Results that are kept and do not count."""


def rubric_prose(text: str) -> Markup:
    """Return lab.toml's rubric as HTML: every line that begins with points is an item, and stands on a line of its own."""
    return prose(_BEFORE_ITEM.sub("  \n", text))


def student_page(
    report: ClassReport,
    entry: StudentEntry,
    *,
    with_notebook: bool = True,
    questions: Collection[str] | None = None,
) -> StudentPage:
    """Read one student's run and return what their page shows.

    Args:
        report: The class.
        entry: The student.
        with_notebook: Whether the executed notebook is read.
        questions: Of these alone, for a page that shows no others; None: of all.
    """
    shown = [q for q in report.lab.questions if questions is None or q.id in questions]
    parts = {q.id[:1] for q in shown}  # models are compared with those of the same part
    needed = [q.id for q in report.lab.questions if q.id[:1] in parts]
    predictions = read_predictions(entry.run_folder) if needed else {}
    evidence = read_all_evidence(entry.run_folder, needed)
    notebook = None
    path = entry.run_folder / "notebook.ipynb" if entry.run_folder is not None and with_notebook else None
    if path is not None and path.exists():
        notebook = read_notebook(path)
    models = _models(evidence, predictions)
    drawn: dict[str, str] = {}
    return StudentPage(
        questions=tuple(_question(report.lab, q, entry, evidence, models, drawn) for q in shown),
        hidden=_hidden(report, entry),
        hidden_words=explanation(
            report.lab, {score.hidden for score in (entry.score.model_scores if entry.score else ())}
        ),
        run=run_view(entry.run) if entry.run else None,
        notebook=notebook,
        warnings=entry.run.submission.warnings if entry.run else (),
        elsewhere=sentences_of(entry.score) if entry.score else (),
        caution=caution_of(entry.score) if entry.score else "",
        beside=beside_sentences(entry.beside),
    )


def threshold_of(lab: Lab, data: Sequence[DataFacts], question: str) -> float | None:
    """Return a question's threshold for the size of data that was used."""
    size: Size = next((facts.size for facts in data), "full")
    values = lab.thresholds.get(size)
    return values.get(question) if values else None


def _models(evidence: Mapping[str, Evidence], predictions: Json) -> dict[str, tuple[ModelView, ...]]:
    found = {}
    for question, taken in evidence.items():
        views = []
        for name, item in taken.items.items():
            prediction = predictions.get(f"{question}/{name}")
            if item.get("kind") == "model":
                views.append(
                    model_view(question, name, item, prediction if isinstance(prediction, dict) else {})
                )
        found[question] = tuple(views[:12])
    return found


def _question(
    lab: Lab,
    question: Question,
    entry: StudentEntry,
    evidence: Mapping[str, Evidence],
    models: Mapping[str, tuple[ModelView, ...]],
    drawn: dict[str, str],
) -> QuestionView:
    """Return what a page shows of a question; `drawn` (a training -> the question below which it stands) grows."""
    results = {r.question: r for r in entry.score.questions} if entry.score else {}
    result = results.get(question.id)
    items = evidence[question.id].items
    text = result.answer if result else None
    if text is None and entry.run is not None and question.manual:
        text = entry.run.submission.answers.get(question.id)
    reviewed = entry.review.questions.get(question.id) if entry.review else None
    cells = [t.cell for t in entry.run.cell_times if t.question == question.id] if entry.run else []
    return QuestionView(
        id=question.id,
        title=result.title if result else question.title,
        manual=question.manual,
        state=state_of(result, entry.decisions) if result else "absent",
        points=decided_points(result, entry.decisions) if result else entry.decisions.get(question.id),
        possible=result.possible if result else question.points,
        decided=question.id in entry.decisions,
        checks=result.checks if result else (),
        answer=prose(text) if text is not None and text.strip() else None,
        rubric=rubric_prose(question.rubric) if question.rubric.strip() else None,
        captured=tuple(captured_row(name, item) for name, item in items.items()),
        curves=_curves(question.id, items, drawn),
        models=models[question.id],
        comparison=_comparison(lab, question, evidence, models, entry),
        cells=tuple(cells[:40]),
        problem=evidence[question.id].problem,
        comment=(reviewed.comment if reviewed else "") or (result.comment if result else None),
        why=reviewed.why if reviewed else (),
    )


def _curves(question: str, items: Mapping[str, Json], drawn: dict[str, str]) -> tuple[Curve, ...]:
    """Return a question's trainings; a page draws each once, where it is captured first."""
    found: list[Curve] = []
    for name, item in items.items():
        if len(found) == _MOST_CURVES:
            break
        history, epochs = item.get("history"), item.get("epoch")
        if item.get("kind") == "history" and isinstance(history, dict):
            training = json.dumps([name, history, epochs], sort_keys=True)
            if training in drawn:
                found.append(Curve(one_line(name, 60), (), drawn[training]))
                continue
            charts = curves(history, epochs if isinstance(epochs, list) else ())
            if charts:
                drawn[training] = question
                found.append(Curve(one_line(name, 60), tuple(charts)))
    return tuple(found)


def _comparison(
    lab: Lab,
    question: Question,
    evidence: Mapping[str, Evidence],
    models: Mapping[str, tuple[ModelView, ...]],
    entry: StudentEntry,
) -> Comparison | None:
    """Compare the models that lab.toml captures for this question with the model the part began with."""
    wanted = [model for model in models[question.id] if model.name in question.capture]
    if not wanted:
        return None
    earlier = []
    for other in lab.questions:
        if other.id == question.id:
            break
        if other.id[:1] == question.id[:1]:
            earlier += [model for model in models[other.id] if model.name not in question.capture]
    wanted.sort(
        key=lambda model: question.capture.index(model.name)
    )  # what the others are compared with comes first
    columns = ([earlier[-1]] if earlier else []) + wanted[:5]
    histories = [history_of(evidence[model.question].items, model.name) for model in columns]
    scores = entry.score.model_scores if entry.score else ()
    by_metric: dict[str, dict[tuple[str, str], str]] = {}
    for s in scores:
        if s.value is not None:
            title = metric_of(s).title
            place = "rows of its own" if is_own(lab, s.hidden) else "hidden rows"
            texts = by_metric.setdefault(f"{title[0].upper()}{title[1:]} on {place}", {})
            texts |= {(s.question, s.name): value_text(s), ("", s.name): value_text(s)}

    def row(what: str, values: list[str]) -> tuple[str, tuple[tuple[str, bool], ...]]:
        first = values[0]
        return what, tuple((value, first != "–" and value not in ("–", first)) for value in values)

    rows = [
        row("Layers", [m.stack or m.detail or "not rebuilt" for m in columns]),
        row("Parameters", [figure_text(m.total) for m in columns]),
        *(
            row(key.replace("_", " ").capitalize(), [m.compiled.get(key, "–") for m in columns])
            for key in ("loss", "optimizer", "learning_rate")
        ),
        row("Training steps", [figure_text(m.steps) for m in columns]),
        row("Epochs", [str(max(map(len, h.values()), default=0) or "–") for h in histories]),
        *(
            row(f"{words}, last epoch", [figure_text(_last(h.get(key))) for h in histories])
            for key, words in _FITTED.items()
        ),
        *(
            row(what, [texts.get((m.question, m.name)) or texts.get(("", m.name), "–") for m in columns])
            for what, texts in by_metric.items()
        ),
    ]
    kept = tuple(r for r in rows if any(value != "–" for value, _ in r[1]))
    return Comparison(tuple(f"{m.name} ({m.question})" for m in columns), kept)


_BEFORE_ITEM = re.compile(r"(?<=\S)[ \t]*\n(?=[ \t]*[+-]?\d)")
_FITTED = {
    "loss": "Training loss",
    "accuracy": "Training accuracy",
    "val_loss": "Validation loss",
    "val_accuracy": "Validation accuracy",
}


def _last(values: list[Any] | None) -> float | None:
    return number(values[-1]) if values else None


def _hidden(report: ClassReport, entry: StudentEntry) -> tuple[HiddenView, ...]:
    if entry.score is None:
        return ()
    data = entry.run.data if entry.run else report.data
    return tuple(
        HiddenView(
            score=score,
            rows=rows_text(report.lab, score.hidden),
            metric=metric_of(score).title,
            value=value_text(score),
            interval=interval_text(score),
            threshold=threshold_text(score, threshold),
            reached=reached(score, threshold),
        )
        for score in entry.score.model_scores
        for threshold in (threshold_of(report.lab, data, score.question),)
    )
