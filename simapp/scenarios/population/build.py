"""Builds the population of a scenario: people, who they follow, what they already wrote."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from simapp.engine.core.errors import WrongInput
from simapp.engine.core.population import Population, SeedPost
from simapp.scenarios.network.build import build_follows
from simapp.scenarios.population.opinions import draw_opinions
from simapp.scenarios.population.profiles import GeneratedProfiles
from simapp.scenarios.population.traits import (
    draw_ages,
    draw_genders,
    draw_levels,
    draw_rhythms,
    draw_voices,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from simapp.engine.core.streams import Streams
    from simapp.scenarios.document import Scenario
    from simapp.scenarios.parts.posts import SeedPostPart


def build_population(scenario: Scenario, streams: Streams) -> Population:
    """Return the generated population of a scenario; the same (scenario, seed) gives the same people.

    A scenario whose people come from a file is refused with WrongInput: that file has to be read with
    `importers.people.read_people` and handed to `population_from_import`.
    """
    part = scenario.population
    if part.people is not None:
        msg = f"population.people names the file {part.people.name!r}; its content is needed here."
        raise WrongInput(msg)
    users = np.arange(part.users, dtype=np.int64)
    genders = draw_genders(part.genders, users, streams)
    rhythm, rhythms = draw_rhythms(part.activity, users, streams)
    opinions = draw_opinions(part.opinions, users, len(scenario.topics), streams)
    follower, followee, community = build_follows(scenario.network, part.users, opinions[:, 0], streams)
    ages = draw_ages(part.ages, users, streams)
    return Population(
        profiles=GeneratedProfiles(streams, genders, ages, scenario.topics, part.personas),
        age=ages,
        gender=genders,
        rhythm=rhythm,
        rhythms=rhythms,
        level=draw_levels(part.activity, users, streams),
        voice=draw_voices(part.voice, users, streams),
        opinions=opinions,
        follower=follower,
        followee=followee,
        community=community,
        seed_posts=seed_posts_of(
            [*scenario.seed_posts, *product_posts(scenario)], scenario.topics, part.users, followee, streams
        ),
    )


def product_posts(scenario: Scenario) -> list[SeedPostPart]:
    """Return the posts about products, which stand after all other seed posts."""
    return [product.post for product in scenario.platform.products if product.post is not None]


def seed_posts_of(
    parts: Sequence[SeedPostPart],
    topics: Sequence[str],
    users: int,
    followee: NDArray[np.int32],
    streams: Streams,
) -> list[SeedPost]:
    """Return the scenario's seed posts with authors resolved to users 0 .. users - 1."""
    # A draw is named by what it is for: a post more whose author is known draws nobody else anew.
    drawn = itertools.count()
    return [
        SeedPost(
            author=resolve_author(
                part.author,
                users=users,
                followee=followee,
                streams=streams,
                purpose="seed-post/author",
                item=next(drawn) if part.author == "random" else 0,
            ),
            text=part.text,
            topic=topics.index(part.topic),
            stance=part.stance,
            appeal=part.appeal,
        )
        for part in parts
    ]


def resolve_author(
    author: int | str,
    *,
    users: int,
    followee: NDArray[np.int32],
    streams: Streams,
    purpose: str,
    step: int = 0,
    item: int = 0,
) -> int:
    """Return the user a scenario means: a number, `most_followed` (ties: lowest number) or `random`.

    `followee` int32[M] holds the targets of the follows to count. WrongInput when the number is not
    that of a user.
    """
    if isinstance(author, int):
        if not 0 <= author < users:
            msg = f"The author is user {author}; the population has users 0 to {users - 1}."
            raise WrongInput(msg)
        return author
    if author == "most_followed":
        return int(np.argmax(np.bincount(followee, minlength=users)))
    return int(streams.integers(purpose, users, step=step, item=item))
