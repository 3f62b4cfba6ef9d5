"""Files: the one way in for untrusted files, the one way out for ours.

Imports nothing of the package, so that every other area can use it.
"""

from deepgrade.files.atomic import atomic_folder, remove_unfinished, write_atomic
from deepgrade.files.hashing import sha256_bytes, sha256_json
from deepgrade.files.locks import LockedError, exclusive
from deepgrade.files.storage import StorageError, storage_error, storage_errors
from deepgrade.files.strict_json import StrictJSONError, parse_strict_json
from deepgrade.files.untrusted import UntrustedFileError, list_untrusted, open_untrusted, read_untrusted

__all__ = [
    "LockedError",
    "StorageError",
    "StrictJSONError",
    "UntrustedFileError",
    "atomic_folder",
    "exclusive",
    "list_untrusted",
    "open_untrusted",
    "parse_strict_json",
    "read_untrusted",
    "remove_unfinished",
    "sha256_bytes",
    "sha256_json",
    "storage_error",
    "storage_errors",
    "write_atomic",
]
