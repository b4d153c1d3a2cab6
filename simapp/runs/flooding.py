"""Floods, spelled out: who of the accounts that were taken over publishes when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from simapp.engine.interventions import Intervention

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simapp.engine.core.streams import Streams

KIND = "flood"


def spelled_out(plan: Sequence[Intervention], users: int, streams: Streams) -> list[Intervention]:
    """Return the plan with every flood (settings as resolved by assemble.py) as the posts that it injects.

    The accounts take turns, in the order in which they were drawn. Nothing here depends on how far a run has come.
    """
    floods = [change for change in plan if change.kind == KIND]
    spelled = [change for change in plan if change.kind != KIND]
    for nth, change in enumerate(floods):
        s = change.settings
        lot = streams.uniform("intervention/flood", step=change.at, user=np.arange(users), item=nth)
        accounts = np.argsort(lot, kind="stable")[: int(s["accounts"])].tolist()
        said: dict[str, Any] = {name: s[name] for name in ("text", "topic", "stance", "appeal")}
        posts, turns = int(s["posts"]), range(change.at, int(s["until"]) + 1)
        spelled += [
            Intervention("inject_post", step, {**said, "author": accounts[(turn * posts + post) % len(accounts)]})
            for turn, step in enumerate(turns)
            for post in range(posts)
        ]
    return spelled
