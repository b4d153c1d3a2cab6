"""What users did in a step, and what they were refused."""

from __future__ import annotations

import numpy as np
import pytest

from simapp.engine.core.batches import EventBatch
from simapp.engine.core.ids import SYSTEM
from simapp.engine.core.outcomes import Outcome
from simapp.metrics.view import View
from tests.metrics.views import CODES, events_of, measured, view_of

DONE, DUPLICATE = int(Outcome.DONE), int(Outcome.DUPLICATE)
COUNTS = {
    "posts_written": "create_post",
    "comments_made": "create_comment",
    "likes_made": "like_post",
    "dislikes_made": "dislike_post",
    "reposts_made": "repost",
    "quotes_made": "quote_post",
    "follows_made": "follow",
    "unfollows_made": "unfollow",
    "mutes_made": "mute",
}


@pytest.mark.parametrize(("metric", "action"), COUNTS.items())
def test_a_count_is_of_one_action_done_by_users(metric: str, action: str) -> None:
    others = [name for name in CODES if name != action]
    events = events_of(
        (0, action, DONE),
        (4, action, DONE),
        (4, action, DUPLICATE),
        (SYSTEM, action, DONE),
        *[(1, other, DONE) for other in others],
    )
    assert measured(metric, view_of([0.0] * 5, events=events)).value == 2
    assert measured(metric, view_of([0.0] * 5)).value == 0


@pytest.mark.parametrize("metric", COUNTS)
def test_a_count_is_missing_where_there_is_no_such_action(metric: str) -> None:
    view = View(np.zeros((1, 1), np.float32), np.zeros(2, np.int64), np.zeros(0, np.int32))
    assert measured(metric, view).value is None


def test_the_counts_name_the_actions_of_the_engine() -> None:
    registry = pytest.importorskip("simapp.engine.actions.registry")
    assert set(COUNTS.values()) <= set(registry.all_actions())


def test_a_user_who_acted_is_counted_once_and_the_scenario_never() -> None:
    events = events_of(
        (2, "like_post", DONE), (2, "follow", DONE), (4, "repost", DONE), (SYSTEM, "like_post", DONE)
    )
    assert measured("active_users", view_of([0.0] * 5, events=events)).value == 2


def test_a_user_whose_requests_were_all_refused_did_not_act() -> None:
    events = events_of((2, "like_post", DUPLICATE), (3, "like_post", DONE))
    assert measured("active_users", view_of([0.0] * 5, events=events)).value == 1


def test_refused_share_is_over_users_requests() -> None:
    events = events_of(
        (0, "like_post", DONE),
        (1, "like_post", DUPLICATE),
        (1, "follow", DONE),
        (2, "follow", DONE),
        (SYSTEM, "create_post", DONE),
    )
    assert measured("refused_share", view_of([0.0] * 5, events=events)).value == 0.25


@pytest.mark.parametrize("events", [EventBatch.empty(), events_of((SYSTEM, "like_post", DONE))])
def test_refused_share_is_missing_without_requests(events: EventBatch) -> None:
    assert measured("refused_share", view_of([0.0] * 5, events=events)).value is None
