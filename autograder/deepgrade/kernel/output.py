"""What one cell shows, within its share.

Theory of operation: a cell may print for ever. The first part of its output is written to the journal as it
comes, so that a cell that hangs has shown something; when that part of the share is used up, the rest goes to
a bounded queue in memory that forgets its oldest entries, and what is left of it is written when the cell
ends, after a line that says how much is missing. Memory and disk are therefore constants. Text has the share
`limit`; figures, tables and other rich outputs have another of four times that, since one figure is easily as
large as a thousand lines.
"""

from __future__ import annotations

from collections import deque
from typing import Any, NamedTuple

from .journal import Journal

RICH_FACTOR = 4
_HEAD = 3, 4
"""The part of a share that is written at once."""
_MERGE_BYTES = 4096
_MAX_UPDATED_DISPLAYS = 32


class _Part(NamedTuple):
    kind: str
    output: dict[str, Any]
    size: int


def stream_output(name: str, text: str) -> dict[str, Any]:
    """Return an nbformat stream output."""
    return {"output_type": "stream", "name": name, "text": text}


def readable_size(size: int) -> str:
    """Return bytes in words: `3.4 MiB`, `12 KiB`, `80 bytes`."""
    if size >= 1 << 20:
        return f"{size / (1 << 20):.1f} MiB"
    return f"{size >> 10} KiB" if size >= 1 << 10 else f"{size} bytes"


class CellOutput:
    """Takes one cell's outputs.

    Args:
        journal: Where they are written.
        cell: The cell's index.
        limit: Bytes of text that are kept.
    """

    def __init__(self, journal: Journal, cell: int, limit: int) -> None:
        self._journal = journal
        self._cell = cell
        self._share = {"text": limit, "rich": limit * RICH_FACTOR}
        self._head = {kind: share * _HEAD[0] // _HEAD[1] for kind, share in self._share.items()}
        self._spilling = False
        self._closed = False
        self._cleared = False
        self._tail: deque[_Part] = deque()
        self._tail_size = {"text": 0, "rich": 0}
        self._left_out_lines = 0
        self._left_out_bytes = 0
        self._left_out_rich = 0
        self._updates: dict[str, dict[str, Any]] = {}

    def text(self, name: str, text: str) -> None:
        """Take text of a stream (`stdout` or `stderr`), best in whole lines."""
        size = len(text) if text.isascii() else len(text.encode("utf-8", "replace"))
        if not self._spilling:
            if size <= self._head["text"]:
                self._head["text"] -= size
                self._journal.output(self._cell, stream_output(name, text))
                return
            # Cut at the end of a line; in the middle only of a line that is longer than what is left.
            end = text.rfind("\n", 0, self._head["text"]) + 1 or self._head["text"]
            if end:
                self._journal.output(self._cell, stream_output(name, text[:end]))
                text, size = text[end:], size - end
            self._spilling = True
        self._push_text(name, text, size)

    def rich(self, output: dict[str, Any], size: int) -> None:
        """Take an output that is no stream; `size` is its length as JSON, in bytes."""
        if size > self._share["rich"]:
            kinds = ", ".join(sorted(output.get("data", ()))) or output["output_type"]
            allowed = readable_size(self._share["rich"])
            self.text(
                "stderr",
                f"[left out by the grader: an output of {readable_size(size)} ({kinds}); a cell may show {allowed}]\n",
            )
            return
        if not self._spilling and size <= self._head["rich"]:
            self._head["rich"] -= size
            self._journal.output(self._cell, output)
            return
        self._spilling = True
        self._push(_Part("rich", output, size))

    def update(self, display_id: str, output: dict[str, Any], size: int) -> None:
        """Take a new state of an output that is shown already; the last one is added when the cell ends."""
        known = display_id in self._updates
        if size <= self._share["text"] and (known or len(self._updates) < _MAX_UPDATED_DISPLAYS):
            self._updates[display_id] = output

    def clear(self) -> None:
        """Forget what was shown so far."""
        self._updates.clear()
        if not self._spilling:
            self._journal.event("clear_output", cell=self._cell)
            return
        self._cleared = True
        self._tail.clear()
        self._tail_size = {"text": 0, "rich": 0}
        self._left_out_lines = self._left_out_bytes = self._left_out_rich = 0

    def close(self) -> None:
        """Write what is left. Text that threads print later is kept as long as there is room for it."""
        if self._cleared:
            self._journal.event("clear_output", cell=self._cell)
        if self._left_out_bytes or self._left_out_rich:
            self._journal.output(self._cell, stream_output("stderr", self._left_out()))
        for part in self._tail:
            self._journal.output(self._cell, part.output)
        for output in self._updates.values():
            self._journal.output(self._cell, output)
        self._tail.clear()
        self._updates.clear()
        self._closed = True

    def _left_out(self) -> str:
        parts = []
        if self._left_out_bytes:
            parts.append(f"{self._left_out_lines:,} lines ({readable_size(self._left_out_bytes)}) of text")
        if self._left_out_rich:
            parts.append(f"{self._left_out_rich:,} figures or tables")
        return f"\n[... left out by the grader, the cell shows too much: {' and '.join(parts)} ...]\n\n"

    def _push_text(self, name: str, text: str, size: int) -> None:
        keep = self._room("text")
        if size > keep:
            # One huge string: only its end can stay.
            cut = text[: max(0, len(text) - keep)]
            self._drop_text(cut)
            text = text[len(cut) :]
            size = len(text)
        last = self._tail[-1] if self._tail else None
        if (
            last is not None
            and last.kind == "text"
            and last.output["name"] == name
            and last.size < _MERGE_BYTES
        ):
            self._tail.pop()
            self._tail_size["text"] -= last.size
            text, size = last.output["text"] + text, last.size + size
        self._push(_Part("text", stream_output(name, text), size))

    def _push(self, part: _Part) -> None:
        if self._closed:
            return
        self._tail.append(part)
        self._tail_size[part.kind] += part.size
        while self._tail_size[part.kind] > self._room(part.kind):
            oldest = next(index for index, old in enumerate(self._tail) if old.kind == part.kind)
            gone = self._tail[oldest]
            del self._tail[oldest]
            self._tail_size[part.kind] -= gone.size
            if part.kind == "text":
                self._drop_text(gone.output["text"])
            else:
                self._left_out_rich += 1

    def _room(self, kind: str) -> int:
        """Return how much of a kind the queue may hold: what the head has not used."""
        share = self._share[kind]
        return share - share * _HEAD[0] // _HEAD[1] + self._head[kind]

    def _drop_text(self, text: str) -> None:
        self._left_out_lines += text.count("\n")
        self._left_out_bytes += len(text)
