"""Secrets in the database: sealed with a key that the database does not hold.

Encrypt-then-MAC with HMAC-SHA256 alone, because nothing that we depend on brings a cipher: HMAC-SHA256 of nonce and
counter is a pseudo-random function, whose output is added to the text (counter mode, NIST SP 800-38A 6.5); the tag
covers what the secret belongs to, nonce and cipher text (Bellare & Namprempre 2000). The two keys are derived from
SOCIARIUM_FIELD_KEY, or SECRET_KEY where that is not set, as in HKDF (RFC 5869). Nonces are 16 random bytes.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from django.conf import settings

from simapp.engine.core.errors import SociariumError

VERSION = b"\x01"
NONCE, TAG = 16, 32


class SealBroken(SociariumError):
    """A sealed secret that this key does not open, or that belongs to something else."""


def seal(secret: str, belongs_to: str) -> bytes:
    """Return `secret` sealed; only `unseal` with the same `belongs_to` and the same key opens it."""
    nonce, text = secrets.token_bytes(NONCE), secret.encode()
    hidden = _mixed(text, nonce)
    return VERSION + nonce + hidden + _tag(nonce + hidden, belongs_to)


def unseal(sealed: bytes, belongs_to: str) -> str:
    """Return the secret; raises SealBroken."""
    nonce, hidden, tag = sealed[1 : 1 + NONCE], sealed[1 + NONCE : -TAG], sealed[-TAG:]
    whole = len(sealed) > len(VERSION) + NONCE + TAG and sealed[:1] == VERSION
    if not whole or not hmac.compare_digest(tag, _tag(nonce + hidden, belongs_to)):
        raise SealBroken("The stored secret cannot be opened: SOCIARIUM_FIELD_KEY or SECRET_KEY is another one now.")
    return _mixed(hidden, nonce).decode()


def _mixed(text: bytes, nonce: bytes) -> bytes:
    key = _key(b"hide")
    blocks = range(-(-len(text) // 32))
    stream = b"".join(hmac.digest(key, nonce + number.to_bytes(8, "big"), "sha256") for number in blocks)
    return bytes(a ^ b for a, b in zip(text, stream, strict=False))


def _tag(rest: bytes, belongs_to: str) -> bytes:
    # The length first: where one ends and the other begins must not be a matter of reading.
    about = belongs_to.encode()
    return hmac.digest(_key(b"prove"), len(about).to_bytes(8, "big") + about + VERSION + rest, "sha256")


def _key(purpose: bytes) -> bytes:
    given = settings.SOCIARIUM_FIELD_KEY or settings.SECRET_KEY
    base = hmac.digest(b"sociarium sealed field", given.encode(), "sha256")
    return hmac.digest(base, purpose + b"\x01", hashlib.sha256)
