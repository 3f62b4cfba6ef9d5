"""Hidden sets: fresh inputs for public data, so that a look-up of public labels scores at chance.

Theory of operation: the instructor's secret carves rows out of the public test set. In what `load_data()` returns in the
sandbox ("public"), slightly distorted copies of other test rows with the same label stand in their places, so shapes, counts,
class balance and labels stay. The carved rows, slightly distorted themselves, are the hidden inputs; they and their labels
lie in folders of their own, which only their owner may read, and the three folders are never mounted together. The order of
the hidden rows is shuffled by the secret too: who finds out which public rows were replaced (each has a near twin) must not
be able to line their public labels up with the hidden inputs. Rows 0 to 99 of `load_data()` stay: handouts print them.

Every choice comes from an HMAC of the secret, so the same secret makes the same set on every machine. What is written holds
neither the secret nor the HMAC, only a hash of the latter that recognises the set.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from deepgrade.data.arrays import (
    Array,
    DataSet,
    Ragged,
    SetFacts,
    array_sha256,
    fingerprint,
    read_array,
    read_data_folder,
    read_facts,
    write_data_folder,
)
from deepgrade.data.errors import HiddenSetError
from deepgrade.data.loading import as_loaded, keras_order
from deepgrade.data.shares import class_shares
from deepgrade.data.stream import Stream
from deepgrade.data.warp import distort
from deepgrade.files import atomic_folder, sha256_json, write_atomic

_VERSION = 1  # of the procedure: another one makes other sets, so it is part of the key
KEPT_ROWS = 100
"""So many first rows of `load_data()` are never hidden."""
_MIN_SECRET_BYTES = 16
_COLOUR_AXES = 4  # images, rows, columns, colours
_MILD = {"degrees": 5, "shift_hundredths": 30}
_MILD_FOR_PHOTOS = {"degrees": 3, "shift_hundredths": 100, "brightness_per_mille": 80}
_WORDS_LOST_PER_MILLE = 50


class HiddenSet(NamedTuple):
    """Where a hidden set lies. Each folder is the data set's own, `<destination>/<part>/<name>`."""

    public: Path
    """Mounted in the run: a data folder with the carved rows replaced."""
    inputs: Path
    """For infer: `x.npy`, or `x_tokens.npy` and `x_offsets.npy`; and `facts.json`."""
    labels: Path
    """For score: `labels.npy`, (rows,) int64, in the order of the inputs."""
    fingerprint: str
    """SHA-256 over all three."""


class _Manifest(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[1] = 1
    key: str
    rows: int
    fingerprint: str


def hidden_key(facts: SetFacts, rows: int, secret: bytes) -> str:
    """Return what identifies a hidden set before it is made, 64 hexadecimal digits; it gives nothing away.

    Raises:
        HiddenSetError: The secret is shorter than 16 bytes.
    """
    return hashlib.sha256(_seed(facts, rows, secret)).hexdigest()


def _seed(facts: SetFacts, rows: int, secret: bytes) -> bytes:
    if len(secret) < _MIN_SECRET_BYTES:
        raise HiddenSetError(
            f"The secret has {len(secret)} bytes; use at least {_MIN_SECRET_BYTES} random ones."
        )
    text = f"deepgrade hidden set {_VERSION}|{facts.name}|{facts.fingerprint}|{rows}"
    return hmac.new(secret, text.encode("utf-8"), hashlib.sha256).digest()


def prepare_hidden(source: Path, dataset: str, rows: int, secret: bytes, destination: Path) -> HiddenSet:
    """Make a hidden set from a stored data set, or return the one that was made before.

    Args:
        source: The data set's folder, or the folder that holds it under its name (`<root>/<origin>/<size>`).
        dataset: Its name.
        rows: How many test rows to hide; never among the first 100 of `load_data()`.
        secret: At least 16 bytes that no student knows.
        destination: Receives `public/`, `inputs/`, `labels/` and `keys/`, each with the data set's name below it.

    Returns:
        The three folders and the fingerprint.

    Raises:
        HiddenSetError: Too many rows, a short secret, or `destination` holds a set of another key.
        DataError: The source is not a data folder.
    """
    folder, facts = _source(source, dataset)
    key = hidden_key(facts, rows, secret)
    public, inputs, labels = (destination / part / dataset for part in ("public", "inputs", "labels"))
    manifest = destination / "keys" / f"{dataset}.json"
    with _locked(manifest.with_suffix(".lock")):
        known = _read_manifest(manifest)
        if known is not None and known.key != key:
            raise HiddenSetError(
                f"{destination} holds a hidden set of {dataset} made from other data, rows or another secret; "
                "choose another folder, or delete it if no grade rests on it."
            )
        if known is None or not all(part.is_dir() for part in (public, inputs, labels)):
            # Without a manifest, or with a part gone, what is there is unfinished and may be of another secret.
            for part in (public, inputs, labels):
                shutil.rmtree(part, ignore_errors=True)
            seed = _seed(facts, rows, secret)
            known = _make(read_data_folder(folder), facts, rows, seed, key, (public, inputs, labels))
            write_atomic(manifest, known.model_dump_json() + "\n", mode=0o600)
    return HiddenSet(public, inputs, labels, known.fingerprint)


def _source(source: Path, dataset: str) -> tuple[Path, SetFacts]:
    folder = source if (source / "facts.json").is_file() else source / dataset
    facts = read_facts(folder)
    if facts.name != dataset:
        raise HiddenSetError(f"{folder} holds {facts.name!r}, not {dataset!r}")
    return folder, facts


def hidden_rows(source: Path, dataset: str, rows: int, secret: bytes) -> NDArray[np.int64]:
    """Return which test rows `prepare_hidden` hides for the same arguments, without making anything.

    For what has to keep off these rows. Who knows them can look their labels up, so the answer is never written
    anywhere and its order says nothing of the hidden set's.

    Returns:
        Shape (rows,): places among the stored test rows, ascending.

    Raises:
        HiddenSetError: Too many rows, or a short secret.
        DataError: The source is not a data folder.
    """
    folder, facts = _source(source, dataset)
    chosen, _ = _choose(read_data_folder(folder), rows, Stream(_seed(facts, rows, secret), "rows"))
    return np.sort(chosen)


def hidden_count(destination: Path, dataset: str) -> int | None:
    """Return how many rows the hidden set made in `destination` has; None where there is none.

    Raises:
        HiddenSetError: What was made is damaged.
    """
    known = _read_manifest(destination / "keys" / f"{dataset}.json")
    return None if known is None else known.rows


def verify_hidden(hidden: HiddenSet) -> tuple[str, ...]:
    """Read a hidden set again and say what is wrong with it; empty when all is as it was made."""
    problems = []
    try:
        made = _combined(
            fingerprint(read_data_folder(hidden.public)),
            {path.stem: read_array(hidden.inputs, path.stem) for path in sorted(hidden.inputs.glob("*.npy"))},
            read_array(hidden.labels, "labels"),
        )
        if made != hidden.fingerprint:
            problems.append(
                f"the hidden set of {hidden.public.name} is not what was made: its fingerprint differs"
            )
    except Exception as error:  # whatever is wrong with a damaged file is the finding
        problems.append(f"the hidden set of {hidden.public.name} cannot be read: {error}")
    problems += [
        f"{private} can be read by others; run: chmod -R go= '{private}'"
        for private in (hidden.inputs, hidden.labels)
        if private.exists() and private.stat().st_mode & 0o077
    ]
    return tuple(problems)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Let one process at a time make a set; the others wait and find it made."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("ab") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _read_manifest(path: Path) -> _Manifest | None:
    try:
        return _Manifest.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        raise HiddenSetError(
            f"{path} is damaged ({error.error_count()} errors); delete the folder above it."
        ) from None


def _make(
    data: DataSet, facts: SetFacts, rows: int, seed: bytes, key: str, parts: tuple[Path, ...]
) -> _Manifest:
    hidden_rows, twins = _choose(data, rows, Stream(seed, "rows"))
    y_test = np.asarray(data.labels("test"))
    replaced, hidden = _distorted(data.inputs("test"), twins, hidden_rows, Stream(seed, "distortion"))
    public = DataSet.of((data.inputs("train"), data.labels("train")), (replaced, y_test), data.word_index)
    hidden_inputs: dict[str, Array] = (
        {"x_tokens": hidden.tokens, "x_offsets": hidden.offsets}
        if isinstance(hidden, Ragged)
        else {"x": hidden}
    )
    labels = y_test[hidden_rows].astype(np.int64).reshape(-1)
    public_facts = public.facts(facts.name, facts.origin, facts.size, facts.classes)
    _write_private(parts[2], {"labels": labels}, None)
    _write_private(parts[1], hidden_inputs, facts)
    with atomic_folder(parts[0]) as folder:
        write_data_folder(folder, public, public_facts)
    return _Manifest(
        key=key, rows=rows, fingerprint=_combined(public_facts.fingerprint, hidden_inputs, labels)
    )


def _write_private(path: Path, arrays: dict[str, Array], facts: SetFacts | None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    with atomic_folder(path) as folder:
        for name, array in arrays.items():
            np.save(folder / f"{name}.npy", array, allow_pickle=False)
            (folder / f"{name}.npy").chmod(0o600)
        if facts is not None:
            write_atomic(folder / "facts.json", facts.to_json(), mode=0o600)
    path.chmod(0o700)


def _combined(public: str, inputs: dict[str, Array], labels: Array) -> str:
    content: dict[str, Any] = {name: array_sha256(array) for name, array in inputs.items()}
    return sha256_json({"public": public, "inputs": content, "labels": array_sha256(labels)})


def _choose(data: DataSet, rows: int, stream: Stream) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the stored test rows to hide, shuffled, and for each another test row of its class that stays."""
    labels = np.asarray(data.labels("test")).reshape(-1)
    count = len(labels)
    order = keras_order(len(data.labels("train")), count)["test"] if data.is_ragged else np.arange(count)
    shuffled = order[KEPT_ROWS:][stream.order(max(0, count - KEPT_ROWS))]
    if not 0 < rows <= count:
        raise HiddenSetError(f"{rows} rows cannot be hidden: the test set has {count}.")
    shares = class_shares(labels, rows)
    hidden, twins = [], []
    for label, share in shares.items():
        candidates = shuffled[labels[shuffled] == label]
        stays = np.setdiff1d(np.flatnonzero(labels == label), candidates[:share])
        if share > len(candidates) or share > 2 * len(stays):
            raise HiddenSetError(
                f"{rows} rows cannot be hidden: class {label} has {len(candidates)} of {count} test rows to choose from, "
                "and a third of each class has to stay. Ask for fewer."
            )
        hidden.append(candidates[:share])
        # Every row that stays is copied once before any is copied twice.
        rounds = [stays[stream.order(len(stays))] for _ in range(-(-share // max(1, len(stays))))]
        twins.append(np.concatenate([*rounds, stays[:0]])[:share])
    mixed = stream.order(rows)
    return np.concatenate(hidden)[mixed], np.concatenate(twins)[mixed]


def _distorted(
    inputs: Array | Ragged, twins: NDArray[np.int64], hidden_rows: NDArray[np.int64], stream: Stream
) -> tuple[Array | Ragged, Array | Ragged]:
    """Return all test inputs with the carved rows replaced, as stored, and the hidden inputs, as `load_data()` returns them."""
    if isinstance(inputs, Ragged):
        copies = _drop_words(inputs.take(twins), stream)
        both = Ragged.concatenate([inputs, copies])
        take = np.arange(len(inputs))
        take[hidden_rows] = len(inputs) + np.arange(len(twins))
        return both.take(take), as_loaded(_drop_words(inputs.take(hidden_rows), stream))
    replaced = np.array(inputs)
    replaced[hidden_rows] = _mild(np.asarray(inputs[twins]), stream)
    return replaced, _mild(np.asarray(inputs[hidden_rows]), stream)


def distorted_as_loaded(inputs: Array | Ragged, rows: NDArray[np.int64], stream: Stream) -> Array | Ragged:
    """Return rows of stored inputs, distorted as hidden ones are, as `load_data()` would return them."""
    if isinstance(inputs, Ragged):
        return as_loaded(_drop_words(inputs.take(rows), stream))
    return _mild(np.asarray(inputs[rows]), stream)


def _mild(images: Array, stream: Stream) -> Array:
    return distort(images, stream, **(_MILD_FOR_PHOTOS if images.ndim == _COLOUR_AXES else _MILD))


def _drop_words(reviews: Ragged, stream: Stream) -> Ragged:
    kept = stream.below(1000, len(reviews.tokens)) >= _WORDS_LOST_PER_MILLE
    # No review becomes empty: Keras could not load it.
    kept[reviews.offsets[:-1][reviews.lengths > 0]] = True
    return reviews.keep(kept)
