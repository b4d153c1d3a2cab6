"""What an endpoint is: an address, a model, limits and prices. Its key is never part of it."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from simapp.engine.core.errors import WrongInput

MOST_CONCURRENCY = 1024
MOST_TIMEOUT = 3600.0
MOST_PER_MINUTE = 10**9
MOST_PRICE = 1e6
MOST_WEIGHT = 1e6
LONGEST_KEY = 500


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One model behind one server.

    base_url: http or https, up to and with the version ("http://127.0.0.1:8000/v1"). weight: share of the questions,
    relative to the other endpoints' (> 0). concurrency: requests at once. requests_per_minute, tokens_per_minute:
    what any 60 seconds may hold, 0 = no limit. timeout: seconds for one request, all in all. Limits hold for each
    worker process. price_in, price_out, price_cached: money per million tokens, price_cached None = price_in.
    features: what a probe found (probe.FEATURES); only what was found is used.
    """

    name: str
    base_url: str
    model: str
    weight: float = 1.0
    concurrency: int = 8
    requests_per_minute: int = 0
    tokens_per_minute: int = 0
    timeout: float = 60.0
    price_in: float = 0.0
    price_out: float = 0.0
    price_cached: float | None = None
    features: frozenset[str] = frozenset()

    def cost(self, tokens_in: int, tokens_out: int, tokens_cached: int = 0) -> float:
        """Return the price of a request; `tokens_cached` of `tokens_in` came from the server's prefix cache."""
        cached = self.price_in if self.price_cached is None else self.price_cached
        fresh = tokens_in - tokens_cached
        return (fresh * self.price_in + tokens_cached * cached + tokens_out * self.price_out) / 1e6


def check_endpoint(endpoint: Endpoint) -> None:
    """Raise WrongInput, one sentence that begins with the field's name, where an endpoint cannot be one."""
    check_base_url(endpoint.base_url)
    check_words("name", endpoint.name, 80)
    if "," in endpoint.name:
        raise WrongInput("name holds a comma; it must not, because scenarios name several endpoints with commas.")
    check_words("model", endpoint.model, 200)
    check_number("weight", endpoint.weight, 1e-6, MOST_WEIGHT)
    check_whole("concurrency", endpoint.concurrency, 1, MOST_CONCURRENCY)
    check_whole("requests_per_minute", endpoint.requests_per_minute, 0, MOST_PER_MINUTE)
    check_whole("tokens_per_minute", endpoint.tokens_per_minute, 0, MOST_PER_MINUTE)
    check_number("timeout", endpoint.timeout, 0.01, MOST_TIMEOUT)
    check_number("price_in", endpoint.price_in, 0.0, MOST_PRICE)
    check_number("price_out", endpoint.price_out, 0.0, MOST_PRICE)
    if endpoint.price_cached is not None:
        check_number("price_cached", endpoint.price_cached, 0.0, MOST_PRICE)


def check_base_url(text: str) -> None:
    """Raise WrongInput unless `text` is an http(s) address with a host and nothing secret in it."""
    shape = "it must be http:// or https:// with a host and a path, such as http://127.0.0.1:8000/v1."
    if not text or len(text) > 500 or any(c.isspace() or unicodedata.category(c)[0] == "C" for c in text):
        msg = f"base_url is {text[:80]!r}; {shape}"
        raise WrongInput(msg)
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
        (host or "").encode("idna")
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if parts.scheme not in {"http", "https"} or not host or port == 0:
        # Not repeated: what cannot be taken apart may hold a password.
        msg = f"base_url cannot be read; {shape}"
        raise WrongInput(msg)
    if parts.username is not None or parts.password is not None:
        raise WrongInput("base_url holds a user name or password; a key goes into its own field.")
    if parts.query or parts.fragment or "?" in text or "#" in text:
        raise WrongInput("base_url ends in a query or a fragment; it must end with the path, such as /v1.")


def check_key(key: str) -> None:
    """Raise WrongInput unless `key` can be sent as a bearer token; the sentence never holds it."""
    if not key or len(key) > LONGEST_KEY or not all("!" <= c <= "~" for c in key):
        msg = f"key must be 1 to {LONGEST_KEY} printable ASCII characters without spaces."
        raise WrongInput(msg)


def check_words(field: str, text: str, most: int) -> None:
    """Raise WrongInput unless `text` has 1 to `most` characters, none of them a control character."""
    if not text.strip() or len(text) > most:
        msg = f"{field} has {len(text)} characters; it must have 1 to {most}."
        raise WrongInput(msg)
    if any(unicodedata.category(c) in {"Cc", "Cf", "Cs"} for c in text):
        msg = f"{field} holds a control character; it must be plain text."
        raise WrongInput(msg)


def check_whole(field: str, value: Any, least: int, most: int) -> None:
    """Raise WrongInput unless `value` is a whole number from `least` to `most`."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        msg = f"{field} is {value!r}; it must be a whole number from {least} to {most}."
        raise WrongInput(msg)


def check_number(field: str, value: Any, least: float, most: float) -> None:
    """Raise WrongInput unless `value` is a number from `least` to `most`."""
    right = isinstance(value, int | float) and not isinstance(value, bool)
    if not right or not math.isfinite(value) or not least <= value <= most:
        msg = f"{field} is {value!r}; it must be a number from {least:g} to {most:g}."
        raise WrongInput(msg)
