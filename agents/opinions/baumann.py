"""Echo-chamber opinion dynamics (Baumann, Lorenz-Spreen, Sokolov & Starnini 2020, Phys. Rev. Lett. 124, 048301).

    dx_i/dt = -x_i + K * sum over contacts j of tanh(alpha * x_j)

In the paper an active agent contacts m others, chosen with probability proportional to
|x_i - x_j|^-beta. Here the contacts are what the feed put before the user: attention is limited to
the posts that were read, and the m slots are spread over them in proportion to |x_i - x_j|^-beta
(the expectation of drawing them, so no draw is needed). In the paper's whole population somebody near
is always found; a feed may hold nobody near. Then attention fades: the slots are scaled by
(d / reach)^-beta where the nearest read opinion is d > reach away, or else a minority that is shown
only the majority would be pulled over by the least distant of its opponents, whatever the distance.
x_j is the opinion that the author held when writing.

Topics overlap as in Baumann et al. 2021 (Phys. Rev. X 11, 011012): a post on topic v moves the opinion
on topic u through tanh(alpha * phi_uv * x_j), phi_uu = 1 and phi_uv = `overlap` else. With overlap 0
each topic is a system of its own, and one of which nothing was read is not moved.
Reading influences the reader only: reciprocal contacts arise when authors read in turn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.reading import attend
from simapp.engine.core.batches import FeedBatch
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World

NEAREST = 0.05  # native units; opinions closer than this count as equally close


@dataclass(frozen=True)
class Baumann:
    """Parameters in native units: alpha >= 0 controversialness, beta >= 0 homophily, strength K >= 0,
    slots m >= 1 per topic and activation, dt in (0, 1] model time per step, noise >= 0 per root of dt,
    overlap of topics in [0, 1], reach > 0 of attention in native units."""

    alpha: float = 3.0
    beta: float = 3.0
    strength: float = 3.0
    slots: float = 10.0
    dt: float = 0.05
    noise: float = 0.0
    overlap: float = 0.0
    reach: float = 0.3

    def move(
        self,
        world: World,
        feed: FeedBatch,
        rows: NDArray[np.int32],
        read_key: np.uint64,
        depth: float,
        streams: Streams,
        workers: Workers,
    ) -> None:
        """Advance all opinions by one step; rows int32[V, k] are the post rows of the feed."""
        opinions, posts = world.users.opinions, world.posts
        idle = np.ones(opinions.shape[0], np.bool_)
        idle[feed.viewers] = False
        # Each reader's opinion moves in place: what others read of it is what it was when they wrote.
        workers.run(
            len(feed),
            lambda lo, hi: attend(
                lo, hi, feed.viewers, rows, read_key, depth, self.alpha, self.beta, self.slots, self.overlap,
                NEAREST, self.reach, 1.0 - self.dt, self.dt * self.strength, opinions, posts.author, posts.topic,
                posts.opinion, posts.stance, np.empty(opinions.shape[1]),
            ),
        )  # fmt: skip
        if idle.any():
            opinions[idle] *= 1.0 - self.dt
        if self.noise:
            users, topics = np.arange(opinions.shape[0])[:, None], np.arange(opinions.shape[1])[None, :]
            shock = streams.normal("opinion/noise", step=world.step, user=users, item=topics)
            opinions += self.noise * np.sqrt(self.dt) * shock
