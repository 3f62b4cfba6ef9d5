"""What a mount must not show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from deepgrade.sandbox.base import Mount


def mask_mounts(mounts: Sequence[Mount], masks: Iterable[Path], folder: Path) -> list[Mount]:
    """Return mounts that put nothing in place of the masked paths, wherever a mount shows them.

    Args:
        mounts: What is shown.
        masks: Host paths.
        folder: A folder of the grader's own, for an empty file and an empty folder.
    """
    file, nothing = folder / "empty", folder / "nothing"
    file.touch(mode=0o444)
    nothing.mkdir(mode=0o555, exist_ok=True)
    found = []
    for mask in masks:
        if mask.exists():
            places = sorted({target for mount in mounts for target in masked_places(mask, mount)})
            found += [Mount(nothing if mask.is_dir() else file, target) for target in places]
    return found


def masked_places(mask: Path, mount: Mount) -> Iterator[Path]:
    """Yield where a mount shows a masked path, by whichever name the two are called."""
    for path in (mask, mask.resolve()):
        for source in (mount.source, mount.source.resolve()):
            if path != source and path.is_relative_to(source):
                yield mount.target / path.relative_to(source)
