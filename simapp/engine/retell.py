"""Moves a world by facts: what a run's rows say happened, applied again without anybody deciding anything.

An event that was done names its action, its actor and its targets, and the post that it wrote has a row of its own;
so `apply` gets what it got then. From a founded (or restored) world and the rows of the steps after it, every array
of the platform comes out as it was, byte for byte: posts with counters and cascade figures, reactions, follows,
mutes, texts and, where impressions are given, what everybody has seen. What only minds and feeds know (opinions and
`world.extra`) is not in these rows and stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from simapp.engine.actions.door import answer
from simapp.engine.actions.registry import action_named, code_of, names_by_code
from simapp.engine.core import ids
from simapp.engine.core.batches import ActionBatch, EventBatch, FeedBatch
from simapp.engine.core.errors import SociariumError
from simapp.engine.core.follows import Follows
from simapp.engine.core.outcomes import Outcome
from simapp.engine.core.world import World
from simapp.engine.record import FollowChanges, Impressions, NewPosts

_WRITTEN = ("topic", "stance", "opinion", "appeal", "text", "author", "kind")


class Contradiction(SociariumError):
    """Rows that cannot all be true of one run."""


@dataclass
class Told:
    """The rows of one step.

    events in their stored order; posts in any order; follows: the whole graph at step 0, not read later (events say
    the same); texts: those first used in this step, as (id, text); impressions in canonical order (viewer, rank).
    """

    step: int
    events: EventBatch
    posts: NewPosts
    follows: FollowChanges
    texts: list[tuple[int, str]]
    impressions: Impressions | None = None


def retell(world: World, told: Told, *, check: bool = False) -> None:
    """Bring a world from step `told.step` - 1 (0: from its founding) to `told.step`.

    check: every action is also asked whether it would have answered as the rows say. Raises Contradiction where the
    rows do not fit the world or each other; the world is then somewhere in between and of no use.
    """
    if told.step != world.step + (told.step > 0):
        msg = f"step {told.step} cannot follow step {world.step}"
        raise Contradiction(msg)
    world.step = told.step
    world.forget_cold()
    if not told.step:
        follower, followee = told.follows.follower, told.follows.followee
        world.follows = Follows.from_edges(len(world.users), follower, followee)
    _take_texts(world, told)
    seen = None if told.impressions is None else _feed_of(world, told.impressions)
    requests, first_new = _requests(world, told), world.posts.end
    # A kind of action is one stretch of rows; what the scenario votes itself is no request.
    kind = np.where(_is_first_vote(told.events), -1, told.events.code.astype(np.int64))
    cuts = [0, *(np.flatnonzero(np.diff(kind)) + 1).tolist(), len(told.events)]
    for lo, hi in pairwise(cuts):
        if hi == lo:
            continue
        if kind[lo] < 0:
            _vote(world, told.events.take(np.arange(lo, hi)), told.step)
        else:
            _act(world, requests, told, np.arange(lo, hi), check=check)
    _compare_posts(world, told, first_new)
    if seen is not None:
        world.remember_seen(seen)


def serials_of(world: World, keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the serials int64[A] of post keys; -1 where no such post is in the window."""
    held = world.posts.key
    if not held.shape[0]:
        return np.full(keys.shape[0], -1, np.int64)
    order = np.argsort(held, kind="stable")
    rows = order[np.minimum(np.searchsorted(held, keys, sorter=order), held.shape[0] - 1)]
    return np.where(held[rows] == keys, rows + world.posts.base, -1)


def _act(world: World, requests: ActionBatch, told: Told, rows: NDArray[np.int64], *, check: bool) -> None:
    code, outcome = int(told.events.code[rows[0]]), told.events.outcome[rows]
    name = names_by_code().get(code)
    if name is None:
        msg = f"step {told.step} has an event of action {code}, which does not exist"
        raise Contradiction(msg)
    # What reading finds is answered by the feed, which is not told here.
    if check and not getattr(action_named(name), "reads", ""):
        expected = answer(world, action_named(name), requests.take(rows))
        wrong = np.flatnonzero(expected != outcome)
        if wrong.shape[0]:
            said, known = (_word(int(codes[wrong[0]])) for codes in (outcome, expected))
            msg = f"event {rows[wrong[0]]} of step {told.step} ({name}) says {said} where the rows before say {known}"
            raise Contradiction(msg)
    done = rows[outcome == 0]
    if done.shape[0]:
        action_named(name).apply(world, requests.take(done))


def _word(outcome: int) -> str:
    return Outcome(outcome).name.lower() if outcome in set(Outcome) else f"outcome {outcome}"


def _requests(world: World, told: Told) -> ActionBatch:
    """The requests that the events answer: as they were, as far as `check` and `apply` read them."""
    events, batch = told.events, ActionBatch.empty(len(told.events))
    for name in {f.name for f in fields(ActionBatch)} & {f.name for f in fields(EventBatch)}:
        getattr(batch, name)[:] = getattr(events, name)
    batch.post[:] = serials_of(world, events.target)
    order = np.argsort(told.posts.key, kind="stable")
    written = np.flatnonzero((events.outcome == 0) & np.isin(events.post, told.posts.key))
    own = order[np.searchsorted(told.posts.key, events.post[written], sorter=order)]
    for name in ("topic", "stance", "opinion", "appeal"):
        getattr(batch, name)[written] = getattr(told.posts, name)[own]
    return batch


def _is_first_vote(events: EventBatch) -> NDArray[np.bool_]:
    vote = np.isin(events.code, (code_of("like_post"), code_of("dislike_post")))
    return np.asarray((events.actor == ids.SYSTEM) & vote)


def _vote(world: World, events: EventBatch, step: int) -> None:
    rows = world.posts.row(serials_of(world, events.post))
    if (rows < 0).any():
        msg = f"step {step} has a first vote on post {int(events.post[rows < 0][0])}, which is not there"
        raise Contradiction(msg)
    up = events.code == code_of("like_post")
    np.add.at(world.posts.likes, rows[up], 1)
    np.add.at(world.posts.dislikes, rows[~up], 1)
    world.posts.arm[rows] = np.where(up, 1, -1)


def _take_texts(world: World, told: Told) -> None:
    for text_id, text in sorted(told.texts):
        known = world.texts[text_id] if 0 <= text_id < len(world.texts) else None
        if known != text if known is not None else world.texts.add(text) != text_id:
            msg = f"text {text_id} of step {told.step} is not the text that stands in its place"
            raise Contradiction(msg)
    world.texts.first_used(np.array([text_id for text_id, _ in told.texts], np.int32))


def _feed_of(world: World, shown: Impressions) -> FeedBatch:
    viewers, place = np.unique(shown.viewer, return_inverse=True)
    feed = FeedBatch.empty(viewers.shape[0], int(shown.rank.max(initial=0)) + 1)
    feed.viewers[:] = viewers
    feed.posts[place, shown.rank] = serials_of(world, shown.post)
    return feed


def _compare_posts(world: World, told: Told, first_new: int) -> None:
    """The posts that the events wrote must be the posts that have rows, in every column."""
    posts, rows = world.posts, np.arange(first_new - world.posts.base, len(world.posts))
    order = rows[np.argsort(posts.key[rows], kind="stable")]
    given = np.argsort(told.posts.key, kind="stable")
    if not np.array_equal(posts.key[order], told.posts.key[given]):
        msg = f"the events of step {told.step} write other posts than have rows"
        raise Contradiction(msg)
    found = {name: getattr(posts, name)[order] for name in _WRITTEN} | {"arm": posts.arm[order]}
    for name in ("root", "parent"):
        at = posts.row(getattr(posts, name)[order])
        found[name] = np.where(at >= 0, posts.key[at] if len(posts) else -1, -1)
    for name, values in found.items():
        if not np.array_equal(values, getattr(told.posts, name)[given], equal_nan=values.dtype.kind == "f"):
            msg = f"the posts of step {told.step} have another {name} than their events give them"
            raise Contradiction(msg)
