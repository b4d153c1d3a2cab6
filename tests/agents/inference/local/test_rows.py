"""What is packed, padded and kept reads as if each prompt had been read alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.inference.local.cache import new_cache
from agents.inference.local.loading import Loaded
from agents.inference.local.rows import Rows, Work
from agents.inference.local.tiny import build_model

IDS = st.lists(st.integers(4, 299), min_size=1, max_size=12)


def alone(loaded, ids: list[int]) -> np.ndarray:
    import torch

    with torch.inference_mode():
        return loaded.model(torch.tensor([ids])).logits[0, -1].numpy()


@settings(max_examples=25)
@given(
    prefix=IDS, blocks=st.lists(IDS, min_size=1, max_size=5), more=st.lists(st.integers(4, 299), max_size=6)
)
def test_a_packed_row_has_the_logits_of_the_same_prompt_alone(loaded, prefix, blocks, more) -> None:
    rows = Rows.begin(Rows.prefill(loaded, prefix, Work()), blocks, 0)
    for i, block in enumerate(blocks):
        np.testing.assert_allclose(rows.logits[i].numpy(), alone(loaded, prefix + block), atol=2e-5)
    # Then every second row goes on with a block of its own; the others wait and lose nothing.
    further = [more[: i + 1] if i % 2 == 0 else [] for i in range(len(blocks))]
    if not more:
        return
    logits = rows.feed(further)
    for i in range(0, len(blocks), 2):
        np.testing.assert_allclose(
            logits[i].numpy(), alone(loaded, prefix + blocks[i] + further[i]), atol=2e-5
        )
    rows.select([len(blocks) - 1], 3)
    logits = rows.feed([[7, 8]])
    whole = prefix + blocks[-1] + further[-1] + [7, 8]
    np.testing.assert_allclose(logits[0].numpy(), alone(loaded, whole), atol=2e-5)


@pytest.mark.parametrize("family", ["mistral", "qwen3", "gemma3_text"])
def test_other_families_pack_alike_within_their_window(family: str) -> None:
    from transformers import AutoConfig

    config = AutoConfig.for_model(
        family, vocab_size=300, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=1, head_dim=16, max_position_embeddings=256, sliding_window=64, layer_types=None
    )  # fmt: skip
    other = Loaded(build_model(config), None, "cpu", "float32", family)
    assert other.longest == (256 if family == "qwen3" else 64)
    prefix, blocks = [5, 6, 7], [[9], [10, 11, 12], [13, 14]]
    rows = Rows.begin(Rows.prefill(other, prefix, Work()), blocks, 0)
    logits = rows.feed([[20], [], [21, 22]])
    for i, more in ((0, [20]), (2, [21, 22])):
        np.testing.assert_allclose(logits[i].numpy(), alone(other, prefix + blocks[i] + more), atol=2e-5)


def test_the_kept_prefix_is_as_it_was_after_many_batches(loaded) -> None:
    import torch

    prefix = Rows.prefill(loaded, [5, 6, 7, 8], Work())
    before = [layer.keys.clone() for layer in prefix.cache.layers]
    for size in (1, 3, 8):
        Rows.begin(prefix, [[9, 10 + i] for i in range(size)], 4).feed([[11]] * size)
    assert all(torch.equal(old, layer.keys) for old, layer in zip(before, prefix.cache.layers, strict=True))
    assert prefix.mask.shape == (1, 4)


def test_a_cache_grows_where_its_room_is_short() -> None:
    import torch

    cache = new_cache(1, 2)
    blocks = [torch.full((1, 1, n, 2), float(n)) for n in (1, 1, 3, 200)]
    for block in blocks:
        keys, values = cache.update(block, block + 0.5, 0)
    assert torch.equal(keys, torch.cat(blocks, dim=2))
    assert torch.equal(values, keys + 0.5)
    assert cache.get_seq_length() == 205


def test_what_was_read_is_counted(loaded) -> None:
    work = Work()
    Rows.begin(Rows.prefill(loaded, [5, 6, 7], work), [[8], [9, 10]], 0)
    assert (work.passes, work.prefill_tokens, work.prefill_places, work.prefill_rows) == (2, 6, 7, 3)
    # 3 tokens look at 1 + 2 + 3; one token behind three looks at 4, two look at 4 + 5.
    assert work.prefill_pairs == 6 + 4 + 9
    assert work.prefill_seconds == pytest.approx(work.prefill_seconds)
