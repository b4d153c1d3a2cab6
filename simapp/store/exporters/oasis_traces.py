"""Events told as OASIS tells them: what each action does to its tables, and what its trace says.

Trace keys are those of OASIS (`platform.py`, one handler per action, package version 0.2.5).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from simapp.store.exporters.oasis_social import Social

BATCH = 10_000


@dataclass(frozen=True)
class Happened:
    """One accepted event in OASIS's ids: post, target and comment are row ids, 0 where there is none; item is ours."""

    user: int
    time: int | str
    step: int
    action: str
    post: int
    target: int
    comment: int
    other: int
    text: str
    item: int = -1
    amount: int = 0


class Standing:
    """A table of what can be taken back: votes, follow, mute. Ids count all that ever was."""

    def __init__(self, database: sqlite3.Connection, table: str, left: str, right: str) -> None:
        self._database, self._table, self._left, self._right = database, table, left, right
        self._waiting: list[tuple[int, int, int, int | str]] = []
        self._indexed = False
        self.last = 0

    def add(self, left: int, right: int, time: int | str) -> int:
        """Add a row and return its id."""
        self.last += 1
        self._waiting.append((self.last, left, right, time))
        if len(self._waiting) >= BATCH:
            self.flush()
        return self.last

    def remove(self, left: int, right: int) -> int:
        """Remove the row of a pair and return its id, 0 when there is none."""
        self.flush()
        if not self._indexed:
            self._database.execute(
                f'CREATE INDEX "passing_{self._table}" ON "{self._table}" ({self._left}, {self._right})'
            )
            self._indexed = True
        found = self._database.execute(
            f'SELECT {self._table}_id FROM "{self._table}" WHERE {self._left} = ? AND {self._right} = ?',  # noqa: S608
            (left, right),
        ).fetchone()
        if found is None:
            return 0
        self._database.execute(f'DELETE FROM "{self._table}" WHERE {self._table}_id = ?', found)  # noqa: S608
        return int(found[0])

    def flush(self) -> None:
        """Write the rows that wait."""
        self._database.executemany(f'INSERT INTO "{self._table}" VALUES (?, ?, ?, ?)', self._waiting)  # noqa: S608
        self._waiting.clear()

    def close(self) -> None:
        """Write the rest and drop the index that OASIS does not have."""
        self.flush()
        self._database.execute(f'DROP INDEX IF EXISTS "passing_{self._table}"')


class Tracer:
    """Takes events in order and fills the tables of votes, follow, mute, report and trace."""

    def __init__(self, database: sqlite3.Connection, products: Sequence[str] = ()) -> None:
        self._database = database
        self.social = Social(database, products)
        self.likes = Standing(database, "like", "user_id", "post_id")
        self.dislikes = Standing(database, "dislike", "user_id", "post_id")
        self.comment_likes = Standing(database, "comment_like", "user_id", "comment_id")
        self.comment_dislikes = Standing(database, "comment_dislike", "user_id", "comment_id")
        self.follows = Standing(database, "follow", "follower_id", "followee_id")
        self.mutes = Standing(database, "mute", "muter_id", "mutee_id")
        self._waiting: list[tuple[int, int | str, str, str]] = []
        self._reports = 0
        self._told: dict[tuple[int, int | str, str, str], int] = {}
        self._step = -1
        self.rows = 0

    def happened(self, event: Happened) -> None:
        """Carry one event over."""
        handler = _HANDLERS.get(event.action, _other)
        self.trace(event.user, event.time, event.step, event.action, handler(self, event))

    def trace(self, user: int, time: int | str, step: int, action: str, info: dict[str, Any]) -> None:
        """Add a trace row; a repetition within the step gets `nth`, for the key is all four columns."""
        if step != self._step:
            self._step = step
            self._told.clear()
        row = (user, time, action, json.dumps(info))
        nth = self._told[row] = self._told.get(row, 0) + 1
        if nth > 1:
            info = {**info, "nth": nth}
        self.add_row(user, time, action, info)

    def add_row(self, user: int, time: int | str, action: str, info: dict[str, Any]) -> None:
        """Add a trace row that is known to be the only one of its kind."""
        self._waiting.append((user, time, action, json.dumps(info)))
        self.rows += 1
        if len(self._waiting) >= BATCH:
            self._flush()

    def report(self, event: Happened) -> int:
        """Add a row to report and return its id."""
        self._reports += 1
        row = (self._reports, event.user, event.post, event.text, event.time)
        self._database.execute("INSERT INTO report VALUES (?, ?, ?, ?, ?)", row)
        return self._reports

    def close(self) -> None:
        """Write what waits."""
        votes = (self.likes, self.dislikes, self.comment_likes, self.comment_dislikes)
        for standing in (*votes, self.follows, self.mutes):
            standing.close()
        self.social.close()
        self._flush()

    def _flush(self) -> None:
        self._database.executemany("INSERT INTO trace VALUES (?, ?, ?, ?)", self._waiting)
        self._waiting.clear()


def _create_post(_tracer: Tracer, e: Happened) -> dict[str, Any]:
    return {"content": e.text, "post_id": e.post}


def _repost(_tracer: Tracer, e: Happened) -> dict[str, Any]:
    return {"reposted_id": e.target, "new_post_id": e.post}


def _quote_post(_tracer: Tracer, e: Happened) -> dict[str, Any]:
    return {"quoted_id": e.target, "new_post_id": e.post}


def _create_comment(_tracer: Tracer, e: Happened) -> dict[str, Any]:
    return {"content": e.text, "comment_id": e.comment}


def _like_post(tracer: Tracer, e: Happened) -> dict[str, Any]:
    return {"post_id": e.post, "like_id": tracer.likes.add(e.user, e.post, e.time)}


def _unlike_post(tracer: Tracer, e: Happened) -> dict[str, Any]:
    return {"post_id": e.post, "like_id": tracer.likes.remove(e.user, e.post)}


def _dislike_post(tracer: Tracer, e: Happened) -> dict[str, Any]:
    return {"post_id": e.post, "dislike_id": tracer.dislikes.add(e.user, e.post, e.time)}


def _undo_dislike_post(tracer: Tracer, e: Happened) -> dict[str, Any]:
    return {"post_id": e.post, "dislike_id": tracer.dislikes.remove(e.user, e.post)}


def _like_comment(tracer: Tracer, e: Happened) -> dict[str, Any]:
    held = tracer.comment_likes.add(e.user, e.comment, e.time)
    return {"comment_id": e.comment, "comment_like_id": held}


def _unlike_comment(tracer: Tracer, e: Happened) -> dict[str, Any]:
    held = tracer.comment_likes.remove(e.user, e.comment)
    return {"comment_id": e.comment, "comment_like_id": held}


def _dislike_comment(tracer: Tracer, e: Happened) -> dict[str, Any]:
    held = tracer.comment_dislikes.add(e.user, e.comment, e.time)
    return {"comment_id": e.comment, "comment_dislike_id": held}


def _undo_dislike_comment(tracer: Tracer, e: Happened) -> dict[str, Any]:
    held = tracer.comment_dislikes.remove(e.user, e.comment)
    return {"comment_id": e.comment, "comment_dislike_id": held}


def _search(_tracer: Tracer, e: Happened) -> dict[str, Any]:
    return {"query": e.text}


def _read(_tracer: Tracer, _e: Happened) -> dict[str, Any]:
    """OASIS keeps the whole rendered list here; this run keeps that it was asked for."""
    return {"posts": []}


def _report_post(tracer: Tracer, e: Happened) -> dict[str, Any]:
    return {"post_id": e.post, "report_id": tracer.report(e)}


def _follow(tracer: Tracer, e: Happened) -> dict[str, Any]:
    return {"follow_id": tracer.follows.add(e.user, e.other, e.time)}


def _unfollow(tracer: Tracer, e: Happened) -> dict[str, Any]:
    tracer.follows.remove(e.user, e.other)
    return {"followee_id": e.other}


def _order_follow(tracer: Tracer, e: Happened) -> dict[str, Any]:
    tracer.follows.add(e.item, e.other, e.time)
    return {"follower_id": e.item, "followee_id": e.other}


def _order_unfollow(tracer: Tracer, e: Happened) -> dict[str, Any]:
    tracer.follows.remove(e.item, e.other)
    return {"follower_id": e.item, "followee_id": e.other}


def _mute(tracer: Tracer, e: Happened) -> dict[str, Any]:
    tracer.mutes.add(e.user, e.other, e.time)
    return {"mutee_id": e.other}


def _unmute(tracer: Tracer, e: Happened) -> dict[str, Any]:
    tracer.mutes.remove(e.user, e.other)
    return {"mutee_id": e.other}


def _create_group(tracer: Tracer, e: Happened) -> dict[str, Any]:
    return tracer.social.create(e.user, e.item, e.text, e.time)


def _join_group(tracer: Tracer, e: Happened) -> dict[str, Any]:
    return tracer.social.join(e.user, e.item, e.time)


def _leave_group(tracer: Tracer, e: Happened) -> dict[str, Any]:
    return tracer.social.leave(e.user, e.item)


def _send_to_group(tracer: Tracer, e: Happened) -> dict[str, Any]:
    return tracer.social.send(e.user, e.item, e.text, e.time)


def _purchase_product(tracer: Tracer, e: Happened) -> dict[str, Any]:
    return tracer.social.buy(e.item, e.amount)


def _other(_tracer: Tracer, e: Happened) -> dict[str, Any]:
    """An action that OASIS does not have: what it named."""
    named: dict[str, Any] = {}
    if e.post > 0:
        named["post_id"] = e.post
    if e.other >= 0:
        named["user_id"] = e.other
    if e.text:
        named["text"] = e.text
    return named


_HANDLERS: dict[str, Callable[[Tracer, Happened], dict[str, Any]]] = {
    "create_post": _create_post,
    "repost": _repost,
    "quote_post": _quote_post,
    "create_comment": _create_comment,
    "like_post": _like_post,
    "unlike_post": _unlike_post,
    "dislike_post": _dislike_post,
    "undo_dislike_post": _undo_dislike_post,
    "like_comment": _like_comment,
    "unlike_comment": _unlike_comment,
    "dislike_comment": _dislike_comment,
    "undo_dislike_comment": _undo_dislike_comment,
    "search_posts": _search,
    "search_user": _search,
    "trend": _read,
    "refresh": _read,
    "report_post": _report_post,
    "follow": _follow,
    "unfollow": _unfollow,
    "order_follow": _order_follow,
    "order_unfollow": _order_unfollow,
    "mute": _mute,
    "unmute": _unmute,
    "create_group": _create_group,
    "join_group": _join_group,
    "leave_group": _leave_group,
    "send_to_group": _send_to_group,
    "purchase_product": _purchase_product,
}
