"""What a scenario or a member has moderated: at a step, by rule, before the feeds of that step are ranked.

A post is named by what it is before the run exists: the n-th post that the scenario injects, or whichever is
the most shared, liked or reported one when the step is reached. A name that fits nothing becomes a refused event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from simapp.engine.actions.registry import action_named, all_actions, code_of
from simapp.engine.core import ids
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.errors import WrongInput
from simapp.engine.core.posts import POST, QUOTE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simapp.engine.core.world import World
    from simapp.engine.interventions import Intervention

MOST_SHARED, MOST_LIKED, MOST_REPORTED = "most_shared", "most_liked", "most_reported"
BY_COUNTER = {MOST_SHARED: "shares", MOST_LIKED: "likes", MOST_REPORTED: "reports"}
MOST_FOLLOWED = "most_followed"
# Injected posts count their `n` down from the top (interventions.py); nobody's own actions reach so high.
_INJECTED = ids.MAX_PER_STEP - 1024


def moderation(world: World, due: list[Intervention]) -> ActionBatch:
    """Return what is moderated in this step, as requests of ids.SYSTEM in the order of the plan.

    Settings of a change whose kind is a moderating action: `post`, one of BY_COUNTER or
    {"at": step, "text": text, "author": user or "most_followed", "nth": k} for the k-th (from 0) injected post
    of that step, text and author, or {"key": identity}; or `user`, a number or "most_followed"; and `text` and
    `activity` (how many times as active), where the action takes one. Raises WrongInput for a user
    that is none.
    """
    orders = [i for i in due if i.kind in all_actions() and action_named(i.kind).moderates]
    batch = ActionBatch.empty(len(orders))
    batch.actor[:] = ids.SYSTEM
    batch.n[:] = np.arange(len(orders))
    for row, change in enumerate(orders):
        s = change.settings
        batch.code[row] = code_of(change.kind)
        if "post" in s:
            batch.post[row] = _post(world, change.kind, s["post"])
        if "user" in s:
            batch.user[row] = _user(world, change.kind, s["user"], change.at)
        if "activity" in s:
            batch.amount[row] = int(s["activity"])
        if "text" in s:
            batch.text[row] = world.texts.add(str(s["text"]))
    return batch


def _post(world: World, kind: str, named: Any) -> int:
    """Return the serial of the post that is meant, -1 when there is none."""
    posts = world.posts
    if isinstance(named, dict) and "key" in named:
        rows = np.flatnonzero(posts.key == int(named["key"]))
        return posts.base + int(rows[0]) if rows.shape[0] else -1
    if isinstance(named, dict):
        here = (posts.step == int(named["at"])) & (posts.kind == POST)
        here &= (posts.key & np.int64(ids.MAX_PER_STEP - 1)) >= _INJECTED
        here &= posts.text == world.texts.add(str(named["text"]))
        if named["author"] != MOST_FOLLOWED:  # who that was then nobody knows any more; the text tells
            here &= posts.author == int(named["author"])
        rows = np.flatnonzero(here)
        # An author's injections count their `n` down, so that the first of them has the largest.
        rows = rows[np.argsort(-(posts.key[rows] & np.int64(ids.MAX_PER_STEP - 1)), kind="stable")]
        nth = int(named["nth"])
        return posts.base + int(rows[nth]) if nth < rows.shape[0] else -1
    able = ((posts.kind == POST) | (posts.kind == QUOTE)) & _open_to(world, kind)
    counter = getattr(posts, BY_COUNTER[named])
    rows = np.flatnonzero(able & (counter > 0))
    if not rows.shape[0]:
        return -1
    rows = rows[counter[rows] == counter[rows].max()]
    # Ties go to the smallest key, which is the same in every arm.
    return posts.base + int(rows[np.argmin(posts.key[rows])])


def _open_to(world: World, kind: str) -> NDArray[np.bool_]:
    """Return bool[H]: posts that the action could change; what is down already cannot be taken down again."""
    posts = world.posts
    if kind in {"demote_post", "undo_demote_post"}:
        return np.asarray((posts.demoted != 0) == (kind == "undo_demote_post"))
    return np.asarray((posts.removed != 0) == (kind == "restore_post"))


def _could_be(world: World, kind: str) -> NDArray[np.bool_]:
    """Return bool[N]: accounts that the action could change."""
    if kind in {"automate_user", "undo_automate_user"}:
        return np.asarray((world.users.automated != 0) == (kind == "undo_automate_user"))
    return np.asarray((world.users.suspended != 0) == (kind == "reinstate_user"))


def _user(world: World, kind: str, named: Any, at: int) -> int:
    if named == MOST_FOLLOWED:
        able = np.flatnonzero(_could_be(world, kind))
        return int(able[np.argmax(world.follows.followers[able])]) if able.shape[0] else -1
    user = int(named)
    if not 0 <= user < len(world.users):
        msg = f"{kind} at step {at}: user {user} is not a user of this run"
        raise WrongInput(msg)
    return user
