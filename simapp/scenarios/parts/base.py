"""What all parts of a scenario share: strict frozen models, described fields, checked text."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from simapp.scenarios.topics import TOPIC_SLUGS

MAX_POST = 2000
MAX_STEPS = 100_000
MAX_INTERVENTIONS = 1000
AUTHOR_WORDS = ("most_followed", "random")


class Part(BaseModel):
    """A piece of a scenario: unknown fields refused, no silent conversion, never changed in place."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, use_attribute_docstrings=False
    )


def setting(
    default: Any,
    about: str,
    *,
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    unit: str = "",
    source: str = "",
) -> Any:
    """Declare a numeric field: default, range, `about` (one sentence), `unit` and `source` of the default."""
    extra: dict[str, Any] = {}
    if unit:
        extra["unit"] = unit
    if source:
        extra["source"] = source
    return Field(default=default, description=about, ge=ge, gt=gt, le=le, json_schema_extra=extra or None)


def _control(text: str, allowed: str) -> str | None:
    for char in text:
        if char not in allowed and unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}:
            return f"U+{ord(char):04X}"
    return None


def _check_line(text: str) -> str:
    found = _control(text, "")
    if found:
        raise PydanticCustomError(
            "text", "one line of text without control characters (found {found})", {"found": found}
        )
    return text


def _check_post(text: str) -> str:
    found = _control(text, "\n\t")
    if found:
        raise PydanticCustomError("text", "text without control characters (found {found})", {"found": found})
    if not text.strip():
        raise PydanticCustomError("text", "text that is not blank")
    return text


Line = Annotated[str, AfterValidator(_check_line)]
PostText = Annotated[str, Field(min_length=1, max_length=MAX_POST), AfterValidator(_check_post)]


def _check_topic(slug: str) -> str:
    if slug not in TOPIC_SLUGS:
        raise PydanticCustomError("one_of", "one of {known}", {"known": ", ".join(TOPIC_SLUGS)})
    return slug


TopicSlug = Annotated[
    str,
    AfterValidator(_check_topic),
    WithJsonSchema({"type": "string", "enum": list(TOPIC_SLUGS)}),
]


def _check_author(value: Any) -> int | str:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1_000_000:
        return value
    if isinstance(value, str) and value in AUTHOR_WORDS:
        return value
    raise PydanticCustomError("author", "")


Step = Annotated[int, Field(ge=1, le=MAX_STEPS)]

Author = Annotated[
    int | str,
    PlainValidator(_check_author),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 0, "maximum": 999_999},
                {"type": "string", "enum": list(AUTHOR_WORDS)},
            ],
            "accepted": "a user's number from 0, or one of most_followed, random",
        }
    ),
]
"""Who writes: a user's row in the population, `most_followed` (ties: the lowest row) or `random`."""

Name = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]

EndpointName = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^,\x00-\x1f\x7f]+$")]
