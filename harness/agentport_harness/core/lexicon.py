"""The words of many patterns, looked for in a text all at once: each word of the text is asked about once in a process.

Texts repeat their words, and those of one language repeat each other's; asking for two thousand pieces one after the
other would cost as much for every text anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

_LONGEST = 40
"""Characters of a text's word that is remembered; a longer one is nobody's word, and no other text has it."""
_MOST = 2**15
_LONGEST_TEXT = 20_000
"""Characters of a text of which it is remembered what was found: several patterns are asked for it in a row."""


class Lexicon:
    """Pieces to look for, none with white space in it, and what is known of the words of texts."""

    def __init__(self) -> None:
        self._pieces: set[str] = set()
        self._signs: frozenset[str] = frozenset()
        self._lengths: dict[str, tuple[int, ...]] = {}
        self._dull: set[str] = set()
        self._telling: dict[str, tuple[str, ...]] = {}
        self._recently_found = lru_cache(maxsize=256)(self._found)

    def add(self, pieces: Iterable[str]) -> None:
        """Look for these, too."""
        fresh = set(pieces) - self._pieces
        if fresh:
            self._pieces |= fresh
            self._signs = frozenset(piece for piece in self._pieces if len(piece) == 1)
            lengths: dict[str, set[int]] = defaultdict(set)
            for piece in self._pieces - self._signs:
                lengths[piece[:2]].add(len(piece))
            self._lengths = {start: tuple(found) for start, found in lengths.items()}
            self._forget()

    def found(self, text: str) -> frozenset[str]:
        """The pieces that stand in the text."""
        return self._recently_found(text) if len(text) <= _LONGEST_TEXT else self._found(text)

    def _forget(self) -> None:
        self._dull.clear()
        self._telling.clear()
        self._recently_found.cache_clear()

    def _found(self, text: str) -> frozenset[str]:
        found: set[str] = set()
        for word in set(text.split()).difference(self._dull):
            found.update(self._telling.get(word) or self._learned(word))
        return frozenset(found)

    def _learned(self, word: str) -> tuple[str, ...]:
        """The pieces that a word holds."""
        parts = {
            word[at : at + length] for at in range(len(word) - 1) for length in self._lengths.get(word[at : at + 2], ())
        }
        held = (*(parts & self._pieces), *self._signs.intersection(word))
        if len(word) > _LONGEST:
            return held
        if len(self._dull) + len(self._telling) >= _MOST:
            self._forget()
        if held:
            self._telling[word] = held
        else:
            self._dull.add(word)
        return held


LEXICON = Lexicon()
"""The one for every pattern that is searched for in what people and agents write."""
