"""Recorded text made harmless to look at: control, bidirectional and invisible characters become visible."""

from __future__ import annotations

import unicodedata

_READ_PER_SHOWN = 8
"""Characters that are read for each one that is shown: white space may take up most of a text."""
_HIDDEN = {"Cf", "Cc", "Cs", "Co", "Cn", "Zl", "Zp"}


def visible(text: str, *, keep: str = "") -> str:
    """``text`` with every character that could hide or reorder something written as its code (``\\u202e``).

    ``keep`` are characters to leave alone, such as a newline.
    """
    return "".join(
        character if character in keep or unicodedata.category(character) not in _HIDDEN else _code(character)
        for character in text
    )


def one_line(text: str, width: int) -> str:
    """`visible` on one line, cut to ``width`` characters; however long the text, only its beginning is read."""
    begun = text.lstrip()
    head = begun[: _READ_PER_SHOWN * width]
    flat = visible(" ".join(head.split()))
    return flat if len(flat) <= width and len(head) == len(begun) else f"{flat[: width - 1]}\u2026"


def _code(character: str) -> str:
    number = ord(character)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
