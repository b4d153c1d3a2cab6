"""What an active user reads of a feed, and what each read post makes them do: the compiled part.

Every draw is keyed by (purpose, step, user, post identity), so a list that is one post longer, or
another order of users, changes nothing else.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from simapp.engine.core.posts import REPOST
from simapp.engine.core.prefetching import prefetch
from simapp.engine.core.streams import draw, full_draw, half_draw

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


@njit(cache=True, nogil=True, inline="always")
def fade(distance: Any, beta: Any) -> Any:
    """Return distance^-beta; the published beta of 3 without a call of pow."""
    return 1.0 / (distance * distance * distance) if beta == 3.0 else distance**-beta


@njit(cache=True, nogil=True)
def tell_apart(actor: Any, n: Any, most: Any) -> None:
    """Make numbers n int64[A] in 1 .. most of each actor differ; rows of an actor int32[A] lie together.

    In rounds, all that repeat an earlier one of the same actor take the next number; where none repeats, it ends.
    """
    lo = 0
    while lo < n.shape[0]:
        hi = lo + 1
        while hi < n.shape[0] and actor[hi] == actor[lo]:
            hi += 1
        again = hi - lo > 1
        while again:
            again = False
            # From the back, so that a row is compared with what the earlier ones were in this round.
            for i in range(hi - 1, lo, -1):
                for j in range(lo, i):
                    if n[j] == n[i]:
                        n[i] = n[i] % most + 1
                        again = True
                        break
        lo = hi


# Without reference counts, which cost as much as the rest; so without allocations, too.
@njit(cache=True, nogil=True, _nrt=False)
def react(  # noqa: C901 - one pass per user; a kernel cannot be cut into closures
    lo: Any, hi: Any, viewers: Any, rows: Any, keys: Any, rates: Any, offered: Any, depth: Any, gate_scale: Any,
    herd: Any, shown_opinions: Any, key: Any, author: Any, kind: Any, parent: Any, base: Any, topic: Any,
    stance: Any, appeal: Any, likes: Any, dislikes: Any, indptr: Any, followees: Any, count: Any,
    deed: Any, target: Any, whom: Any, on: Any, mixed: Any,
) -> None:  # fmt: skip
    """Fill deeds [V, MOST] of viewers lo .. hi - 1.

    rows int32[V, k]: post rows, -1 padding; keys uint64[DEEDS + 1]: stream keys by deed, the last for reading;
    rates float64[DEEDS]; offered bool[DEEDS]; out: count uint8[V], deed uint8, target int32 (row),
    whom int32, on int16 (topic), each [V, MOST]. mixed uint64[DEEDS]: room to work in.
    """
    for v in range(lo, hi):
        user = viewers[v]
        shown = 0
        while shown < rows.shape[1] and rows[v, shown] >= 0:
            shown += 1
        made = 0
        for d in range(DEEDS):
            mixed[d] = half_draw(keys[d], user)
        if v + 1 < hi:
            for r in range(rows.shape[1]):
                row = rows[v + 1, r]
                if row < 0:
                    break
                prefetch(key, row)
                prefetch(kind, row)
                prefetch(topic, row)
                prefetch(stance, row)
                prefetch(appeal, row)
                prefetch(likes, row)
                prefetch(dislikes, row)
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
                if full_draw(mixed[d], name) >= chance:
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


@njit(cache=True, nogil=True, _nrt=False)
def attend(
    lo: Any, hi: Any, viewers: Any, rows: Any, key_read: Any, depth: Any, alpha: Any, beta: Any, slots: Any,
    overlap: Any, nearest: Any, reach: Any, keep: Any, strength: Any, opinions: Any, author: Any, topic: Any,
    opinion: Any, stance: Any, pull: Any,
) -> None:  # fmt: skip
    """Move the opinions of viewers lo .. hi - 1 to keep * x + strength * pull; see opinions/baumann.py for the law.

    opinions float64[N, T], changed in place, only in the viewers' rows; pull float64[T]: room to work in.
    """
    topics = opinions.shape[1]
    for v in range(lo, hi):
        user = viewers[v]
        if v + 1 < hi:
            prefetch(opinions, viewers[v + 1])
            for r in range(rows.shape[1]):
                row = rows[v + 1, r]
                if row < 0:
                    break
                prefetch(author, row)
                prefetch(topic, row)
                prefetch(opinion, row)
                prefetch(stance, row)
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
                w = fade(max(distance, nearest), beta)
                weight += w
                influence += w * np.tanh(alpha * share * opinion[row])
            pull[t] = 0.0
            if weight > 0.0:
                pull[t] = slots * influence / weight * fade(max(closest / reach, 1.0), beta)
        for t in range(topics):
            opinions[user, t] = keep * opinions[user, t] + strength * pull[t]
