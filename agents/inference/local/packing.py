"""How many prompts go through the model together: what memory holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from agents.inference.local.loading import Loaded

MOST_ROWS = 512


def row_bytes(loaded: Loaded, prefix: int, width: int, room: int) -> int:
    """Return the bytes that one row of a chunk occupies: `prefix` shared tokens, `width` own ones, `room` to come.

    Keys and values of all layers; of the layer under way the activations, keys and values repeated for each head,
    and the mask; the logits of the last place. An estimate: where memory runs out all the same, the chunk is halved.
    """
    config: Any = loaded.model.config
    hidden, inner, number = int(config.hidden_size), int(config.intermediate_size), loaded.number_bytes
    all_tokens = prefix + width + room
    heads = int(config.num_attention_heads)
    size = int(getattr(config, "head_dim", None) or hidden // heads)
    under_way = width * (8 * hidden + 3 * inner) * number + 2 * all_tokens * heads * size * number
    mask = width * all_tokens * (1 + 4 + number)
    return all_tokens * loaded.bytes_per_token + under_way + mask + int(config.vocab_size) * 16


def plan_chunks(
    loaded: Loaded, prefix: int, lengths: Sequence[int], room: int, memory: int, most: int
) -> list[list[int]]:
    """Return places 0 .. len(lengths) - 1 in chunks that fit `memory` bytes, the longest prompts first.

    Prompts of a chunk are alike in length, so little of it is padding. A chunk has at least one prompt, at most `most`.
    """
    order = sorted(range(len(lengths)), key=lambda i: (-lengths[i], i))
    chunks: list[list[int]] = []
    start = 0
    while start < len(order):
        width = lengths[order[start]]
        count = max(1, min(most, memory // row_bytes(loaded, prefix, width, room)))
        chunks.append(order[start : start + count])
        start += count
    return chunks


def default_memory(device: str) -> int:
    """Return bytes for a chunk: four fifths of what a GPU has free, 1 GiB on a CPU."""
    if device.startswith("cuda"):
        import torch

        free, _ = torch.cuda.mem_get_info(device)
        return int(free) * 4 // 5
    return 1 << 30
