"""Data sets: catalogue, store, synthetic sets, hidden sets, encoders.

Imports `files` alone. The layout of a data folder is in docs/formats.md; `kernel/data_shim.py` reads it for students.
"""

from deepgrade.data.arrays import (
    DataSet,
    Origin,
    Ragged,
    SetFacts,
    Size,
    fingerprint,
    read_data_folder,
    read_facts,
)
from deepgrade.data.catalogue import Catalogue, CatalogueEntry, load_catalogue
from deepgrade.data.download import Progress
from deepgrade.data.encoders import Adapter, Rows, adapt, fits_shape, in_batches, limit_words, parse_adapter
from deepgrade.data.errors import ChecksumError, DataError, DataNotFoundError, DownloadError, HiddenSetError
from deepgrade.data.hidden import (
    HiddenSet,
    distorted_as_loaded,
    hidden_count,
    hidden_key,
    hidden_rows,
    prepare_hidden,
    verify_hidden,
)
from deepgrade.data.loading import load_hidden_inputs, load_labels, load_public_rows
from deepgrade.data.store import DataStore, StoredSet

__all__ = [
    "Adapter",
    "Catalogue",
    "CatalogueEntry",
    "ChecksumError",
    "DataError",
    "DataNotFoundError",
    "DataSet",
    "DataStore",
    "DownloadError",
    "HiddenSet",
    "HiddenSetError",
    "Origin",
    "Progress",
    "Ragged",
    "Rows",
    "SetFacts",
    "Size",
    "StoredSet",
    "adapt",
    "distorted_as_loaded",
    "fingerprint",
    "fits_shape",
    "hidden_count",
    "hidden_key",
    "hidden_rows",
    "in_batches",
    "limit_words",
    "load_catalogue",
    "load_hidden_inputs",
    "load_labels",
    "load_public_rows",
    "parse_adapter",
    "prepare_hidden",
    "read_data_folder",
    "read_facts",
    "verify_hidden",
]
