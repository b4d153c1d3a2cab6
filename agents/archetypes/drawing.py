"""What members of a group do with the posts they read: drawn from what the group answered. The compiled part.

A draw is keyed by (purpose, step, user, post identity), so it is bitwise the same in every batch and thread.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from agents.archetypes.contexts import agreement_of
from agents.reading import DEEDS, FOLLOW, MOST, MUTE, UNFOLLOW, follows, read_depth
from simapp.engine.core.posts import REPOST
from simapp.engine.core.prefetching import prefetch
from simapp.engine.core.streams import full_draw, half_draw


@njit(cache=True, nogil=True, inline="always")
def response(u: Any, masks: Any, answered: Any, weight: Any, edges: Any) -> Any:
    """Return the deeds (bit d = deed d) that u in [0, 1) draws from a group's answers in one context.

    masks uint8[n]: what each of the first `answered` replies does; each is drawn with chance 1 / (answered + weight).
    The rest, weight / (answered + weight), is the prior: edges float64[DEEDS], its cumulated chances of single
    deeds, and nothing beyond the last.
    """
    place = u * (answered + weight)
    if place < answered:
        return masks[np.int64(place)]
    v = (place - answered) / weight
    for d in range(DEEDS):
        if v < edges[d]:
            return np.uint8(1 << d)
    return np.uint8(0)


# Without reference counts and allocations, as in agents.reading.
@njit(cache=True, nogil=True, _nrt=False)
def draw_deeds(  # noqa: C901 - one pass per user; a kernel cannot be cut into closures
    lo: Any, hi: Any, viewers: Any, rows: Any, key_read: Any, key_act: Any, depth: Any, popular_from: Any, group: Any,
    masks: Any, answered: Any, weight: Any, edges: Any, offered: Any, shown_opinions: Any, key: Any, author: Any,
    kind: Any, parent: Any, base: Any, topic: Any, stance: Any, likes: Any, shares: Any, indptr: Any, followees: Any,
    count: Any, deed: Any, target: Any, whom: Any, on: Any,
) -> None:  # fmt: skip
    """Fill the deeds [V, MOST] of viewers lo .. hi - 1 (see `agents.deeds.Made`).

    rows int32[V, k]: post rows, -1 padding; group int32[N]; masks uint8[G, CONTEXTS, n] and answered
    int32[G, CONTEXTS] as in `estimate.Estimate`; edges float64[CONTEXTS, DEEDS]: cumulated prior; offered uint8: bits
    of the deeds that the platform offers, the others fall away.
    """
    for v in range(lo, hi):
        user = viewers[v]
        mine = group[user]
        shown = 0
        while shown < rows.shape[1] and rows[v, shown] >= 0:
            shown += 1
        if v + 1 < hi:
            for r in range(rows.shape[1]):
                row = rows[v + 1, r]
                if row < 0:
                    break
                prefetch(key, row)
                prefetch(kind, row)
                prefetch(topic, row)
                prefetch(stance, row)
                prefetch(likes, row)
        made = 0
        half = half_draw(key_act, user)
        for r in range(read_depth(key_read, user, shown, depth)):
            row = rows[v, r]
            original = row
            while original >= 0 and kind[original] == REPOST:
                original = parent[original] - base
            if original < 0 or made >= MOST:
                continue
            about = topic[row]
            distance = np.nan
            if about >= 0:
                distance = abs(shown_opinions[user, about] - stance[row])
            place = agreement_of(distance) * 4
            if likes[original] + shares[original] >= popular_from:
                place += 2
            known = follows(indptr, followees, user, author[row])
            if known:
                place += 1
            drawn = response(
                full_draw(half, key[row]), masks[mine, place], answered[mine, place], weight, edges[place]
            )
            drawn &= offered
            for d in range(DEEDS):
                if not drawn & (1 << d) or made >= MOST:
                    continue
                person = -1
                if d == FOLLOW:
                    person = author[original]
                    if person == user or follows(indptr, followees, user, person):
                        continue
                elif d in (UNFOLLOW, MUTE):
                    person = author[row]
                    if person == user or (d == UNFOLLOW and not known):
                        continue
                deed[v, made] = d
                target[v, made] = row
                whom[v, made] = person
                on[v, made] = about
                made += 1
        count[v] = made
