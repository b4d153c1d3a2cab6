"""Slows down whoever tries passwords: failures are counted in the cache, per person and address."""

from __future__ import annotations

from hashlib import blake2b

from django.core.cache import cache

WINDOW_SECONDS = 15 * 60
# A person at one address, an address trying many people, many addresses trying one person.
LIMITS = {"pair": 8, "address": 40, "person": 80}


def is_blocked(*, username: str, address: str) -> bool:
    """Return whether one of the three counters is used up. The answer says nothing about the account."""
    counts = cache.get_many(list(_keys(username, address)))
    return any(counts.get(key, 0) >= LIMITS[kind] for key, kind in _keys(username, address).items())


def count_failure(*, username: str, address: str) -> None:
    """Count one failed attempt; a counter lives for 15 minutes from its first failure."""
    for key in _keys(username, address):
        cache.add(key, 0, WINDOW_SECONDS)
        try:
            cache.incr(key)
        except ValueError:  # it ran out between the two calls
            cache.add(key, 1, WINDOW_SECONDS)


def forget(*, username: str, address: str) -> None:
    """Forget the failures of a person at an address after a success there."""
    cache.delete(next(iter(_keys(username, address))))


def _keys(username: str, address: str) -> dict[str, str]:
    person = username.strip().lower()
    return {
        _key("pair", person, address): "pair",
        _key("address", address): "address",
        _key("person", person): "person",
    }


def _key(*parts: str) -> str:
    return "sign-in:" + blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()
