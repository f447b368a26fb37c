"""Patterns of many words, searched for quickly where none of the words is there.

A pattern such as ``\\bfail(?:ed|s)?\\b|gescheitert`` can match only where ``fail`` or ``gescheitert`` stands. Asking
for these words first costs a small part of what the search costs, and most texts hold none.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from re import _constants as ops  # type: ignore[attr-defined]  # how the library itself reads a pattern
from re import _parser  # type: ignore[attr-defined]
from typing import Any, TypeAlias

from agentport_harness.core.lexicon import LEXICON

_MOST_WORDS = 600
_MOST_FORMS = 64
_FEW = 8
"""Words that are asked for one after the other; of more of them, every piece without a space is known to a lexicon."""
_Words: TypeAlias = "frozenset[str] | None"


class Pattern:
    """A compiled pattern that knows words of which every match holds one; ``words`` is empty when it has none."""

    def __init__(self, pattern: str, flags: int = 0, *, few: int = _FEW) -> None:
        self._compiled = re.compile(pattern, flags)
        self.folds = bool(self._compiled.flags & re.IGNORECASE)
        found = _required(_parser.parse(pattern, flags)) or frozenset()
        folded = {word.casefold() for word in found} if self.folds else found
        self.words = _shortest(folded) if len(folded) <= _MOST_WORDS and all(map(_tells, folded)) else ()
        self._plain_words = tuple(word for word in self.words if word.isascii())
        self._by_piece: dict[str, list[str]] = defaultdict(list)
        for word in self.words if len(self.words) > few else ():
            self._by_piece[max(word.split() or [""], key=len)].append(word)
        if not all(map(_tells, self._by_piece)):
            self._by_piece.clear()
        self.pieces = frozenset(self._by_piece)
        LEXICON.add(self.pieces)

    def search(self, text: str) -> re.Match[str] | None:
        """As `re.Pattern.search`."""
        return self._compiled.search(text) if self.may_match(text) else None

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """As `re.Pattern.finditer`."""
        return self._compiled.finditer(text) if self.may_match(text) else iter(())

    def held(self, text: str) -> Sequence[str]:
        """The words that the text holds, for patterns made without flags; empty where it cannot match."""
        pieces = LEXICON.found(text) & self.pieces if self.pieces else ()
        words = [word for piece in pieces for word in self._by_piece[piece]] if self.pieces else self.words
        return [word for word in words if word in text]

    def may_match(self, text: str) -> bool:
        """Whether the text holds any of the words."""
        if not self.words:
            return True
        plain = text.isascii()
        if self.folds:
            if not plain and "\u0130" in text:  # the one letter that folds to more than it matches
                return True
            text = text.casefold()
        if self._by_piece:
            for piece in LEXICON.found(text) & self.pieces:
                for word in self._by_piece[piece]:
                    if word in text:
                        return True
            return False
        for word in self._plain_words if plain else self.words:  # noqa: SIM110 any() with a generator takes twice as long, and this is asked most
            if word in text:
                return True
        return False


def possible(patterns: Iterable[Pattern], text: str) -> list[Pattern]:
    """Those of the patterns that may match: the text is read once for all of them."""
    found = LEXICON.found(text)
    return [one for one in patterns if (found & one.pieces if one.pieces and not one.folds else one.may_match(text))]


def compiled(pattern: str, flags: int = 0, *, few: int = _FEW) -> Pattern:
    """As `re.compile`, for patterns that are searched for in many texts and found in few.

    With ``few`` words or less these are asked for one after the other, else all at once in the lexicon.
    """
    return Pattern(pattern, flags, few=few)


def _tells(word: str) -> bool:
    """Whether few texts hold the word."""
    return len(word) >= 3 or not word.isascii()


def _shortest(words: Iterable[str]) -> tuple[str, ...]:
    """The words without those that hold another one."""
    kept: list[str] = []
    for word in sorted(words, key=lambda word: (len(word), word)):
        if not any(other in word for other in kept):
            kept.append(word)
    return tuple(kept)


def _required(parsed: Sequence[tuple[Any, Any]]) -> _Words:
    """Words of which every match of a sequence holds one, None when there are none."""
    best: _Words = None
    run: frozenset[str] = frozenset({""})
    for op, value in parsed:
        forms = _forms(op, value)
        longer = frozenset(begun + form for begun in run for form in forms) if forms is not None else frozenset()
        if forms is not None and len(longer) <= _MOST_FORMS * 4:
            run = longer
            continue
        best = _better(best, run)
        best = _better(best, _within(op, value))
        run = forms if forms is not None else frozenset({""})
    return _better(best, run)


def _better(one: _Words, other: _Words) -> _Words:
    if other is None or not all(other):
        return one
    return other if one is None or min(map(len, other)) > min(map(len, one)) else one


def _within(op: Any, value: Any) -> _Words:
    """Words that a part needs which has no short list of forms."""
    if op is ops.SUBPATTERN:
        return _required(value[3])
    if op is ops.BRANCH:
        every = [_required(branch) for branch in value[1]]
        return None if any(words is None for words in every) else frozenset[str]().union(*(w for w in every if w))
    if op in (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT) and value[0] > 0:
        return _required(value[2])
    return None


def _forms(op: Any, value: Any) -> _Words:
    """Everything that a part can be, None when that is too much to list."""
    listing = _LISTED.get(op)
    return listing(value) if listing else None


def _sequence(parsed: Sequence[tuple[Any, Any]]) -> _Words:
    run = frozenset({""})
    for op, value in parsed:
        forms = _forms(op, value)
        if forms is None or len(run) * len(forms) > _MOST_FORMS:
            return None
        run = frozenset(begun + form for begun in run for form in forms)
    return run


def _class(value: Any) -> _Words:
    if all(op is ops.LITERAL for op, _ in value) and len(value) <= 6:
        return frozenset(chr(code) for _, code in value)
    return None


def _branch(value: Any) -> _Words:
    every = [_sequence(branch) for branch in value[1]]
    if any(forms is None for forms in every):
        return None
    forms = frozenset[str]().union(*(forms for forms in every if forms))
    return forms if len(forms) <= _MOST_FORMS else None


def _optional(value: Any) -> _Words:
    forms = _sequence(value[2])
    return forms | {""} if forms is not None and value[:2] == (0, 1) else None


_LISTED: dict[Any, Callable[[Any], _Words]] = {
    ops.LITERAL: lambda value: frozenset({chr(value)}),
    ops.IN: _class,
    ops.AT: lambda _: frozenset({""}),
    ops.SUBPATTERN: lambda value: _sequence(value[3]),
    ops.BRANCH: _branch,
    ops.MAX_REPEAT: _optional,
}
