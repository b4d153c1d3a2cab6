"""Which users think with a language model, which model, and within which limits. Nobody does unless it is said here."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from simapp.scenarios.parts.base import EndpointName, Line, Name, Part, setting
from simapp.scenarios.parts.population import refuse

DEFAULT_BY: tuple[Literal["age", "gender", "camp", "activity", "community"], ...] = ("age", "camp")


class NumberOfUsers(Part):
    """A fixed number of users, drawn once among those that no earlier rule has taken for good."""

    kind: Literal["count"] = "count"
    users: int = setting(10, "How many.", ge=1, le=1_000_000, unit="users")


class ShareOfUsers(Part):
    """A fixed share of all users, drawn once among those that no earlier rule has taken for good."""

    kind: Literal["share"] = "share"
    share: float = setting(0.01, "How large a share.", gt=0, le=1)


class NamedUsers(Part):
    """Users by their numbers."""

    kind: Literal["named"] = "named"
    users: tuple[Annotated[int, Field(ge=0)], ...] = Field(
        min_length=1, max_length=10_000, description="Numbers of the users."
    )


class TopUsers(Part):
    """The active users who are highest on a measure in this step, anew in every step."""

    kind: Literal["top"] = "top"
    by: Literal["reach", "novelty", "stakes"] = Field(
        default="reach",
        description="reach: followers; novelty: share of the feed by authors whom the user does not follow; stakes: "
        "the most reactions that a post of the feed has had.",
    )
    share: float = setting(0.01, "How large a share of the active users.", gt=0, le=1)


Who = Annotated[NumberOfUsers | ShareOfUsers | NamedUsers | TopUsers, Field(discriminator="kind")]


class EndpointTier(Part):
    """Users who think with a model behind an OpenAI-compatible endpoint."""

    tier: Literal["endpoint"] = Field(default="endpoint", description="Tier that decides.")
    who: Who = Field(default=NumberOfUsers(), description="Who does.")
    model: EndpointName = Field(description="Name of an endpoint of the run's owner.")
    also: tuple[EndpointName, ...] = Field(
        default=(), max_length=9, description="Further endpoints that share the questions, by their weights."
    )

    @property
    def label(self) -> str:
        """The name under which replies are kept."""
        return ", ".join((self.model, *self.also))


class LocalTier(Part):
    """Users who think with a model that a decision worker loads."""

    tier: Literal["local"] = Field(default="local", description="Tier that decides.")
    who: Who = Field(default=NumberOfUsers(), description="Who does.")
    model: Name = Field(description="Name of a folder below the installation's model folder.")

    @property
    def label(self) -> str:
        """The name under which replies are kept."""
        return self.model


class AnswerGroups(Part):
    """Groups of users who answer alike: a sample is asked, answers are embedded and clustered.

    Venkatesh et al. 2026 (PhysicsAgentABM). Users who are not asked join the group whose opinions are nearest theirs.
    """

    prompts: tuple[Annotated[Line, Field(min_length=1, max_length=500)], ...] = Field(
        min_length=1, max_length=5, description="What is asked."
    )
    groups: int = setting(12, "How many groups, at most.", ge=1, le=256, unit="groups")
    sample: int = setting(200, "How many users are asked.", ge=1, le=10_000, unit="users")
    asked: Literal["model", "rules"] = Field(
        default="model",
        description="Who answers for them: the tier's model, from persona and stances, or, at no call, the rules' "
        "interviewer.",
    )


class ArchetypeTier(Part):
    """Users who do as their group does: a model is asked per group and context, members are drawn from the answers.

    Chopra et al. 2024 (AgentTorch). The number of questions does not grow with the number of users.
    """

    tier: Literal["archetype"] = Field(default="archetype", description="Tier that decides.")
    who: Who = Field(default=NumberOfUsers(), description="Who does.")
    asks: Literal["endpoint", "local"] = Field(
        default="local", description="Tier of the model that is asked."
    )
    model: EndpointName = Field(description="Name of the model, as for that tier.")
    by: tuple[Literal["age", "gender", "camp", "activity", "community"], ...] = Field(
        default=DEFAULT_BY, min_length=1, max_length=5, description="Attributes that make the groups."
    )
    by_answers: AnswerGroups | None = Field(
        default=None, description="Groups by what users answer, in place of attributes."
    )
    samples: int = setting(8, "Questions per group and context.", ge=1, le=200, unit="questions")
    refresh: int = setting(0, "Ask again after so many steps; 0 asks once.", ge=0, le=100_000, unit="steps")
    check: float = setting(
        0.02, "Share of their visits that is decided one by one as well, to see the gap.", ge=0, le=0.2
    )

    @model_validator(mode="after")
    def _one_way_to_group(self) -> Self:
        if self.by_answers is not None and self.by != DEFAULT_BY:
            raise refuse("by_answers", "groups by answers beside groups by attributes (by)", "one of the two")
        return self

    @property
    def label(self) -> str:
        """The name under which replies are kept."""
        return self.model


Tier = Annotated[EndpointTier | LocalTier | ArchetypeTier, Field(discriminator="tier")]


def tier_parts() -> dict[str, type[Part]]:
    """Return the kinds of rules in `tiers`, by the name of their tier."""
    kinds: tuple[type[Part], ...] = (EndpointTier, LocalTier, ArchetypeTier)
    return {kind.model_fields["tier"].default: kind for kind in kinds}


class Limits(Part):
    """What models may cost in this run, all tiers together. A limit is never exceeded, whatever workers do."""

    tokens: int | None = Field(default=None, ge=0, description="Tokens in and out; empty means no limit.")
    money: float | None = Field(
        default=None,
        ge=0,
        description="Money, in the currency of the endpoints' prices; empty means no limit.",
    )
    seconds: float | None = Field(
        default=None, ge=0, description="Seconds that models work, summed over calls; empty means no limit."
    )
    then: Literal["rules", "pause"] = Field(
        default="rules", description="What happens then: users decide by rules, or the run pauses."
    )


class Waiting(Part):
    """How long a step waits for models."""

    seconds: float = setting(120.0, "Longest wait of a step.", gt=0, le=86_400, unit="seconds")
    then: Literal["retry", "rules", "pause"] = Field(
        default="retry",
        description="What happens then: the step waits on, those unanswered decide by rules, or the run pauses.",
    )


class Sampling(Part):
    """How models draw."""

    temperature: float = setting(0.8, "0 takes the likeliest.", ge=0, le=2)
    top_p: float = setting(0.95, "Share of the likeliest tokens that are drawn from.", gt=0, le=1)
    max_tokens: int = setting(160, "Longest reply.", ge=8, le=2000, unit="tokens")


class Perception(Part):
    """What of a feed and of themselves users who think with a model are shown."""

    authors: Literal["all", "posts", "none"] = Field(
        default="posts", description="Whose authors are named: of posts and comments, of posts only, of none."
    )
    ages: bool = Field(default=True, description="How old a post or comment is.")
    counters: bool = Field(default=True, description="How often a post was liked, reposted and so on.")
    follows: bool = Field(default=True, description="Whether the user follows a post's author.")
    audience: bool = Field(default=True, description="How many follow the user.")
    comments: int = setting(3, "Newest comments under each post.", ge=0, le=20, unit="comments")
    post_characters: int = setting(280, "A post is cut after so many.", ge=20, le=2000, unit="characters")
    comment_characters: int = setting(140, "A comment is cut after so many.", ge=20, le=2000, unit="characters")
    about_characters: int = setting(120, "A persona is cut after so many.", ge=0, le=2000, unit="characters")
    memory_characters: int = setting(160, "Memories are cut after so many.", ge=0, le=2000, unit="characters")
    views: int = setting(3, "Strongest stances of the user that are told.", ge=0, le=12, unit="topics")
    own_tokens: int = setting(
        750, "Most tokens of user and feed; what does not fit is left out from the bottom.", ge=100, le=100_000,
        unit="tokens, four characters each",
    )  # fmt: skip


class Prompt(Part):
    """The words around what a model is shown."""

    template: Name = Field(default="plain-1", description="Name and version of the templates.")
    overrides: dict[
        Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z][a-z0-9_]*$")],
        Annotated[str, Field(max_length=4000)],
    ] = Field(default_factory=dict, max_length=20, description="Texts in place of the template's, by part.")


class Memory(Part):
    """What of their past comes to the mind of users who think with a model. Ceilings keep prompts of one length."""

    keep: bool = Field(default=True, description="Whether they remember at all.")
    events: int = setting(4, "Recent events that come to mind, at most.", ge=0, le=20, unit="events")
    facts: int = setting(2, "Planted facts that come to mind, at most.", ge=0, le=20, unit="facts")
    half_life_hours: float = setting(
        72.0, "What stands behind a belief halves in so long.", gt=0, le=100_000, unit="simulated hours"
    )


class Models(Part):
    """Minds beside the rules. The first rule that fits a user decides; whom none fits decides by rules."""

    tiers: tuple[Tier, ...] = Field(default=(), max_length=20, description="Who thinks with what.")
    limits: Limits = Field(default=Limits(), description="What it may cost.")
    waiting: Waiting = Field(default=Waiting(), description="How long a step waits.")
    sampling: Sampling = Field(default=Sampling(), description="How replies are drawn.")
    perception: Perception = Field(default=Perception(), description="What a model is shown.")
    prompt: Prompt = Field(default=Prompt(), description="The words around it.")
    memory: Memory = Field(default=Memory(), description="What is remembered.")
    opinions: Literal["reported", "model"] = Field(
        default="reported",
        description="What moves the opinion of such a user: what they say their stance is when they write, or the "
        "opinion model of the rules.",
    )
    keep_prompts: bool | None = Field(
        default=None,
        description="Whether prompts are kept for looking up; empty means for populations up to keep_prompts_up_to.",
    )
    keep_prompts_up_to: int = setting(
        10_000, "Largest population for which prompts are kept where keep_prompts is empty.", ge=0,
        le=1_000_000, unit="users",
    )  # fmt: skip

    @model_validator(mode="after")
    def _one_archetype(self) -> Self:
        # The estimates of groups are kept by the world under the tier's name.
        if sum(rule.tier == "archetype" for rule in self.tiers) > 1:
            raise refuse("tiers", "more than one archetype tier", "at most one archetype tier")
        return self
