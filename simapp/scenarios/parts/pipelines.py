"""A feed that is put together from parts, and groups of users with feeds of their own."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from simapp.scenarios.names import FEED_PRESETS
from simapp.scenarios.parts.base import Part
from simapp.scenarios.parts.population import refuse

CUSTOM = "custom"


def _check_preset(name: str) -> str:
    if name not in FEED_PRESETS:
        raise PydanticCustomError("one_of", "one of {known}", {"known": ", ".join(FEED_PRESETS)})
    return name


PresetName = Annotated[
    str, AfterValidator(_check_preset), WithJsonSchema({"type": "string", "enum": list(FEED_PRESETS)})
]
PartName = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[a-z][a-z0-9-]*$")]
Params = dict[Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[a-z][a-z0-9_]*$")], float]
PARAMS = "Parameters of the preset; it checks them."


class PipelineUse(Part):
    """A part of a pipeline: a source, filter or re-ranker (`manage.py plugins` lists them)."""

    part: PartName = Field(description="Registered name of the part.")
    params: Params = Field(default_factory=dict, max_length=50, description="Parameters of the part; it checks them.")


class PipelineScorer(PipelineUse):
    """A scorer: a feature of posts, or of viewers and posts, with its weight."""

    weight: float = Field(default=1.0, ge=-1e6, le=1e6, description="Weight of the feature in the sum; 1 in a product.")


class PipelinePart(Part):
    """A feed as sources, filters, scorers and re-rankers. What every feed leaves out it leaves out too."""

    sources: Annotated[tuple[PipelineUse, ...], Field(min_length=1, max_length=20)] = Field(
        description="Where posts come from, in order: of a post that two offer, the first is named as its source."
    )
    filters: Annotated[tuple[PipelineUse, ...], Field(max_length=20)] = Field(
        default=(), description="Filters beyond those of every feed."
    )
    scorers: Annotated[tuple[PipelineScorer, ...], Field(min_length=1, max_length=40)] = Field(
        description="Features that make up the score."
    )
    rerankers: Annotated[tuple[PipelineUse, ...], Field(max_length=20)] = Field(
        default=(), description="What is done to the ranked list, in order."
    )
    combine: Literal["sum", "product"] = Field(
        default="sum", description="Whether the score is the weighted sum of the features or their product."
    )
    ties: Literal["post", "viewer"] = Field(
        default="post", description="Whether equal scores are ordered by one draw for all, or by one for each viewer."
    )


class FeedGroup(Part):
    """Users whose feed is ranked in a way of its own. A user is in the first group that fits."""

    name: PartName = Field(description="Name of the group; the draw of its share is called by it.")
    share: float | None = Field(
        default=None, ge=0, le=1, description="Share of users, drawn by who they are; empty means all that fit."
    )
    communities: Annotated[tuple[Annotated[int, Field(ge=0, le=1_000_000)], ...], Field(max_length=1000)] = Field(
        default=(), description="Communities of the population whose users fit; empty means all."
    )
    preset: PresetName = Field(default="chronological", description="Ranking preset.")
    params: Params = Field(default_factory=dict, max_length=50, description=PARAMS)
    pipeline: PipelinePart | None = Field(default=None, description="The pipeline, where the preset is custom.")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        check_custom(self.preset, self.pipeline)
        if self.share is None and not self.communities:
            raise refuse("share", self.share, "a share, or communities, so that the group is not everybody")
        return self


def check_custom(preset: str, pipeline: PipelinePart | None) -> None:
    """Refuse a custom feed without its pipeline, and a pipeline that nothing reads."""
    if preset == CUSTOM and pipeline is None:
        raise refuse("pipeline", None, "a pipeline, because the preset is custom")
    if preset != CUSTOM and pipeline is not None:
        raise refuse("pipeline", "a pipeline", f"empty, because the preset is {preset}; custom reads it")


def distinct_groups(groups: tuple[FeedGroup, ...]) -> tuple[FeedGroup, ...]:
    """Refuse two groups of one name."""
    names = [group.name for group in groups]
    for i, name in enumerate(names):
        if name in names[:i]:
            raise PydanticCustomError(
                "cross", "", {"path": "", "value": f"naming {name} twice", "accepted": "groups of different names"}
            )
    return groups


def known_shadows(presets: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse a custom feed as a shadow: it has no pipeline of its own there."""
    if CUSTOM in presets:
        raise PydanticCustomError(
            "cross", "", {"path": "", "value": "naming custom", "accepted": "presets; custom has no pipeline here"}
        )
    return presets
