"""Who a student is in other tools: what the class's roster says of names and ids."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

from deepgrade.interchange.errors import InterchangeError
from deepgrade.lab import listed
from deepgrade.submission.roster import Identity, RosterError, read_roster

_PLAIN_ID = re.compile(r"\w[^\x00-\x1f\x7f]*")
"""Ids go into other tools' files as they are, so none may begin like a formula of a spreadsheet."""


Identities = Mapping[str, Identity]
"""Student, as the gradebook names them -> who that is elsewhere."""


def read_identities(path: Path) -> dict[str, Identity]:
    """Return who the students of a roster are in other tools.

    Args:
        path: The roster, as `deepgrade grade --roster` takes it (docs/submissions.md).

    Raises:
        InterchangeError: It is no roster, or an id in it would act as a formula; all problems at once.
        UntrustedFileError: It cannot be read.
    """
    try:
        identities = read_roster(path).identities()
    except RosterError as error:
        raise InterchangeError(str(error)) from None
    bad = [
        f"{field.name} of {student} is {text!r}: it must begin with a letter or a digit"
        for student, identity in identities.items()
        for field in fields(Identity)
        if field.name != "name" and (text := getattr(identity, field.name)) and not _PLAIN_ID.fullmatch(text)
    ]
    if bad:
        raise InterchangeError(f"{path} has problems:\n{listed(bad)}")
    return identities
