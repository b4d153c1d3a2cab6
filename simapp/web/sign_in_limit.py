"""Slows down whoever tries passwords: failures are counted per person and address, for all processes together."""

from __future__ import annotations

from simapp.runs import limits

WINDOW_SECONDS = 15 * 60
# A person at one address, an address trying many people, many addresses trying one person.
LIMITS = {"pair": 8, "address": 40, "person": 80}


def is_blocked(*, username: str, address: str) -> bool:
    """Return whether one of the three counters is used up. The answer says nothing about the account."""
    keys = _keys(username, address)
    held = limits.counts(keys)
    return any(held.get(key, 0) >= LIMITS[kind] for key, kind in keys.items())


def count_failure(*, username: str, address: str) -> bool:
    """Count one failed attempt, for 15 minutes from the first; return whether it was the last that is let in."""
    held = {kind: limits.count(key, WINDOW_SECONDS) for key, kind in _keys(username, address).items()}
    return any(held[kind] == LIMITS[kind] for kind in held)


def forget(*, username: str, address: str) -> None:
    """Forget the failures of a person at an address after a success there."""
    limits.forget(next(iter(_keys(username, address))))


def _keys(username: str, address: str) -> dict[str, str]:
    person = username.strip().lower()
    return {
        limits.key_of("sign-in", "pair", person, address): "pair",
        limits.key_of("sign-in", "address", address): "address",
        limits.key_of("sign-in", "person", person): "person",
    }
