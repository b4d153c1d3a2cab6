"""Reposts as OASIS's first databases wrote them: the chain of sharers spelled out in the text.

`user<A> repost from user<B>. original_post: <content of the target>`, nested once per hop. Programs that read
chains from the text (OASIS's graph.py) need this; the post table itself names only the first post.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from simapp.engine.core.ids import SYSTEM, split_post_key
from simapp.engine.core.posts import QUOTE, REPOST
from simapp.store.exporters.source import Source, stream
from simapp.store.lineage import belongs


class _Links:
    """One key per key, as two sorted arrays."""

    def __init__(self, rows: NDArray[np.int64]) -> None:
        order = np.argsort(rows[:, 0], kind="stable")
        self._keys, self._to = rows[order, 0], rows[order, 1]

    def get(self, key: int) -> int | None:
        """Return what `key` leads to, None when it leads nowhere."""
        at = int(np.searchsorted(self._keys, key))
        found = at < self._keys.shape[0] and self._keys[at] == key
        return int(self._to[at]) if found else None


class Chains:
    """Who reposted from whom in a run: 16 bytes per repost and quote are held."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._reposts, self._quotes = self._links(REPOST, "parent"), self._links(QUOTE, "root")

    def _links(self, kind: int, to: str) -> _Links:
        parts = [np.zeros((0, 2), np.int64)]
        for segment in self._source.segments:
            query = f"SELECT key, {to} FROM run_post x WHERE kind = {kind} AND {belongs('x', [segment])}"  # noqa: S608
            parts += [np.array(rows, np.int64) for rows in stream(query)]
        return _Links(np.concatenate(parts))

    def shown(self, key: int) -> int:
        """Return the key of what a repost shows: the nearest post above it that is no repost."""
        while (above := self._reposts.get(key)) is not None:
            key = above
        return key

    def texts(self, reposts: Sequence[int]) -> dict[int, str]:
        """Return the text of reposts by key. The content of a quote is, as in OASIS, that of its original."""
        ends = {key: self.shown(key) for key in reposts}
        said: dict[int, int] = {}
        for end in ends.values():
            root = self._quotes.get(end)
            said[end] = end if root is None else root  # a key may be 0
        ids = self._source.text_ids(said.values())
        words = self._source.texts(ids.values())
        return {key: self._spelled(key, words.get(ids.get(said[end], -1), "")) for key, end in ends.items()}

    def _spelled(self, key: int, content: str) -> str:
        hops = []
        while (above := self._reposts.get(key)) is not None:
            hops.append(f"user{_user(key)} repost from user{_user(above)}. original_post: ")
            key = above
        return "".join(hops) + content


def _user(key: int) -> int:
    author = int(split_post_key(key)[0])
    return -1 if author == SYSTEM else author
