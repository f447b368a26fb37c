"""What people typed, and what is wrong with it, in words."""

from __future__ import annotations

import re

_EMAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+")
_SHORTEST_PASSWORD = 8


def email_fault(email: str) -> str | None:
    """Why this cannot be an email address."""
    return None if _EMAIL.fullmatch(email) else "This is not an email address."


def new_password_fault(password: str, *, again: str) -> str | None:
    """Why this password is not taken."""
    if len(password) < _SHORTEST_PASSWORD:
        return f"Use at least {_SHORTEST_PASSWORD} characters."
    return None if password == again else "The two passwords are not the same."
