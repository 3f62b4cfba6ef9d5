"""Names of pages that nobody can guess.

Who knows the address of a page can read it, and nobody else can find it: a name is 160 bits of a keyed hash. The key is the
course's secret, so the same student's page of the same lab has the same address each time, a link that was mailed stays good,
and nothing about students has to be kept to find it again.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

_BYTES = 20


def page_name(secret: bytes, lab: str, student: str) -> str:
    """Return the name of a student's page without its ending: 32 lower-case letters and digits.

    Args:
        secret: The course's.
        lab: The lab's name.
        student: The student's key in the gradebook.
    """
    what = "\0".join(("page", lab, student)).encode("utf-8", "backslashreplace")
    digest = hmac.new(secret, what, hashlib.sha256).digest()
    return base64.b32encode(digest[:_BYTES]).decode("ascii").lower()
