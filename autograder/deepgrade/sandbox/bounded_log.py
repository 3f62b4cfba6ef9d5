"""The output of a stranger's process, as much of it as is worth keeping."""

from __future__ import annotations

from dataclasses import dataclass, field

_PREFACE_BYTES = 1 << 16


@dataclass
class BoundedLog:
    """Keeps the first and the last half of what is written to it.

    Args:
        keep_bytes: Both halves together.
        marker: What the first process behind a container engine prints before anything else. The engine's own
            messages come before it; they are kept apart, and are no part of the log.
    """

    keep_bytes: int
    marker: bytes | None = None
    total: int = 0
    preface: bytearray = field(default_factory=bytearray)
    """What came before the marker, the last part of it."""
    _first: bytearray = field(default_factory=bytearray)
    _last: bytearray = field(default_factory=bytearray)

    @property
    def began(self) -> bool:
        """Whether the marker was seen, or none is awaited."""
        return self.marker is None

    def write(self, data: bytes) -> None:
        """Take in the next bytes."""
        if self.marker is not None:
            self.preface += data
            _, found, rest = self.preface.partition(self.marker)
            if not found:
                del self.preface[:-_PREFACE_BYTES]
                return
            del self.preface[self.preface.index(self.marker) :]
            self.marker = None
            data = bytes(rest)
        self.total += len(data)
        half = self.keep_bytes // 2
        room = half - len(self._first)
        if room > 0:
            self._first += data[:room]
            data = data[room:]
        self._last += data
        if len(self._last) > half:
            del self._last[: len(self._last) - half]

    def content(self) -> bytes:
        """Return what was kept, with a line in place of what was not."""
        left_out = self.total - len(self._first) - len(self._last)
        middle = f"\n[{left_out} bytes left out]\n".encode() if left_out > 0 else b""
        return bytes(self._first) + middle + bytes(self._last)
