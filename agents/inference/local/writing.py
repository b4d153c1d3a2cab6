"""Text that is written token by token under a constraint: one line of plain characters."""

from __future__ import annotations

from typing import Any

import numpy as np

from agents.acts import LONGEST_TEXT
from agents.inference.local.loading import Loaded

# No control characters, nothing private, no line ends, nothing that turns the direction of what follows.
_NEVER = r"\p{Cc}\uE000-\uF8FF\U000F0000-\U0010FFFF\u2028\u2029\u202A-\u202E\u2066-\u2069"
# A line end ends the text, as the end of the reply does; a model may prefer either.
TEXT = rf"[^\s{_NEVER}][^{_NEVER}]*\n?\n?"


class Pen:
    """The constraint on texts for one tokenizer. It is compiled once; every text has a copy of its state."""

    def __init__(self, loaded: Loaded, threads: int = 1) -> None:
        """Prepare the constraint; takes about a second for a vocabulary of 150,000 tokens."""
        from llguidance import LLExecutor, LLMatcher
        from llguidance.hf import from_tokenizer

        self._vocabulary = int(loaded.model.get_input_embeddings().num_embeddings)
        self._stops = loaded.stops
        self._tokenizer = from_tokenizer(
            loaded.tokenizer, n_vocab=self._vocabulary, eos_token=sorted(loaded.stops)
        )
        self._start = LLMatcher(self._tokenizer, LLMatcher.grammar_from_regex(TEXT), log_level=0)
        if self._start.is_error():
            raise ValueError(self._start.get_error())
        self._executor = LLExecutor(num_threads=threads)
        self._bits: Any = None

    def begin(self) -> Any:
        """Return the state of a text that has not begun."""
        return self._start.deep_copy()

    def allowed(self, states: list[Any], device: str) -> Any:
        """Return bool[len(states), vocabulary] on `device`: tokens that may come next."""
        import torch
        from llguidance.numpy import allocate_token_bitmask, fill_next_token_bitmask_par

        mask = allocate_token_bitmask(len(states), self._vocabulary)
        fill_next_token_bitmask_par(self._executor, [(state, i) for i, state in enumerate(states)], mask)
        if self._bits is None:
            number = np.arange(self._vocabulary)
            self._bits = tuple(torch.from_numpy(part).to(device) for part in (number >> 5, number & 31))
        word, bit = self._bits
        words = torch.from_numpy(mask).to(device).long()
        return ((words[:, word] >> bit) & 1).bool()

    def take(self, state: Any, token: int) -> bool:
        """Add a token; return False where it ends the text."""
        if token in self._stops or not state.consume_token(token):
            return False
        return b"\n" not in self._tokenizer.decode_bytes([token])

    def words(self, tokens: list[int]) -> str:
        """Return the text, as long as texts may be; a character that the last token left unfinished is dropped."""
        return str(self._tokenizer.decode_bytes(tokens).decode("utf-8", "ignore"))[:LONGEST_TEXT].strip()
