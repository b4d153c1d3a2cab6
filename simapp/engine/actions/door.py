"""Carries requests out: allowed, then checked, then applied, one kind after another in canonical order."""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simapp.engine.actions.base import Action, Done
from simapp.engine.actions.registry import all_actions
from simapp.engine.core import ids
from simapp.engine.core.batches import ActionBatch, EventBatch
from simapp.engine.core.errors import BrokenAction
from simapp.engine.core.outcomes import Outcome
from simapp.engine.core.world import World

logger = logging.getLogger(__name__)


def carry_out(world: World, requests: ActionBatch) -> EventBatch:
    """Apply what the rules allow; return one event per request but do_nothing, in canonical order.

    `requests` are in canonical row order (actor, then n) and name posts that were there before the batch:
    what the batch itself writes is an unknown post to it. The world is unchanged by a refused request.
    Moderation by the scenario itself (actor ids.SYSTEM) needs no offer. Raises BrokenAction where an action
    fails after its check: the world is then half changed and must be thrown away.
    """
    requests = replace(requests, post=np.where(requests.post < world.posts.end, requests.post, -1))
    targets = world.posts.keys_of(requests.post)
    quiet = all_actions()["do_nothing"].code
    present = np.bincount(requests.code, minlength=256)
    events = EventBatch.empty(len(requests) - int(present[quiet]))
    told = 0
    for action in all_actions().values():
        if not present[action.code]:
            continue
        rows = np.flatnonzero(requests.code == action.code)
        batch = requests.take(rows)
        outcome = answer(world, action, batch)
        done = np.flatnonzero(outcome == 0)
        post, item = np.full(rows.shape[0], -1, np.int64), batch.item
        if done.shape[0]:
            made = _applied(world, action, batch.take(done))
            post[done] = made.post
            if made.item is not None:
                item = item.copy()
                item[done] = made.item
        if action.code != quiet:
            # Written where they belong at once: of a million users a list to be joined is a hundred MiB.
            here = slice(told, told + rows.shape[0])
            for name in ("actor", "code", "n", "user", "text", "amount"):
                getattr(events, name)[here] = getattr(batch, name)
            events.outcome[here], events.post[here], events.item[here] = outcome, post, item
            events.target[here] = targets[rows]
            told = here.stop
    return events if told == len(events) else events.take(np.arange(told))


def answer(world: World, action: Action, batch: ActionBatch) -> NDArray[np.uint8]:
    """Return the Outcome uint8[A] of requests of one kind: may they be asked for at all, and can they be done."""
    outcome = _may(world, action, batch)
    let = np.flatnonzero(outcome == 0)
    if let.shape[0]:
        outcome[let] = _checked(world, action, batch.take(let))
    return outcome


def _may(world: World, action: Action, batch: ActionBatch) -> NDArray[np.uint8]:
    """Return uint8[A]: 0 for whoever may ask for the action at all."""
    outcome = np.zeros(len(batch), np.uint8)
    suspended = world.users.suspended
    user = (batch.actor >= 0) & (batch.actor < suspended.shape[0])
    if not action.judges and action.name != "do_nothing" and suspended.any():
        outcome[user & (suspended[np.where(user, batch.actor, 0)] != 0)] = Outcome.SUSPENDED
    if not world.rules.offered[action.code]:
        outcome[batch.actor != ids.SYSTEM] = Outcome.NOT_OFFERED
    # Moderation alone has no user behind it: nobody follows, votes or writes as the scenario.
    outcome[~user & ~((batch.actor == ids.SYSTEM) & action.moderates)] = Outcome.UNKNOWN_USER
    return outcome


def _checked(world: World, action: Action, batch: ActionBatch) -> NDArray[np.uint8]:
    try:
        found = np.asarray(action.check(world, batch), np.uint8)
        if found.shape != (len(batch),):
            msg = f"check returned {found.shape}, not one outcome per request"
            raise ValueError(msg)
    except MemoryError:  # the machine's fault, not the action's: another machine would go on otherwise
        raise
    except Exception:
        logger.exception("the action %s has a fault; its %d requests are refused", action.name, len(batch))
        return np.full(len(batch), Outcome.FAULT, np.uint8)
    return found


def _applied(world: World, action: Action, batch: ActionBatch) -> Done:
    try:
        return action.apply(world, batch)
    except MemoryError:
        raise
    except Exception as problem:
        msg = f"The action {action.name} failed at step {world.step}: {type(problem).__name__}: {problem}"
        raise BrokenAction(msg) from problem

