"""What a mind does with the same posts in two orders, how often it says yes, and how often it repeats itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simapp.engine.actions.registry import code_of
from simapp.engine.core.batches import FeedBatch
from simapp.fidelity.base import Bench, Check, Finding
from simapp.fidelity.worlds import assemble, seed_of

CONTEXTS = 200
POSTS = 10


class Here(Check):
    """Two hundred users of the default world are shown ten posts, and the same ten from the other end."""

    order = 27
    expected = "always reported; an order effect above 5 points deserves a warning"
    source = "Vidler & Walsh 2025; Pagan et al. 2025 (order, yes rate and repetition of minds)"

    def run(self, bench: Bench) -> Finding:
        # Busy enough that rates can be told from two hundred contexts.
        document = {
            "title": "Fidelity check", "population": {"users": 2000, "voice": {"minimum": 0.3}},
            "minds": {"rates": {"like": 0.3}}, "metrics": ["posts_written"],
        }  # fmt: skip
        simulation = assemble(document, seed_of(bench, "audit"))
        for _ in range(24):
            simulation.step()
        world, posts = simulation.world, simulation.world.posts
        written = np.flatnonzero(posts.kind == 0)[-POSTS * CONTEXTS :]
        shown = written[bench.streams.integers("panel", written.shape[0], user=np.arange(CONTEXTS)[:, None],
                                               item=np.arange(POSTS)[None, :])]  # fmt: skip
        readers = np.arange(CONTEXTS, dtype=np.int32) * 10
        world.step += 1
        first, texts = _likes(simulation, readers, shown)
        last, _ = _likes(simulation, readers, shown[:, ::-1])
        # The same post, seen in the upper and in the lower half.
        upper = (first[:, :5].mean() + last[:, :5].mean()) / 2.0
        lower = (first[:, 5:].mean() + last[:, 5:].mean()) / 2.0
        effect = 100.0 * float(upper - lower)
        repeated = 100.0 * (1.0 - np.unique(texts).shape[0] / max(texts.shape[0], 1))
        measured = (
            f"order effect {effect:+.1f} points (upper half {100 * upper:.1f} %, lower {100 * lower:.1f} %), "
            f"yes rate {50 * (first.mean() + last.mean()):.1f} %, {repeated:.0f} % of {texts.shape[0]} texts repeated"
        )
        warning = "warning: above 5 points; rule minds read from the top and stop" if abs(effect) > 5 else ""
        return Finding(measured, "none", "reported", warning)


def _likes(
    simulation: object, readers: NDArray[np.int32], rows: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], NDArray[np.int32]]:
    """Return which of the posts shown in this order each reader likes bool[V, k], and the texts written int32[W]."""
    world = simulation.world
    serials = rows + world.posts.base
    ones = np.ones(rows.shape, np.float32)
    feed = FeedBatch(readers, serials, ones, np.zeros(rows.shape, np.uint8))
    actions = simulation.mind.decide(world, feed, simulation.streams, simulation.workers).actions
    liked = actions.code == code_of("like_post")
    place = np.searchsorted(readers, actions.actor[liked])
    found = np.zeros(rows.shape, np.bool_)
    for p, serial in zip(place, actions.post[liked], strict=True):
        found[p] |= serials[p] == serial
    return found, actions.text[actions.text >= 0]
