"""What an active user reads of a feed, and what each read post makes them do: the compiled part.

Every draw is keyed by (purpose, step, user, post identity), so a list that is one post longer, or
another order of users, changes nothing else.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from simapp.engine.core.posts import REPOST
from simapp.engine.core.streams import draw

LIKE, DISLIKE, REPOSTING, QUOTE, COMMENT, FOLLOW, UNFOLLOW, MUTE, DEEDS = 0, 1, 2, 3, 4, 5, 6, 7, 8
MOST = 8  # deeds of one user in one step that come from reading; more than a person does in one visit


@njit(cache=True, nogil=True)
def follows(indptr: Any, followees: Any, a: Any, b: Any) -> Any:
    """Return whether a follows b."""
    lo, hi = indptr[a], indptr[a + 1]
    while lo < hi:
        mid = (lo + hi) // 2
        if followees[mid] < b:
            lo = mid + 1
        else:
            hi = mid
    return lo < indptr[a + 1] and followees[lo] == b


@njit(cache=True, nogil=True)
def read_depth(key: Any, user: Any, shown: Any, mean: Any) -> Any:
    """Return how many of the `shown` posts the user reads: a geometric stop with the given mean, at least 1."""
    if shown <= 1:
        return shown
    # Inverse transform of the geometric law: one draw per visit instead of one per post.
    u = draw(key, user, 0)
    if mean <= 1.0:
        return 1
    depth = 1 + int(np.floor(np.log(1.0 - u) / np.log(1.0 - 1.0 / mean)))
    return min(shown, depth)


@njit(cache=True, nogil=True)
def react(  # noqa: C901 - one pass per user; a kernel cannot be cut into closures
    lo: Any, hi: Any, viewers: Any, rows: Any, keys: Any, rates: Any, offered: Any, depth: Any, gate_scale: Any,
    herd: Any, shown_opinions: Any, key: Any, author: Any, kind: Any, parent: Any, base: Any, topic: Any,
    stance: Any, appeal: Any, likes: Any, dislikes: Any, indptr: Any, followees: Any, count: Any,
    deed: Any, target: Any, whom: Any, on: Any,
) -> None:  # fmt: skip
    """Fill deeds [V, MOST] of viewers lo .. hi - 1.

    rows int64[V, k]: post rows, -1 padding; keys uint64[DEEDS + 1]: stream keys by deed, the last for reading;
    rates float64[DEEDS]; offered bool[DEEDS]; out: count uint8[V], deed uint8, target int64 (row),
    whom int32, on int16 (topic), each [V, MOST].
    """
    for v in range(lo, hi):
        user = viewers[v]
        shown = 0
        while shown < rows.shape[1] and rows[v, shown] >= 0:
            shown += 1
        made = 0
        for r in range(read_depth(keys[DEEDS], user, shown, depth)):
            row = rows[v, r]
            original = row
            while original >= 0 and kind[original] == REPOST:
                original = parent[original] - base
            if original < 0:
                continue
            name = key[row]
            about = topic[row]
            gate = 1.0
            if about >= 0 and not np.isnan(stance[row]):
                gate = np.exp(-abs(shown_opinions[user, about] - stance[row]) / gate_scale)
            flat = np.sqrt(
                np.sqrt(gate)
            )  # replies fall less with distance than likes (validity notes, section 2)
            score = likes[original] - dislikes[original]
            liked = rates[LIKE] * gate
            if herd > 0.0 and score > 0:
                liked *= 1.0 + herd * score / (score + 1.0)
            for d in range(DEEDS):
                if not offered[d] or made >= MOST:
                    continue
                if d == LIKE:
                    chance = liked
                elif d in (DISLIKE, UNFOLLOW, MUTE):
                    chance = rates[d] * (1.0 - gate)
                elif d == REPOSTING:
                    chance = rates[d] * appeal[original] * gate
                elif d == FOLLOW:
                    chance = rates[d] * gate
                else:
                    chance = rates[d] * flat
                if draw(keys[d], user, name) >= chance:
                    continue
                person = -1
                if d == FOLLOW:
                    person = author[original]
                    if person == user or follows(indptr, followees, user, person):
                        continue
                elif d in (UNFOLLOW, MUTE):
                    person = author[row]
                    if person == user or (d == UNFOLLOW and not follows(indptr, followees, user, person)):
                        continue
                deed[v, made] = d
                target[v, made] = row
                whom[v, made] = person
                on[v, made] = about
                made += 1
        count[v] = made


@njit(cache=True, nogil=True)
def attend(
    lo: Any, hi: Any, viewers: Any, rows: Any, key_read: Any, depth: Any, alpha: Any, beta: Any, slots: Any,
    overlap: Any, nearest: Any, reach: Any, topics: Any, opinions: Any, author: Any, topic: Any, opinion: Any,
    stance: Any, pull: Any,
) -> None:  # fmt: skip
    """Add up social influence per viewer and topic into pull float64[V, T]; see opinions/baumann.py for the law."""
    for v in range(lo, hi):
        user = viewers[v]
        shown = 0
        while shown < rows.shape[1] and rows[v, shown] >= 0:
            shown += 1
        read = read_depth(key_read, user, shown, depth)
        for t in range(topics):
            weight, influence, closest = 0.0, 0.0, np.inf
            for r in range(read):
                row = rows[v, r]
                about = topic[row]
                if about < 0 or np.isnan(stance[row]) or author[row] == user:
                    continue
                share = 1.0 if about == t else overlap
                if share == 0.0:
                    continue
                distance = abs(opinions[user, about] - opinion[row])
                closest = min(closest, distance)
                w = max(distance, nearest) ** -beta
                weight += w
                influence += w * np.tanh(alpha * share * opinion[row])
            if weight > 0.0:
                pull[v, t] = slots * influence / weight * max(closest / reach, 1.0) ** -beta
            else:
                pull[v, t] = 0.0
