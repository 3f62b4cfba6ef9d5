"""A competition's policy: who may enter, when, how often, and who sees what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

_FIRST_YEAR, _LAST_YEAR = 2000, 2999
_YEAR_HOURS = 366 * 24


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())  # reads a folder of files


class Strict(BaseModel):
    """A table of competition.toml: unknown fields, NaN and infinity are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Late(Strict):
    """What becomes of entries after the deadline."""

    hours: float = Field(0, ge=0, le=_YEAR_HOURS)
    """How long after the deadline entries are taken at all."""
    keep: float = Field(1.0, ge=0, le=1)
    """The share of its points that a late entry keeps."""


class Policy(Strict):
    """Who may enter, when, how often, and who sees what."""

    time_zone: str = "UTC"
    """IANA name: days begin and dates are read in it."""
    opens: datetime | None = None
    """Local time; None: at once."""
    deadline: datetime | None = None
    """Local time; None: never."""
    late: Late = Late()
    counts: Literal["best", "last", "chosen"] = "best"
    """Which entry stands on the board: of several chosen ones, the best."""
    choices: int = Field(2, ge=1)
    """How many entries a student may choose."""
    daily_limit: int | None = Field(5, ge=1)
    """Entries a student and day (of the time zone); None, in TOML "none": no limit. Refused entries and those that failed by
    us are free."""
    total_limit: int | None = Field(None, ge=1)
    """Entries a student may make in all; None, in TOML "none": no limit."""
    names: Literal["pseudonyms", "names"] = "pseudonyms"
    """What others read on the board."""
    reveal: Literal["by hand", "after deadline"] = "by hand"
    """When students see the private scores. `after deadline`: after the last extension, late hours included."""
    freeze_hours: float = Field(0, ge=0, le=_YEAR_HOURS)
    """So long before the deadline the students' board stands still, until the private scores are revealed."""

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name not in _zones():
            raise ValueError(f"{name!r} is no time zone; use a name such as Europe/Berlin")
        return name

    @field_validator("daily_limit", "total_limit", mode="before")
    @classmethod
    def _none_in_words(cls, limit: Any) -> Any:
        return None if limit == "none" else limit  # TOML has no null

    @field_validator("opens", "deadline", mode="before")
    @classmethod
    def _with_a_time(cls, moment: Any) -> Any:
        # A date alone would be read as its first moment, a day before what is meant by a deadline; a number as seconds.
        text = isinstance(moment, str) and len(moment) > len("2000-01-01")
        if moment is None or isinstance(moment, datetime) or text:
            return moment
        raise ValueError("write a date and a time, such as 2026-05-01T23:59:00")

    @field_validator("opens", "deadline")
    @classmethod
    def _local(cls, moment: datetime | None) -> datetime | None:
        if moment is not None and moment.tzinfo is not None:
            raise ValueError("write it without an offset: it is read in time_zone")
        if moment is not None and not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
            raise ValueError(
                f"{moment.year} is no year of a course; leave it out where there is no such moment"
            )
        return moment

    @model_validator(mode="after")
    def _order(self) -> Self:
        problems = [
            f"{name}: {local:%Y-%m-%d %H:%M} does not exist in {self.time_zone}, where clocks go forward then"
            for name, local in (("opens", self.opens), ("deadline", self.deadline))
            if local is not None and self.moment(local).astimezone(self.zone).replace(tzinfo=None) != local
        ]
        if self.opens_at and self.deadline_at and self.opens_at >= self.deadline_at:
            problems.append("opens: it is not before the deadline")
        if self.deadline is None:
            problems += [
                f"{name}: it counts from the deadline, and there is none"
                for name, there in (
                    ("late", self.late.hours > 0),
                    ("freeze_hours", self.freeze_hours > 0),
                    ("reveal", self.reveal != "by hand"),
                )
                if there
            ]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.time_zone)

    def moment(self, local: datetime) -> datetime:
        """Return a local time as a moment in UTC.

        Of a time that stands twice when clocks go back, it is the later one; one that is skipped when clocks go forward
        is read with the offset before.
        """
        return max(local.replace(tzinfo=self.zone, fold=fold).astimezone(UTC) for fold in (0, 1))

    @property
    def opens_at(self) -> datetime | None:
        """When entries are taken, UTC."""
        return None if self.opens is None else self.moment(self.opens)

    @property
    def deadline_at(self) -> datetime | None:
        """The common deadline, UTC."""
        return None if self.deadline is None else self.moment(self.deadline)

    @property
    def late_for(self) -> timedelta:
        """How long after a deadline entries are taken."""
        return timedelta(hours=self.late.hours)
