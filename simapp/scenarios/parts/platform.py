"""The rules of the platform, and the feed it ranks."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from simapp.scenarios.names import ACTIONS, DEFAULT_ACTIONS
from simapp.scenarios.parts.base import Part, setting
from simapp.scenarios.parts.pipelines import (
    PARAMS,
    FeedGroup,
    Params,
    PipelinePart,
    PresetName,
    check_custom,
    distinct_groups,
    known_shadows,
)
from simapp.scenarios.parts.products import Products


def _check_action(name: str) -> str:
    if name not in ACTIONS:
        raise PydanticCustomError("one_of", "one of {known}", {"known": ", ".join(ACTIONS)})
    return name


def _distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    for i, name in enumerate(names):
        if name in names[:i]:
            raise PydanticCustomError(
                "cross",
                "",
                {"path": "", "value": f"naming {name} twice", "accepted": "a list without repeats"},
            )
    return names


ActionName = Annotated[
    str, AfterValidator(_check_action), WithJsonSchema({"type": "string", "enum": list(ACTIONS)})
]
Distinct = AfterValidator(_distinct)


class Platform(Part):
    """What users can do and what the platform remembers."""

    rules: Literal["microblog", "forum"] = Field(
        default="microblog",
        description="Family of rules: reposts and quotes, or up and down votes with comments.",
    )
    actions: Annotated[tuple[ActionName, ...], Field(min_length=1), Distinct] | None = Field(
        default=None,
        description="Actions that users may take; empty means the default set of the rules.",
    )
    products: Products = Field(
        default=(),
        description="Products that users can buy, where purchase_product is among the actions.",
    )
    allow_self_rating: bool | None = Field(
        default=None,
        description="Whether users may like or dislike their own posts and comments; empty means yes on a "
        "forum and no on a microblog.",
    )
    show_score: bool | None = Field(
        default=None,
        description="Whether posts and comments show likes minus dislikes as one score instead of two "
        "counts; empty means yes on a forum and no on a microblog.",
    )
    exclusive_votes: bool | None = Field(
        default=None,
        description="Whether a user must take back a like before disliking the same post, and the "
        "reverse; empty means yes on a forum and no on a microblog.",
    )
    report_threshold: int = setting(
        2, "Reports by different users from which on a post is shown with a warning.", ge=1, le=1_000_000,
        unit="reports", source="OASIS, platform default (camel-ai/oasis 0.2.5)",
    )  # fmt: skip
    hot_window_hours: int = setting(
        48, "Posts older than this leave memory and are no longer recommended.", ge=1, le=720,
        unit="simulated hours", source="X, published ranking parameters (2026): older posts are dropped",
    )  # fmt: skip

    @property
    def action_names(self) -> tuple[str, ...]:
        """The actions users may take, in the order given."""
        return self.actions if self.actions is not None else DEFAULT_ACTIONS[self.rules]

    @property
    def votes_exclude(self) -> bool:
        """Whether like and dislike of one user exclude each other."""
        return self._chosen(self.exclusive_votes)

    @property
    def self_rating(self) -> bool:
        """Whether users may rate what they wrote themselves."""
        return self._chosen(self.allow_self_rating)

    @property
    def shows_score(self) -> bool:
        """Whether votes are shown as one score."""
        return self._chosen(self.show_score)

    def _chosen(self, own: bool | None) -> bool:
        return own if own is not None else self.rules == "forum"


class FeedPart(Part):
    """How the platform ranks what a user sees."""

    preset: PresetName = Field(default="chronological", description="Ranking preset.")
    k: int = setting(10, "Posts per feed.", ge=1, le=100, unit="posts")
    seen_memory: int = setting(
        200,
        "How many seen posts a user's feed remembers and does not show again.",
        ge=0,
        le=500,
        unit="posts",
    )
    explore: float = setting(0.0, "Share of a feed that is drawn at random among recent posts.", ge=0, le=1)
    params: Params = Field(default_factory=dict, max_length=50, description=PARAMS)
    pipeline: PipelinePart | None = Field(default=None, description="The pipeline, where the preset is custom.")
    groups: Annotated[tuple[FeedGroup, ...], Field(max_length=50), AfterValidator(distinct_groups)] = Field(
        default=(), description="Groups of users with feeds of their own; everybody else has this one."
    )
    shadow: Annotated[tuple[PresetName, ...], Field(max_length=6), Distinct, AfterValidator(known_shadows)] = Field(
        default=(),
        description="Presets that are scored on the same candidates in each step without changing anything; what "
        "they would have shown is measured (shadow_overlap and others).",
    )
    shadow_viewers: int = setting(
        1000, "How many of a step's viewers shadows are scored for, drawn anew in each step.", ge=10, le=1_000_000,
        unit="users",
    )  # fmt: skip

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        check_custom(self.preset, self.pipeline)
        return self
