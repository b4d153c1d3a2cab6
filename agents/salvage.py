"""Finds the answer in a reply that is more, or less, than one JSON object."""

from __future__ import annotations

import json
import re
from typing import Any

_THOUGHT = re.compile(r"<(think|thinking|reasoning|analysis)>.*?</\1>", re.DOTALL | re.IGNORECASE)
_FENCE = re.compile(r"```[a-zA-Z]*")
_COMMA = re.compile(r",\s*([}\]])")
_OPENING = re.compile(r"[{\[]")
_STARTS = 64  # places at which an object may begin that are tried

_DECODER = json.JSONDecoder()


class Unreadable(ValueError):
    """Nothing of the reply could be read; the message is one sentence."""


def salvage(text: str) -> Any:
    """Return the JSON value in `text` that looks most like an answer. Raises Unreadable.

    Tried in this order: the last object with "do", the acts of a list or of an object that was cut off, in order.
    Reasoning before the answer, fences, words around it, trailing commas and single quotes are forgiven.
    """
    if not text.strip():
        msg = "The reply is empty."
        raise Unreadable(msg)
    text = _FENCE.sub(" ", _THOUGHT.sub(" ", text))
    # A thought whose beginning was in the prompt, as with some reasoning models: the answer comes after its end.
    text = text.rpartition("</think>")[2]
    for attempt in (text, _COMMA.sub(r"\1", text), text.replace("'", '"') if '"' not in text else ""):
        found = _objects(attempt)
        whole = [value for value in found if isinstance(value, dict) and "do" in value]
        if whole:
            return whole[-1]
        lists = [value for value in found if isinstance(value, list)]
        if lists:
            return lists[-1]
        acts = [value for value in found if isinstance(value, dict)]
        if acts:
            return acts if len(acts) > 1 else acts[0]
    msg = "The reply holds no JSON object."
    raise Unreadable(msg)


def _objects(text: str) -> list[Any]:
    """Return the objects and non-empty lists of objects that stand in the text, none inside another."""
    found: list[Any] = []
    at = 0
    for _ in range(_STARTS):
        opening = _OPENING.search(text, at)
        if opening is None:
            break
        at = opening.start()
        try:
            value, at = _DECODER.raw_decode(text, at)
        except RecursionError:
            break  # deeper than anything that answers; each further try would cost as much
        except ValueError:
            at += 1
            continue
        if isinstance(value, dict) or (value and isinstance(value[0], dict | str)):
            found.append(value)
    return found
