"""Simulated time: when it starts, how long a step is, how many steps there are."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import Field, PlainSerializer, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from simapp.scenarios.parts.base import MAX_STEPS, Part, setting


def _check_start(value: Any) -> datetime:
    if isinstance(value, str) and len(value) <= 40:
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            value = None
    if not isinstance(value, datetime):
        raise PydanticCustomError("start", "")
    try:
        moment = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError:
        moment = None
    if moment is None or moment.second or moment.microsecond or not 1970 <= moment.year <= 2200:
        raise PydanticCustomError("start", "")
    return moment


def _write_start(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%MZ")


UtcMinute = Annotated[
    datetime,
    PlainValidator(_check_start),
    PlainSerializer(_write_start, return_type=str, when_used="json"),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date-time",
            "accepted": "a date and time in UTC to the minute, from 1970 to 2200, like 2026-01-05T12:00Z",
        }
    ),
]


class ClockPart(Part):
    """The simulated clock. Step s covers the minutes from start + (s - 1) * minutes_per_step."""

    start: UtcMinute = Field(
        default=datetime(2026, 1, 5, 12, 0, tzinfo=UTC),
        description="Simulated time at which step 1 begins, in UTC.",
    )
    minutes_per_step: int = setting(60, "Simulated minutes per step.", ge=1, le=1440, unit="minutes")
    steps: int = setting(200, "Number of steps.", ge=1, le=MAX_STEPS, unit="steps")
