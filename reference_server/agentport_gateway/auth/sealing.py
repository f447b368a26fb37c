"""Upstream credentials sealed for the database, with a key that is not in it."""

from __future__ import annotations

import base64
import hashlib


class Sealer:
    """Seals and opens short secrets (AES in Fernet's envelope)."""

    __slots__ = ("_fernet",)

    def __init__(self, secret_key: str) -> None:
        from cryptography.fernet import Fernet

        # Any passphrase makes a key; a generated one has 256 bits to begin with.
        self._fernet = Fernet(base64.urlsafe_b64encode(hashlib.sha256(secret_key.encode()).digest()))

    def seal(self, secret: str) -> str:
        """The sealed form."""
        return self._fernet.encrypt(secret.encode()).decode("ascii")

    def open(self, sealed: str) -> str:
        """The secret. Raises UnsealError when it was sealed with another key."""
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet.decrypt(sealed.encode("ascii")).decode()
        except InvalidToken:
            raise UnsealError("a stored credential was sealed with another secret key") from None


class UnsealError(Exception):
    """A credential cannot be opened with this instance's key."""
