"""Checksums: of the sources of a board's data, kept with the competition, and of what was released, kept beside it."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from deepgrade.board.competition import Board, Competition, competition_folder
from deepgrade.board.errors import BoardError
from deepgrade.board.prepare.folder import SOLUTION, Prepared
from deepgrade.data import DataStore
from deepgrade.data.tables import unix_lines
from deepgrade.files import StrictJSONError, parse_strict_json, sha256_bytes, write_atomic
from deepgrade.lab import Lab, LabFiles, Origin, Size

RELEASED = "checksums.json"
_SOURCES = "checksums.toml"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SECTIONS = tuple(f"{origin}-{size}" for origin in ("real", "synthetic") for size in ("full", "quick"))
_HEAD = """\
# SHA-256 of the data that this competition's boards are made from. `deepgrade board prepare` stops where they differ.
"""


def sources_of(
    board: Board, lab: Lab, store: DataStore, *, origin: Origin, size: Size, table: Path | None
) -> dict[str, str]:
    """Return the fingerprints of what a board is made from: data set -> fingerprint; `<board>.csv` -> that of an own table.

    Raises:
        BoardError: An own table was not given, cannot be read, or is not asked for.
        DataError: A data set is not stored.
    """
    if board.table is not None:
        if table is None:
            raise BoardError(f"Board {board.id} is made from an own table. Name the CSV file with --table.")
        return {f"{board.id}.csv": sha256_bytes(unix_lines(read_own_table(table)))}
    if table is not None:
        raise BoardError(
            f"Board {board.id} is not made from an own table; leave --table out, or set `table` in competition.toml."
        )
    if board.entry == "file":
        names: tuple[str, ...] = (board.dataset or "",)
    else:
        hidden = lab.hidden[board.hidden or ""]
        names = (hidden.dataset,) if hidden.source == "carved" else lab.data
    return {name: store.find(name, origin, size).facts.fingerprint for name in names}


def read_own_table(path: Path) -> bytes:
    """Read an instructor's table.

    Raises:
        BoardError: It cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise BoardError(f"The table {path} cannot be read: {error.strerror}.") from None


def read_checksums(files: LabFiles) -> dict[str, dict[str, str]]:
    """Return what `checksums.toml` says: `<origin>-<size>` -> source -> SHA-256; empty where there is no such file.

    Raises:
        BoardError: The file is wrong.
    """
    path = competition_folder(files) / _SOURCES
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BoardError(f"{path} cannot be read: {error}") from None
    problems = [f"[{name}]: sections are {', '.join(_SECTIONS)}" for name in content if name not in _SECTIONS]
    problems += [
        f"{section}.{name}: {value!r} is no SHA-256 (64 hexadecimal digits)"
        for section, values in content.items()
        if isinstance(values, dict)
        for name, value in values.items()
        if not (isinstance(value, str) and _SHA256.fullmatch(value))
    ]
    problems += [f"{name}: not a section" for name, values in content.items() if not isinstance(values, dict)]
    if problems:
        raise BoardError(f"{path} is wrong:\n" + "\n".join(f"  {problem}" for problem in problems))
    return content


def check_sources(files: LabFiles, origin: Origin, size: Size, sources: Mapping[str, str]) -> None:
    """Compare sources with `checksums.toml`, as far as it names them.

    Raises:
        BoardError: One is another than the competition was made with; both sums are shown.
    """
    known = read_checksums(files).get(f"{origin}-{size}", {})
    wrong = [
        f"  {name}\n    expected {known[name]}\n    found    {found}"
        for name, found in sources.items()
        if name in known and known[name] != found
    ]
    if wrong:
        path = competition_folder(files) / _SOURCES
        raise BoardError(
            f"The {origin} data ({size}) are not those that this competition was made with ({path}):\n"
            + "\n".join(wrong)
            + "\nFetch the right data, or write the sums anew if the change is meant."
        )


def write_checksums(
    files: LabFiles,
    lab: Lab,
    competition: Competition,
    store: DataStore,
    *,
    origin: Origin,
    size: Size,
    tables: Mapping[str, Path] | None = None,
) -> Path:
    """Write the sums of all boards' sources into `checksums.toml`; those of other origins and sizes stay.

    Args:
        files: The lab's.
        lab: Its data sets.
        competition: Its boards.
        store: Where the data are.
        origin: Real or synthetic.
        size: Full or quick.
        tables: Board -> own table; the sum of one that is not given stays.

    Returns:
        The file.

    Raises:
        BoardError: The file there is wrong.
        DataError: A data set is not stored.
    """
    known = read_checksums(files)
    sums = dict(known.get(f"{origin}-{size}", {}))
    for board in competition.boards:
        table = (tables or {}).get(board.id)
        if board.table is None or table is not None:
            sums |= sources_of(board, lab, store, origin=origin, size=size, table=table)
    known[f"{origin}-{size}"] = sums
    path = competition_folder(files) / _SOURCES
    sections = [
        f"[{section}]\n"
        + "".join(f'{_key(name)} = "{known[section][name]}"\n' for name in sorted(known[section]))
        for section in _SECTIONS
        if known.get(section)
    ]
    write_atomic(path, "\n".join([_HEAD, *sections]))
    return path


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name)


def released_sums(public: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below a public folder, but that of the list itself."""
    return {
        path.relative_to(public).as_posix(): sha256_bytes(path.read_bytes())
        for path in sorted(public.rglob("*"))
        if path.is_file() and path != public / RELEASED
    }


def write_released(public: Path) -> None:
    """Write `checksums.json` for a public folder."""
    content = {"schema_version": 1, "sha256": released_sums(public)}
    write_atomic(public / RELEASED, json.dumps(content, indent=1) + "\n")


def verify_prepared(prepared: Prepared) -> tuple[str, ...]:
    """Look at a prepared board again and say what is wrong with it; empty when all is well.

    Public files have to be as they were made, the private folder closed to others, and the solution whole. Labels corrected
    by hand are no fault.
    """
    problems = _public_problems(prepared.public)
    if prepared.has_solution:
        private = (prepared.private, *sorted(prepared.private.rglob("*")))
        problems += [
            f"{path} can be read by others; run: chmod -R go= '{prepared.private}'"
            for path in private
            if path.exists() and path.stat().st_mode & 0o077
        ][:1]
        problems += [
            f"{path} does not belong there"
            for path in private[1:]
            if path.relative_to(prepared.private).as_posix() != SOLUTION
        ]
        try:
            prepared.solution()
        except BoardError as error:
            problems.append(str(error))
    return tuple(problems)


def _public_problems(public: Path) -> list[str]:
    path = public / RELEASED
    try:
        content = parse_strict_json(path.read_bytes())
        known = {str(name): str(value) for name, value in content["sha256"].items()}
    except (OSError, StrictJSONError, KeyError, TypeError, AttributeError):
        return [f"{path} is missing or damaged"]
    found = released_sums(public)
    problems = [f"{public / name} is missing" for name in known if name not in found]
    problems += [f"{public / name} was not made by prepare" for name in found if name not in known]
    problems += [
        f"{public / name} is not as it was made:\n  expected {known[name]}\n  found    {found[name]}"
        for name in known
        if name in found and known[name] != found[name]
    ]
    return problems
