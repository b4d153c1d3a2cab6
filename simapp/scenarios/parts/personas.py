"""What people are like beyond age and gender: declared marginals, and the sentence that says so."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from simapp.engine.core.population import GENDERS
from simapp.scenarios.parts.base import EndpointName, Line, Part

KNOWN = ("name", "age", "gender", "job", "town", "topic", "topic2", "pursuit")
"""What a template may name besides declared attributes."""
FIXED = ("name", "age", "gender", "topic", "topic2")
"""Of these, what other parts of the scenario decide; job, town and pursuit may be declared."""
PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")

_SPAN = re.compile(r"([0-9]{1,3})-([0-9]{1,3})")


def span(when: str) -> tuple[int, int] | None:
    """Return (youngest, oldest) of an age range such as 13-17, None where the text is none."""
    found = _SPAN.fullmatch(when)
    return (int(found[1]), int(found[2])) if found and int(found[1]) <= int(found[2]) else None


Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", min_length=1, max_length=30)]


def _refuse(path: str, value: object, accepted: str) -> PydanticCustomError:
    return PydanticCustomError("cross", "", {"path": path, "value": value, "accepted": accepted})


class PersonaValue(Part):
    """One value of an attribute and how frequent it is."""

    value: Line = Field(min_length=1, max_length=60, description="The value, as it stands in the persona.")
    share: float = Field(ge=0, le=1e6, description="Relative weight of the value.")


Values = Annotated[tuple[PersonaValue, ...], Field(min_length=1, max_length=60)]


def _some(path: str, values: tuple[PersonaValue, ...]) -> None:
    if sum(value.share for value in values) <= 0:
        raise _refuse(path, "all shares zero", "values of which at least one has a share above 0")
    named = [value.value for value in values]
    twice = next((name for name in named if named.count(name) > 1), None)
    if twice is not None:
        raise _refuse(path, twice, "each value once")


class PersonaCase(Part):
    """Other shares for users whose `given` attribute has a certain value."""

    when: Line = Field(
        min_length=1, max_length=60, description="Value of the `given` attribute; of age a range: 13-17."
    )
    shares: tuple[Annotated[float, Field(ge=0, le=1e6)], ...] = Field(
        min_length=1, max_length=60, description="Relative weights of the attribute's values, in their order."
    )


class PersonaAttribute(Part):
    """A trait with declared shares, for everybody or by the value of an earlier trait (a joint table)."""

    name: Name = Field(description="Name, as templates use it. country and mbti also enter the profile.")
    values: Values = Field(description="Values with relative weights.")
    given: Name | None = Field(
        default=None,
        description="age, gender or an attribute declared before: its value chooses the shares, see cases.",
    )
    cases: tuple[PersonaCase, ...] = Field(
        default=(),
        max_length=60,
        description="Shares by value of `given`; other users have those of `values`.",
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        _some("values", self.values)
        if self.cases and self.given is None:
            raise _refuse("given", self.given, "the name of the attribute that the cases are about")
        seen = set()
        for i, case in enumerate(self.cases):
            if len(case.shares) != len(self.values):
                accepted = f"a list of {len(self.values)}, one number for each of the values"
                raise _refuse(f"cases.{i}.shares", f"a list of {len(case.shares)}", accepted)
            if sum(case.shares) <= 0:
                raise _refuse(f"cases.{i}.shares", "all zero", "numbers of which at least one is above 0")
            if case.when in seen:
                raise _refuse(f"cases.{i}.when", case.when, "each value once")
            seen.add(case.when)
        return self


def _check_template(text: str) -> str:
    if "{" in PLACE.sub("", text) or "}" in PLACE.sub("", text):
        raise PydanticCustomError(
            "text", "text in which every brace belongs to a name, as in {example}", {"example": "{age}"}
        )
    return text


class Wording(Part):
    """A language model that words personas; it invents nobody: what it is told was drawn."""

    tier: Literal["endpoint", "local"] = Field(default="endpoint", description="Tier of the model.")
    model: EndpointName = Field(description="Name of the model, as for that tier.")


class Personas(Part):
    """How personas come to be: attributes are drawn from declared shares first, then put into words."""

    attributes: tuple[PersonaAttribute, ...] = Field(
        default=(),
        max_length=20,
        description="Traits besides age, gender and interests, in the order of drawing.",
    )
    template: Annotated[Line, Field(max_length=400), AfterValidator(_check_template)] = Field(
        default="",
        description="The persona's words with names in braces (name, age, gender, job, town, topic, topic2, pursuit "
        "and the attributes); empty means a sentence that lists them all. Cut to 240 characters.",
    )

    written_by: Wording | None = Field(
        default=None,
        description="The model that puts the drawn facts of users who think with models for good into a sentence or "
        "two; empty means that the template does.",
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        before: dict[str, tuple[str, ...]] = {"gender": GENDERS}
        for i, attribute in enumerate(self.attributes):
            path = f"attributes.{i}"
            if attribute.name in FIXED or attribute.name in before:
                raise _refuse(
                    f"{path}.name", attribute.name, f"a name used once and none of {', '.join(FIXED)}"
                )
            if attribute.given == "age":
                _check_spans(path, attribute)
            elif attribute.given is not None:
                if attribute.given not in before:
                    raise _refuse(f"{path}.given", attribute.given, f"one of age, {', '.join(before)}")
                _check_whens(path, attribute, before[attribute.given])
            before[attribute.name] = tuple(value.value for value in attribute.values)
        for name in PLACE.findall(self.template):
            if name not in before and name not in KNOWN:
                known = ", ".join(dict.fromkeys((*KNOWN, *before)))
                raise _refuse("template", f"{{{name}}}", f"a text with names of {known}")
        return self


def _check_whens(path: str, attribute: PersonaAttribute, known: tuple[str, ...]) -> None:
    for j, case in enumerate(attribute.cases):
        if case.when not in known:
            raise _refuse(f"{path}.cases.{j}.when", case.when, f"one of {', '.join(known)}")


def _check_spans(path: str, attribute: PersonaAttribute) -> None:
    taken: set[int] = set()
    for j, case in enumerate(attribute.cases):
        years = span(case.when)
        if years is None or not taken.isdisjoint(range(years[0], years[1] + 1)):
            accepted = "a range of ages that no other case has, such as 13-17"
            raise _refuse(f"{path}.cases.{j}.when", case.when, accepted)
        taken.update(range(years[0], years[1] + 1))
