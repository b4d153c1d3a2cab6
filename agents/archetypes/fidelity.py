"""How far members' draws are from what the same members decide one by one.

A keyed sample of visits is decided twice: drawn, as all are, and individually, by a model that is asked for that user.
The draw is what happens; the other decision is only counted, so that measuring changes nothing. Per group, the gap
is the Jensen-Shannon divergence (Lin 1991, IEEE Trans. Inf. Theory 37, 145), base 2, of the two frequencies of actions,

    JS(p, q) = H((p + q) / 2) - (H(p) + H(q)) / 2,   in [0, 1], 0 = alike,

which samples of finite size make larger than 0 even where nothing differs. Its null is a permutation test over pairs:
where a draw and a decision are exchangeable, swapping them within visits changes nothing but noise. A visit is
swapped whole, with all its actions, since those of one visit are not independent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.answers import Deed
from agents.archetypes.estimate import Estimate
from agents.deeds import DEEDS
from simapp.engine.core.batches import ActionBatch, FeedBatch
from simapp.engine.core.streams import Streams
from simapp.engine.core.world import World

CATEGORIES = (*DEEDS, "create_post", "do_nothing", "other")
ALL = -1
"""The number of what all groups together are counted as."""
_PAIRS, _TAKEN, _SILENT = "archetype/pairs", "archetype/pairs_taken", "archetype/pairs_silent"

Individual = Callable[[World, FeedBatch], ActionBatch]
"""Decides each viewer of a feed by itself and leaves the world as it is; see `said`."""


def said(
    users: NDArray[np.int32], answers: Sequence[Sequence[Deed] | None], codes: dict[str, int]
) -> ActionBatch:
    """Return what users int32[P] said they do, as far as it is counted: actor and code, no targets, no texts.

    answers: the deeds of each, () = do nothing, None = abstained, who has no row. `codes`: action codes by name.
    """
    rows = [
        (user, codes[deed.action] if deed else codes["do_nothing"])
        for user, deeds in zip(users.tolist(), answers, strict=True)
        if deeds is not None
        for deed in (deeds or (None,))
    ]
    batch = ActionBatch.empty(len(rows))
    batch.actor[:], batch.code[:] = [user for user, _ in rows], [code for _, code in rows]
    return batch


def divergence(p: NDArray[Any], q: NDArray[Any]) -> NDArray[np.float64]:
    """Return the Jensen-Shannon divergence float64[...] in [0, 1] of counts p, q [..., K]; NaN where one is empty."""
    with np.errstate(invalid="ignore"):
        p, q = p / p.sum(axis=-1, keepdims=True), q / q.sum(axis=-1, keepdims=True)
    apart: NDArray[np.float64] = _entropy((p + q) / 2) - (_entropy(p) + _entropy(q)) / 2
    return np.clip(apart, 0.0, 1.0)


def _entropy(p: NDArray[np.float64]) -> NDArray[np.float64]:
    entropy: NDArray[np.float64] = -(p * np.log2(np.where(p > 0, p, 1.0))).sum(axis=-1)
    return entropy


@dataclass(frozen=True)
class Gap:
    """The gap of one group (ALL: of all together): visits compared, js in [0, 1], and its null: mean, 95 % quantile
    and p, the share of swapped samples whose js is at least as large. All None where no visit was compared."""

    group: int
    label: str
    visits: int
    js: float | None = None
    null: float | None = None
    high: float | None = None
    p: float | None = None


@dataclass(frozen=True)
class Fidelity:
    """Compares a `share` in [0, 1] of visits, the newest `window` per group; `swaps` samples make the null.

    In worlds of many users the share is smaller: about `most` visits a step would be compared if all users were
    active, so that the calls of a step are bounded whatever N is. What is compared lies in `world.extra`: its size
    depends on the groups, never on users or steps.
    """

    codes: dict[str, int]
    share: float = 0.01
    most: int = 200
    window: int = 512
    swaps: int = 500

    def chosen(self, world: World, viewers: NDArray[np.int32], streams: Streams) -> NDArray[np.bool_]:
        """Return bool[V]: which visits of this step are compared."""
        u = streams.uniform("archetype/compared", step=world.step, user=viewers)
        # Of the whole population, not of this batch: how viewers are split must not show.
        compared: NDArray[np.bool_] = u < min(self.share, self.most / len(world.users))
        return compared

    def take(
        self, world: World, feed: FeedBatch, drawn: ActionBatch, individual: Individual, streams: Streams
    ) -> int:
        """Decide the chosen visits of a feed individually, keep them beside what was drawn, and return their number.

        `drawn`: the archetype mind's actions for this feed. Visits whose model abstained are counted as silent.
        """
        estimate = Estimate.of(world)
        compared = feed.take(self.chosen(world, feed.viewers, streams))
        if estimate is None or not len(compared):
            return 0
        alone = individual(world, compared)
        spoke = np.isin(compared.viewers, alone.actor)
        users = compared.viewers[spoke]
        pairs = np.stack([self.counts(drawn, users), self.counts(alone, users)], axis=1)
        held, taken = self._held(world, estimate.masks.shape[0])
        for user, pair in zip(users.tolist(), pairs, strict=True):
            group = estimate.group[user]
            held[group, taken[group] % self.window] = pair
            taken[group] += 1
        world.extra[_SILENT][0] += len(compared) - users.shape[0]
        return int(users.shape[0])

    def counts(self, actions: ActionBatch, users: NDArray[np.int32]) -> NDArray[np.uint8]:
        """Return uint8[P, CATEGORIES]: how often each of users int32[P], ascending, did what; 255 at most."""
        category = np.full(256, CATEGORIES.index("other"), np.int64)
        for place, name in enumerate(CATEGORIES[:-1]):
            category[self.codes[name]] = place
        mine = np.isin(actions.actor, users)
        counted = np.zeros((users.shape[0], len(CATEGORIES)), np.int64)
        np.add.at(counted, (np.searchsorted(users, actions.actor[mine]), category[actions.code[mine]]), 1)
        return np.minimum(counted, 255).astype(np.uint8)

    def gaps(self, world: World, labels: Sequence[str], streams: Streams) -> list[Gap]:
        """Return the gap of all groups together, then of every group by number; `labels` as the grouping gives them."""
        held, taken = self._held(world, len(labels))
        kept = np.minimum(taken, self.window)
        pairs = [held[g, : kept[g]].astype(np.int64) for g in range(len(labels))]
        together = self._gap(world, ALL, "all groups", np.concatenate(pairs), streams)
        return [together, *(self._gap(world, g, labels[g], pairs[g], streams) for g in range(len(labels)))]

    def _gap(self, world: World, group: int, label: str, pairs: NDArray[np.int64], streams: Streams) -> Gap:
        visits = pairs.shape[0]
        if not visits:
            return Gap(group, label, 0)
        first, second = pairs[:, 0].sum(axis=0), pairs[:, 1].sum(axis=0)
        js = float(divergence(first, second))
        item = np.arange(self.swaps * visits).reshape(self.swaps, visits)
        swapped = streams.uniform("archetype/swap", step=world.step, user=group, item=item) < 0.5
        moved = swapped.astype(np.float64) @ (pairs[:, 1] - pairs[:, 0])
        nulls = divergence(first + moved, second - moved)
        p = (1 + int(np.count_nonzero(nulls >= js - 1e-12))) / (1 + self.swaps)
        return Gap(group, label, visits, js, float(nulls.mean()), float(np.quantile(nulls, 0.95)), p)

    def _held(self, world: World, groups: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        extra = world.extra
        shape = (groups, self.window, 2, len(CATEGORIES))
        if _PAIRS not in extra or extra[_PAIRS].shape != shape:
            extra[_PAIRS], extra[_TAKEN] = np.zeros(shape, np.uint8), np.zeros(groups, np.int64)
            extra[_SILENT] = np.zeros(1, np.int64)
        return extra[_PAIRS], extra[_TAKEN]
