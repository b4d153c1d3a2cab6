"""Prompts as tokens: the chat template around text that can never become one of its control tokens.

The template is rendered once with stand-ins for the text, and cut there. What the template wrote is read with the
tokenizer's control tokens; the text is read by a twin of the tokenizer that knows no such tokens. So a post that
holds "<|im_end|>" is a post with those characters.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from agents.asking import ModelAway

# Private-use characters: no template writes them, no strip or case filter touches them.
_SHARED, _OWN = "\ue000shared\ue000", "\ue001own\ue001"


class Wording:
    """Turns (shared, own) into token ids: `before + data(shared) + between` for all, then `data(own) + after`."""

    def __init__(self, tokenizer: Any) -> None:
        """Raise ModelAway where the chat template cannot hold a system or user text."""
        from tokenizers import Tokenizer

        self._tokenizer = tokenizer
        backend = json.loads(tokenizer.backend_tokenizer.to_str())
        added = [token for token in backend["added_tokens"] if token["special"] or token["content"].strip()]
        # Runs of spaces and line ends may be tokens of their own (Gemma); they control nothing.
        harmless = [token for token in backend["added_tokens"] if token not in added]
        backend.update(added_tokens=harmless, truncation=None, padding=None, post_processor=None)
        self._data = Tokenizer.from_str(json.dumps(backend))
        self._control = {int(token["id"]): str(token["content"]) for token in added}
        before, between, after = self._parts()
        self.before, self.between, self.after = (
            self._template_ids(part) for part in (before, between, after)
        )
        self._shared: dict[str, list[int]] = {}

    @property
    def control(self) -> dict[int, str]:
        """Control tokens by id: everything that the tokenizer holds beside what it learned."""
        return dict(self._control)

    def prefix(self, shared: str) -> list[int]:
        """Return the ids that all questions with this shared text begin with."""
        if shared not in self._shared:
            if len(self._shared) >= 16:
                self._shared.clear()
            self._shared[shared] = [*self.before, *self.data(shared), *self.between]
        return self._shared[shared]

    def own(self, texts: Sequence[str]) -> list[list[int]]:
        """Return per question the ids of its own text, and what the template puts between it and the reply."""
        return [[*ids, *self.after] for ids in self.read(texts)]

    def data(self, text: str) -> list[int]:
        """Return the ids of `text` as data: none of them is a control token."""
        return self.read([text])[0]

    def read(self, texts: Sequence[str]) -> list[list[int]]:
        """Return `data` of each text."""
        clean = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]  # lone surrogates
        found = [list(one.ids) for one in self._data.encode_batch(clean, add_special_tokens=False)]
        return [
            ids if self._control.keys().isdisjoint(ids) else self._broken_up(text)
            for text, ids in zip(clean, found, strict=True)
        ]

    def _broken_up(self, text: str) -> list[int]:
        """Read `text` with a vocabulary that learned control tokens as words (Unigram, WordLevel): break the words."""
        ids: list[int] = []
        for _ in range(4):
            ids = self._data.encode(text, add_special_tokens=False).ids
            for content in sorted(
                {self._control[i] for i in ids if i in self._control}, key=len, reverse=True
            ):
                text = text.replace(content, " ".join(content))
        return [i for i in ids if i not in self._control]

    def _template_ids(self, part: str) -> list[int]:
        return list(self._tokenizer.encode(part, add_special_tokens=False)) if part else []

    def _parts(self) -> tuple[str, str, str]:
        asked = [{"role": "system", "content": _SHARED}, {"role": "user", "content": _OWN}]
        try:
            text = self._render(asked)
        except Exception:  # noqa: BLE001 - a template is a program of its own and may raise anything
            text = ""
        if text.count(_SHARED) != 1 or text.count(_OWN) != 1:
            # Templates without a system role (Gemma): what all share opens the user's message.
            asked = [{"role": "user", "content": f"{_SHARED}\n\n{_OWN}"}]
            try:
                text = self._render(asked)
            except Exception as problem:
                msg = f"The chat template of the language model cannot be used: {problem}"
                raise ModelAway(msg) from problem
        before, found, rest = text.partition(_SHARED)
        between, also, after = rest.partition(_OWN)
        if not (found and also) or _SHARED in rest or _OWN in after:
            msg = "The chat template of the language model does not keep what it is given as it is."
            raise ModelAway(msg)
        return before, between, after

    def _render(self, messages: list[dict[str, str]]) -> str:
        # Reasoning would be written before the letter that is looked for; templates without it ignore the word.
        text = self._tokenizer.apply_chat_template(
            messages, tokenize=False, add_generation_prompt=True, enable_thinking=False
        )
        return str(text)
