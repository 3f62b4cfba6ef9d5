"""Which sandbox works where Gradescope runs us."""

from __future__ import annotations

from deepgrade.gradescope.settings import SandboxChoice
from deepgrade.sandbox import SandboxUnavailable, find_sandbox

_INSTEAD = "separate-user"


def working_sandbox(choice: SandboxChoice) -> tuple[str, str]:
    """Return the name of a sandbox that works here, and a sentence on why it is this one.

    Raises:
        SandboxUnavailable: None works.
    """
    if choice != "auto":
        return find_sandbox(choice).name, f"{choice}, as asked for"
    try:
        return find_sandbox().name, "bubblewrap works here"
    except SandboxUnavailable as error:
        why = str(error).partition("; repair: ")[0]
    return find_sandbox(_INSTEAD).name, f"another user id: {why}"
