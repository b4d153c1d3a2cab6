"""Makes a population of imported people: the file comes first, the scenario fills what it leaves open."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from simapp.engine.core.errors import WrongInput
from simapp.engine.core.population import ListedProfiles, Population
from simapp.scenarios.population.build import product_posts, seed_posts_of
from simapp.scenarios.population.opinions import draw_opinions
from simapp.scenarios.population.traits import draw_ages, draw_genders, draw_levels, draw_rhythms, draw_voices

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simapp.engine.core.streams import Streams
    from simapp.scenarios.document import Scenario
    from simapp.scenarios.importers.findings import PeopleImport


def population_from_import(imported: PeopleImport, scenario: Scenario, streams: Streams) -> Population:
    """Return the imported people as a population; nobody is added.

    They replace users, follows and seed posts (those about products stay). Opinions and voice are drawn as the
    scenario says, age and gender come from the file or are unknown. Hourly counts become rhythm and level
    (`hourly_activity`); who has none gets both from the scenario. The file's posts take the place of
    the scenario's and get its first one's topic and appeal; their stance is unknown. A graph says who follows whom
    only: ages, genders and seed posts are the scenario's. WrongInput when the scenario names an author that the
    file does not have.
    """
    check_authors(imported, scenario)
    users = np.arange(imported.users, dtype=np.int64)
    part = scenario.population
    rhythm, rhythms = draw_rhythms(part.activity, users, streams)
    level = draw_levels(part.activity, users, streams)
    rhythm, rhythms, level = hourly_activity(imported.hourly, rhythm, rhythms, level, part.activity.minimum)
    first = scenario.seed_posts[0] if scenario.seed_posts else None
    topic = scenario.topics.index(first.topic) if first else 0
    appeal = first.appeal if first else None
    written = product_posts(scenario)
    age, gender = imported.age, imported.gender
    if imported.is_graph:
        written = [*scenario.seed_posts, *written]
        age, gender = draw_ages(part.ages, users, streams), draw_genders(part.genders, users, streams)
    return Population(
        profiles=ListedProfiles(imported.profiles),
        age=age,
        gender=gender,
        rhythm=rhythm,
        rhythms=rhythms,
        level=level,
        voice=draw_voices(part.voice, users, streams),
        opinions=draw_opinions(part.opinions, users, len(scenario.topics), streams),
        follower=imported.follower,
        followee=imported.followee,
        community=np.full(imported.users, -1, np.int32),
        seed_posts=[
            *(replace(post, topic=topic, appeal=appeal) for post in imported.seed_posts),
            *seed_posts_of(written, scenario.topics, imported.users, imported.followee, streams),
        ],
    )


def hourly_activity(
    hourly: NDArray[np.float64],
    rhythm: NDArray[np.int32],
    rhythms: NDArray[np.float32],
    level: NDArray[np.float32],
    minimum: float,
) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.float32]]:
    """Return (rhythm int32[N], rhythms float32[R, 24], level float32[N]) with the file's counts put in.

    For counts f[i, j] of user i in hour j: the rhythm is f[i, j] / max_j f[i, j] and the level is
    max_j f[i, j] / max over all users and hours, so that level * rhythm = f[i, j] / max f: the
    activity of OASIS's first release. (Its paper, arXiv 2411.11581, divides by the maximum of each
    hour instead, P = f_ij / max_k f_kj, which makes somebody certain to be active at every hour and
    loses the common rhythm of the day.) Levels are at least `minimum`; users whose counts are all zero
    have that level and the given rhythm; users without counts (NaN) keep the given rhythm and level.
    """
    known = ~np.isnan(hourly).any(axis=1)
    peak = np.where(known, np.nan_to_num(hourly).max(axis=1, initial=0.0), 0.0)
    level = np.where(known, np.float32(minimum), level)
    counted = np.flatnonzero(peak > 0)
    if counted.size == 0:
        return rhythm, rhythms, level
    own = (hourly[counted] / peak[counted, None]).astype(np.float32)
    distinct, which = np.unique(own, axis=0, return_inverse=True)
    rhythm = rhythm.copy()
    rhythm[counted] = rhythms.shape[0] + which.reshape(-1)
    level[counted] = np.maximum(peak[counted] / peak.max(), minimum)
    return rhythm, np.concatenate([rhythms, distinct]), level


def check_authors(imported: PeopleImport, scenario: Scenario) -> None:
    named: list[tuple[str, Any]] = [(f"interventions.{i}", change) for i, change in enumerate(scenario.interventions)]
    named += [(f"platform.products.{i}.post", product.post) for i, product in enumerate(scenario.platform.products)]
    if imported.is_graph:
        named += [(f"seed_posts.{i}", post) for i, post in enumerate(scenario.seed_posts)]
    for path, part in named:
        author = getattr(part, "author", None)
        if isinstance(author, int) and author >= imported.users:
            msg = (
                f"{path}.author is {author}; the file {imported.name} has users 0 to "
                f"{imported.users - 1}."
            )
            raise WrongInput(msg)
