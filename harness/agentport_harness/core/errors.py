"""Errors for people: what went wrong, where, what was expected, and what to do next."""

from __future__ import annotations


class HarnessError(Exception):
    """A fault with a stable slug, a place and a hint; every subclass fixes the exit code it leads to.

    ``slug`` is greppable and documented, ``at`` is ``file:line`` or a JSON path, ``hint`` says what to do next.
    """

    exit_code = 4

    def __init__(self, slug: str, message: str, *, at: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.slug = slug
        self.message = message
        self.at = at
        self.hint = hint

    def __str__(self) -> str:
        text = f"{self.at}: {self.message}" if self.at else self.message
        return f"{text}\n  hint: {self.hint}" if self.hint else text


class InputError(HarnessError):
    """What the user gave cannot be used: a malformed file, an unknown id, an option out of range."""

    exit_code = 2


class UnreachableError(HarnessError):
    """A gateway or client could not be reached, refused the credential, or does not speak the protocol."""

    exit_code = 3
