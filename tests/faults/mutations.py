"""Notebooks as no editor writes them: made from good ones by steps that can be repeated and left out one by one.

A mutant is a base, a list of steps, each with a seed of its own, and a way to lie on disk. Steps on the notebook's data
come first, then steps on the bytes. The same seed makes the same mutants.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from faults.notebook_steps import DATA_STEPS
from support.small_class import COUNT, LOAD, notebook

Step = tuple[str, int]
"""Name and seed."""


@dataclass(frozen=True)
class Mutant:
    """One file to hand in."""

    name: str
    base: int
    steps: tuple[Step, ...]
    place: str = "file"
    """How it lies on disk, a key of `PLACES`."""

    @property
    def kind(self) -> str:
        """What was done, in words."""
        return "+".join([*(name for name, _ in self.steps), *([self.place] if self.place != "file" else [])])

    def content(self) -> bytes:
        """Return the file's bytes."""
        data = json.loads(BASES[self.base])
        text: bytes | None = None
        for name, seed in self.steps:
            chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
            if name in DATA_STEPS and text is None:
                data = DATA_STEPS[name](data, chance)
            elif name in BYTE_STEPS:
                text = BYTE_STEPS[name](_dumped(data) if text is None else text, chance)
        return _dumped(data) if text is None else text

    def write(self, folder: Path) -> None:
        """Put it into a folder, as a student's file."""
        folder.mkdir(parents=True, exist_ok=True)
        PLACES[self.place](folder, self.name, self.content())

    def smaller(self) -> Iterator[Mutant]:
        """Yield mutants with one step less."""
        for number in range(len(self.steps)):
            yield replace(self, steps=self.steps[:number] + self.steps[number + 1 :])
        if self.place != "file":
            yield replace(self, place="file")


def mutants(count: int, seed: int) -> Iterator[Mutant]:
    """Yield mutants, the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311
    for number in range(count):
        data = [_step(DATA_STEPS, chance) for _ in range(chance.choice([0, 1, 1, 2, 3]))]
        text = [
            _step(BYTE_STEPS, chance)
            for _ in range(chance.choice([0, 0, 0, 1]) if data else chance.choice([1, 2]))
        ]
        place = chance.choice(list(PLACES)) if chance.random() < 0.08 else "file"
        yield Mutant(f"mutant{number:05}", chance.randrange(len(BASES)), (*data, *text), place)


def _step(table: dict[str, Any], chance: random.Random) -> Step:
    return chance.choice(list(table)), chance.randrange(1 << 32)


def _dumped(data: Any) -> bytes:
    return json.dumps(data).encode("utf-8")


def _with_outputs() -> str:
    data = json.loads(notebook())
    data["cells"][1]["outputs"] = [
        {"output_type": "stream", "name": "stdout", "text": ["a\n", "b\n"]},
        {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/plain": "1"}},
        {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["\x1b[31mred\x1b[0m"]},
    ]
    data["cells"].insert(0, {"cell_type": "raw", "metadata": {}, "source": ["raw"], "id": "r-1"})
    return json.dumps(data)


def _with_tools() -> str:
    data = json.loads(notebook(load=f"import otter\ngrader = otter.Notebook()\n{LOAD}", count=f"{COUNT}\n"))
    facts = {
        "grade": True,
        "locked": True,
        "solution": False,
        "grade_id": "t",
        "points": 1,
        "checksum": "0" * 32,
    }
    test = {"cell_type": "code", "metadata": {"nbgrader": facts}, "source": "assert counts", "outputs": []}
    mark = {"deepgrade": {"question": "a1", "role": "answer"}}
    data["cells"][1]["metadata"] = mark
    data["cells"].insert(4, {**test, "execution_count": None})
    data["metadata"]["deepgrade"] = {"lab": "small", "flavour": "nbgrader"}
    return json.dumps(data)


BASES = (
    notebook(),
    _with_outputs(),
    _with_tools(),
    notebook(count="import time\n" + COUNT, answer="**Why?** <b>so</b>"),
)


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _flip(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice([1, 3, 30])):
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _insert(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data) + 1)
    what = chance.choice(
        [b"\0", b"\0" * 500, b"\xff\xfe", b"\xed\xa0\x80", b"NaN,", b"[" * 3000, b'"\\ud800"', b"\r", b"{}"]
    )
    return data[:place] + what + data[place:]


def _encode(data: bytes, chance: random.Random) -> bytes:
    text = data.decode("utf-8", "replace")
    name = chance.choice(
        ["utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252", "utf-8-sig", "utf-7", "cp500", "rot13"]
    )
    if name == "rot13":
        return data.translate(bytes((b + 13) % 256 for b in range(256)))
    return text.encode(name, "replace")


def _number(data: bytes, chance: random.Random) -> bytes:
    what = chance.choice(
        [b"1" * 5000, b"1e999", b"-0.0", b"NaN", b"-Infinity", b"1E+400", b"0x10", b"01", b"9" * 19]
    )
    return data.replace(chance.choice([b"null", b"4", b"1"]), what, chance.choice([1, -1]))


def _twice(data: bytes, chance: random.Random) -> bytes:
    key = chance.choice([b'"cells"', b'"nbformat"', b'"metadata"', b'"source"', b'"cell_type"'])
    return data.replace(key, key + b": 1, " + key, 1)


def _pack(data: bytes, chance: random.Random) -> bytes:
    if chance.random() < 0.3:
        return gzip.compress(data)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        names = chance.choice([["small.ipynb"], ["a/small.ipynb", "b/small.ipynb"], ["../../small.ipynb"]])
        for name in names:
            archive.writestr(name, data)
    return packed.getvalue()


_OTHERS = (
    b"", b" \n\t", b"%PDF-1.7\n", b"<html><body>x", b"\x89PNG\r\n", b"null", b"[]", b"{}", b'"text"', b"4", b"[" * 200_000,
    b'{"a":' * 50_000, b"{" * 70, b"# %%\nprint(1)\n", b"," * 100_000,
)  # fmt: skip


def _instead(data: bytes, chance: random.Random) -> bytes:
    return chance.choice([*_OTHERS, data * 2, data[::-1], b"\xef\xbb\xbf" * 3 + data])


def _ends(data: bytes, chance: random.Random) -> bytes:
    return chance.choice(
        [data + b"\0" * 100, data + b"}", data + data[:50], b"\n" * 1000 + data, data.replace(b",", b",\r\n")]
    )


BYTE_STEPS: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "cut": _cut,
    "flip": _flip,
    "insert": _insert,
    "encode": _encode,
    "number": _number,
    "key twice": _twice,
    "pack": _pack,
    "instead": _instead,
    "ends": _ends,
}


def _plain(folder: Path, name: str, data: bytes) -> None:
    (folder / f"{name}.ipynb").write_bytes(data)


def _suffix(folder: Path, name: str, data: bytes) -> None:
    endings = (".ipynb.txt", ".json", ".py", ".IPYNB", ".ipynb (1)", ".zip", "")
    (folder / f"{name}{endings[len(data) % len(endings)]}").write_bytes(data)


def _folder(folder: Path, name: str, data: bytes) -> None:
    (folder / f"{name}.ipynb").mkdir()
    if len(data) % 2:
        (folder / f"{name}.ipynb" / "small.ipynb").write_bytes(data)


def _link(folder: Path, name: str, data: bytes) -> None:
    targets = ("/etc/passwd", "nowhere", f"{name}.ipynb", ".", "/dev/zero")
    (folder / f"{name}.ipynb").symlink_to(targets[len(data) % len(targets)])


def _hard_link(folder: Path, name: str, data: bytes) -> None:
    (folder / f".{name}").write_bytes(data)
    os.link(folder / f".{name}", folder / f"{name}.ipynb")


def _pipe(folder: Path, name: str, data: bytes) -> None:
    os.mkfifo(folder / f"{name}.ipynb")


def _sparse(folder: Path, name: str, data: bytes) -> None:
    with (folder / f"{name}.ipynb").open("wb") as stream:
        stream.write(data)
        stream.truncate(3 << 30)


def _odd_name(folder: Path, name: str, data: bytes) -> None:
    odd = (
        "\u202egnp",
        "a\nb",
        "-rf",
        "%s%n",
        " x ",
        "..\\..",
        "é́",
        "=1+1",
        "<b>",
        "con",
        "\x1b[31m",
        "'; --",
    )
    raw = f"{name}{odd[len(data) % len(odd)]}.ipynb".encode()
    if len(data) % 3 == 0:
        raw = name.encode() + b"\xff\xfe.ipynb"
    with open(os.fsencode(folder) + b"/" + raw, "wb") as stream:  # noqa: PTH123 - a name that is no text
        stream.write(data)


def _deep(folder: Path, name: str, data: bytes) -> None:
    place = folder / name / "/".join("d" * 8)
    place.mkdir(parents=True)
    (place / f"{name}.ipynb").write_bytes(data)


PLACES: dict[str, Callable[[Path, str, bytes], None]] = {
    "file": _plain,
    "suffix": _suffix,
    "folder": _folder,
    "link": _link,
    "hard link": _hard_link,
    "pipe": _pipe,
    "sparse": _sparse,
    "odd name": _odd_name,
    "deep": _deep,
}
