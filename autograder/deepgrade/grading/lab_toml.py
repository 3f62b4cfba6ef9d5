"""Write thresholds and their calibration into lab.toml; every comment and the layout stay."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Table

from deepgrade.files import write_atomic
from deepgrade.lab import Calibration, LabError, LabFiles, Size, load_lab

MARK = "# Measured, and written by `deepgrade calibrate {lab} --write`, which writes the thresholds above too; do not edit."
_MARK = re.compile(r"^# Measured, and written by `deepgrade calibrate .*\n", re.MULTILINE)
_SIZES: tuple[Size, ...] = ("full", "quick")


def write_calibration(files: LabFiles, size: Size, measured: Mapping[str, Calibration]) -> None:
    """Put thresholds and their calibration into a lab's lab.toml; those of other questions and sizes stay.

    The calibration tables stand together at the end of the file, below a comment that says who writes them.

    Args:
        files: The lab.
        size: Size of the data that was measured on.
        measured: Question id -> its calibration.

    Raises:
        LabError: lab.toml is not valid, or would not be afterwards; then nothing is written.
    """
    lab = load_lab(files)
    text = files.toml.read_text(encoding="utf-8")
    tables = {name: dict(lab.calibration.get(name, {})) for name in _SIZES}
    tables[size].update(measured)
    values = {question: calibration.threshold for question, calibration in measured.items()}
    try:
        head = _with_thresholds(text, size, values)
    except TOMLKitError as error:
        raise LabError(f"{files.toml} cannot be edited: {error}. Write the thresholds by hand.") from None
    order = [question.id for question in lab.questions]
    made = head.rstrip("\n") + "\n\n" + MARK.format(lab=lab.name) + "\n" + _tables(tables, order)
    if _rest(made) != _rest(text):
        raise LabError(
            f"{files.toml} could not be edited without changing something else. Move its [thresholds] tables before"
            " [[questions]] and try again."
        )
    write_atomic(files.toml, made)


def _with_thresholds(text: str, size: Size, values: Mapping[str, float]) -> str:
    """Return lab.toml's text with other thresholds and without calibration tables."""
    document = tomlkit.parse(text)
    document.pop("calibration", None)
    if "thresholds" not in document:
        document["thresholds"] = tomlkit.table(is_super_table=True)
    thresholds = document["thresholds"]
    assert isinstance(thresholds, Table)  # noqa: S101 - lab.toml is a valid lab
    if size not in thresholds:
        thresholds[size] = tomlkit.table()
    in_force = thresholds[size]
    for question, value in values.items():
        in_force[question] = value
    return _MARK.sub("", tomlkit.dumps(document))


def _rest(text: str) -> dict[str, Any]:
    values = tomllib.loads(text)
    return {name: value for name, value in values.items() if name not in ("thresholds", "calibration")}


def _tables(tables: Mapping[Size, Mapping[str, Calibration]], order: list[str]) -> str:
    blocks = []
    for size in _SIZES:
        for question in sorted(tables[size], key=order.index):
            fields = tables[size][question].model_dump(exclude_none=True)
            lines = [f"{name} = {_value(value)}" for name, value in fields.items()]
            blocks.append("\n".join([f"[calibration.{size}.{question}]", *lines]) + "\n")
    return "\n".join(blocks)


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {_value(item)}" for key, item in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str | int | float) else str(value)
