"""What metrics look at: one step of a world, with every shared pass done at most once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from simapp.engine.core import cascades, ids
from simapp.engine.core.batches import EventBatch, FeedBatch
from simapp.engine.core.posts import POST, QUOTE, REPOST, Posts
from simapp.engine.core.threads import Workers
from simapp.metrics import passes
from simapp.metrics.exposure import Shown, authors_of, by_author, shown_in, times_shown
from simapp.metrics.inequality import Inequality, inequality
from simapp.metrics.kept import EdgeRows
from simapp.metrics.spread import mean_distance

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from simapp.engine.core.world import World


class Spread(NamedTuple):
    """Of one topic's opinions: users; population central moments m2, m3, m4; users above and below 0.

    A constant topic has moments of exactly 0, whatever the rounding of its mean.
    """

    users: int
    m2: float
    m3: float
    m4: float
    above: int
    below: int


class Edges(NamedTuple):
    """Follow edges across sides and within a side; users who follow anyone; Pearson r of them with
    the mean of their followees (None where undefined); mix float64[2, 2]: edges from side to side, negative first."""

    external: int
    internal: int
    followers: int
    correlation: float | None
    mix: NDArray[np.float64]


class Largest(NamedTuple):
    """The largest cascade so far: nodes, distinct users, deepest level, largest level, virality."""

    nodes: int
    users: int
    depth: int
    breadth: int
    virality: float


class Gaps(NamedTuple):
    """Sums over follow edges i -> j without loops: edges; of x_i, x_j, their squares, x_i x_j and abs(x_i - x_j)."""

    edges: int
    own: float
    other: float
    own_squares: float
    other_squares: float
    products: float
    distances: float


class Tally(NamedTuple):
    """Users' events of the step (the scenario's own left out): done int64[256] by action code; refused;
    actors of whom anything was done."""

    done: NDArray[np.int64]
    refused: int
    actors: int


@dataclass
class View:
    """One step. `topic` is the column that opinion metrics speak of.

    opinions float32[N, T] as shown in [-1, 1]; indptr int64[N + 1], followees int32[M]: follower ->
    followee rows without duplicates; posts: the feed window; events of the step; codes: stored
    action codes by action name; feed: what was shown in the step; followers int32[N]: counts, None to count them;
    kept: gives the rows of users for opinions, None to make the pass.
    """

    opinions: NDArray[np.float32]
    indptr: NDArray[np.int64]
    followees: NDArray[np.int32]
    posts: Posts = field(default_factory=Posts)
    events: EventBatch = field(default_factory=EventBatch.empty)
    codes: Mapping[str, int] = field(default_factory=dict)
    topic: int = 0
    workers: Workers = field(default_factory=Workers)
    feed: FeedBatch = field(default_factory=FeedBatch.empty)
    followers: NDArray[np.int32] | None = None
    kept: Callable[[NDArray[np.float32]], EdgeRows] | None = None
    _inequalities: dict[str, Inequality | None] = field(default_factory=dict, repr=False)

    @classmethod
    def of(
        cls,
        world: World,
        events: EventBatch,
        codes: Mapping[str, int],
        topic: int = 0,
        workers: Workers | None = None,
        feed: FeedBatch | None = None,
    ) -> View:
        """Return the view of a world after a step with these events and this feed."""
        follows = world.follows
        return cls(
            opinions=world.shown_opinions(),
            indptr=follows.indptr,
            followees=follows.followees,
            posts=world.posts,
            events=events,
            codes=codes,
            topic=topic,
            workers=workers or Workers(),
            feed=FeedBatch.empty() if feed is None else feed,
            followers=follows.followers,
        )

    @cached_property
    def column(self) -> NDArray[np.float32]:
        """Opinions float32[N] of the topic; empty when the world has no such topic."""
        if not 0 <= self.topic < self.opinions.shape[1]:
            return np.zeros(0, np.float32)
        return np.ascontiguousarray(self.opinions[:, self.topic], np.float32)

    @cached_property
    def spread(self) -> Spread:
        """Moments and camps of the topic."""
        x = self.column
        n = x.shape[0]
        if not n:
            return Spread(0, 0.0, 0.0, 0.0, 0, 0)
        lo, hi, total, above, below = passes.survey(x)
        if lo == hi:
            return Spread(n, 0.0, 0.0, 0.0, int(above), int(below))
        s2, s3, s4 = passes.central_sums(x, total / n)
        return Spread(n, s2 / n, s3 / n, s4 / n, int(above), int(below))

    @cached_property
    def rows(self) -> EdgeRows:
        """What the one pass over all follow edges finds of each user."""
        x = self.column
        if self.kept is not None:
            return self.kept(x)
        n = x.shape[0]
        found = EdgeRows(np.empty(n, np.float64), np.zeros((n, 3), np.int32), np.empty(n, np.float64))
        # Each user's followees are one sum, whoever adds it up, so threads cannot show.
        self.workers.run(n, lambda lo, hi: passes.follow_edges(lo, hi, self.indptr, self.followees, x, *found))
        return found

    @cached_property
    def edges(self) -> Edges:
        """Follow edges by the sides of their ends, and what users think of whom they follow."""
        x = self.column
        if not x.shape[0]:
            return Edges(0, 0, 0, None, np.zeros((2, 2)))
        means, counts, _ = self.rows
        mix = np.zeros((2, 2))
        for side, own in enumerate((x < 0, x > 0)):
            external, internal, _ = counts[own].sum(axis=0, dtype=np.int64)
            mix[side, 1 - side], mix[side, side] = external, internal
        pairs, r = passes.correlation(x, means)
        inside = int(np.trace(mix))
        return Edges(int(mix.sum()) - inside, inside, int(pairs), None if np.isnan(r) else float(r), mix)

    @cached_property
    def gaps(self) -> Gaps:
        """Follow edges by the opinions of their ends."""
        own = self.column.astype(np.float64)
        if not own.shape[0]:
            return Gaps(0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        means, counts, apart = self.rows
        count = counts[:, 2].astype(np.float64)
        # Whom users follow, added up: a mean is missing without anybody to follow.
        theirs = np.where(count > 0, means, 0.0) * count
        followed = self.follower_counts - (np.diff(self.indptr) - count)
        squares = own * own
        # Products are added by numpy, not by a linear algebra library, whose sums depend on its threads.
        return Gaps(
            edges=int(count.sum()),
            own=float((own * count).sum()),
            other=float((own * followed).sum()),
            own_squares=float((squares * count).sum()),
            other_squares=float((squares * followed).sum()),
            products=float((own * theirs).sum()),
            distances=float(apart.sum()),
        )

    @property
    def follower_counts(self) -> NDArray[np.integer[Any]]:
        """How many follow each user, int[N]."""
        if self.followers is not None:
            return self.followers
        return np.bincount(self.followees, minlength=self.opinions.shape[0])

    @cached_property
    def apart(self) -> float | None:
        """Mean abs(x_i - x_j) over all pairs of different users; None with fewer than 2."""
        return mean_distance(self.column)

    @cached_property
    def authors(self) -> NDArray[np.int32]:
        """Who wrote what each row of the feed window shows."""
        return authors_of(self.posts)

    @cached_property
    def shown(self) -> Shown:
        """What was shown in the step."""
        return shown_in(self.feed, self.posts.base, self.authors, self.column, self.workers)

    @cached_property
    def times(self) -> NDArray[np.int64]:
        """How often each row of the feed window was shown in the step."""
        return times_shown(self.feed, self.posts)

    def of_authors(self, weights: NDArray[Any]) -> NDArray[np.int64]:
        """Return int64[N]: the sum of weights [H] of the window's rows by user; what the scenario wrote is left out."""
        return by_author(self.authors, weights, self.opinions.shape[0])

    def tally_of(self, counted: str) -> Inequality | None:
        """How unequally users have `counted`: followers, posts, likes or impressions; None where nobody has any."""
        if counted not in self._inequalities:
            self._inequalities[counted] = inequality(self._counts(counted))
        return self._inequalities[counted]

    def _counts(self, counted: str) -> NDArray[Any]:
        if counted == "followers":
            return self.follower_counts
        if counted == "impressions":
            return self.of_authors(self.times)
        kind = self.posts.kind
        if counted == "likes":
            return self.of_authors(np.where(kind == REPOST, 0, self.posts.likes))
        return self.of_authors((kind == POST) | (kind == QUOTE))

    @cached_property
    def largest(self) -> Largest | None:
        """The largest cascade of the run so far; None before any post."""
        found = cascades.largest_so_far(self.posts)
        if found is None:
            return None
        nodes, users, depth, breadth, wiener = (int(x) for x in found)
        return Largest(nodes, users, depth, breadth, cascades.structural_virality(nodes, wiener))

    @cached_property
    def tally(self) -> Tally:
        """What users did in the step."""
        events = self.events
        by_user = events.actor != ids.SYSTEM
        done = by_user & (events.outcome == 0)
        return Tally(
            np.bincount(events.code[done], minlength=256).astype(np.int64),
            int(np.count_nonzero(by_user & (events.outcome != 0))),
            int(passes.distinct(events.actor, done, self.opinions.shape[0])),
        )

    @cached_property
    def first_vote_scores(self) -> dict[int, float]:
        """Mean score by first-vote arm (1 up, 0 none, -1 down); an arm without posts is absent.

        Score: likes - dislikes without the artificial vote, of posts in the feed window that were not
        removed. Untreated posts count only if they could have been treated: of a kind that was, and
        written between the first and the last treated post of the window.
        """
        posts = self.posts
        treated = posts.arm != 0
        if not treated.any():
            return {}
        steps = posts.step[treated]
        eligible = np.isin(posts.kind, np.unique(posts.kind[treated]))
        eligible &= (posts.removed == 0) & (posts.step >= steps.min()) & (posts.step <= steps.max())
        arm = posts.arm[eligible].astype(np.int64)
        score = posts.likes[eligible].astype(np.int64) - posts.dislikes[eligible] - arm
        return {a: float(score[arm == a].sum() / n) for a in (1, 0, -1) if (n := np.count_nonzero(arm == a))}
