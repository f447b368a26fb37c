"""Text that a machine reads and a person does not see: invisible characters, comments, text pushed out of sight."""

from __future__ import annotations

import re
import unicodedata

_MARKUP = re.compile(
    r"<!--|\[//\]:\s*#|\[comment\]:\s*[#<]|<[a-z][^<>]{0,200}(?:display\s*:\s*none|visibility\s*:\s*hidden|"
    r"font-size\s*:\s*0|opacity\s*:\s*0|"
    r"\bhidden\b)[^<>]{0,200}>|<(?:script|style|template|noscript)\b|\x1b\[|\x1b\]",
    re.IGNORECASE,
)
_OUT_OF_SIGHT = re.compile(r"(?:[^\S\n]*\n){10,}[^\S\n]*\S|[^\S\n]{80,}\S|\S\x08|[^\n]\r(?!\n)[^\r\n]")
_ALWAYS = {*range(0x202D, 0x202F), 0x180E, *range(0x2061, 0x2065), *range(0xFFF9, 0xFFFC), *range(0x1D173, 0x1D17B)}
"""Overrides of direction, invisible operators, annotations: never needed in prose."""
_NEEDED_BY = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
"""Scripts from right to left, in which marks and isolates of direction are ordinary."""
_FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f")
_JOINED = re.compile(r"[\u0600-\u0dff\u0f00-\u109f\u1780-\u17ff]")
_VARIANTS = range(0xE0100, 0xE01F0)


def hidden_in(text: str) -> str:
    """What kind of hidden text there is, empty when there is none.

    Joiners between emoji and in scripts that need them, marks of direction in right-to-left text, soft hyphens, one
    byte order mark at the start and flag emoji are ordinary.
    """
    if _MARKUP.search(text):
        return "a comment, markup or control sequence that is not shown"
    if _OUT_OF_SIGHT.search(text):
        return "text that is pushed out of sight"
    if text.isascii():
        return ""
    plain = _FLAG.sub("", text).removeprefix("\ufeff")
    leftward = bool(_NEEDED_BY.search(plain))
    for at, character in enumerate(plain):
        code = ord(character)
        if (
            code in _VARIANTS
            or code in _ALWAYS
            or 0xE0000 <= code <= 0xE007F
            or code in (0x115F, 0x1160, 0x3164, 0xFFA0)
        ):
            return f"an invisible character (U+{code:04X})"
        if unicodedata.category(character) != "Cf" or code == 0xAD:
            continue
        if code in (0x200C, 0x200D) and _joins(plain, at):
            continue
        if leftward and (code in (0x200E, 0x200F, 0x061C, 0x202A, 0x202B, 0x202C) or 0x2066 <= code <= 0x2069):
            continue
        if 0x0600 <= code <= 0x08FF:
            continue
        return f"an invisible character (U+{code:04X})"
    return ""


def _joins(text: str, at: int) -> bool:
    """Whether a joiner stands where writing needs it: in an emoji, or in a script whose letters it shapes."""
    before, after = text[max(0, at - 2) : at], text[at + 1 : at + 2]
    emoji = any(unicodedata.category(character) in ("So", "Sk") for character in before) and bool(after)
    return emoji or bool(_JOINED.search(before[-1:]) and after)
