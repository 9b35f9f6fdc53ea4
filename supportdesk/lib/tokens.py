"""Secrets that are given away once and stored as a hash."""

import hashlib
import secrets


def mint() -> str:
    """Return a new secret: 256 random bits, 43 characters that fit in a URL."""
    return secrets.token_urlsafe(32)


def hashed(token: str) -> bytes:
    """Return what is stored. A plain hash is enough: the token has full entropy."""
    return hashlib.sha256(token.encode()).digest()
