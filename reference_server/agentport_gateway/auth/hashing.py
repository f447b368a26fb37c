"""Hashes of secrets: a fast one for random keys, argon2 for passwords that people choose."""

from __future__ import annotations

import hashlib

KEY_PREFIX = "ap_"
SIGN_IN_PREFIX = "aps_"
ACCESS_PREFIX = "apo_"
REFRESH_PREFIX = "apr_"
CODE_PREFIX = "apc_"
SHOWN_CHARACTERS = 12


def secret_hash(secret: str) -> str:
    """SHA-256 (hex): enough for 256 random bits, and it hides the secret's text from the look-up's timing."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def password_hash(password: str) -> str:
    """An argon2id hash; takes tens of milliseconds on purpose, so call it off the event loop."""
    from argon2 import PasswordHasher

    return PasswordHasher().hash(password)


def password_fits(password: str, hashed: str) -> bool:
    """Whether the password made this hash; slow on purpose, like `password_hash`."""
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return PasswordHasher().verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False
