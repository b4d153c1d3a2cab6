"""Drawing a token: numbers that are keyed by the question, never by the batch it is answered in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simapp.engine.core.streams import Streams

# The questions' seeds come of the run's own streams; this only spreads them over the draws of a reply.
_STREAMS = Streams(0)


def uniforms(seeds: NDArray[np.int64], numbers: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return float64[B] in [0, 1): of question seeds[i], its draw number numbers[i]."""
    return _STREAMS.uniform("local model", user=seeds, item=numbers)


def pick_among(
    logits: Any, choices: Sequence[Sequence[int]], draws: NDArray[np.float64], temperature: float
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Draw one of choices[i] (token ids) for each row of logits float[B, V].

    Returns int64[B], the index in choices[i], and float64[B], the log-probability that the model gives it among
    them at temperature 1. temperature 0 takes the likeliest, the first of equals.
    """
    import torch

    width = max(len(ids) for ids in choices)
    index = np.zeros((len(choices), width), np.int64)
    held = np.zeros((len(choices), width), np.bool_)
    for i, ids in enumerate(choices):
        index[i, : len(ids)], held[i, : len(ids)] = ids, True
    with torch.inference_mode():
        found = logits.gather(1, torch.from_numpy(index).to(logits.device)).cpu().numpy()
    score = np.where(held, found.astype(np.float64), -np.inf)
    plain = _log_softmax(score)
    if temperature > 0:
        chance = np.exp(_log_softmax(score / temperature))
        reached = np.cumsum(chance, axis=1) > draws[:, None]
        # Rounding may leave the sum below the draw: then the last one that is held.
        taken = np.where(reached.any(axis=1), reached.argmax(axis=1), held.sum(axis=1) - 1)
    else:
        taken = score.argmax(axis=1)
    return taken, plain[np.arange(len(choices)), taken]


def pick_token(
    logits: Any, allowed: Any, draws: NDArray[np.float64], temperature: float, top_p: float
) -> list[int]:
    """Draw the next token of each row of logits float[B, V] among those allowed, bool[B, V] on the same device.

    The likeliest tokens that together reach `top_p` are kept (Holtzman et al. 2020, "The Curious Case of Neural Text
    Degeneration"), then the draw falls on their cumulated chances; equals are ordered by their id.
    """
    import torch

    with torch.inference_mode():
        score = logits.double().masked_fill(~allowed, -torch.inf)
        if temperature <= 0:
            return [int(i) for i in score.argmax(dim=1).tolist()]
        chance, order = torch.sort(
            torch.softmax(score / temperature, dim=1), dim=1, descending=True, stable=True
        )
        reached = torch.cumsum(chance, dim=1)
        # The first token always stays; of the others those before which less than top_p was reached.
        chance = torch.where(reached - chance < top_p, chance, 0.0)
        reached = torch.cumsum(chance, dim=1)
        goal = torch.from_numpy(draws).to(logits.device) * reached[:, -1]
        place = torch.searchsorted(reached, goal[:, None], right=True).clamp(max=logits.shape[1] - 1)
        # A draw beyond the last kept one can only come of rounding.
        last = (chance > 0).sum(dim=1, keepdim=True) - 1
        return [int(i) for i in order.gather(1, torch.minimum(place, last)).squeeze(1).tolist()]


def _log_softmax(score: NDArray[np.float64]) -> NDArray[np.float64]:
    shifted = score - score.max(axis=1, keepdims=True)
    with np.errstate(divide="ignore"):
        return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)), np.float64)
