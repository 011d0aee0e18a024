"""Secrets that are shown once and kept as hashes.

All of them are 256 random bits, so one SHA-256 suffices: there is nothing to guess, and looking a digest
up in a dictionary tells nothing by its timing about any secret that exists.
"""

import hashlib
import secrets
from typing import Final

KEY_PREFIX: Final = "sk-salon-"
SESSION_PREFIX: Final = "ss-salon-"
LINK_PREFIX: Final = "in-salon-"
_RANDOM_LENGTH: Final = 43


def new_secret(prefix: str) -> str:
    """Return ``prefix`` and 43 characters that hold 256 random bits."""
    return prefix + secrets.token_urlsafe(32)


def looks_made_here(secret: str) -> bool:
    """Tell whether a secret has the form of a key or session, so that some Salon may have made it."""
    return any(
        secret.startswith(prefix) and len(secret) == len(prefix) + _RANDOM_LENGTH
        for prefix in (KEY_PREFIX, SESSION_PREFIX)
    )


def digest_of(secret: str) -> bytes:
    """Return what is kept of a secret. Never fails, whatever a stranger sends."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def hint_of(secret: str) -> str:
    """Return a secret masked: its prefix and last four characters."""
    return f"{KEY_PREFIX}…{secret[-4:]}"
