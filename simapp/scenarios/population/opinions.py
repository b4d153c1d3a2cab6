"""Opinions at the start, in the native scale of the scenario's opinion model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simapp.scenarios.parts.population import ConstantOpinions, NormalOpinions, TwoCamps, UniformOpinions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simapp.engine.core.streams import Streams
    from simapp.scenarios.parts.population import Opinions


def draw_opinions(
    kind: Opinions, users: NDArray[np.int64], topics: int, streams: Streams
) -> NDArray[np.float64]:
    """Return float64[n, topics]; a topic's draw depends on its place in the list only."""
    user, item = users[:, None], np.arange(topics)[None, :]
    if isinstance(kind, ConstantOpinions):
        return np.full((users.shape[0], topics), kind.value)
    if isinstance(kind, UniformOpinions):
        u = streams.uniform("population/opinion", user=user, item=item)
        return kind.mean + kind.spread * (2.0 * u - 1.0)
    if isinstance(kind, NormalOpinions):
        return kind.mean + kind.spread * streams.normal("population/opinion", user=user, item=item)
    return _two_camps(kind, users, streams.normal("population/opinion", user=user, item=item), streams)


def _two_camps(
    kind: TwoCamps, users: NDArray[np.int64], noise: NDArray[np.float64], streams: Streams
) -> NDArray[np.float64]:
    positive = streams.uniform("population/camp", user=users) < kind.share
    centre = np.where(positive, kind.centre, -kind.centre)
    return np.asarray(centre[:, None] + kind.spread * noise)
