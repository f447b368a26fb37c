"""Other readings of a text: as an eye reads it, and with its line breaks gone."""

from __future__ import annotations

import re
import unicodedata

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""What is invisible in ASCII."""
_INVISIBLE = frozenset({"Cf", "Mn", "Me", "Cc", "Co", "Cn"})


def invisible(character: str) -> bool:
    """Whether a character shows nothing of its own: joiners, marks, controls; not white space."""
    return character not in "\n\r\t" and unicodedata.category(character) in _INVISIBLE


class _Visible(dict[int, int | None]):
    """A translation table that takes invisible characters out; it learns each character once."""

    def __missing__(self, code: int) -> int | None:
        seen = self[code] = None if invisible(chr(code)) else code
        return seen


_VISIBLE = _Visible()


def as_the_eye_reads(text: str) -> str:
    """Compatibility forms folded, nothing invisible in it."""
    if text.isascii():
        return text.translate(_VISIBLE) if _CONTROL.search(text) else text
    return unicodedata.normalize("NFKC", text).translate(_VISIBLE)


def without_breaks(text: str) -> str:
    """As the eye reads it, with no white space at all: what a wrapped URL reads like."""
    return "".join(as_the_eye_reads(text).split())
