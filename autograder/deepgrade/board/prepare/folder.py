"""A prepared board: `<course>/board/<lab>/<board>/`, written once, then only read, but for labels corrected by hand.

`manifest.json` says what it was made from; `public/` may be handed to students; `private/` is its owner's alone.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from deepgrade.board.errors import BoardError
from deepgrade.board.prepare.solution import Solution, SolutionColumns, Usage, read_solution
from deepgrade.board.reading.form import Form
from deepgrade.board.showing.standing import Split
from deepgrade.files import sha256_json
from deepgrade.lab.model import Origin, Size
from deepgrade.records import Course

_VERSION = 1  # of the procedure: another one releases other rows, so it is part of the key

MANIFEST = "manifest.json"
FORM = "form.json"
SOLUTION = "solution.csv"


class Recipe(BaseModel):
    """What a board's data are made from. Titles, metrics of one kind, points and policies are not part of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[1] = 1
    lab: str
    board: str
    entry: Literal["model", "file"]
    origin: Origin
    size: Size
    source: dict[str, str]
    """Data set -> its fingerprint; of an own table, `<board>.csv` -> its SHA-256."""
    hidden: str | None = None
    """Model boards: the hidden evaluation."""
    target: str | None = None
    """Tables: the column to predict."""
    kind: str | None = None
    """File boards: what predictions are."""
    scored_rows: int = 0
    """Rows that are released and scored, or hidden; 0 where every entry has its own."""
    ignored_rows: int = 0
    private_share: float
    id_column: str
    label_column: str

    def key_for(self, secret: bytes) -> str:
        """Return what identifies the data before they are made, 64 hexadecimal digits; it gives nothing away."""
        text = f"deepgrade board {_VERSION}|{sha256_json(self.model_dump())}"
        return hashlib.sha256(hmac.new(secret, text.encode("utf-8"), hashlib.sha256).digest()).hexdigest()

    def differences(self, other: Recipe) -> list[str]:
        """Say what another recipe has in place of this one's."""
        mine, theirs = self.model_dump(), other.model_dump()
        return [
            f"{name}: {mine[name]!r}, now {theirs[name]!r}" for name in mine if mine[name] != theirs[name]
        ]


class Manifest(Recipe):
    """`manifest.json`: the recipe, and what came of it."""

    key: str = Field(pattern=r"^[0-9a-f]{64}$")
    rows: dict[Usage, int]
    """Rows by use, as they were made; all 0 where every entry has its own rows."""
    classes: int = 0
    """How many classes the target has; 0 for real numbers."""
    solution_sha256: str | None = None
    """Of `private/solution.csv` as it was made."""
    sample: dict[str, dict[Split, float]] = {}
    """Metric -> what `public/sample_submission.csv` scores, for every metric that such predictions allow."""

    @property
    def recipe(self) -> Recipe:
        """What the data were made from."""
        return Recipe.model_validate({name: getattr(self, name) for name in Recipe.model_fields})


@dataclass(frozen=True)
class Prepared:
    """A prepared board.

    Attributes:
        folder: `<course>/board/<lab>/<board>`.
        manifest: What it was made from.
    """

    folder: Path
    manifest: Manifest

    @property
    def public(self) -> Path:
        """What may be handed to students."""
        return self.folder / "public"

    @property
    def private(self) -> Path:
        """What only its owner may read."""
        return self.folder / "private"

    @property
    def has_solution(self) -> bool:
        """False where every entry is scored on its notebook's own rows."""
        return self.manifest.solution_sha256 is not None

    def form(self) -> Form:
        """Return what a submission has to look like.

        Raises:
            BoardError: The board takes models, or `form.json` is damaged.
        """
        path = self.public / FORM
        if self.manifest.entry != "file":
            raise BoardError(f"Board {self.manifest.board} takes models, no files of predictions.")
        try:
            return Form.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            raise BoardError(f"{path} is missing or damaged: {error}") from None

    def solution(self) -> Solution:
        """Read the solution as it is now, in the order of the board's rows.

        Raises:
            BoardError: There is none, or it was corrected by hand and is wrong now; every fault is named.
        """
        made = self.manifest
        if not self.has_solution:
            raise BoardError(f"Board {made.board}: every entry is scored on its notebook's own rows.")
        ids = self.form().ids if made.entry == "file" else row_names(made.scored_rows)
        columns = SolutionColumns(made.id_column, made.label_column, made.classes)
        return read_solution(self.private / SOLUTION, columns, ids)


def row_names(count: int) -> tuple[str, ...]:
    """Return the ids of a hidden set's rows: `r0001` and so on."""
    width = max(4, len(str(count)))
    return tuple(f"r{number:0{width}d}" for number in range(1, count + 1))


def is_prepared(course: Course, lab: str, board: str) -> bool:
    """Return whether a board was prepared in a course."""
    return (course.board(lab, board) / MANIFEST).is_file()


def open_prepared(course: Course, lab: str, board: str) -> Prepared:
    """Find a prepared board.

    Raises:
        BoardError: It was not prepared, or its manifest is damaged; the message says what to do.
    """
    folder = course.board(lab, board)
    try:
        return Prepared(folder, Manifest.model_validate_json((folder / MANIFEST).read_bytes()))
    except FileNotFoundError:
        raise BoardError(
            f"Board {board} of {lab} is not prepared in this course. Run: deepgrade board prepare {lab} --board {board}"
        ) from None
    except (OSError, ValidationError) as error:
        raise BoardError(
            f"{folder / MANIFEST} is damaged: {error}. Remove {folder} if no entry rests on it, and prepare the board again."
        ) from None
