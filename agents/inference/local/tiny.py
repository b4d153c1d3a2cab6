"""Models of random weights with a tokenizer trained on the spot: real parts without a download.

What such a model says means nothing; that it is loaded, packed, masked and sampled is the same code as for any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from agents.inference.local.configs import build_config

ROLES = ("<|im_start|>", "<|im_end|>")
PAD, BOS, EOS = "<|pad|>", "<|bos|>", "<|im_end|>"
# The widespread ChatML form.
CHAT_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


@cache
def sample_texts() -> tuple[str, ...]:
    """Return some thousand short posts of the seeded grammar, to train a tokenizer on."""
    from agents.text.kept import kept_pool
    from agents.text.library import list_topics

    return tuple(kept_pool(list_topics()[:1], 0).texts)


def build_tokenizer(texts: Sequence[str], vocab_size: int = 1024) -> Any:
    """Return a byte-level BPE tokenizer with at most `vocab_size` tokens, role tokens and a chat template."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=[PAD, BOS, *ROLES],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        pad_token=PAD,
        bos_token=BOS,
        eos_token=EOS,
        additional_special_tokens=list(ROLES),
        chat_template=CHAT_TEMPLATE,
        padding_side="left",
    )


def build_model(config: Any, *, device: str = "cpu", dtype: str = "float32", seed: int = 0) -> Any:
    """Return a causal model of random weights, made where it is used; the same for the same seed and device."""
    import torch
    from transformers import AutoModelForCausalLM

    number = getattr(torch, dtype)
    # transformers draws from the global generator when it builds; what it drew is replaced below.
    place = torch.device(device)
    cards = [place.index or 0] if place.type == "cuda" else []
    with torch.random.fork_rng(devices=cards), place:
        model = AutoModelForCausalLM.from_config(config, dtype=number)
    generator = torch.Generator(device=device).manual_seed(seed)
    with torch.no_grad():
        for weight in model.parameters():
            if weight.dim() >= 2:
                weight.normal_(0.0, 0.02, generator=generator)
    return model.eval()


def save_tiny(folder: Path, *, texts: Sequence[str] | None = None, seed: int = 0, **changes: Any) -> Path:
    """Write a model folder of about a million parameters and return it; `changes` go to the architecture."""
    from transformers.utils import logging

    tokenizer = build_tokenizer(sample_texts() if texts is None else texts, changes.get("vocab_size", 1024))
    config = build_config("tiny", **{**changes, "vocab_size": len(tokenizer)})
    config.eos_token_id, config.bos_token_id = tokenizer.eos_token_id, tokenizer.bos_token_id
    config.pad_token_id = tokenizer.pad_token_id
    model = build_model(config, seed=seed)
    logging.disable_progress_bar()
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
