"""What the web server in front and the app alone know: without it, its word about who somebody is counts for nothing.

An address is not enough: whoever has a shell or a notebook on the app's machine comes from the same one as the web server.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from deepgrade.files import write_atomic
from deepgrade.review.web.errors import AccessError

HEADER = "X-Deepgrade-Secret"
_NAME = "proxy-secret"
_LEAST = 32


def proxy_secret(course: Path, *, renew: bool = False) -> str:
    """Return a course's secret, made where there is none: 256 random bits in a file that is its owner's alone.

    Args:
        course: The course's folder.
        renew: Make another one. A running app keeps the old one.

    Raises:
        AccessError: The file cannot be read or written, others can read it, or it holds no secret.
    """
    path = course / _NAME
    try:
        if renew or not path.exists():
            made = secrets.token_urlsafe(32)
            write_atomic(path, f"{made}\n", mode=0o600)
        with path.open(encoding="ascii") as file:
            open_to_others = os.fstat(file.fileno()).st_mode & 0o077
            secret = file.read().strip()
    except (OSError, ValueError) as error:
        raise AccessError(
            f"The secret of the web server in front, {path}, cannot be read or written ({error})."
        ) from error
    if open_to_others:
        raise AccessError(
            f"Others may read {path}, and could be anybody with it. Make another one: deepgrade review proxy-secret --new"
        )
    if len(secret) < _LEAST or not secret.replace("-", "").replace("_", "").isalnum():
        raise AccessError(
            f"{path} holds no secret of at least {_LEAST} letters, digits, - and _. Make another one:"
            " deepgrade review proxy-secret --new"
        )
    return secret
