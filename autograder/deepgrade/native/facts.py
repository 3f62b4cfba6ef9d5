"""Read native.json and find the data. Standard library alone: this is imported beside student code."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Literal, NamedTuple

FACTS = "native.json"
BUNDLES = "deepgrade"
"""Folder of a course, or of an autograder's files, that holds one bundle a lab."""
BUNDLE_VARIABLE = "DEEPGRADE_NATIVE"
DATA_VARIABLE = "DEEPGRADE_DATA"
STORE_VARIABLE = "DEEPGRADE_STORE"


class NativeSetupError(Exception):
    """Grading cannot work here, whatever was handed in: the message is for the instructor."""


class NativeFacts(NamedTuple):
    """What the kernel's side knows of a lab."""

    folder: Path
    """The bundle."""
    lab: str
    origin: Literal["real", "synthetic"]
    size: Literal["full", "quick"]
    sets: tuple[str, ...]
    seed: int
    evidence_bytes: int
    plan: dict[str, Any]
    """Question -> `{"names": [...], "probes": {...}}`."""


def read_facts(folder: Path) -> NativeFacts:
    """Read a bundle's facts.

    Raises:
        NativeSetupError: It is no bundle, or one of another version.
    """
    path = folder / FACTS
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if raw["schema_version"] != 1:
            raise NativeSetupError(
                f"{path} has schema_version {raw['schema_version']!r}; build the lab again."
            )
        return NativeFacts(
            folder=folder.resolve(),
            lab=str(raw["lab"]),
            origin="real" if raw["origin"] == "real" else "synthetic",
            size="full" if raw["size"] == "full" else "quick",
            sets=tuple(raw["sets"]),
            seed=int(raw["seed"]),
            evidence_bytes=int(raw["evidence_bytes"]),
            plan=dict(raw["plan"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NativeSetupError(
            f"{path} cannot be read ({type(error).__name__}: {error}). Build the lab again."
        ) from None


def find_bundle(lab: str, start: Path) -> Path:
    """Return a lab's bundle: $DEEPGRADE_NATIVE/<lab>, else deepgrade/<lab>/ in the nearest folder at or above `start`.

    Raises:
        NativeSetupError: There is none.
    """
    named = os.environ.get(BUNDLE_VARIABLE)
    places = [Path(named)] if named else [folder / BUNDLES for folder in (start, *start.parents)]
    for place in places:
        if (place / lab / FACTS).is_file():
            return place / lab
    raise NativeSetupError(
        f"There is no folder {BUNDLES}/{lab} with the lab's hidden checks at or above {start}."
        f" Run `deepgrade build {lab} --flavour nbgrader --into COURSE`, or name the folder with {BUNDLE_VARIABLE}."
    )


def default_store() -> Path:
    """Return the folder of the data sets: $DEEPGRADE_STORE, else deepgrade/data in the user's cache folder."""
    named = os.environ.get(STORE_VARIABLE)
    if named:
        return Path(named)
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "deepgrade" / "data"


def find_data(facts: NativeFacts) -> Path:
    """Return the folder with a lab's data sets: $DEEPGRADE_DATA, else the store's of the bundle's origin and size.

    Raises:
        NativeSetupError: A set is missing there.
    """
    named = os.environ.get(DATA_VARIABLE)
    folder = Path(named) if named else default_store() / facts.origin / facts.size
    missing = [name for name in facts.sets if not (folder / name / "facts.json").is_file()]
    if missing:
        how = (
            f"`deepgrade data fetch {' '.join(missing)}` or `deepgrade data import DIR`"
            if facts.origin == "real"
            else f"`deepgrade data synthetic --size {facts.size}`"
        )
        raise NativeSetupError(
            f"The {facts.origin} data sets {', '.join(missing)} of {facts.lab} are not in {folder}. Run {how},"
            f" or name a folder that has them with {DATA_VARIABLE}."
        )
    return folder.resolve()
