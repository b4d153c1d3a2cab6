"""What a group does in a context, estimated from n replies and a prior; and how it is kept with the world.

The estimate is the posterior mean of a Dirichlet process (Ferguson 1973, Ann. Stat. 1, 209) over sets of deeds: with
replies S_1 .. S_n and a prior of weight w and base distribution B,

    P(S) = (#{i: S_i = S} + w * B(S)) / (n + w).

A member's response is a draw of it (the urn of Blackwell & MacQueen 1973): one of the n replies with chance
1 / (n + w) each, with all that it does, else one of B. So the chance of a deed d is (n_d + w * B(d)) / (n + w): for
w > 0 and 0 < B(d) < 1 no number of replies makes it 0 or 1. B is what the rule mind would do in the middle of the
context; a group of which nothing could be read behaves like an average rule mind. Jeffreys' prior, half a reply for
every deed, is not the default: with few replies it would make half of all posts read be answered.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from agents.archetypes.contexts import CONTEXTS, MIDDLES, NEAR, VISIT, context
from agents.deeds import DEEDS
from agents.minds.rules import Rates
from simapp.engine.core.world import World

_EXTRA = "archetype/"
_GATED = ("like_post", "repost", "follow")
_AGAINST = ("dislike_post", "unfollow", "mute")


def rule_prior(rates: Rates, gate: float, appeal: float) -> NDArray[np.float64]:
    """Return the base distribution B float64[CONTEXTS, DEEDS]: the chance that a response is this one deed.

    The rule mind's chances (`agents.reading.react`) at the context's middle distance m, with the stance gate
    g = exp(-m / gate) and the median `appeal`; what they leave of 1 is doing nothing. An unknown stance counts as
    near, so that nothing is impossible that has a rate. Where chances add up to more than 0.95, they are scaled to it.
    """
    base = np.zeros((CONTEXTS, len(DEEDS)))
    for c in range(CONTEXTS):
        middle = MIDDLES[context(c).agreement]
        gated = float(np.exp(-(MIDDLES[NEAR] if np.isnan(middle) else middle) / gate))
        for d, name in enumerate(DEEDS):
            rate = getattr(rates, name) * (appeal if name == "repost" else 1.0)
            if name in _GATED:
                base[c, d] = rate * gated
            elif name in _AGAINST:
                base[c, d] = rate * (1.0 - gated)
            else:
                base[c, d] = rate * gated**0.25
    total = base.sum(axis=1, keepdims=True)
    scaled: NDArray[np.float64] = np.where(total > 0.95, 0.95 * base / np.maximum(total, 1e-300), base)
    return scaled


@dataclass(frozen=True)
class Estimate:
    """Everything that was asked of G groups, and what came back.

    group int32[N]; masks uint8[G, CONTEXTS, n]: the deeds of the replies that could be read (bit d = DEEDS[d]), the
    first `answered` int32[G, CONTEXTS] of n; abstained int32[G, CONTEXTS + 1]: replies that gave nothing, VISIT
    last; heard uint8[G, CONTEXTS + 1, n]: 1 where a sample's reply came, whatever it said, or the group has no
    members. visited, wrote int32[G]: replies of the visit context that could be read, and those of them that write.
    tendency float64[G]: the mean chance that the rules give a member to write. steps int64[2]: of grouping, and of
    the last asking. settings int64[1]: what it was asked with.
    """

    group: NDArray[np.int32]
    masks: NDArray[np.uint8]
    answered: NDArray[np.int32]
    abstained: NDArray[np.int32]
    heard: NDArray[np.uint8]
    visited: NDArray[np.int32]
    wrote: NDArray[np.int32]
    tendency: NDArray[np.float64]
    steps: NDArray[np.int64]
    settings: NDArray[np.int64]

    @classmethod
    def blank(
        cls,
        group: NDArray[np.int32],
        groups: int,
        samples: int,
        tendency: NDArray[np.float64],
        step: int,
        settings: int,
    ) -> Estimate:
        """Return that of groups which were not asked yet. tendency float64[N]: each user's chance to write."""
        members = np.bincount(group, minlength=groups)
        heard = np.zeros((groups, CONTEXTS + 1, samples), np.uint8)
        heard[members == 0] = 1
        return cls(
            group=group,
            masks=np.zeros((groups, CONTEXTS, samples), np.uint8),
            answered=np.zeros((groups, CONTEXTS), np.int32),
            abstained=np.zeros((groups, CONTEXTS + 1), np.int32),
            heard=heard,
            visited=np.zeros(groups, np.int32),
            wrote=np.zeros(groups, np.int32),
            tendency=np.bincount(group, np.minimum(tendency, 1.0), groups) / np.maximum(members, 1),
            steps=np.array([step, -1], np.int64),
            settings=np.array([settings], np.int64),
        )

    @classmethod
    def of(cls, world: World) -> Estimate | None:
        """Return the estimate that a world holds, None before the first question."""
        if _EXTRA + _ARRAYS[0] not in world.extra:
            return None
        return cls(**{name: world.extra[_EXTRA + name] for name in _ARRAYS})

    def keep(self, world: World) -> None:
        """Put it into the world, and with it into every snapshot and fork."""
        for name in _ARRAYS:
            world.extra[_EXTRA + name] = getattr(self, name)

    def copy(self) -> Estimate:
        """Return one whose arrays are its own, but for the groups."""
        arrays = {name: getattr(self, name).copy() for name in _ARRAYS if name != "group"}
        return replace(self, **arrays)

    def hear(self, group: int, context: int, sample: int, deeds: Collection[str] | None) -> None:
        """Take in what one reply does, names of actions; None = it could not be read."""
        self.heard[group, context, sample] = 1
        if deeds is None:
            self.abstained[group, context] += 1
        elif context == VISIT:
            self.visited[group] += 1
            self.wrote[group] += "create_post" in deeds
        else:
            mask = sum(1 << d for d, name in enumerate(DEEDS) if name in deeds)
            self.masks[group, context, self.answered[group, context]] = mask
            self.answered[group, context] += 1

    def chances(self, base: NDArray[np.float64], weight: float) -> NDArray[np.float64]:
        """Return float64[G, CONTEXTS, DEEDS]: the chance of each deed; a response may hold several."""
        n = self.masks.shape[2]
        read = np.arange(n)[None, None, :] < self.answered[:, :, None]
        bits = (self.masks[..., None] >> np.arange(len(DEEDS), dtype=np.uint8)) & 1
        counted = (bits * read[..., None]).sum(axis=2)
        chances: NDArray[np.float64] = (counted + weight * base) / (self.answered[..., None] + weight)
        return chances

    def writing(self, weight: float) -> NDArray[np.float64]:
        """Return float64[G]: what a member's chance to write is multiplied with, ((k + w t) / (n + w)) / t, with t the
        group's tendency: its mean becomes the estimate, and who writes more than others still does."""
        known = np.where(self.tendency > 0, self.tendency, 1.0)
        chance = (self.wrote + weight * known) / (self.visited + weight)
        ratio: NDArray[np.float64] = np.where(self.tendency > 0, chance / known, 0.0)
        return ratio


_ARRAYS = tuple(column.name for column in fields(Estimate))
