"""Files: the one way in for untrusted files, the one way out for ours.

Imports nothing of the package, so that every other area can use it.
"""

from deepgrade.files.atomic import atomic_folder, write_atomic
from deepgrade.files.hashing import sha256_bytes, sha256_json
from deepgrade.files.strict_json import StrictJSONError, parse_strict_json
from deepgrade.files.untrusted import UntrustedFileError, list_untrusted, read_untrusted

__all__ = [
    "StrictJSONError",
    "UntrustedFileError",
    "atomic_folder",
    "list_untrusted",
    "parse_strict_json",
    "read_untrusted",
    "sha256_bytes",
    "sha256_json",
    "write_atomic",
]
