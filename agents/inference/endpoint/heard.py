"""Takes a server's answer apart. Nothing in it is trusted: not its shape, not its text, not its numbers."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import Any

_THOUGHT = re.compile(r"<(think|thinking|reasoning)>.*?</\1>", re.DOTALL | re.IGNORECASE)
_OPEN_THOUGHT = re.compile(r"<(?:think|thinking|reasoning)>.*\Z", re.DOTALL | re.IGNORECASE)
_LATE_THOUGHT = re.compile(r"\A.*?</(?:think|thinking|reasoning)>", re.DOTALL | re.IGNORECASE)
MOST_TEXT = 20_000
"""Characters of a reply that are kept; what follows is cut."""
SHORTEST_KEY = 4
"""A key of fewer characters is looked for in no text: it would be found everywhere."""
REASONING = ("reasoning_content", "reasoning", "thinking")


class Unreadable(Exception):
    """What the server sent is no chat completion; the text says why in a few words."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A chat completion.

    text: what is to be read, without reasoning. tokens: counts as the server gave them where they are possible, None
    where not. cut: the reply ended at the token limit. reasoned: there was reasoning. logprobs: there were
    log-probabilities with numbers.
    """

    text: str
    tokens_in: int | None
    tokens_out: int | None
    tokens_cached: int
    cut: bool
    reasoned: bool
    logprobs: bool

    def with_text(self, text: str) -> Heard:
        """Return the same with another text."""
        return replace(self, text=text)


def read_json(body: bytes) -> Any:
    """Return the JSON of a body; raises Unreadable."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable("answered with something that is not JSON") from None


def read_completion(body: bytes, *, sent: int, max_tokens: int) -> Heard:
    """Return what a body says; raises Unreadable.

    sent: bytes of the messages, max_tokens: what was asked for: counts far beyond them are not believed.
    """
    held = read_json(body)
    choices = held.get("choices") if isinstance(held, dict) else None
    first = choices[0] if isinstance(choices, list) and choices else None
    message = first.get("message") if isinstance(first, dict) else None
    if not isinstance(first, dict) or not isinstance(message, dict):
        raise Unreadable("answered with JSON that holds no choices[0].message")
    raw = _content(message.get("content"))
    text, thought = without_reasoning(raw)
    usage = held.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    # No tokenizer makes more tokens of a text than it has bytes; templates add a few.
    tokens_in = _count(usage.get("prompt_tokens"), 1, sent + 4096)
    # Hidden reasoning counts as well and may exceed what was asked for, but not without bound.
    tokens_out = _count(usage.get("completion_tokens"), 1 if raw else 0, len(body) + 100 * max_tokens)
    details = usage.get("prompt_tokens_details")
    cached = _count(details.get("cached_tokens"), 0, tokens_in or 0) if isinstance(details, dict) else None
    return Heard(
        text=clean(text)[:MOST_TEXT],
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        tokens_cached=cached or 0,
        cut=first.get("finish_reason") == "length",
        reasoned=thought or any(isinstance(message.get(name), str) and message[name] for name in REASONING),
        logprobs=_has_logprobs(first.get("logprobs")),
    )


def without_reasoning(text: str) -> tuple[str, bool]:
    """Return a text without its reasoning blocks, closed or not, and whether there were any."""
    rest = _THOUGHT.sub("", text)
    # Templates that open the block in the prompt leave only its end in the reply.
    rest = _OPEN_THOUGHT.sub("", _LATE_THOUGHT.sub("", rest))
    return rest.strip(), rest != text


def clean(text: str) -> str:
    """Return a text without what no database and no page takes: NUL, and halves of characters."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")


def without_key(text: str, key: str) -> str:
    """Return a text in which the key, wherever a server repeats it, is replaced."""
    return text.replace(key, "[key]") if len(key) >= SHORTEST_KEY else text


def shown(text: str, most: int = 160) -> str:
    """Return a server's words as one printable line of at most `most` characters."""
    line = " ".join("".join(c if c.isprintable() else " " for c in clean(text[: 4 * most])).split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def _content(content: Any) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list):  # parts, as some servers send them
        parts = (part.get("text") for part in content if isinstance(part, dict))
        return "".join(part for part in parts if isinstance(part, str))
    return ""


def _count(value: Any, least: int, most: int) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        return None
    return value


def _has_logprobs(held: Any) -> bool:
    tokens = held.get("content") if isinstance(held, dict) else None
    first = tokens[0] if isinstance(tokens, list) and tokens else None
    number = first.get("logprob") if isinstance(first, dict) else None
    return isinstance(number, int | float) and not isinstance(number, bool) and number <= 0
