"""Recommender updates: a new list of posts for every user, OASIS's table against our feeds."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.oasis.compare import Differs
from benchmarks.oasis.environment import say
from benchmarks.oasis.ours import Ours
from benchmarks.oasis.phases import Setting, Times
from recommender.pipeline import Pipeline
from recommender.recipe import Recipe, Use
from recommender.registry import build_feed
from simapp.runs.assemble import CODES

if TYPE_CHECKING:
    from pathlib import Path

    from simapp.engine.core.batches import FeedBatch

TYPES = {"random": "random", "hot": "reddit", "interest": "twhin-bert"}


def updates(setting: Setting) -> list[dict[str, Any]]:
    """Measure updates of the random, the hot and the interest recommender; return one row each.

    On our side an update is the step's preparation and the ranking of `buffer` posts for every user.
    """
    found = []
    for name in TYPES:
        if name == "interest" and setting.users > setting.plan.interest:
            # OASIS encodes every user and up to 4,000 posts anew in each update: minutes from 10,000 users on.
            found.append({"users": setting.users, "recommender": name, "rounds": 0})
            continue
        found.append(_measure(setting, name))
        say(f"{setting.users} users: recommender {name} done")
    return found


def feed_named(name: str) -> Pipeline:
    """Return our counterpart of OASIS's recommender."""
    if name == "random":
        return Pipeline(Recipe("random", (Use("explore", {"explore": 1.0, "explore_hours": 720}),), (Use("newness"),)))
    if name == "hot":
        return build_feed("reddit-hot", {"explore": 0.0})
    return build_feed("interest", codes=CODES)


def _measure(setting: Setting, name: str) -> dict[str, Any]:
    plan = setting.plan
    ours = Ours(setting.shared, setting.workers, seed=plan.seed)
    everybody = np.arange(setting.users, dtype=np.int32)
    database = setting.open(TYPES[name], buffer=plan.buffer)
    # Some likes first, so that hot has something to order and interest something to learn from.
    liked = setting.script.one_kind("like_post", plan.listed(setting.users))
    setting.send("carry", liked)
    _, events = ours.carry(ours.batch(liked))
    feed = feed_named(name)
    feed.learn(ours.world, events)
    times, first, lists = Times(), 0.0, None
    for turn in range(plan.rounds + 1):
        theirs = setting.partner("update")["seconds"]
        began = time.perf_counter()
        feed.prepare(ours.world)
        lists = feed.rank(ours.world, everybody, plan.buffer, ours.streams, ours.workers)
        seconds = time.perf_counter() - began
        if turn:
            times.add("oasis", theirs)
            times.add("ours", seconds)
        else:
            first = seconds
        ours.tick()
    setting.partner("close")
    assert lists is not None  # noqa: S101 - there is at least the warm-up
    _check_lengths(database, lists, plan.buffer)
    if name == "hot":
        _check_hot(setting, database, ours, lists)
    row = {"users": setting.users, "recommender": name, "rounds": plan.rounds, "ours_first": first}
    return {**row, **{variant: times.median(variant) for variant in times.rounds}}


def _listed(database: Path) -> np.ndarray[Any, Any]:
    with closing(sqlite3.connect(database)) as file:
        return np.array(file.execute("SELECT user_id, post_id - 1 FROM rec").fetchall(), np.int64).reshape(-1, 2)


def _check_lengths(database: Path, lists: FeedBatch, buffer: int) -> None:
    """Both sides must have made a full list for every user, or one of them did less work."""
    theirs = np.bincount(_listed(database)[:, 0], minlength=len(lists))
    ours = np.count_nonzero(lists.posts >= 0, axis=1)
    if theirs.min() < buffer or ours.min() < buffer:
        raise Differs(f"An update gave some user fewer than {buffer} posts: OASIS {theirs.min()}, ours {ours.min()}.")


def _check_hot(setting: Setting, database: Path, ours: Ours, lists: FeedBatch) -> None:
    """The hottest posts of both sides must have the same votes (which of equals stand there is a tie)."""
    likes = ours.world.posts.likes
    strangers = np.setdiff1d(np.arange(setting.users), setting.shared.author)
    viewer = int(strangers[0]) if strangers.shape[0] else -1
    if viewer < 0:
        return
    table = _listed(database)
    theirs = np.sort(likes[table[table[:, 0] == viewer, 1]])
    mine = np.sort(likes[lists.posts[viewer]])
    if not np.array_equal(theirs, mine):
        raise Differs(f"Hot lists differ: OASIS's posts have {theirs.tolist()} likes, ours {mine.tolist()}.")
