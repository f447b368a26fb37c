"""Text made safe to look at: what hides, reorders or pushes other text out of sight is told apart from the rest."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_CATEGORIES = frozenset({"Cf", "Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
# They draw nothing, or choose among glyphs, and are no control characters by category.
_BLANK = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufe00-\ufe0d\U000e0100-\U000e01ef"
# What plain text consists of, passed over quickly; everything else is looked up.
_UNUSUAL = re.compile(rf"[^\n\t -~\u00a1-\u00ac\u00ae-\u02af]+|[^\S\n]{{24,}}|\n{{6,}}|[{_BLANK}]")
_ALWAYS = re.compile(f"[{_BLANK}]")
_NAMES = {
    "\u00ad": "soft hyphen",
    "\u061c": "Arabic letter mark",
    "\u200b": "zero-width space",
    "\u200c": "zero-width non-joiner",
    "\u200d": "zero-width joiner",
    "\u200e": "left-to-right mark",
    "\u200f": "right-to-left mark",
    "\u202a": "left-to-right embedding",
    "\u202b": "right-to-left embedding",
    "\u202c": "pop directional formatting",
    "\u202d": "left-to-right override",
    "\u202e": "right-to-left override",
    "\u2066": "left-to-right isolate",
    "\u2067": "right-to-left isolate",
    "\u2068": "first strong isolate",
    "\u2069": "pop directional isolate",
    "\ufeff": "byte order mark",
}


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The text in order, each piece with whether it stands for something that would not be seen.

    Such a piece is written out: `U+202E right-to-left override`, `40 blanks`, `7 line breaks`.
    """
    position = 0
    for found in _UNUSUAL.finditer(text):
        if found.start() > position:
            yield text[position : found.start()], False
        yield from _looked_up(found.group())
        position = found.end()
    if position < len(text):
        yield text[position:], False


def marked(text: str) -> str:
    """The text with such pieces in brackets, for places where nothing but characters can stand."""
    return "".join(f"⟦{piece}⟧" if hidden else piece for piece, hidden in pieces(text))


def hides(character: str) -> bool:
    """Whether this character would not be seen, or would change how others are."""
    return unicodedata.category(character) in _CATEGORIES or _ALWAYS.match(character) is not None


def _looked_up(run: str) -> Iterator[tuple[str, bool]]:
    if run.startswith("\n"):
        yield f"{len(run)} line breaks", True
        yield "\n", False
        return
    if len(run) >= 24 and run.isspace() and not any(hides(character) for character in set(run) - {"\t"}):
        yield f"{len(run)} blanks", True
        return
    seen: list[str] = []
    repeated, times = "", 0
    for character in run:
        if character == repeated:
            times += 1
            continue
        if repeated:
            yield _code(repeated, times), True
            repeated = ""
        if not hides(character) or character in "\n\t":
            seen.append(character)
            continue
        if seen:
            yield "".join(seen), False
            seen = []
        repeated, times = character, 1
    if repeated:
        yield _code(repeated, times), True
    if seen:
        yield "".join(seen), False


def _code(character: str, times: int) -> str:
    name = _NAMES.get(character)
    code = f"U+{ord(character):04X}" + (f" {name}" if name else "")
    return code if times == 1 else f"{code} ×{times}"
