"""The one-time code that shows that a new instance's first user started it."""

from __future__ import annotations

import secrets

_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
_GROUPS, _GROUP = 4, 4


def new_setup_code() -> str:
    """A code to read off a terminal: no letter looks like another; 78 random bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))


def code_fits(expected: str, given: str) -> bool:
    """Whether this is the code, however it was typed; never when there is none."""
    plain = _plain(expected)
    return bool(plain) and secrets.compare_digest(plain.encode(), _plain(given).encode("utf-8", "replace"))


def _plain(code: str) -> str:
    return "".join(code.split()).replace("-", "").upper()
