"""Zip files of the same bytes for the same content."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

_MOMENT = (1980, 1, 1, 0, 0, 0)


def zip_bytes(members: Mapping[str, bytes]) -> bytes:
    """Return a zip of files by name, sorted; scripts are executable."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in sorted(members.items()):
            facts = zipfile.ZipInfo(name, _MOMENT)
            facts.compress_type = zipfile.ZIP_DEFLATED
            mode = 0o755 if data.startswith(b"#!") else 0o644
            facts.external_attr = (0o100000 | mode) << 16
            archive.writestr(facts, data)
    return stream.getvalue()
