"""Architectures by name, for models of random weights: what a real model of that shape costs, without its files.

Sources: qwen3-0.6b is `config.json` of Qwen/Qwen3-0.6B (Yang et al. 2025, arXiv:2505.09388, table 1); llama3-8b is
`config.json` of meta-llama/Meta-Llama-3-8B (Grattafiori et al. 2024, arXiv:2407.21783, table 3).
"""

from __future__ import annotations

from typing import Any

SHAPES: dict[str, dict[str, Any]] = {
    # The model of the tests and of the benchmark on a CPU: about a million parameters.
    "tiny": {
        "family": "llama",
        "vocab_size": 1024,
        "hidden_size": 128,
        "intermediate_size": 384,
        "num_hidden_layers": 4,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 32,
        "max_position_embeddings": 8192,
        "rms_norm_eps": 1e-5,
        "rope_theta": 10_000.0,
        "tie_word_embeddings": True,
    },
    "qwen3-0.6b": {
        "family": "qwen3",
        "vocab_size": 151_936,
        "hidden_size": 1024,
        "intermediate_size": 3072,
        "num_hidden_layers": 28,
        "num_attention_heads": 16,
        "num_key_value_heads": 8,
        "head_dim": 128,
        "max_position_embeddings": 40_960,
        "rms_norm_eps": 1e-6,
        "rope_theta": 1_000_000.0,
        "tie_word_embeddings": True,
    },
    "llama3-8b": {
        "family": "llama",
        "vocab_size": 128_256,
        "hidden_size": 4096,
        "intermediate_size": 14_336,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
        "head_dim": 128,
        "max_position_embeddings": 8192,
        "rms_norm_eps": 1e-5,
        "rope_theta": 500_000.0,
        "tie_word_embeddings": False,
    },
}


def build_config(name: str, **changes: Any) -> Any:
    """Return the transformers config of a named architecture, with `changes` (for example vocab_size=512).

    Raises ValueError for an unknown name.
    """
    from transformers import LlamaConfig, Qwen3Config

    if name not in SHAPES:
        msg = f"There is no architecture {name!r}; known are {', '.join(SHAPES)}."
        raise ValueError(msg)
    shape = {**SHAPES[name], **changes}
    family = {"llama": LlamaConfig, "qwen3": Qwen3Config}[shape.pop("family")]
    theta = shape.pop("rope_theta")
    return family(**shape, rope_parameters={"rope_type": "default", "rope_theta": theta}, use_cache=True)
