"""What people typed, and what is wrong with it, in words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError

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


def page_number(text: str) -> int:
    """The page of a list; the first where this is no number of one."""
    return min(max(int(text), 1), 100_000) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def faults_of(error: ValidationError) -> dict[str, str]:
    """What is wrong, by the field it is about; inside a field, with the place."""
    faults: dict[str, list[str]] = {}
    for fault in error.errors(include_url=False, include_input=False, include_context=False):
        name, *place = fault["loc"] or ("",)
        where = ".".join(str(part + 1 if isinstance(part, int) else part) for part in place)
        said = fault["msg"].removeprefix("Value error, ")
        faults.setdefault(str(name), []).append(f"{where}: {said}" if where else said[:1].upper() + said[1:])
    return {name: "; ".join(found[:5]) + "." for name, found in faults.items()}
