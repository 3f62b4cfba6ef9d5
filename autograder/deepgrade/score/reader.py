"""Read a stored run's evidence as objects that checks can use.

Theory of operation: the files were made by a student's process and copied into the run folder by the
supervisor, with their sizes capped. Here they are parsed: strict JSON, arrays without pickle, and every
fact that does not fit its file (a shape that lies about the stored rows) makes the item unusable, which a
person then looks at. Nothing here runs anything.
"""

from __future__ import annotations

import math
import re
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepgrade.evidence import RunRecord
from deepgrade.files import StrictJSONError, parse_strict_json
from deepgrade.score.arrays import SampledArray, SequencesEvidence
from deepgrade.score.blobs import Unusable, array_of
from deepgrade.score.models import FunctionEvidence, HistoryEvidence, ModelEvidence
from deepgrade.score.unavailable import EvidenceUnavailable, ReviewNeeded

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_JSON_BYTES = 32 << 20
_BLOB_BYTES = 64 << 20
# What the kernel keeps (docs/formats.md, "Evidence").
_WHOLE_BYTES = 8 << 20
_SAMPLE_ROWS = 256
_SEQUENCE_ROWS = 200
_SEQUENCE_TOKENS = 100_000
"""Fewer tokens than this never fill the 2 MiB that sequences may take."""


class EvidenceReader:
    """The evidence of one run.

    Args:
        run_folder: A stored run.
        record: Its run.json.
    """

    def __init__(self, run_folder: Path, record: RunRecord) -> None:
        self.folder = run_folder / "evidence"
        self.predictions_folder = run_folder / "predictions"
        self.record = record
        self._questions: dict[str, dict[str, Any]] = {}
        self._objects: dict[tuple[str, str], Any] = {}

    def items(self, question: str) -> dict[str, Any]:
        """Return a question's items as stored, `{}` when the question did not end."""
        if question not in self._questions:
            document = self._json(self.folder / f"{question}.json")
            # The same terms as infer's: what one stage reads, the other must not overlook.
            known = isinstance(document, dict) and document.get("schema_version") == 1
            items = document.get("items") if known else None
            self._questions[question] = items if isinstance(items, dict) else {}
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
            raise AssertionError(self._why_unfinished(question, name))
        item = self.items(question).get(name)
        if not isinstance(item, dict):
            raise ReviewNeeded(
                f"the evidence of `{name}` is missing from its file, which the kernel never writes so"
            )
        if item.get("kind") == "missing":
            raise AssertionError(
                f"`{name}` is not defined when question {question} ends{self._why_missing(question)}"
            )
        try:
            return self._from_item(question, name, item)
        except ReviewNeeded:
            raise
        except Exception as error:
            # Whatever it was, a stranger's file brought it about: it must not look like a fault of ours.
            said = error if isinstance(error, Unusable) else type(error).__name__
            raise ReviewNeeded(
                f"the evidence of `{name}` cannot be used ({said}): it is not as the kernel writes it"
            ) from None

    def _from_item(self, question: str, name: str, item: dict[str, Any]) -> Any:
        kind = item.get("kind")
        if kind == "array":
            return self._array(item)
        if kind == "sequences":
            return _sequences(item)
        if kind == "value":
            return decode_value(item["value"])
        if kind == "history":
            return HistoryEvidence(item)
        if kind == "model":
            return ModelEvidence(
                question, name, item, self.inferred.get(f"{question}/{name}"), inferred_any=self.stage_ran
            )
        if kind == "function":
            return self._function(question, name, item)
        if kind == "frame":
            raise ReviewNeeded(f"`{name}` is a data frame, which checks cannot look into yet")
        raise ReviewNeeded(
            f"`{name}` is a {item.get('type', 'value')} that the grader cannot keep: {item.get('why', '')}"
        )

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

    def _array(self, item: dict[str, Any]) -> Any:
        shape = tuple(int(side) for side in item["shape"])
        dtype = np.dtype(str(item["dtype"]))
        stored = item.get("stored")
        least = rows_due(shape, dtype.itemsize)
        if stored == "whole":
            values = self.blob(str(item["file"]))
            if values.shape != shape:
                raise Unusable(f"its file has shape {values.shape}, its facts say {shape}")
            whole = _cast(values, dtype)
            whole.flags.writeable = False
            return whole
        if stored == "rows":
            rows = self.blob(str(item["file"]))
            indices = np.asarray(item["rows"], dtype=np.int64)
            if rows.shape != (len(indices), *shape[1:]):
                raise Unusable(f"its stored rows have shape {rows.shape}, its facts say {shape}")
            if len(indices) and (
                indices.min() < 0 or indices.max() >= shape[0] or (np.diff(indices) <= 0).any()
            ):
                raise Unusable("its row indices are out of order or out of range")
            if len(indices) < least:
                raise Unusable(f"{len(indices)} of its rows were kept, and {least} would have been")
            rows = _cast(rows, dtype)
        elif least:
            raise Unusable("none of its rows were kept")
        else:
            rows, indices = np.empty((0, *shape[1:]), dtype=dtype), np.empty(0, dtype=np.int64)
        return SampledArray(
            shape=shape,
            dtype=dtype,
            minimum=_number(item.get("min")),
            maximum=_number(item.get("max")),
            mean=_number(item.get("mean")),
            finite=item.get("finite") is True,
            rows=rows,
            row_indices=indices,
        )

    def blob(self, file: str) -> NDArray[Any]:
        """Return an array file of the evidence folder.

        Raises:
            Unusable: The name is no blob's, or the file is missing, too large or no plain array.
        """
        return read_array(self.folder, file)

    def _why_missing(self, question: str) -> str:
        errors = [error for error in self.record.cell_errors if error.question == question]
        if not errors:
            return ""
        error = errors[0]
        if error.ename == "NotImplementedError" and not error.evalue:
            return f"; the placeholder is still in cell {error.cell + 1}"
        said = f": {_ANSI.sub('', error.evalue)[:200]}" if error.evalue else ""
        return f"; cell {error.cell + 1} stopped with {error.ename}{said}"

    def _why_unfinished(self, question: str, name: str) -> str:
        present = {time.question for time in self.record.cell_times}
        if question not in present and self.record.verdict.value in ("ok", "cell_error"):
            return f"question {question} has no cells in this notebook, so there is no `{name}`"
        return f"the run ended before question {question} did ({self.record.detail}), so there is no `{name}`"

    @staticmethod
    def _json(path: Path, *, max_depth: int = 64) -> Any:
        if not path.is_file() or path.stat().st_size > _JSON_BYTES:
            return None
        try:
            return parse_strict_json(path.read_bytes(), max_depth=max_depth)
        except StrictJSONError:
            return None


def read_array(folder: Path, file: str) -> NDArray[Any]:
    """Read `<sha256>.npy` from a folder, without pickle.

    Raises:
        Unusable: The name is no blob's, or the file is missing, too large or no plain array.
    """
    stem, dot, suffix = file.partition(".")
    if dot != "." or suffix != "npy" or len(stem) != 64 or not set(stem) <= set("0123456789abcdef"):
        raise Unusable(f"{file[:80]!r} is not the name of an array file")
    path = folder / file
    if not path.is_file():
        raise Unusable("its file is missing")
    if path.stat().st_size > _BLOB_BYTES:
        raise Unusable("its file is too large")
    return array_of(path.read_bytes())


def _sequences(item: dict[str, Any]) -> SequencesEvidence:
    count, kept, values = int(item["count"]), item["rows"], item["values"]
    if len(kept) != len(values) or any(not 0 <= a < count for a in kept) or sorted(set(kept)) != kept:
        raise Unusable("its rows are out of order or out of range")
    size = sum(len(row) for row in values)
    if len(kept) < min(_SEQUENCE_ROWS, count) and size < _SEQUENCE_TOKENS:
        raise Unusable(f"{len(kept)} of its {count} rows were kept")
    return SequencesEvidence(item)


def rows_due(shape: tuple[int, ...], item_bytes: int) -> int:
    """Return how many rows of an array the kernel keeps at least; all of a small one.

    Evidence of fewer was made by hand: "all rows are right" holds for no rows at all.
    """
    row_bytes = item_bytes * math.prod(shape[1:])
    if not shape or not row_bytes:
        return 0
    if row_bytes * shape[0] <= _WHOLE_BYTES:
        return shape[0]
    return min(_SAMPLE_ROWS, _WHOLE_BYTES // row_bytes, shape[0])


def _cast(values: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return values in the dtype that the variable had; the kernel stores them in a smaller one."""
    if dtype.hasobject:
        return values
    if values.size * dtype.itemsize > _BLOB_BYTES:
        raise Unusable(f"{values.size:,} values of type {str(dtype)[:40]} are too many")
    return values.astype(dtype, copy=False)


def decode_value(value: Any) -> Any:
    """Turn a stored JSON value back into Python: `{"$float": "nan"}` becomes a float."""
    if isinstance(value, dict):
        if set(value) == {"$float"}:
            return float(value["$float"])
        return {key: decode_value(child) for key, child in value.items()}
    if isinstance(value, list):
        return [decode_value(child) for child in value]
    return value


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
