"""What a scenario puts into a step, and that its parts do not lean on each other."""

from __future__ import annotations

import numpy as np

from simapp.engine.core import ids
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.engine.interventions import Intervention, injected_posts
from simapp.runs.assemble import Parts
from simapp.runs.people import people_of
from simapp.scenarios.document import Scenario
from tests.contracts.test_actions import small_world
from tests.runs.small import busy


def post(at: int, text: str, author: int | str = 0, **more: object) -> Intervention:
    return Intervention("inject_post", at, {"author": author, "text": text, "topic": 0, **more})


def plan_of(interventions: str) -> list[Intervention]:
    scenario: Scenario = busy("rumour", f"interventions={interventions}")
    parts = Parts(scenario, Streams(7), Workers(1))
    return parts.plan(parts.found_world(people_of(scenario, parts.streams)))


def test_a_post_of_unknown_stance_is_injected_as_one() -> None:
    # Unknown suits every reader; 0 would be a side that only moderates agree with.
    batch = injected_posts(small_world(), [post(1, "x", stance=None), post(1, "y", stance=0.0)])
    assert np.isnan(batch.stance[0])
    assert batch.stance[1] == 0.0


def test_one_injection_more_renames_no_other_authors_post() -> None:
    alone = injected_posts(small_world(), [post(1, "x", 3)])
    together = injected_posts(small_world(), [post(1, "first", 2), post(1, "x", 3), post(1, "again", 3)])
    names = ids.post_key(together.actor, 1, together.n)
    assert names[1] == ids.post_key(alone.actor, 1, alone.n)[0]
    assert np.unique(names).shape[0] == 3


def test_the_most_followed_user_is_whoever_is_when_the_post_is_due() -> None:
    world = small_world()
    due = [post(1, "x", "most_followed")]
    before = int(injected_posts(world, due).actor[0])
    world.follows.change(
        add=(np.array([0, 1, 2, 3], np.int32), np.array([5, 5, 5, 5], np.int32)),
        drop=(np.zeros(0, np.int32), np.zeros(0, np.int32)),
    )
    assert (before, int(injected_posts(world, due).actor[0])) == (1, 5)


SWITCH = '{"kind": "switch_feed", "at": 2, "preset": "chronological"}'
NEWS = '{"kind": "inject_post", "at": 3, "author": "random", "text": "news", "topic": "work"}'


def test_an_intervention_more_draws_no_other_author_or_appeal() -> None:
    earlier = NEWS.replace('"at": 3', '"at": 2')
    alone, last = plan_of(f"[{NEWS}]"), plan_of(f"[{SWITCH}, {earlier}, {NEWS}]")
    assert alone[0] == last[2]


def test_arms_that_differ_in_what_a_post_says_share_its_author() -> None:
    one, other = plan_of(f"[{NEWS}]"), plan_of(f"[{NEWS.replace('news', 'other news')}]")
    assert one[0].settings["author"] == other[0].settings["author"]
    assert one[0].settings["appeal"] == other[0].settings["appeal"]


def test_two_equal_injections_draw_apart_and_an_appeal_that_is_left_out_is_drawn() -> None:
    plan = plan_of("[" + ", ".join([NEWS] * 6) + "]")
    assert len({change.settings["author"] for change in plan}) > 1
    appeals = {change.settings["appeal"] for change in plan}
    assert len(appeals) == 6
    assert all(0 < appeal <= 1 for appeal in appeals)
