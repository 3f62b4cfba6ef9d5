"""What can be wrong with data; every message says what to do next."""

from __future__ import annotations


class DataError(Exception):
    """The user's data or request is wrong; shown without a traceback."""


class DataNotFoundError(DataError):
    """A data set is not in the store."""


class ChecksumError(DataError):
    """Data are not the published ones; the message names the first differences."""


class DownloadError(DataError):
    """A download did not succeed: no network, or the server refused."""


class HiddenSetError(DataError):
    """A hidden set cannot be made as asked."""
