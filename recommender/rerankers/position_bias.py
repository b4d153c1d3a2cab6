"""Neighbours change places by a coin, so that what is read is not a matter of place alone."""

from __future__ import annotations

import numpy as np

from recommender.board import Turn
from recommender.lists import placed
from recommender.parts import Reranker
from simapp.engine.core.batches import FeedBatch


class Here(Reranker):
    """FairPairs (Radlinski & Joachims 2006, AAAI): places are paired (1, 2), (3, 4), ... or (2, 3), (4, 5), ...
    by a coin of the viewer and step; each pair is turned round by a coin of the viewer and the post that stands
    first.

    Of two neighbours each is first half the time, so what readers do about them compares the posts without the
    places. A score that would rise down the list is lowered to the one before it.
    """

    name = "position-bias"
    label = "Fair pairs"
    help = "Neighbouring posts change places by a coin, which takes the place out of what readers prefer."

    def rerank(self, turn: Turn, feed: FeedBatch) -> FeedBatch:
        posts, world = feed.posts, turn.world
        width = posts.shape[1]
        place = np.arange(width)
        coin = turn.streams.uniform("feed/pairs/start", step=world.step, user=feed.viewers) < 0.5
        first = np.where(coin[:, None], 0, 1)
        leads = (place[None, :] >= first) & ((place[None, :] - first) % 2 == 0)
        leads[:, -1] = False
        leads[:, :-1] &= posts[:, 1:] >= 0
        keys = world.posts.keys_of(posts.ravel()).reshape(posts.shape)
        turned = turn.streams.uniform("feed/pairs/turn", step=world.step, user=feed.viewers[:, None], item=keys) < 0.5
        swap = leads & turned & (posts >= 0)
        order = np.broadcast_to(place, posts.shape).copy()
        order[swap] += 1
        order[:, 1:][swap[:, :-1]] -= 1
        return placed(feed, order)
