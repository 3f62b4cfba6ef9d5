"""What both tools say of a check's result, and the points they give for it."""

from __future__ import annotations

from deepgrade.score import CheckResult, CheckStatus

ON_PUBLIC_ROWS = "judged on the public test set, since this tool has no hidden rows"


def is_granted(result: CheckResult) -> bool:
    """Return whether the points are given.

    `deepgrade grade` takes what was not assessed out of the total. Neither tool can change a total for one student, and nobody
    may lose points by it: so they are given.
    """
    return result.status is CheckStatus.PASSED or not result.status.is_assessed


def points_granted(result: CheckResult) -> float:
    """Return the points of a result under these tools."""
    return result.possible if is_granted(result) else 0.0


def sentence(result: CheckResult, on_carved_rows: bool) -> str:
    """Return a result in one line for the student.

    Args:
        result: One check's.
        on_carved_rows: Whether the check asks for hidden rows.
    """
    where = f" ({ON_PUBLIC_ROWS})" if on_carved_rows else ""
    if result.status is CheckStatus.PASSED:
        return f"passed ({result.possible:g}): {result.description}{where}"
    if result.status is CheckStatus.FAILED:
        hint = f" Hint: {result.hint}." if result.hint else ""
        return f"not yet (0 of {result.possible:g}): {result.description}{hint}{where}"
    if result.status is CheckStatus.NEEDS_REVIEW:
        return f"a person has to look (0 of {result.possible:g} until then): {result.description} {result.reason}"
    return f"not assessed, points given ({result.possible:g}): {result.description} {result.reason}"
