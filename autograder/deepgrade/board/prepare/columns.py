"""What stands in a board's public folder, read as columns beside its ids: the material of the audit."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from deepgrade.board.prepare.released import input_hashes
from deepgrade.board.reading.form import Array, Form
from deepgrade.data import Ragged
from deepgrade.data.tables import read_cells

_PARTS = re.compile(r"[A-Za-z]+|[0-9]+")
_MOST_PARTS = 8
_ARRAYS = ({"ids", "x"}, {"ids", "x_tokens", "x_offsets"})
_PLAIN_TIME = (1980, 1, 1, 0, 0, 0)
_FIRST_TOKENS = 3


class Column(NamedTuple):
    """One value a row."""

    name: str
    values: Array
    """(rows,), in the order of its file's ids: numbers or text."""


@dataclass(frozen=True)
class Listed:
    """A public file that lists rows."""

    name: str
    ids: tuple[str, ...]
    columns: tuple[Column, ...] = ()
    pixels: Array | None = None
    """(rows, values): images, flat."""
    hashes: tuple[bytes, ...] = ()
    """Of each row's inputs."""


class OddFile(Exception):
    """A public file that is not what it should be.

    Attributes:
        code: A finding's code.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def read_arrays(path: Path) -> Listed:
    """Read `test.npz`.

    Raises:
        OddFile: It holds more than ids and inputs, in its members or in what the archive says of them.
    """
    content = path.read_bytes()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            strange = bool(archive.comment)
        names = [member.filename.removesuffix(".npy") for member in members]
        if set(names) not in _ARRAYS or len(set(names)) != len(names):
            odd = sorted(set(names) - {"ids", "x", "x_tokens", "x_offsets"})
            raise OddFile(
                "member",
                f"{path.name} holds {', '.join(odd[:5]) or 'other arrays'}; only ids and inputs belong there",
            )
        if strange or any(m.comment or m.date_time != _PLAIN_TIME for m in members):
            raise OddFile(
                "metadata", f"{path.name} carries comments or times of its members, which can tell things"
            )
        with np.load(io.BytesIO(content), allow_pickle=False) as loaded:
            arrays = {name: np.asarray(loaded[name]) for name in names}
        ids = tuple(map(str, arrays["ids"].tolist()))
        if "x" in arrays:
            images = arrays["x"]
            if len(images) != len(ids):
                raise ValueError(f"{len(images)} inputs for {len(ids)} ids")
            return Listed(
                path.name, ids, pixels=images.reshape(len(images), -1), hashes=tuple(input_hashes(images))
            )
        reviews = Ragged(arrays["x_tokens"], arrays["x_offsets"])
        if len(reviews) != len(ids):
            raise ValueError(f"{len(reviews)} inputs for {len(ids)} ids")
    except OddFile:
        raise
    except Exception as error:  # whatever is wrong with a file is the finding
        raise OddFile("unreadable", f"{path.name} cannot be read without pickle: {error}") from None
    return Listed(
        path.name, ids, tuple(_review_columns(path.name, reviews)), hashes=tuple(input_hashes(reviews))
    )


def _review_columns(name: str, reviews: Ragged) -> Iterator[Column]:
    lengths = reviews.lengths
    yield Column(f"{name}: the length of a review", lengths)
    filled = lengths > 0
    last = np.zeros(len(reviews), np.int64)
    last[filled] = reviews.tokens[reviews.offsets[1:][filled] - 1]
    yield Column(f"{name}: the last word of a review", last)
    for place in range(_FIRST_TOKENS):
        there = lengths > place
        word = np.full(len(reviews), -1, np.int64)
        word[there] = reviews.tokens[reviews.offsets[:-1][there] + place]
        yield Column(f"{name}: word {place + 1} of a review", word)


def read_table(path: Path, id_column: str, *, without: Sequence[str] = ()) -> Listed:
    """Read a CSV file that lists rows; `without` columns are no part of a row's inputs.

    Raises:
        OddFile: It is no table, or has no column of ids.
    """
    try:
        header, cells = read_cells(path.read_bytes())
        place = header.index(id_column)
    except Exception as error:
        raise OddFile(
            "unreadable", f"{path.name} cannot be read as a table with a column {id_column}: {error}"
        ) from None
    kept = [each for each, name in enumerate(header) if each != place and name not in without]
    columns = tuple(
        Column(
            f"{path.name}: column {header[each]!r}",
            np.array([row[each].strip() for row in cells], dtype=np.str_),
        )
        for each in kept
    )
    rows = ["\x1f".join(row[each].strip() for each in kept).encode("utf-8") for row in cells]
    return Listed(path.name, tuple(row[place] for row in cells), columns, hashes=tuple(rows))


def read_form(path: Path) -> Listed:
    """Read `form.json`.

    Raises:
        OddFile: It is no form.
    """
    try:
        return Listed(path.name, Form.model_validate_json(path.read_bytes()).ids)
    except ValueError as error:
        raise OddFile("unreadable", f"{path.name} is no form: {error}") from None


def parts_of(column: Column) -> Iterator[Column]:
    """Return what is written inside cells of text or whole numbers: words, runs of digits, first and last characters."""
    cells = [str(value) for value in column.values.tolist()]
    found = [_PARTS.findall(cell)[:_MOST_PARTS] for cell in cells]
    for place in range(min(map(len, found), default=0)):
        yield Column(f"{column.name}, part {place + 1}", np.array([each[place] for each in found]))
    for name, start, stop in (
        ("first character", 0, 1),
        ("first two characters", 0, 2),
        ("last character", -1, None),
        ("last two characters", -2, None),
    ):
        yield Column(f"{column.name}, {name}", np.array([cell[start:stop] for cell in cells]))
