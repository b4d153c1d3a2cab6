"""Builds the follows that a scenario asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simapp.scenarios.network.barabasi_albert import barabasi_albert
from simapp.scenarios.network.stochastic_block import assign_blocks, stochastic_block
from simapp.scenarios.network.watts_strogatz import watts_strogatz
from simapp.scenarios.parts.network import BarabasiAlbert, StochasticBlock, WattsStrogatz

if TYPE_CHECKING:
    from simapp.engine.core.streams import Streams
    from simapp.scenarios.parts.network import Network

Ids = NDArray[np.int32]


def build_follows(
    network: Network, users: int, opinion: NDArray[np.float64], streams: Streams
) -> tuple[Ids, Ids, Ids]:
    """Return (follower int32[M], followee int32[M], community int32[users]; -1 where there are no blocks).

    `opinion` float64[users] is the opinion on the first topic, for blocks that follow its sign.
    """
    community = np.full(users, -1, np.int32)
    if isinstance(network, BarabasiAlbert):
        mean = min(network.mean_followees, users - 1)
        follower, followee = barabasi_albert(
            users, mean, reciprocity=network.reciprocity, exponent=network.exponent, streams=streams
        )
    elif isinstance(network, WattsStrogatz):
        follower, followee = watts_strogatz(
            users, min(network.mean_followees, users - 1), rewire=network.rewire, streams=streams
        )
    elif isinstance(network, StochasticBlock):
        if network.by == "opinion":
            community = (opinion > 0).astype(np.int32)
        else:
            community = assign_blocks(users, network.blocks, streams)
        follower, followee = stochastic_block(
            community, network.mean_followees, homophily=network.homophily, streams=streams
        )
    else:
        follower = followee = np.empty(0, np.int32)
    return follower, followee, community
