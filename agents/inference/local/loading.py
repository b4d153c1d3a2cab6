"""A model folder, its name and the model in it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from agents.asking import ModelAway

_WHOLE = (
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "chat_template.jinja",
    "special_tokens_map.json",
    "model.safetensors.index.json",
)
_BLOCK, _BLOCKS = 1 << 16, 64


def model_name(folder: Path) -> str:
    """Return what replies of the model in `folder` are filed under: its folder's name, @, and 12 hex digits.

    The digits are a SHA-256 of config, tokenizer and weights index, and of evenly spaced blocks of the weights, so
    that two trainings of one architecture differ and 16 GB are named in a moment. Nothing is loaded.
    Raises ModelAway where `folder` holds no transformers model with safetensors weights.
    """
    folder = Path(folder)
    try:
        weights = sorted(folder.glob("*.safetensors"))
        if not (folder / "config.json").is_file() or not weights:
            msg = (
                f"There is no language model in {folder}: config.json and *.safetensors are expected there."
                if folder.is_dir()
                else f"The folder of the language model is missing: {folder}."
            )
            raise ModelAway(msg)
        digest = hashlib.sha256()
        for name in _WHOLE:
            path = folder / name
            if path.is_file():
                digest.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
        for path in weights:
            size = path.stat().st_size
            digest.update(f"{path.name}\0{size}\0".encode())
            with path.open("rb") as file:
                for i in range(_BLOCKS):
                    file.seek(max(size - _BLOCK, 0) * i // (_BLOCKS - 1))
                    digest.update(file.read(_BLOCK))
    except OSError as problem:
        msg = f"The language model in {folder} cannot be read: {problem.strerror or problem}."
        raise ModelAway(msg) from problem
    return f"{folder.resolve().name}@{digest.hexdigest()[:12]}"


@dataclass
class Loaded:
    """A model that is ready: weights, tokenizer, where they are and how they compute."""

    model: Any
    tokenizer: Any
    device: str
    dtype: str
    name: str

    @cached_property
    def stops(self) -> frozenset[int]:
        """Ids of the tokens that end a reply."""
        told: list[int] = []
        for source in (getattr(self.model, "generation_config", None), self.model.config):
            value = getattr(source, "eos_token_id", None)
            told += value if isinstance(value, list) else [] if value is None else [value]
        own = self.tokenizer.eos_token_id
        return frozenset(told + ([] if own is None else [own]))

    @cached_property
    def longest(self) -> int:
        """The most tokens that the model reads and writes together; layers with a window end with the window."""
        config = self.model.config
        window = getattr(config, "sliding_window", None)
        kinds = getattr(config, "layer_types", None) or ["sliding_attention"]
        windows = [int(window)] if window and "sliding_attention" in kinds else []
        return (
            min(int(config.max_position_embeddings), *windows)
            if windows
            else int(config.max_position_embeddings)
        )

    @cached_property
    def bytes_per_token(self) -> int:
        """Bytes of keys and values that one token occupies: 2 x layers x key heads x head size x bytes per number."""
        config = self.model.config
        heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
        size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
        return 2 * int(config.num_hidden_layers) * int(heads) * int(size) * self.number_bytes

    @property
    def number_bytes(self) -> int:
        """Bytes per number."""
        return 4 if self.dtype == "float32" else 2


def choose_dtype(device: str, flags: str | None = None) -> str:
    """Return "bfloat16" where the device multiplies it natively, else "float32".

    On a CPU that is AMX or AVX512-BF16; `flags`: processor flags, read from the system if None.
    """
    if device.startswith("cuda"):
        import torch

        return "bfloat16" if torch.cuda.get_device_capability(device) >= (8, 0) else "float32"
    if flags is None:
        info = Path("/proc/cpuinfo")
        lines = info.read_text().splitlines() if info.exists() else []
        flags = next((line for line in lines if line.startswith("flags")), "")
    return "bfloat16" if {"amx_bf16", "avx512_bf16"} & set(flags.split()) else "float32"


def load(folder: Path, device: str = "cpu", dtype: str | None = None) -> Loaded:
    """Load the model in `folder` onto `device` ("cpu", "cuda", "cuda:1"); raise ModelAway with a sentence.

    Nothing is fetched, no code from the folder is run, and only safetensors are read: a model folder is data.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging

    folder = Path(folder)
    name = model_name(folder)
    check_device(device)
    dtype = dtype or choose_dtype(device)
    before = logging.get_verbosity()
    logging.set_verbosity_error()
    logging.disable_progress_bar()  # a worker's log is no terminal
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model = AutoModelForCausalLM.from_pretrained(
            folder,
            dtype=getattr(torch, dtype),
            local_files_only=True,
            use_safetensors=True,
            attn_implementation="sdpa",
        )
        model = model.to(device).eval()
    except torch.OutOfMemoryError as problem:
        msg = f"The language model in {folder} does not fit the memory of {device}."
        raise ModelAway(msg) from problem
    except Exception as problem:  # the folder comes from outside, and each library has errors of its own
        first = (str(problem).strip() or type(problem).__name__).splitlines()[0]
        msg = f"The language model in {folder} cannot be loaded: {first}"
        raise ModelAway(msg) from problem
    finally:
        logging.set_verbosity(before)
    return checked(Loaded(model, tokenizer, device, dtype, name))


def check_device(device: str) -> None:
    """Raise ModelAway for a device that is not there."""
    import torch

    if device != "cpu" and not (device.startswith("cuda") and torch.cuda.is_available()):
        msg = f"The device {device!r} is not on this machine: torch {torch.__version__} sees the CPU alone."
        raise ModelAway(msg)


def checked(loaded: Loaded) -> Loaded:
    """Return `loaded`; raise ModelAway where the local tier cannot use it."""
    config, tokenizer = loaded.model.config, loaded.tokenizer
    if not tokenizer.chat_template:
        msg = f"The tokenizer of {loaded.name} has no chat template; an instruction-tuned model is needed."
        raise ModelAway(msg)
    if not tokenizer.is_fast:
        msg = (
            f"The tokenizer of {loaded.name} has no tokenizer.json, which the constraint on its output needs."
        )
        raise ModelAway(msg)
    if len(tokenizer) > loaded.model.get_input_embeddings().num_embeddings:
        msg = f"The tokenizer of {loaded.name} knows more tokens than its model; they do not belong together."
        raise ModelAway(msg)
    other = set(getattr(config, "layer_types", None) or []) - {"full_attention", "sliding_attention"}
    if other:
        # A running state takes padded places for text.
        named = ", ".join(sorted(other))
        msg = f"{loaded.name} has layers of the kind {named}; decisions can be packed for attention layers only."
        raise ModelAway(msg)
    return loaded
