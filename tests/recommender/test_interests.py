"""Interests: what they follow, and that neither batch nor order shows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.candidates import Candidates
from recommender.embeddings.hashing import HashedWords
from recommender.embeddings.interests import HAVE, INTEREST, VECTORS
from recommender.pipeline import Pipeline
from recommender.registry import build_feed
from recommender.scorers import similarity
from simapp.engine.core.batches import EventBatch
from simapp.engine.core.outcomes import Outcome
from simapp.engine.core.posts import REPOST
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World
from tests.recommender.worlds import CODES, busy, found, write

TEXTS = ["cats purr on warm roofs", "cats purr on cold roofs", "trams need tracks and drivers"]


class Counting(HashedWords):
    """Counts the texts that are really encoded."""

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode(self, texts: list[str]) -> np.ndarray:
        self.encoded += texts
        return super().encode(texts)


def interest_feed(**params: float) -> Pipeline:
    return build_feed("interest", params, codes=CODES, encoder=HashedWords())


def act(world: World, *acts: tuple[int, str, int], text: int = -1, outcome: int = 0) -> EventBatch:
    """(user, action, serial of the target) in the order of acting."""
    events = EventBatch.empty(len(acts))
    ordinal: dict[int, int] = {}
    for i, (user, action, serial) in enumerate(acts):
        n = ordinal[user] = ordinal.get(user, -1) + 1
        events.actor[i], events.code[i], events.n[i] = user, CODES[action], n
        events.post[i] = events.target[i] = world.posts.key[serial - world.posts.base]
    events.text[:], events.outcome[:] = text, outcome
    return events


@pytest.fixture
def world() -> World:
    made = found(4, [], texts=TEXTS)
    for text in range(3):
        write(made, 3, n=text, text=text)
    return made


def similarity_of(feed: Pipeline, world: World, viewer: int) -> list[float]:
    feed.prepare(world)
    turn = feed.turn(world, 3, Streams(7))
    rows = np.arange(len(world.posts), dtype=np.int32)
    candidates = Candidates(
        np.array([viewer], np.int32), np.array([0, rows.shape[0]]), rows, np.zeros(rows.shape[0], np.uint8)
    )
    return feed.scorers[2][0].of_pairs(turn, candidates).tolist()


def test_before_anybody_reacted_all_texts_are_equally_close(world):
    assert similarity_of(interest_feed(), world, 0) == [0.5, 0.5, 0.5]


def test_a_like_brings_like_texts_closer(world):
    feed = interest_feed()
    feed.learn(world, act(world, (0, "like_post", 0)))
    same, near, far = similarity_of(feed, world, 0)
    assert same == pytest.approx(1, abs=0.002)
    assert same > near > far
    assert similarity_of(feed, world, 1) == [0.5, 0.5, 0.5]


def test_similarity_is_the_cosine_moved_to_zero_and_one(world):
    feed = interest_feed()
    feed.learn(world, act(world, (0, "like_post", 0), (0, "like_post", 2)))
    feed.prepare(world)
    mine = world.extra[INTEREST][0].astype(float)
    expected = [
        0.5 + 0.5 * float(v @ mine) / np.linalg.norm(v) / np.linalg.norm(mine)
        for v in world.extra[VECTORS][:3].astype(float)
    ]
    assert similarity_of(feed, world, 0) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("action", ["like_post", "repost", "create_comment", "quote_post"])
def test_reacting_to_a_post_teaches(world, action):
    feed = interest_feed()
    feed.learn(world, act(world, (0, action, 2)))
    assert np.argmax(similarity_of(feed, world, 0)) == 2


def test_what_somebody_wrote_themselves_counts_before_what_they_answered(world):
    feed = interest_feed()
    feed.learn(world, act(world, (0, "create_comment", 2), text=0))
    assert np.argmax(similarity_of(feed, world, 0)) == 0


def test_a_repost_is_read_as_what_it_shows(world):
    first = write(world, 1, kind=REPOST, of=2)
    second = write(world, 2, kind=REPOST, of=first)
    feed = interest_feed()
    feed.learn(world, act(world, (0, "like_post", second)))
    close = similarity_of(feed, world, 0)
    assert close[2] == close[3] == close[4] == pytest.approx(1, abs=0.002)


@pytest.mark.parametrize(
    "events",
    [
        {"acts": [(0, "mute", 0)]},
        {"acts": [(0, "like_post", 0)], "outcome": int(Outcome.DUPLICATE)},
    ],
)
def test_refusals_and_other_actions_teach_nothing(world, events):
    feed = interest_feed()
    feed.learn(world, act(world, *events.pop("acts"), **events))
    assert not world.extra[INTEREST].any()


def test_a_reaction_to_a_post_that_left_the_window_teaches_nothing(world):
    events = act(world, (0, "like_post", 0))
    world.posts.evict_before(world.posts.end)
    interest_feed().learn(world, events)
    assert not world.extra[INTEREST].any()


def test_the_scenarios_own_actions_teach_nobody(world):
    events = act(world, (0, "like_post", 0))
    events.actor[:] = 2**31 - 1
    interest_feed().learn(world, events)
    assert not world.extra[INTEREST].any()


def test_the_learning_rate_says_how_far_an_interest_moves(world):
    def after(rate: float) -> list[float]:
        feed = interest_feed(learning=rate)
        fresh = found(4, [], texts=TEXTS)
        for text in range(3):
            write(fresh, 3, n=text, text=text)
        feed.learn(fresh, act(fresh, (0, "like_post", 0), (0, "like_post", 2)))
        return similarity_of(feed, fresh, 0)

    still, slow, fast, all_new = after(0), after(0.1), after(0.5), after(1)
    assert still[2] < slow[2] < fast[2] < all_new[2]
    assert still[0] == pytest.approx(1, abs=0.002)
    assert all_new[2] == pytest.approx(1, abs=0.002)


ACTS = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from(list(CODES)), st.integers(0, 399)), min_size=2, max_size=60
)


@settings(max_examples=20, deadline=None)
@given(acts=ACTS, cut=st.integers(0, 60), order=st.randoms(use_true_random=False))
def test_one_batch_two_batches_and_any_order_teach_the_same(acts, cut, order):
    acts.sort(key=lambda a: a[0])
    worlds = [busy(), busy(), busy()]
    events = act(worlds[0], *acts)
    feed = interest_feed(learning=0.3)
    feed.learn(worlds[0], events)
    whose_first = events.n < np.uint16(cut % 4)  # everybody's first few acts, then the rest
    feed.learn(worlds[1], events.take(whose_first))
    feed.learn(worlds[1], events.take(~whose_first))
    shuffled = list(range(len(acts)))
    order.shuffle(shuffled)
    feed.learn(worlds[2], events.take(np.array(shuffled, np.int64)))
    for other in worlds[1:]:
        np.testing.assert_array_equal(worlds[0].extra[INTEREST], other.extra[INTEREST])


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 100), viewers=st.sets(st.integers(0, 59), min_size=1))
def test_both_ways_of_comparing_give_the_same_bits(seed, viewers):
    world = busy(seed=seed)
    feed = interest_feed()
    feed.prepare(world)
    draws = Streams(seed)
    world.extra[INTEREST][:] = (
        draws.integers("i", 255, user=np.arange(60)[:, None], item=np.arange(384)) - 127
    )
    some = np.array(sorted(viewers), np.int32)
    whole = feed.rank(world, np.arange(60, dtype=np.int32), 20, draws, Workers())
    dense = similarity._DENSE
    try:
        for similarity._DENSE in (0.0, np.inf):
            again = feed.rank(world, some, 20, draws, Workers(1, 7))
            np.testing.assert_array_equal(again.scores.view(np.uint32), whole.scores[some].view(np.uint32))
            np.testing.assert_array_equal(again.posts, whole.posts[some])
    finally:
        similarity._DENSE = dense


def test_each_text_is_encoded_once_and_only_when_it_is_used(world):
    encoder = Counting()
    feed = build_feed("interest", {}, codes=CODES, encoder=encoder)
    world.texts.add("never posted")
    feed.prepare(world)
    feed.prepare(world)
    assert sorted(encoder.encoded) == sorted(TEXTS)
    fourth = world.texts.add("said later")
    write(world, 1, text=fourth)
    feed.prepare(world)
    feed.learn(world, act(world, (0, "like_post", 3)))
    assert encoder.encoded[3:] == ["said later"]
    assert world.extra[HAVE][: len(world.texts)].tolist() == [True, True, True, False, True]


def test_a_text_learned_from_a_comment_is_encoded_too(world):
    encoder = Counting()
    feed = build_feed("interest", {}, codes=CODES, encoder=encoder)
    said = world.texts.add("only a comment")
    feed.learn(world, act(world, (0, "create_comment", 0), text=said))
    assert encoder.encoded == ["only a comment"]
    assert (world.extra[INTEREST][0] != 0).any()


def test_personal_interest_decides_between_equally_new_posts():
    cats, dogs = [f"cats purr {n}" for n in range(10)], [f"dogs bark {n}" for n in range(10, 20)]
    world = found(3, [], texts=cats + dogs)
    for text in range(20):
        write(world, 2, n=text, text=text)
    feed = interest_feed()
    feed.learn(world, act(world, (0, "like_post", 0), (1, "like_post", 10)))
    world.users.seen[:2, 0] = [0, 10]
    world.unseen_from = world.posts.end
    batch = feed.rank(world, np.arange(2, dtype=np.int32), 9, Streams(7), Workers())
    assert (batch.posts[0] < 10).all()
    assert (batch.posts[1] >= 10).all()
