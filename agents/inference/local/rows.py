"""A batch of prompts under way in the model: one prefix for all, then blocks of any length per row."""

from __future__ import annotations

import inspect
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.inference.local import cache as kept
from agents.inference.local.loading import Loaded


@dataclass
class Work:
    """What the model did: passes, seconds in them, tokens and the pairs of (token, token it looks at)."""

    passes: int = 0
    prefill_seconds: float = 0.0
    prefill_tokens: int = 0
    prefill_places: int = 0
    prefill_pairs: int = 0
    prefill_rows: int = 0
    written: int = 0

    def add_prefill(self, seconds: float, lengths: Sequence[int], before: int, places: int) -> None:
        """Count one prefill: row i brings lengths[i] tokens behind `before`, in `places` places with padding."""
        self.prefill_seconds += seconds
        self.prefill_tokens += sum(lengths)
        self.prefill_places += places
        self.prefill_pairs += sum(n * before + n * (n + 1) // 2 for n in lengths)
        self.prefill_rows += len(lengths)


@dataclass
class Rows:
    """The state of a batch of B rows.

    mask bool[B, places]: places that hold a token (the rest is padding, on the left of each block); position
    int64[B]: how many tokens a row has, which is the position of its next one, whatever padding lies between.
    """

    loaded: Loaded
    work: Work
    cache: Any
    mask: NDArray[np.bool_]
    position: NDArray[np.int64]
    logits: Any = field(default=None)

    @classmethod
    def prefill(cls, loaded: Loaded, ids: Sequence[int], work: Work) -> Rows:
        """Return one row that has read `ids`."""
        layers = int(loaded.model.config.num_hidden_layers)
        empty = cls(
            loaded, work, kept.new_cache(layers, len(ids)), np.zeros((1, 0), np.bool_), np.zeros(1, np.int64)
        )
        empty._timed([ids], 0)
        return empty

    @classmethod
    def begin(cls, prefix: Rows, blocks: Sequence[Sequence[int]], room: int) -> Rows:
        """Return the rows of a batch: each has read the prefix and then its own block of at least one token.

        room: further tokens per row that the buffers are made for.
        """
        count, before = len(blocks), prefix.mask.shape[1]
        width = max(len(block) for block in blocks)
        rows = cls(
            prefix.loaded,
            prefix.work,
            kept.spread(prefix.cache, count, before + width + room),
            np.ones((count, before), np.bool_),
            np.full(count, before, np.int64),
        )
        rows._timed(blocks, before)
        return rows

    def feed(self, blocks: Sequence[Sequence[int]]) -> Any:
        """Read one block per row, which may be empty; return float32[B, vocabulary]: logits of the next token.

        Rows with an empty block keep their place; their logits mean nothing.
        """
        import torch

        device, model = self.loaded.device, self.loaded.model
        count, width = len(blocks), max(len(block) for block in blocks)
        ids = np.zeros((count, width), np.int64)
        held = np.zeros((count, width), np.bool_)
        places = np.zeros((count, width), np.int64)
        for i, block in enumerate(blocks):
            if block:
                ids[i, width - len(block) :] = block
                held[i, width - len(block) :] = True
                places[i, width - len(block) :] = self.position[i] + np.arange(len(block))
        self.mask = np.concatenate([self.mask, held], axis=1)
        with torch.inference_mode():
            out = model(
                input_ids=torch.from_numpy(ids).to(device),
                attention_mask=self._seen(held),
                position_ids=torch.from_numpy(places).to(device),
                past_key_values=self.cache,
                use_cache=True,
                **({"logits_to_keep": 1} if _keeps(type(model)) else {}),
            )
            self.logits = out.logits[:, -1].float()
        self.position = self.position + held.sum(axis=1)
        self.work.passes += 1
        return self.logits

    def _seen(self, held: NDArray[np.bool_]) -> Any:
        """Return what each place of the block may look at, [B, 1, width, places]: 0 or the lowest number.

        Made once for all layers: given truth values, torch makes numbers of them in every layer anew.
        """
        import torch

        device, number = self.loaded.device, getattr(torch, self.loaded.dtype)
        width, places = held.shape[1], self.mask.shape[1]
        tokens = torch.from_numpy(self.mask).to(device)[:, None, None, :]
        before = torch.ones(width, places, dtype=torch.bool, device=device).tril(places - width)
        seen = torch.zeros(held.shape[0], 1, width, places, dtype=number, device=device)
        return seen.masked_fill_(~(tokens & before), torch.finfo(number).min)

    def select(self, rows: Sequence[int], room: int) -> None:
        """Keep these rows alone, with room for `room` further tokens each; the others' keys and values are let go."""
        import torch

        index = torch.tensor(list(rows), dtype=torch.int64, device=self.loaded.device)
        with torch.inference_mode():
            self.cache = kept.select(self.cache, index, self.mask.shape[1] + room)
            self.logits = self.logits.index_select(0, index)
        self.mask, self.position = self.mask[list(rows)], self.position[list(rows)]

    def _timed(self, blocks: Sequence[Sequence[int]], before: int) -> None:
        self._settle()
        start = time.perf_counter()
        self.feed(blocks)
        self._settle()
        lengths = [len(block) for block in blocks]
        self.work.add_prefill(time.perf_counter() - start, lengths, before, len(lengths) * max(lengths))

    def _settle(self) -> None:
        """Wait for the device, so that seconds are those of the work."""
        if self.loaded.device.startswith("cuda"):
            import torch

            torch.cuda.synchronize(self.loaded.device)


_KEEPS: dict[type, bool] = {}


def _keeps(model: type) -> bool:
    """Return whether this kind of model can be asked for the last place's logits alone."""
    if model not in _KEEPS:
        _KEEPS[model] = "logits_to_keep" in inspect.signature(model.forward).parameters  # type: ignore[attr-defined]
    return _KEEPS[model]
