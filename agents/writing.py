"""Who writes, about what, and in which words: audience-tied authorship and the seeded grammar."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.text.pool import TextPool
from simapp.engine.core import ids
from simapp.engine.core.streams import Streams
from simapp.engine.core.world import World

POST_TEXT, COMMENT_TEXT, QUOTE_TEXT = 0, 1, 2
MEAN_AUDIENCE = "writing/mean audience"


@dataclass(frozen=True)
class Writing:
    """How posts come to be.

    authorship: the chance that an active user writes is voice x followers^authorship over its mean at the start
    (0.7: with it cascades have the shape of real ones, without it only runaways grow large; see the
    project's validity notes, 2.1). appeal_median in (0, 1] and appeal_sigma >= 0: log-normal
    appeal of a post, the chance that an agreeing reader reposts it. spread: standard deviation of
    what is said around what is thought, on the shown scale.
    """

    pool: TextPool
    authorship: float = 0.7
    appeal_median: float = 0.03
    appeal_sigma: float = 0.7
    spread: float = 0.12

    def authors(self, world: World, viewers: NDArray[np.int32], streams: Streams) -> NDArray[np.bool_]:
        """Return bool[V]: who of the active users writes a post in this step."""
        chance = self.tendency(world, viewers)
        writes: NDArray[np.bool_] = streams.uniform("write", step=world.step, user=viewers) < chance
        return writes

    def tendency(self, world: World, users: NDArray[np.int32]) -> NDArray[np.float64]:
        """Return the chance float64[V] that each of users int32[V] writes when active; above 1 is certain."""
        audience = (world.follows.followers.astype(np.float64) + 1.0) ** self.authorship
        # The mean is the first one, kept with the world: else each new follow would nudge everybody's chance.
        if MEAN_AUDIENCE not in world.extra:
            world.extra[MEAN_AUDIENCE] = np.array([audience.mean()])
        chance: NDArray[np.float64] = (
            world.users.voice[users] * audience[users] / world.extra[MEAN_AUDIENCE][0]
        )
        automated = world.users.automated
        if automated.any():
            chance *= np.maximum(automated[users], 1)
        return chance

    def topics(self, world: World, users: NDArray[np.int32], streams: Streams) -> NDArray[np.int16]:
        """Return the topic each user writes about int16[A]: drawn in proportion to how much they care."""
        care = np.abs(world.shown(world.users.opinions[users])).astype(np.float64) + 0.25
        edges = np.cumsum(care, axis=1)
        u = streams.uniform("write/topic", step=world.step, user=users) * edges[:, -1]
        chosen: NDArray[np.int16] = np.minimum((edges <= u[:, None]).sum(axis=1), care.shape[1] - 1).astype(
            np.int16
        )
        return chosen

    def say(
        self,
        world: World,
        users: NDArray[np.int32],
        n: NDArray[np.uint16],
        topics: NDArray[np.int16],
        kind: int,
        streams: Streams,
    ) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """Return (text ids int32, stance float32 in [-1, 1], native opinion float32, appeal float32), each [A]."""
        step, key = world.step, ids.post_key(users, world.step, n)
        native = world.users.opinions[users, topics]
        said = world.shown(native) + self.spread * streams.normal(
            "say/stance", step=step, user=users, item=key
        )
        u = streams.uniform("say/template", step=step, user=users, item=key)
        v = streams.uniform("say/text", step=step, user=users, item=key)
        text = self.pool.choose(kind, topics, np.clip(said, -1.0, 1.0), u, v)
        appeal = self.appeal(streams, step, users, key)
        return text, self.pool.stance[text], native.astype(np.float32), appeal

    def appeal(
        self, streams: Streams, step: int, users: NDArray[np.int32], key: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Return the drawn appeal float32[A] of posts with these identities."""
        z = streams.normal("say/appeal", step=step, user=users, item=key)
        return np.minimum(self.appeal_median * np.exp(self.appeal_sigma * z), 1.0).astype(np.float32)
