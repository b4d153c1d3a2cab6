"""What people read: many different texts, whoever writes and whatever they think."""

from __future__ import annotations

import numpy as np
import pytest

from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.runs.assemble import Parts, text_pool
from simapp.runs.replaying import Nothing
from simapp.scenarios.gallery import get_gallery, list_gallery
from simapp.scenarios.paths import set_paths
from simapp.scenarios.population.build import build_population

LIVELY = [
    "population.users=3000",
    "population.activity.minimum=0.9",
    "population.voice.minimum=0.5",
    "feed.preset=chronological",
]


# Studies about one question need few.
FEW_TOPICS = {"bot-flood", "bridging-feed", "group-polarization", "late-note"}
# A group that leans one way is what this study is about.
ONE_SIDED = {"group-polarization"}
# In the others one post is all that is written.
TALKATIVE = [slug for slug in list_gallery() if get_gallery(slug).population.voice.maximum >= 0.5]


@pytest.mark.parametrize("slug", TALKATIVE)
def test_a_gallery_scenario_has_over_two_thousand_texts_and_wears_out_no_template(slug: str) -> None:
    scenario = set_paths(get_gallery(slug), LIVELY)
    pool = text_pool(scenario.topics)
    assert len(set(pool.texts)) >= 2000
    assert slug in FEW_TOPICS or len(scenario.topics) >= 6
    parts = Parts(scenario, Streams(7), Workers())
    people = build_population(scenario, parts.streams)
    simulation = parts.simulation(parts.found_world(people), Nothing())
    written: list[np.ndarray] = [
        simulation.found(parts.seeds(simulation.world, people.seed_posts)).posts.text
    ]
    while sum(part.shape[0] for part in written) < 8000:
        posts = simulation.step().posts
        written.append(posts.text[posts.kind == 0])
    texts = np.concatenate(written)
    texts = texts[texts < len(pool)]
    share = np.bincount(pool.template[texts]).max() / texts.shape[0]
    assert share <= 0.01
    assert np.unique(texts).shape[0] > 1500
    stance = pool.stance[texts]
    assert (stance > 0.2).mean() > 0.1
    if slug not in ONE_SIDED:
        assert (stance < -0.2).mean() > 0.1
