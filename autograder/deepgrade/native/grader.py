"""The grader process beside a kernel of nbgrader's: asked for a question, it scores the evidence and says the points.

    python -m deepgrade.native.grader BUNDLE DATA WORK

One JSON object a line: `{"question": "b3"}` in, `{"points": 0.2, "lines": [...]}` or `{"problem": "..."}` out. It ends when its
input does.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from deepgrade.native.facts import read_facts
from deepgrade.native.scoring import NativeScorer
from deepgrade.native.words import points_granted, sentence
from deepgrade.score import CheckResult


def main() -> None:
    """Serve questions until the input ends."""
    bundle, data, work = (Path(argument) for argument in sys.argv[1:4])
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # Checks and libraries may print; answers have a descriptor of their own.
    os.dup2(2, 1)
    with NativeScorer(read_facts(bundle), data, work, "nbgrader") as scorer:
        for line in sys.stdin:
            try:
                answer = _answer(scorer, str(json.loads(line)["question"]))
            except Exception:
                answer = {"problem": traceback.format_exc(limit=-4)}
            answers.write(json.dumps(answer) + "\n")
            answers.flush()


def _answer(scorer: NativeScorer, question: str) -> dict[str, Any]:
    hidden = [check.id for check in scorer.checks if check.question == question and not check.visible]
    if not hidden:
        return {"points": 0.0, "lines": []}
    results: Iterable[CheckResult] = (
        result
        for scored in scorer.score([question]).questions
        if scored.question == question
        for result in scored.checks
        if result.check in hidden
    )
    found = list(results)
    carved = scorer.on_carved_rows
    return {
        "points": round(sum(map(points_granted, found)), 6),
        "lines": [sentence(result, result.check in carved) for result in found],
    }


if __name__ == "__main__":
    main()
