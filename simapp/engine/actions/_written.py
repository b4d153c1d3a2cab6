"""Adding rows to the posts; shared by the actions that write."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from simapp.engine.core import ids
from simapp.engine.core.batches import ActionBatch
from simapp.engine.core.world import World


def write(
    world: World,
    batch: ActionBatch,
    kind: int,
    *,
    root: NDArray[np.int64],
    parent: NDArray[np.int64],
    **columns: Any,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Append one post per request; return (keys int64[A], rows int64[A]).

    root, parent: serials. Topic, stance, opinion, appeal and text are the request's unless given.
    """
    posts = world.posts
    key = ids.post_key(batch.actor, world.step, batch.n)
    said = {name: getattr(batch, name) for name in ("topic", "stance", "opinion", "appeal", "text")}
    serials = posts.append(
        key=key,
        author=batch.actor,
        step=np.full(len(batch), world.step),
        kind=np.full(len(batch), kind),
        root=root,
        parent=parent,
        **(said | columns),
    )
    return key, posts.row(serials)
