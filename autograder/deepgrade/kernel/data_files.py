"""Files of the lab's data sets: beside the notebook under their own names, and through `keras.utils.get_file`.

A set whose content is files keeps them in `<data folder>/<set>/files/`. What stands there gets a link of the same name in the
working folder, so that `pd.read_csv("Hitters.csv")` works as it does at home; a name that exists is left alone. Nothing is
copied, and the data are read-only: who changes such a link harms only themself.

Like everything in this folder this runs with the student's rights, and nothing here is a secret or a wall.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_CHUNK_BYTES = 1 << 20
_SHA256_DIGITS = 64


class DataSetNotAvailableError(FileNotFoundError):
    """The lab's data folder does not hold what was asked for."""


def set_names(folder: Path, wanted: Sequence[str] | None) -> list[str]:
    """Return the names of the data sets in a folder, sorted; of those wanted alone, unless that is None."""
    there = sorted(path.parent.name for path in folder.glob("*/facts.json"))
    return [name for name in there if wanted is None or name in wanted]


def link_files(folder: Path, names: Sequence[str], working_folder: Path) -> list[Path]:
    """Link the files of data sets into the working folder.

    A name that exists there is left alone, unless it is a link that an earlier process made here to other data.

    Args:
        folder: The data folder.
        names: The sets.
        working_folder: Where the notebook runs.

    Returns:
        The links that were made; none where the folder cannot be written.
    """
    made = []
    for name in names:
        for source in sorted((folder / name / "files").glob("[!.]*")):
            link = working_folder / source.name
            with contextlib.suppress(OSError):
                if link.is_symlink() and link.resolve() != source.resolve() and is_ours(link):
                    link.unlink()
                link.symlink_to(source.absolute())
                made.append(link)
    return made


def is_ours(link: Path) -> bool:
    """Return whether a path is a link to the files of some data set."""
    try:
        target = link.readlink()
    except OSError:
        return False
    return target.parent.name == "files" and (target.parent.parent / "facts.json").is_file()


def remove_links(links: Sequence[Path]) -> None:
    """Remove links that are still ours."""
    for link in links:
        if is_ours(link):
            with contextlib.suppress(OSError):
                link.unlink()


def file_finder(where: Callable[[], tuple[Path, list[str]]]) -> Callable[..., str]:
    """Return what stands in for `keras.utils.get_file`.

    Args:
        where: Gives the data folder and the names of the lab's sets.
    """

    def get_file(
        fname: Any = None,
        origin: Any = None,
        untar: bool = False,
        md5_hash: str | None = None,
        file_hash: str | None = None,
        cache_subdir: str = "datasets",
        hash_algorithm: str = "auto",
        extract: bool = False,
        archive_format: Any = "auto",
        cache_dir: Any = None,
        force_download: bool = False,
    ) -> str:
        """Return the path of a file of the lab's data sets, found by its name; nothing is downloaded.

        Args:
            fname: Its name; the last part of `origin` when None.
            origin: The address it would come from.
            untar: Not available here.
            md5_hash: As `file_hash`.
            file_hash: The MD5 or SHA-256 that the file must have.
            cache_subdir: Ignored, as are all other arguments: there is no cache.
            hash_algorithm: `md5`, `sha256` or `auto`.
            extract: Not available here.
            archive_format: Ignored.
            cache_dir: Ignored.
            force_download: Ignored.
        """
        name = _asked_name(fname, origin)
        if file_hash is None and md5_hash is not None:
            file_hash, hash_algorithm = md5_hash, "md5"
        folder, names = where()
        path = _find(folder, names, name)
        if extract or untar:
            raise DataSetNotAvailableError(f"{name!r} cannot be unpacked here: it is used as it is.")
        if file_hash is not None and not _has_hash(path, file_hash, hash_algorithm):
            raise ValueError(
                f"The file {name!r} that comes with this lab is another one than you ask for: its {hash_algorithm} hash"
                f" is not {file_hash}. Leave the hash out, or compare it with the source's."
            )
        return str(path)

    return get_file


def _asked_name(fname: Any, origin: Any) -> str:
    if origin is None:
        raise ValueError('Please specify the "origin" argument (URL of the file to download).')
    name = Path(str(fname or urlsplit(str(origin)).path)).name
    if not name:
        raise ValueError(f"The address {origin!r} ends without a file's name; give one as `fname`.")
    return name


def _find(folder: Path, names: Sequence[str], wanted: str) -> Path:
    there = []
    for name in names:
        for path in sorted((folder / name / "files").rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                if path.name == wanted:
                    return path
                there.append(path.name)
    raise DataSetNotAvailableError(
        f"The file {wanted!r} is not available here: there is no network, and this lab comes with "
        f"{', '.join(there) or 'no such files'} only."
    )


def _has_hash(path: Path, wanted: str, algorithm: str) -> bool:
    """Return whether a file has this hash, or was made up to stand for the file that has it."""
    sha256 = algorithm == "sha256" or (algorithm == "auto" and len(wanted) == _SHA256_DIGITS)
    digest = hashlib.sha256() if sha256 else hashlib.md5(usedforsecurity=False)
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            digest.update(chunk)
    return wanted.lower() in (digest.hexdigest(), _stands_for(path))


def _stands_for(path: Path) -> str | None:
    root = next(parent for parent in path.parents if parent.name == "files")
    facts = json.loads((root.parent / "facts.json").read_text(encoding="utf-8"))
    entry = facts.get("files", {}).get(path.relative_to(root).as_posix(), {})
    stands_for: str | None = entry.get("stands_for")
    return stands_for
