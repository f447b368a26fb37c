"""The secret that a browser holds: its cookie, and the token that its forms carry."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from agentport_gateway.settings import Settings

_SECRET_CHARACTERS = 43


@dataclass(frozen=True, slots=True, kw_only=True)
class CookieKind:
    """What the cookie is called and whether it travels by TLS only."""

    name: str
    secure: bool

    def header(self, secret: str, *, seconds: int) -> str:
        """The `Set-Cookie` that gives a browser its secret; 0 seconds takes it back."""
        secure = "; Secure" if self.secure else ""
        return f"{self.name}={secret}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"


def cookie_kind(settings: Settings) -> CookieKind:
    """The cookie of this gateway.

    With TLS no other host and no plain connection can set it (`__Host-`). Ports share cookies, so on a developer's
    machine the name says which gateway it belongs to.
    """
    base = urlsplit(settings.base_url)
    if base.scheme == "https":
        return CookieKind(name="__Host-agentport", secure=True)
    return CookieKind(name=f"agentport_{base.port or 80}", secure=False)


def well_formed(secret: str) -> bool:
    """Whether this could be a secret of ours."""
    return len(secret) == _SECRET_CHARACTERS and secret.isascii() and secret.replace("-", "").replace("_", "").isalnum()


def form_token(secret: str) -> str:
    """What the forms of this browser carry. It follows from the secret and does not give it away."""
    return hmac.new(secret.encode(), b"agentport form", hashlib.sha256).hexdigest()


def token_fits(secret: str, token: str) -> bool:
    """Whether a form was made for the browser that sends it."""
    return secrets.compare_digest(form_token(secret).encode(), token.encode("utf-8", "replace"))
