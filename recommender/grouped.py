"""One platform, several feeds: users in different groups are ranked by different pipelines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recommender.explain import Explanation
from recommender.pipeline import Pipeline
from simapp.engine.core.batches import EventBatch, FeedBatch
from simapp.engine.core.errors import WrongInput
from simapp.engine.core.streams import Streams
from simapp.engine.core.threads import Workers
from simapp.engine.core.world import World


@dataclass(frozen=True)
class Group:
    """Who is ranked by a pipeline: a drawn share of all users in [0, 1], or those of some communities, or both."""

    name: str
    feed: Pipeline
    share: float | None = None
    communities: tuple[int, ...] = ()


class Grouped:
    """Implements `simapp.engine.record.Feed`. A user is in the first group that fits, else under `rest`.

    Shares are drawn by who a user is, each group's from those whom the groups before it left, so that a group
    more or less at the end of the list moves nobody between those before it. sources: of all pipelines, each
    once.
    """

    def __init__(self, rest: Pipeline, groups: Sequence[Group]) -> None:
        self.rest, self.groups = rest, tuple(groups)
        self.feeds = (rest, *(group.feed for group in groups))
        self.name = rest.name
        self.sources = tuple(dict.fromkeys(name for feed in self.feeds for name in feed.sources))

    @property
    def encoder(self) -> str | None:
        """Fingerprint of the text encoder for the run's record; None where no pipeline reads texts."""
        return next((feed.encoder for feed in self.feeds if feed.encoder is not None), None)

    def with_group(self, name: str, feed: Pipeline) -> Grouped:
        """Return the same groups with another pipeline for one of them; an unknown name raises WrongInput."""
        if name not in [group.name for group in self.groups]:
            known = ", ".join(group.name for group in self.groups)
            raise WrongInput(f"switch_feed names the group {name}; the feed has {known}.")
        groups = [replace(group, feed=feed) if group.name == name else group for group in self.groups]
        return Grouped(self.rest, groups)

    def members(self, world: World, users: NDArray[np.int32], streams: Streams) -> NDArray[np.int64]:
        """Return int64[V]: the number of each user's pipeline in `feeds`, 0 for the rest."""
        of = np.zeros(users.shape[0], np.int64)
        for number, group in enumerate(self.groups, start=1):
            fits = of == 0
            if group.communities:
                fits &= np.isin(world.users.community[users], group.communities)
            if group.share is not None:
                fits &= streams.uniform(f"feed/group/{group.name}", user=users) < group.share
            of[fits] = number
        return of

    def prepare(self, world: World) -> None:
        """Lay every pipeline's board of the step."""
        for feed in self.feeds:
            feed.prepare(world)

    def rank(
        self, world: World, viewers: NDArray[np.int32], k: int, streams: Streams, workers: Workers
    ) -> FeedBatch:
        """Return the feeds of viewers int32[V], each by the pipeline of its group."""
        out = FeedBatch.empty(viewers.shape[0], k)
        out.viewers[:] = viewers
        of = self.members(world, viewers, streams)
        for number, feed in enumerate(self.feeds):
            mine = np.flatnonzero(of == number)
            if not mine.shape[0]:
                continue
            part = feed.rank(world, viewers[mine], k, streams, workers)
            codes = np.array([self.sources.index(name) for name in feed.sources], np.uint8)
            out.posts[mine], out.scores[mine], out.sources[mine] = part.posts, part.scores, codes[part.sources]
        return out

    def learn(self, world: World, events: EventBatch, shown: FeedBatch | None = None) -> None:
        """Teach all pipelines; what several of them keep in common is learned once."""
        taught: set[str] = set()
        for feed in self.feeds:
            feed.learn(world, events, shown, taught)

    def explain(
        self, world: World, viewer: int, posts: Sequence[int], k: int, streams: Streams
    ) -> list[Explanation]:
        """Explain by the pipeline of the viewer's group."""
        return self.of(world, viewer, streams).explain(world, viewer, posts, k, streams)

    def of(self, world: World, viewer: int, streams: Streams) -> Pipeline:
        """Return the pipeline that ranks for a viewer."""
        return self.feeds[int(self.members(world, np.array([viewer], np.int32), streams)[0])]
