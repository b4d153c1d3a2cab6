"""Carries requests out: offered, then checked, then applied, one kind after another in canonical order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from simapp.engine.actions.registry import all_actions
from simapp.engine.core import ids
from simapp.engine.core.batches import ActionBatch, EventBatch
from simapp.engine.core.outcomes import Outcome
from simapp.engine.core.world import World


def carry_out(world: World, requests: ActionBatch) -> EventBatch:
    """Apply what the rules allow; return one event per request but do_nothing, in canonical order.

    `requests` are in canonical row order (actor, then n) and name posts that were there before the batch:
    what the batch itself writes is an unknown post to it. The world is unchanged by a refused request.
    What the scenario itself does (actor ids.SYSTEM) needs no offer.
    """
    parts: list[EventBatch] = []
    requests = replace(requests, post=np.where(requests.post < world.posts.end, requests.post, -1))
    targets = world.posts.keys_of(requests.post)
    quiet = all_actions()["do_nothing"].code
    for action in all_actions().values():
        rows = np.flatnonzero(requests.code == action.code)
        if not rows.shape[0]:
            continue
        batch = requests.take(rows)
        if not world.rules.offered[action.code]:
            outcome = np.where(batch.actor == ids.SYSTEM, 0, int(Outcome.NOT_OFFERED)).astype(np.uint8)
        else:
            outcome = np.zeros(rows.shape[0], np.uint8)
        let = np.flatnonzero(outcome == 0)
        if let.shape[0]:
            outcome[let] = action.check(world, batch.take(let))
        done = np.flatnonzero(outcome == 0)
        post, item = np.full(rows.shape[0], -1, np.int64), batch.item
        if done.shape[0]:
            made = action.apply(world, batch.take(done))
            post[done] = made.post
            if made.item is not None:
                item = item.copy()
                item[done] = made.item
        if action.code != quiet:
            parts.append(
                EventBatch(
                    actor=batch.actor,
                    code=batch.code,
                    outcome=outcome,
                    n=batch.n,
                    post=post,
                    target=targets[rows],
                    user=batch.user,
                    text=batch.text,
                    item=item,
                    amount=batch.amount,
                )
            )
    return EventBatch.join(parts)
