"""The kernel of `fused.py`: one viewer's candidates, filters and choice in one pass."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from simapp.engine.core.pairmap import find
from simapp.engine.core.prefetching import prefetch

_ASKED_AHEAD = 15  # the upper four levels of a heap


@njit(cache=True, nogil=True, inline="always")
def is_muted(keys: Any, flags: Any, viewer: Any, author: Any) -> Any:
    key = (np.int64(viewer) << 32) | np.int64(author)
    return flags[find(keys, key)] & np.uint8(1) != 0


@njit(cache=True, nogil=True, inline="always")
def was_seen(seen: Any, viewer: Any, serial: Any) -> Any:
    # No early exit: a sum over a row of fixed length is what the compiler makes vectors of.
    found = np.uint32(0)
    for j in range(seen.shape[1]):
        found += np.uint32(seen[viewer, j] == serial)
    return found != 0


# Without reference counts (and so without allocations): counting arrays, per candidate and across threads, cost
# more than the choice.
@njit(cache=True, nogil=True, _nrt=False)
def choose(  # noqa: C901 - one pass per viewer; a kernel cannot be cut into closures
    lo: Any, hi: Any, done: Any, one_list: Any, viewers: Any, indptr: Any, followees: Any, places: Any, scores: Any,
    ids: Any, best: Any,
    by_author: Any, pool: Any, pool_code: Any, pool_end: Any, pool_first: Any, post_score: Any, draws: Any,
    cards: Any, base: Any, reserved_ptr: Any, reserved_rows: Any, reserved: Any,
    slots: Any, own: Any, seen: Any, unseen_from: Any, muters: Any, mute_keys: Any, mute_flags: Any,
    out_posts: Any, out_scores: Any, out_source: Any, top_score: Any, top_row: Any, top_original: Any,
    top_source: Any, kept_row: Any, kept_original: Any, spare: Any, spare_original: Any, heap: Any, heap_best: Any,
) -> None:  # fmt: skip
    """Fill the feeds of viewers lo .. hi - 1: out_posts int64[V, k] serials (-1 empty), out_scores float32, out_source.

    done bool[hi - lo]: viewers that are filled already. one_list: there is one shared list, of originals only,
    before everything else. places .. best: as in ByAuthor, by_author its source code (-1 none).
    pool int32[L]: shared lists one after another, each best first; list s ends at pool_end[s], has the source code
    pool_code[s] and, where pool_first[s], comes before the followed. reserved_ptr int64[hi - lo + 1],
    reserved_rows: what the reserved source (code, -1 none) offers with `slots` places. own: whether own posts
    are left out. seen uint32[N, S] with S = 0 where nothing is remembered; serials from unseen_from on were
    never shown. cards int32[H, 4]: per row the row it shows, who put it into feeds, who wrote it. top_score ..
    heap_best: room to work in, [k] each and the heap as long as the longest row of followees. muters bool[N];
    mute_keys, mute_flags: the table of mutes.
    """
    k = out_posts.shape[1]
    for v in range(lo, hi):
        if done[v - lo]:
            continue
        u = viewers[v]
        mutes = muters[u]
        alone = indptr[u] == indptr[u + 1]
        wanted = k if alone else min(slots, k)
        count, spares = 0, 0
        if reserved >= 0 and wanted > 0:
            for c in range(reserved_ptr[v - lo], reserved_ptr[v - lo + 1]):
                if count + spares >= wanted:
                    break
                row = reserved_rows[c]
                shown, author, writer = cards[row, 0], cards[row, 1], cards[row, 2]
                again = False
                for j in range(count):
                    again |= kept_original[j] == shown
                for j in range(spares):
                    again |= spare_original[j] == shown
                if again or (own and (author == u or writer == u)):
                    continue
                serial = np.int64(shown) + base
                if serial < unseen_from and was_seen(seen, u, np.uint32(serial)):
                    continue
                if mutes and (
                    is_muted(mute_keys, mute_flags, u, author) or is_muted(mute_keys, mute_flags, u, writer)
                ):
                    continue
                if count < min(slots, k):
                    kept_row[count] = row
                    kept_original[count] = shown
                    count += 1
                else:
                    # Behind the places that are its own: for a viewer whom nothing else fills a feed for.
                    spare[spares] = row
                    spare_original[spares] = shown
                    spares += 1
        limit = k - count
        size = 0
        lists = pool_end.shape[0]
        for part in range(lists + 1):
            # The shared lists that are declared before the followed come first; equal rows then keep their source.
            before = 0
            while before < lists and pool_first[before]:
                before += 1
            is_followed = part == before
            if is_followed:
                if by_author < 0:
                    continue
                # Authors by their best row: the first that is not good enough ends it. The first loop only
                # reads, so that the machine waits for many authors at once.
                held = 0
                for e in range(indptr[u], indptr[u + 1]):
                    heap_best[held] = best[followees[e]]
                    heap[held] = followees[e]
                    held += 1
                for i in range(held // 2 - 1, -1, -1):
                    _sift(heap_best, heap, i, held)
                # The next ten or so will come from the top of the heap: ask for their cards all at once.
                for i in range(min(held, _ASKED_AHEAD)):
                    prefetch(scores, heap[i])
                while held > 0:
                    good = heap_best[0]
                    if good == -np.inf or (size == limit and (limit == 0 or good < top_score[size - 1])):
                        break
                    a = heap[0]
                    held -= 1
                    heap_best[0], heap[0] = heap_best[held], heap[held]
                    _sift(heap_best, heap, 0, held)
                    if a == u or (mutes and is_muted(mute_keys, mute_flags, u, a)):
                        continue
                    for j in range(places):
                        score = scores[a, j]
                        if score == -np.inf or (size == limit and score < top_score[size - 1]):
                            break
                        at = 2 * places + 3 * j
                        size = _offer(
                            u, ids[a, at], ids[a, at + 1], ids[a, at + 2], score, np.uint8(by_author), size, limit,
                            count, top_score, top_row, top_original, top_source, kept_original, draws, base, own,
                            seen, unseen_from, mutes, mute_keys, mute_flags,
                        )  # fmt: skip
            else:
                s = part if part < before else part - 1
                for c in range(pool_end[s - 1] if s > 0 else 0, pool_end[s]):
                    row = pool[c]
                    score = post_score[row]
                    if size == limit and (limit == 0 or score < top_score[size - 1]):
                        break
                    author = cards[row, 1]
                    if (own and author == u) or (mutes and is_muted(mute_keys, mute_flags, u, author)):
                        continue
                    if one_list:  # what comes later is no better and shows something else
                        serial = np.int64(row) + base
                        if not (serial < unseen_from and was_seen(seen, u, np.uint32(serial))):
                            if size == limit:
                                break
                            top_score[size], top_row[size], top_original[size] = score, row, row
                            top_source[size] = pool_code[s]
                            size += 1
                        continue
                    size = _offer(
                        u, row, cards[row, 0], cards[row, 2], score, pool_code[s], size, limit, count, top_score,
                        top_row, top_original, top_source, kept_original, draws, base, own, seen, unseen_from, mutes,
                        mute_keys, mute_flags,
                    )  # fmt: skip
        for j in range(spares):
            if count + size == k:
                break
            shown = spare_original[j]
            again = False
            for i in range(size):
                again |= top_original[i] == shown
            if not again:
                kept_row[count] = spare[j]
                kept_original[count] = shown
                count += 1
        for j in range(count):
            size = _put(
                kept_row[j], kept_original[j], post_score[kept_row[j]], np.uint8(reserved), size, k, top_score,
                top_row, top_original, top_source, draws,
            )  # fmt: skip
        for j in range(k):
            if j < size:
                out_posts[v, j] = top_row[j] + base
                out_scores[v, j] = top_score[j]
                out_source[v, j] = top_source[j]
            else:
                out_posts[v, j] = -1
                out_scores[v, j] = 0.0
                out_source[v, j] = 0


@njit(cache=True, nogil=True, inline="always")
def _sift(best: Any, authors: Any, i: Any, size: Any) -> None:
    """Let the author at place i of a heap of `size`, best on top, sink to its place."""
    score, author = best[i], authors[i]
    while True:
        child = 2 * i + 1
        if child >= size:
            break
        if child + 1 < size and best[child + 1] > best[child]:
            child += 1
        if best[child] <= score:
            break
        best[i], authors[i] = best[child], authors[child]
        i = child
    best[i], authors[i] = score, author


@njit(cache=True, nogil=True, inline="always")
def _offer(
    u: Any, row: Any, shown: Any, writer: Any, score: Any, source: Any, size: Any, limit: Any, count: Any,
    top_score: Any, top_row: Any, top_original: Any, top_source: Any, kept_original: Any, draws: Any, base: Any,
    own: Any, seen: Any, unseen_from: Any, mutes: Any, mute_keys: Any, mute_flags: Any,
) -> Any:  # fmt: skip
    """Put a row that may be good enough into the list, unless a filter refuses it; return the list's new size."""
    refused = size == limit and score == top_score[size - 1] and draws[row] <= draws[top_row[size - 1]]
    for i in range(count):
        refused |= kept_original[i] == shown
    refused |= own and writer == u
    if not refused:
        serial = np.int64(shown) + base
        refused = serial < unseen_from and was_seen(seen, u, np.uint32(serial))
    if not refused and mutes:
        refused = is_muted(mute_keys, mute_flags, u, writer)
    if not refused:
        size = _put(row, shown, score, source, size, limit, top_score, top_row, top_original, top_source, draws)
    return size


@njit(cache=True, nogil=True, inline="always")
def _put(
    row: Any, shown: Any, score: Any, source: Any, size: Any, limit: Any, top_score: Any, top_row: Any,
    top_original: Any, top_source: Any, draws: Any,
) -> Any:  # fmt: skip
    """Insert into a list of at most `limit`, best first, one per original; as `select.pick` does."""
    better = size < limit or (
        limit > 0
        and (
            score > top_score[size - 1]
            or (score == top_score[size - 1] and draws[row] > draws[top_row[size - 1]])
        )
    )
    gap = size
    for i in range(size):
        if top_original[i] == shown:
            better &= score > top_score[i] or (score == top_score[i] and draws[row] > draws[top_row[i]])
            gap = i
            break
    if better:
        if gap == size:
            if size == limit:
                gap = size - 1
            else:
                size += 1
        i = gap
        while i > 0 and (
            score > top_score[i - 1] or (score == top_score[i - 1] and draws[row] > draws[top_row[i - 1]])
        ):
            top_score[i] = top_score[i - 1]
            top_row[i] = top_row[i - 1]
            top_original[i] = top_original[i - 1]
            top_source[i] = top_source[i - 1]
            i -= 1
        top_score[i] = score
        top_row[i] = row
        top_original[i] = shown
        top_source[i] = source
    return size
