"""What is put into users' memories, or taken out of them, at given steps."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from simapp.scenarios.parts.base import Author, Line, Part, Step

_AT = "Step at which it happens, from 1; the prompts of this step already know."
_WHO = "Whose memory; most_followed is whoever is when the step comes."
Fact = Annotated[Line, Field(min_length=1, max_length=240)]


class PlantFact(Part):
    """At a step, a user who thinks with a model comes to know a fact; it comes to mind when the feed is about it."""

    kind: Literal["plant_fact"] = "plant_fact"
    at: Step = Field(description=_AT)
    user: Author = Field(description=_WHO)
    text: Fact = Field(description="The fact, one line.")


class ForgetFact(Part):
    """At a step, a fact is taken out of a user's memory again, without a trace."""

    kind: Literal["forget_fact"] = "forget_fact"
    at: Step = Field(description=_AT)
    user: Author = Field(description=_WHO)
    text: Fact = Field(description="The fact, in the words in which it was planted.")
