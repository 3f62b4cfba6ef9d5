"""A submission in which every text attacks the page or has a wrong type."""

import base64
from pathlib import Path

from report_lab import failed, make_run, make_score
from report_runs import code_cell, write_run

from deepgrade.evidence import CellError, Verdict
from deepgrade.report import StudentEntry
from deepgrade.score.results import Flag

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>",
    '</style></title></textarea><iframe src="https://evil.example/"></iframe>',
    "javascript:alert(3)//",
    "data:text/html,<script>alert(4)</script>",
    "<svg/onload=alert(5)><object data=x><embed src=//evil.example>",
    "\u202egnp.exe\u2066 \x00\x1b]8;;https://evil.example\x07link\x1b]8;;\x07",
    "{{ 7 * 7 }}{% raw %}",
    "z\u0300" + "\u0301\u0327" * 400,
)

BAD = " ".join(HOSTILE)

BAD_MARKDOWN = (
    "[click](javascript:alert(1)) ![x](https://evil.example/p.png) <https://evil.example/auto>\n\n"
    '<div onclick="alert(1)" style="background:url(https://evil.example)">x</div>\n\n'
    "[r]: https://evil.example\n\n[r] `</code><script>alert(1)</script>`\n\n"
    "```</style><script>\nalert(1)\n```\n\n<base href=//evil.example>\n\n"
    "![a](data:text/html;base64,PHNjcmlwdD4=) ![s](data:image/svg+xml,<svg onload=alert(1)>)\n\n# big heading\n\n"
)


def hostile_notebook() -> dict:
    """Return a notebook in which everything is hostile."""
    html = (
        '<table onclick="alert(1)" style="position:fixed" class="pill"><tr><td colspan="9999999" rowspan=2>x</td></tr></table>'
        '<a href="javascript:alert(1)">a</a><form action="https://evil.example"><input autofocus onfocus=alert(1)></form>'
        "<style>*{display:none}</style><link rel=stylesheet href=//evil.example/x.css>"
        "<meta http-equiv=refresh content='0;url=//evil.example'>"
        "<math><mtext></mtext><script>alert(1)</script></math>" + BAD
    )
    svg = base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>").decode()
    rich = [
        {"text/html": html},
        {"text/html": "<div>" * 20_000},
        {"image/svg+xml": "<svg onload=alert(1)></svg>", "text/plain": BAD},
        {"image/png": svg},
        {"image/png": base64.b64encode(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\xff" * 40).decode()},
        {"image/jpeg": '"><script>alert(1)</script>'},
        {"application/javascript": "alert(1)"},
        {"application/json": {"a": 1}, "text/latex": "\\href{javascript:alert(1)}{x}"},
        {"text/markdown": BAD_MARKDOWN},
        {"text/plain": 7, BAD: BAD},
        {},
    ]
    outputs = [{"output_type": "display_data", "metadata": {}, "data": data} for data in rich]
    outputs += [
        {"output_type": "stream", "name": "stdout", "text": "A" * 10_000_000},
        {
            "output_type": "stream",
            "name": "stderr",
            "text": "\x1b[" + "1;" * 30_000 + "m" + "\x1b[31mx" * 50_000 + "\x1b[2J\x1b[1000C" + BAD,
        },
        {"output_type": "stream", "name": BAD, "text": "\r".join(["x" * 80] * 10_000) + "\b" * 5_000},
        {"output_type": "error", "ename": BAD, "evalue": BAD, "traceback": [BAD, 5, None]},
        {"output_type": BAD, "data": "no"},
        "not an object",
    ]
    cells: list = [
        code_cell(f"x = '''{BAD}'''  # {BAD}", outputs, count=10**30),
        {
            "cell_type": "markdown",
            "source": BAD_MARKDOWN,
            "attachments": {"a.png": {"text/html": "<script>"}},
        },
    ]
    cells += [
        {"cell_type": BAD, "source": [BAD, 3]},
        {"cell_type": "code"},
        "no cell",
        {"cell_type": "raw", "source": BAD},
    ]
    return {"cells": cells, "metadata": {BAD: BAD}, "nbformat": 4}


def hostile_items() -> dict:
    """Return evidence in which every value is hostile or of a wrong type."""
    model = {"kind": "model", "class": BAD, "built": BAD, "iterations": 1e308, "problem": BAD}
    model["compile"] = {
        "loss": BAD,
        "optimizer": [BAD] * 20,
        "learning_rate": {"$float": "nan"},
        "metrics": {"a": BAD},
    }
    history = {
        BAD: [0.1, 0.2],
        "loss": [{"$float": "nan"}, 1e308, -1e308],
        "val_loss": [10**400, "x", None],
        "accuracy": ["x"],
        "a": 5,
        "flat": [1e-320, 1e-320],
        "one": [3],
    }
    items = {
        BAD: {"kind": BAD, "type": BAD, "why": BAD},
        "array": {
            "kind": "array",
            "shape": [10**400, None, BAD, [1]],
            "dtype": [BAD],
            "min": BAD,
            "max": True,
            "finite": False,
        },
        "frame": {"kind": "frame", "shape": [1, 2], "columns": [BAD] * 50},
        "value": {"kind": "value", "type": BAD, "value": {BAD: [BAD] * 500}},
        "history": {"kind": "history", "history": history, "epoch": [BAD]},
        "changed_1": model,
        "function": {"kind": "function", "parameters": [BAD, 5], "results": [{"error": BAD}, 7]},
        "list": [BAD],
    }
    return {"b9": items, "b2": {"network": model}}


def hostile_predictions() -> dict:
    """Return predictions in which every value is hostile or of a wrong type."""
    layer = {
        "name": BAD,
        "class": BAD,
        "config": {"units": BAD, "activation": [BAD], "rate": {BAD: 1}},
        "output_shape": BAD,
        "params": BAD,
    }
    entry = {
        "status": BAD,
        "detail": BAD,
        "params": {"total": 10**400, "trainable": BAD},
        "layers": [layer] * 200 + [BAD],
    }
    return {"schema_version": 1, "models": {"b9/changed_1": entry, "b2/network": BAD}}


def hostile_entry(folder: Path) -> StudentEntry:
    """Return a submission whose every text attacks the page."""
    score = make_score(BAD, failed("b3"), flags=[Flag(code="model_refused", sentence=BAD, question="b9")])
    questions = []
    for result in score.questions:
        checks = tuple(
            c.model_copy(update={"found": BAD * 50, "hint": BAD, "reason": BAD, "description": BAD})
            for c in result.checks
        )
        questions.append(
            result.model_copy(
                update={"checks": checks, "answer": BAD_MARKDOWN + BAD if result.manual else None}
            )
        )
    models = tuple(
        m.model_copy(update={"name": BAD, "hidden": BAD, "reason": BAD}) for m in score.model_scores
    )
    score = score.model_copy(update={"questions": tuple(questions), "model_scores": models})
    run = make_run(
        BAD,
        Verdict.CELL_ERROR,
        detail=BAD,
        environment={BAD: BAD},
        device=BAD,
        cell_errors=(CellError(cell=3, question="b1", ename=BAD, evalue=BAD),) * 30,
    )
    run = run.model_copy(
        update={"submission": run.submission.model_copy(update={"filename": BAD, "warnings": (BAD,) * 40})}
    )
    place = write_run(
        folder / "hostile", items=hostile_items(), infer=hostile_predictions(), cells=hostile_notebook()
    )
    return StudentEntry(student=BAD, slug="../../etc/passwd", score=score, run=run, run_folder=place)
