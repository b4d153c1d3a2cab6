"""Each gallery scenario shows what its study found, on a small population: its sign against its own control."""

from __future__ import annotations

import math

import pytest

from simapp.fidelity.gallery import STUDIES, Study, difference, measure, strength, summed
from simapp.scenarios.gallery import list_gallery

# Smaller and shorter than on the cards; seeds are fixed, so that a failure means change.
SMALL: dict[str, tuple[list[str], tuple[int, ...]]] = {
    "echo-chambers": (["population.users=150", "clock.steps=100", "feed.preset=chronological"], (7,)),
    "rumour": (["population.users=400", "clock.steps=80"], (7,)),
    "first-vote": (["population.users=250", "clock.steps=60"], (7, 8)),
    "real-curve": (["clock.steps=60"], (7,)),
    "group-polarization": (["population.users=150", "clock.steps=60"], (7,)),
    "chronological-feed": (["population.users=150", "clock.steps=90"], (7,)),
    "bridging-feed": (["population.users=150", "clock.steps=40"], (7,)),
    "late-note": (["population.users=500", "clock.steps=160"], (7, 8, 9)),
    "bot-flood": (["population.users=200", "clock.steps=80"], (7, 8)),
}


def test_every_gallery_scenario_is_held_against_a_control() -> None:
    assert set(STUDIES) == set(list_gallery()) == set(SMALL)


@pytest.mark.parametrize("slug", list(SMALL))
def test_the_effect_of_the_study_has_its_sign(slug: str) -> None:
    changes, seeds = SMALL[slug]
    study = STUDIES[slug]
    apart = [
        difference(study, measure(slug, seed, changes).value, measure(slug, seed, changes, control=True).value)
        for seed in seeds
    ]
    assert study.sign * sum(apart) > 0, apart


def test_a_series_is_summed_up_over_what_is_defined() -> None:
    study = Study(strength, "x", (), "y", 1, sum_up="mean", since=1)
    assert summed([9.0, 1.0, None, 3.0], study) == 2.0
    assert math.isnan(summed([None, None], study))
    assert difference(study, 3.0, 4.0) == -0.25
