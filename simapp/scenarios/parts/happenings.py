"""What the scenario itself changes: interventions at steps."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from simapp.scenarios.parts.base import Author, Part, PostText, Step, TopicSlug
from simapp.scenarios.parts.memories import ForgetFact, PlantFact
from simapp.scenarios.parts.moderation import (
    DemotePost,
    LabelPost,
    NotePost,
    ReinstateUser,
    RemovePost,
    RestorePost,
    SuspendUser,
    UndoDemotePost,
)
from simapp.scenarios.parts.pipelines import PARAMS, Params, PartName, PipelinePart, PresetName, check_custom
from simapp.scenarios.parts.population import refuse
from simapp.scenarios.parts.posts import APPEAL, STANCE, TEXT
from simapp.scenarios.parts.steering import AutomateUser, Rewire, SetBots, UndoAutomateUser


class InjectPost(Part):
    """At a step, a user publishes a given post."""

    kind: Literal["inject_post"] = "inject_post"
    at: Step = Field(description="Step at which it happens, from 1.")
    author: Author = Field(default="random", description="Who writes it.")
    text: PostText = Field(description=TEXT)
    topic: TopicSlug = Field(description="Topic slug; one of the scenario's topics.")
    stance: float | None = Field(default=None, ge=-1, le=1, description=STANCE)
    appeal: float | None = Field(default=None, gt=0, le=1, description=APPEAL)


class FirstVote(Part):
    """From step `at` to `until` every new post gets, by draw, an artificial first vote: up, down or none.

    Source: Muchnik, Aral & Taylor 2013, Science 341, 647 (4.0 % up, 1.9 % down, the rest control).
    """

    kind: Literal["first_vote"] = "first_vote"
    at: Step = Field(description="First step of the treatment.")
    until: Step = Field(description="Last step of the treatment.")
    up: float = Field(default=1 / 3, ge=0, le=1, description="Share of posts that get an up-vote.")
    down: float = Field(default=1 / 3, ge=0, le=1, description="Share of posts that get a down-vote.")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.until < self.at:
            raise refuse("until", self.until, f"a step from {self.at} (at) on")
        if self.up + self.down > 1 + 1e-9:
            raise refuse(
                "down", self.down, f"at most {1 - self.up:.6g}, so that up and down add up to no more than 1"
            )
        return self


class SwitchFeed(Part):
    """From step `at` on feeds, everybody's or those of a group, are ranked in another way."""

    kind: Literal["switch_feed"] = "switch_feed"
    at: Step = Field(description="First step with the new feed.")
    preset: PresetName = Field(description="Ranking preset.")
    params: Params = Field(default_factory=dict, max_length=50, description=PARAMS)
    pipeline: PipelinePart | None = Field(default=None, description="The pipeline, where the preset is custom.")
    group: PartName | None = Field(
        default=None, description="Group of the feed that gets it; empty means everybody, and no groups from then on."
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        check_custom(self.preset, self.pipeline)
        return self


InterventionPart = Annotated[
    InjectPost
    | FirstVote
    | SwitchFeed
    | LabelPost
    | NotePost
    | RemovePost
    | RestorePost
    | DemotePost
    | UndoDemotePost
    | SuspendUser
    | ReinstateUser
    | Rewire
    | SetBots
    | AutomateUser
    | UndoAutomateUser
    | PlantFact
    | ForgetFact,
    Field(discriminator="kind"),
]
