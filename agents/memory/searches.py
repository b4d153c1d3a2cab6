"""What users found when they last searched: looked up when it comes to mind, in the world as it is then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from agents.cleaning import neutral
from agents.memory.words import inside
from agents.prompting.people import People
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.posts import REPOST
from simapp.engine.core.world import World

_TOLD = 2  # results that come to mind
_QUOTED = 60  # characters of each


class Reads(Protocol):
    """An action that answers (simapp.engine.actions.base.Action): `reads` is "posts" or "users", "" for no answer."""

    @property
    def name(self) -> str: ...
    @property
    def code(self) -> int: ...
    @property
    def takes(self) -> tuple[str, ...]: ...
    @property
    def writes(self) -> bool: ...
    @property
    def reads(self) -> str: ...
    def answer(self, world: World, batch: ActionBatch) -> Any:
        """Return what requests find, in CSR form (indptr, found)."""
        ...


def found_words(
    world: World, action: Reads, users: NDArray[np.int32], texts: NDArray[np.int32], people: People
) -> list[str]:
    """Return what each of users int32[A] finds who asked with texts int32[A] (ids, -1 none); "" for nothing."""
    batch = ActionBatch.empty(users.shape[0])
    batch.actor[:], batch.code[:], batch.text[:] = users, action.code, texts
    answer = action.answer(world, batch)
    ends = np.minimum(answer.indptr[:-1] + _TOLD, answer.indptr[1:])
    results = [
        answer.found[lo:hi].tolist()
        for lo, hi in zip(answer.indptr[:-1].tolist(), ends.tolist(), strict=True)
    ]
    told = {item for items in results for item in items}
    shown = _posts(world, told, people) if action.reads == "posts" else _users(world, told, people)
    return [", ".join([shown[item] for item in items if item in shown]) for items in results]


def _posts(world: World, serials: set[int], people: People) -> Mapping[int, str]:
    posts, found = world.posts, {}
    for serial in sorted(serials):
        row = int(posts.row(serial))
        if row < 0 or posts.kind[row] == REPOST or posts.text[row] < 0:
            continue
        author = int(posts.author[row])
        handle = people.of(world, [author])[author][0]
        found[serial] = f'{handle}\'s "{inside(neutral(world.texts[int(posts.text[row])], _QUOTED))}"'
    return found


def _users(world: World, users: set[int], people: People) -> Mapping[int, str]:
    known = people.of(world, users)
    return {user: known[user][0] for user in users}
