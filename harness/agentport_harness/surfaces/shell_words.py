"""A shell text as simple commands: its words without quotes, cut where the shell would start another command."""

from __future__ import annotations

import re
from collections.abc import Iterator

_PIECE = re.compile(
    r"(?P<gap>(?:[ \t\r]|\\\n)++)"
    r"|(?P<stream>[0-9]*+>>?&[0-9]*+|&>>?)"  # `2>&1` is one word, and `&>` begins one
    r"|(?P<stop>[;&|()`\n]++)"
    r"|(?P<word>(?:[^ \t\r\n;&|()`\\'\"$]++|\$'(?:[^'\\]++|\\.)*+'|\$|\\.|'[^']*+'|\"(?:[^\"\\]++|\\.)*+\")++)",
    re.DOTALL,
)
_QUOTED = re.compile(r"\$'((?:[^'\\]++|\\.)*+)'|'([^']*+)'|\"((?:[^\"\\]++|\\.)*+)\"|\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


def simple_commands(text: str) -> Iterator[list[str]]:
    """The words of each simple command, in order; of a text with an unclosed quote, what stands before the quote."""
    words: list[str] = []
    at, glued = 0, False
    while found := _PIECE.match(text, at):
        at = found.end()
        kind, piece = found.lastgroup, found.group()
        if kind == "stop":
            yield words
            words = []
        elif kind in {"stream", "word"}:
            word = unquoted(piece)
            if glued and words:
                words[-1] += word
            else:
                words.append(word)
        glued = kind == "stream" and piece.startswith("&")
    yield words


def unquoted(word: str) -> str:
    """A word as the command gets it: quotes and escapes undone."""
    return _QUOTED.sub(_bare, word)


def _bare(found: re.Match[str]) -> str:
    written, literal, spoken, escaped = found.groups()
    if written is not None:
        return re.sub(r"\\(.)", lambda each: _ESCAPES.get(each[1], each[1]), written, flags=re.DOTALL)
    if literal is not None:
        return str(literal)
    if spoken is not None:
        return re.sub(r"\\(?:([\"\\$`])|\n)", lambda each: each[1] or "", spoken)
    return "" if escaped == "\n" else str(escaped)
