"""Read a stored run's evidence as objects that checks can use.

Theory of operation: the files were made by a student's process and copied into the run folder by the
supervisor, with their sizes capped. Here they are parsed: strict JSON, arrays without pickle, and every
fact that does not fit its file (a shape that lies about the stored rows) makes the item unusable, which a
person then looks at. Nothing here runs anything.
"""

from __future__ import annotations

import re
import stat
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepgrade.evidence import RunRecord
from deepgrade.files import StrictJSONError, parse_strict_json
from deepgrade.score.blobs import Unusable
from deepgrade.score.estimators import EstimatorEvidence
from deepgrade.score.models import FunctionEvidence, HistoryEvidence, ModelEvidence
from deepgrade.score.series import frame_or_series
from deepgrade.score.shared import SharedArrays
from deepgrade.score.stored import array_from, decode_value, sequences_from
from deepgrade.score.unavailable import EvidenceUnavailable, ReviewNeeded

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_JSON_BYTES = 32 << 20
_BLOB_BYTES = 64 << 20
_LIST = 8


class EvidenceReader:
    """The evidence of one run.

    Args:
        run_folder: A stored run.
        record: Its run.json.
        shared: Keeps arrays that several runs have in common; of this run alone where absent.
    """

    def __init__(self, run_folder: Path, record: RunRecord, shared: SharedArrays | None = None) -> None:
        self.folder = run_folder / "evidence"
        self.predictions_folder = run_folder / "predictions"
        self.record = record
        self._shared = shared or SharedArrays()
        self._questions: dict[str, dict[str, Any]] = {}
        self._objects: dict[tuple[str, str], Any] = {}

    def items(self, question: str) -> dict[str, Any]:
        """Return a question's items as stored, `{}` when the question did not end."""
        items = self._document(question).get("items")
        return items if isinstance(items, dict) else {}

    def looked_at_figures(self, question: str) -> bool:
        """Whether the question's evidence says which figures were shown, be it none."""
        return isinstance(self._document(question).get("figures"), list)

    @cached_property
    def figures(self) -> dict[int, list[dict[str, Any]]]:
        """Facts of figures as stored, by the cell that shows them.

        A figure stands in the evidence of the question that ended next; with cells out of order that is another one.
        """
        found: dict[int, list[dict[str, Any]]] = {}
        for question in self.record.plan:
            if question not in self.record.questions_finished:
                continue
            entries = self._document(question).get("figures")
            here: dict[int, list[dict[str, Any]]] = {}
            for entry in entries if isinstance(entries, list) else []:
                if isinstance(entry, dict) and type(entry.get("cell")) is int:
                    here.setdefault(entry["cell"], []).append(entry)
            found = here | found
        return found

    def _document(self, question: str) -> dict[str, Any]:
        if question not in self._questions:
            document = self._json(self.folder / f"{question}.json")
            # The same terms as infer's: what one stage reads, the other must not overlook.
            known = isinstance(document, dict) and document.get("schema_version") == 1
            self._questions[question] = document if known else {}
        return self._questions[question]

    @cached_property
    def inferred(self) -> dict[str, Any]:
        """infer.json's models, `question/name` -> facts."""
        document = self._json(self.predictions_folder / "infer.json")
        models = document.get("models") if isinstance(document, dict) else None
        return models if isinstance(models, dict) else {}

    @property
    def stage_ran(self) -> bool:
        """Whether infer has looked at this run."""
        return (self.predictions_folder / "infer.json").is_file()

    @cached_property
    def plan(self) -> dict[str, Any]:
        """The capture plan that the run was made with."""
        document = self._json(self.folder.parent / "plan.json")
        return document if isinstance(document, dict) else {}

    @cached_property
    def devices(self) -> dict[str, Any]:
        """devices.json, `{}` when there is none."""
        document = self._json(self.folder / "devices.json")
        return document if isinstance(document, dict) else {}

    @property
    def has_notebook(self) -> bool:
        """Whether the run left an executed notebook, readable or not."""
        return (self.folder.parent / "notebook.ipynb").is_file()

    @cached_property
    def notebook(self) -> dict[str, Any]:
        """The executed notebook as JSON, `{}` when there is none."""
        document = self._json(self.folder.parent / "notebook.ipynb", max_depth=200)
        return document if isinstance(document, dict) else {}

    def object(self, question: str, name: str) -> Any:
        """Return the captured variable as an object a check can use.

        Raises:
            AssertionError: The student never defined it, or the run ended before the question did.
            EvidenceUnavailable: The run was never asked to keep it.
            ReviewNeeded: What was kept cannot be used.
        """
        key = (question, name)
        if key not in self._objects:
            self._objects[key] = self._make(question, name)
        return self._objects[key]

    def _make(self, question: str, name: str) -> Any:
        if name not in self.record.plan.get(question, ()):
            raise EvidenceUnavailable(
                f"this run was made with an older capture plan that did not keep `{name}` of question {question};"
                " `deepgrade regrade` lists the runs that have to be made again"
            )
        if question not in self.record.questions_finished:
            raise AssertionError(self.why_unfinished(question, f"there is no `{name}`"))
        item = self.items(question).get(name)
        if not isinstance(item, dict):
            raise ReviewNeeded(
                f"the evidence of `{name}` is missing from its file, which the kernel never writes so"
            )
        if item.get("kind") == "missing":
            raise AssertionError(
                f"`{name}` is not defined when question {question} ends{self._why_missing(question)}"
            )
        return self._part(question, name, item)

    def _from_item(self, question: str, name: str, item: dict[str, Any]) -> Any:
        kind = item.get("kind")
        if kind == "array":
            return array_from(item, self.blob)
        if kind == "sequences":
            return sequences_from(item)
        if kind == "value":
            value = decode_value(item["value"])
            return set(value) if item.get("type") == "set" else value
        if kind == "list":
            return [
                self._from_item(question, f"{name}[{place}]", part)
                for place, part in enumerate(item["items"][:_LIST])
            ]
        if kind == "estimator":
            return EstimatorEvidence(name, item, lambda part, of: self._part(question, part, of))
        if kind == "history":
            return HistoryEvidence(item)
        if kind == "model":
            return ModelEvidence(
                question, name, item, self.inferred.get(f"{question}/{name}"), inferred_any=self.stage_ran
            )
        if kind == "function":
            return self._function(question, name, item)
        if kind == "frame":
            return frame_or_series(item, self.blob)
        raise ReviewNeeded(
            f"`{name}` is a {item.get('type', 'value')} that the grader cannot keep: {item.get('why', '')}"
        )

    def _part(self, question: str, name: str, item: dict[str, Any]) -> Any:
        """Return a part of a captured object, read when a check asks for it."""
        try:
            return self._from_item(question, name, item)
        except ReviewNeeded:
            raise
        except Exception as error:
            raise _review(name, error) from None

    def _function(self, question: str, name: str, item: dict[str, Any]) -> FunctionEvidence:
        probes = self.plan.get("questions", {}).get(question, {}).get("probes", {}).get(name, [])
        results: list[Any] = []
        for result in item.get("results", []):
            if "error" in result:
                results.append(AssertionError(f"{name}(...) stopped with {result['error']}"))
            else:
                results.append(self._from_item(question, name, result["item"]))
        if len(results) != len(probes):
            raise Unusable(f"it has {len(results)} results for {len(probes)} calls")
        return FunctionEvidence(name, probes, results)

    def blob(self, file: str, dtype: np.dtype[Any] | None = None) -> NDArray[Any]:
        """Return an array file of the evidence folder, in another dtype where one is named; it may be read-only.

        Raises:
            Unusable: The name is no blob's, or the file is missing, too large or no plain array.
        """
        return read_array(self.folder, file, dtype, self._shared)

    def _why_missing(self, question: str) -> str:
        errors = [error for error in self.record.cell_errors if error.question == question]
        if not errors:
            return ""
        error = errors[0]
        if error.ename == "NotImplementedError" and not error.evalue:
            return f"; the placeholder is still in cell {error.cell + 1}"
        said = f": {_ANSI.sub('', error.evalue)[:200]}" if error.evalue else ""
        return f"; cell {error.cell + 1} stopped with {error.ename}{said}"

    def why_unfinished(self, question: str, so: str) -> str:
        """Say why a question did not end, and what follows: `there is no ...`."""
        present = {time.question for time in self.record.cell_times}
        if question not in present and self.record.verdict.value in ("ok", "cell_error"):
            return f"question {question} has no cells in this notebook, so {so}"
        return f"the run ended before question {question} did ({self.record.detail}), so {so}"

    @staticmethod
    def _json(path: Path, *, max_depth: int = 64) -> Any:
        if not path.is_file() or path.stat().st_size > _JSON_BYTES:
            return None
        try:
            return parse_strict_json(path.read_bytes(), max_depth=max_depth)
        except StrictJSONError:
            return None


def _review(name: str, error: Exception) -> ReviewNeeded:
    """Return what a stranger's file brought about: it must not look like a fault of ours."""
    said = error if isinstance(error, Unusable) else type(error).__name__
    return ReviewNeeded(
        f"the evidence of `{name}` cannot be used ({said}): it is not as the kernel writes it"
    )


def read_array(
    folder: Path, file: str, dtype: np.dtype[Any] | None = None, shared: SharedArrays | None = None
) -> NDArray[Any]:
    """Read `<sha256>.npy` from a folder, without pickle, in another dtype where one is named.

    Raises:
        Unusable: The name is no blob's, or the file is missing, too large or no plain array.
    """
    stem, dot, suffix = file.partition(".")
    if dot != "." or suffix != "npy" or len(stem) != 64 or not set(stem) <= set("0123456789abcdef"):
        raise Unusable(f"{file[:80]!r} is not the name of an array file")
    path = folder / file
    try:
        facts = path.stat()
    except OSError:
        raise Unusable("its file is missing") from None
    if not stat.S_ISREG(facts.st_mode):
        raise Unusable("its file is missing")
    if facts.st_size > _BLOB_BYTES:
        raise Unusable("its file is too large")
    return (shared or SharedArrays()).read(path, facts, dtype)
