"""Tokens of links: 256 random bits that are shown once; what is stored is their SHA-256."""

from __future__ import annotations

import hashlib
import secrets

LONGEST = 64


def new_token() -> tuple[str, str]:
    """Return a token for an address, and what to store of it."""
    token = secrets.token_urlsafe(32)
    return token, stored(token)


def stored(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
