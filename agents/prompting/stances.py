"""What users are of the opinion of, in a few words each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simapp.engine.core.world import World

_OPINIONS = [f"{tenths / 10:g}" for tenths in range(-10, 11)]


def stances(world: World, users: NDArray[np.int32], topics: tuple[str, ...], most: int) -> list[str]:
    """Return the strongest stances of each of users int32[A] in words, at most `most`, strongest first.

    topics: what the world's topics are called.
    """
    if not most or not topics:
        return [""] * users.shape[0]
    tenths = np.rint(world.shown(world.users.opinions[users]) * 10).astype(np.int64)
    strongest = np.argsort(-np.abs(tenths), axis=1, kind="stable")[:, :most]
    held = np.take_along_axis(tenths, strongest, axis=1).tolist()
    return [
        ", ".join([f"{topics[t]} {_OPINIONS[x + 10]}" for t, x in zip(of, values, strict=True)])
        for of, values in zip(strongest.tolist(), held, strict=True)
    ]
