"""Archives for tests of intake: honest ones as platforms pack them, and hostile ones, byte by byte."""

from __future__ import annotations

import io
import json
import stat
import struct
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path

from support.submission_notebooks import full, notebook

NOTEBOOK = json.dumps(notebook(full()))
LINK = (stat.S_IFLNK | 0o777) << 16
PIPE = (stat.S_IFIFO | 0o600) << 16

METADATA = """---
submission_777:
  :submitters:
  - :name: Jane Doe
    :sid: '0012'
    :email: jane@case.edu
  :created_at: 2026-02-03 04:05:06.123456789 -08:00
  :score: 3.0
  :status: processed
  :results:
    tests:
    - name: q1
      output: "a: [b"
submission_778:
  :submitters:
  - :name: Ann Lee
    :sid: '0013'
    :email: ann@case.edu
  - :name: Bo Berg
    :sid: '0014'
    :email: bo@case.edu
  :created_at: !ruby/object:ActiveSupport::TimeWithZone
    utc: &1 2026-02-04 00:00:00.000000000 Z
    zone: !ruby/object:ActiveSupport::TimeZone
      name: America/New_York
    time: 2026-02-03 19:00:00.000000000 Z
"""

DOWNLOADS: dict[str, dict[str, str]] = {
    "canvas": {
        "doejane_12345_67890_le5-1.ipynb": NOTEBOOK,
        "leeann_LATE_12346_67891_homework.ipynb": NOTEBOOK,
        "bergbo_12347_67892_mine.ipynb": NOTEBOOK,
    },
    "moodle": {
        "Jane Doe_501_assignsubmission_file_/le5.ipynb": NOTEBOOK,
        "Jane Doe_501_assignsubmission_onlinetext_/onlinetext.html": "<p>see file</p>",
        "Ann Lee_502_assignsubmission_file_/labs/my le5.ipynb": NOTEBOOK,
        "Bo Berg_503_assignsubmission_file_/le5.ipynb": NOTEBOOK,
    },
    "moodle, flat": {
        "Jane Doe_501_assignsubmission_file_le5.ipynb": NOTEBOOK,
        "Ann Lee_502_assignsubmission_file_my le5.ipynb": NOTEBOOK,
        "Bo Berg_503_assignsubmission_file_le5.ipynb": NOTEBOOK,
    },
    "gradescope": {
        "assignment_99_export/submission_metadata.yml": METADATA,
        "assignment_99_export/submission_777/le5.ipynb": NOTEBOOK,
        "assignment_99_export/submission_778/nested/ours.ipynb": NOTEBOOK,
    },
    "nbgrader": {
        "submitted/jane/le5/le5.ipynb": NOTEBOOK,
        "submitted/jane/le5/timestamp.txt": "2026-02-03 12:05:06.5 UTC",
        "submitted/ann/le5/le5.ipynb": NOTEBOOK,
        "submitted/ann/le5/timestamp.txt": "2026-02-03 12:05:06 Europe/Berlin",
        "submitted/bo/le5/renamed.ipynb": NOTEBOOK,
    },
}
"""What each platform packs, for the same three students."""


def zip_bytes(members: Mapping[str, str | bytes]) -> bytes:
    """Return an ordinary zip."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def save_zip(path: Path, members: Mapping[str, str | bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(zip_bytes(members))
    return path


def unpack(folder: Path, members: Mapping[str, str]) -> Path:
    """Write what a download holds as a folder."""
    for name, content in members.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return folder


def special_zip(
    name: str, content: str | bytes, *, attributes: int = 0, times: int = 1, **fields: int
) -> bytes:
    """Return a zip with one member under one name, `times` times, with fields of its description set."""
    stream = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore", UserWarning)
        for _ in range(times):
            info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            info.external_attr = attributes
            info.compress_type = fields.get("method", zipfile.ZIP_DEFLATED)
            archive.writestr(info, content)
    return stream.getvalue()


def patched(data: bytes, offset: int, layout: str, *values: int) -> bytes:
    """Return a zip with fields of its first entry in the list of members replaced.

    Args:
        data: The zip.
        offset: In the entry: 8 flags, 10 method, 20 packed and 24 full size, 42 place of the member.
        layout: Of the values, for struct.
        values: What to write.
    """
    start = data.index(b"PK\x01\x02") + offset
    packed = struct.pack(layout, *values)
    return data[:start] + packed + data[start + len(packed) :]


def overlapping(count: int = 50) -> bytes:
    """Return a zip whose members all describe the same bytes, under their own names."""
    data = special_zip("m000.ipynb", NOTEBOOK)
    start, end = data.index(b"PK\x01\x02"), data.rindex(b"PK\x05\x06")
    entry = data[start:end]
    entries = b"".join(entry.replace(b"m000", f"m{number:03}".encode()) for number in range(count))
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(entries), start, 0)
    return data[:start] + entries + tail


def quine_like() -> bytes:
    """Return a zip whose member is the zip itself: its data lie over the list of members."""
    data = zip_bytes({"le5.zip": b"x" * 200})
    return patched(data, 20, "<LL", len(data), len(data))


def bomb() -> bytes:
    """Return a zip of zips of zeros, as 42.zip is."""
    layer = zip_bytes({"0.dll": b"\0" * (64 << 20)})
    return zip_bytes({f"lib {number}.zip": layer for number in range(40)})
