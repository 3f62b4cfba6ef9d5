"""The figures that a lab's source prints, and where a run's evidence has ours: what `[[headlines]]` in lab.toml says."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Headline(BaseModel):
    """A published figure that the solution's runs are held beside. Nobody's points hang on it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(min_length=1)
    value: float
    """As published."""
    tolerance: float = Field(0.0, ge=0)
    """How far our mean may lie from it, in its unit."""
    sense: Literal["about", "at least"] = "about"
    """`about`: within the tolerance on either side; `at least`: no lower than the value less the tolerance."""
    evidence: str = Field(pattern=r"^[a-z][a-z0-9_]*/[A-Za-z_][A-Za-z0-9_]*$")
    """`question/variable`, captured for a check: a number, a list, a series, or a training history."""
    part: str | int | None = None
    """Of a list or series the place, from 0; of a history the figure's name."""
    take: Literal["last", "max", "min"] = "last"
    """Of a history's epochs."""
    note: str = ""
    """What a reader has to know: how the source differs, why ours misses."""

    @model_validator(mode="after")
    def _take_needs_a_history(self) -> Self:
        if self.take != "last" and not isinstance(self.part, str):
            raise ValueError(f'take = "{self.take}" is for a history: name its figure as `part`')
        return self

    @property
    def place(self) -> tuple[str, str]:
        """The question and the variable."""
        question, _, variable = self.evidence.partition("/")
        return question, variable

    @property
    def wanted(self) -> str:
        """What counts as in keeping with the source, in words."""
        if self.sense == "at least":
            return f"at least {self.value - self.tolerance:g}"
        return f"{self.value:g} ± {self.tolerance:g}"

    def holds(self, mean: float) -> bool:
        """Return whether the mean of our runs is in keeping with the source."""
        low = mean >= self.value - self.tolerance - 1e-12
        return low if self.sense == "at least" else low and mean <= self.value + self.tolerance + 1e-12
