"""JSON text read without silent change: what cannot be kept exactly is refused, with the reason."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any

MAX_DEPTH = 64
MAX_DIGITS = 400


class InexactJsonError(ValueError):
    """The text is not JSON, or JSON that two readers could understand differently."""


def parse(text: bytes) -> Any:
    """The value of UTF-8 JSON text.

    Raises InexactJsonError for malformed text, NaN and Infinity, duplicate keys, lone surrogates, nesting
    beyond MAX_DEPTH, and numbers that a double cannot hold (by shortest round trip; integers by value).
    """
    try:
        value = json.loads(
            text.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_int=_integer,
            parse_float=_decimal,
            parse_constant=_constant,
        )
    except InexactJsonError:
        raise
    except UnicodeDecodeError:
        raise InexactJsonError("the text is not valid UTF-8") from None
    except RecursionError:
        raise InexactJsonError(f"the text is nested deeper than {MAX_DEPTH} levels") from None
    except ValueError as error:
        raise InexactJsonError(f"the text is not valid JSON: {error}") from None
    _refuse_depth(value)
    if b"\\u" in text:
        _refuse_half_characters(value)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise InexactJsonError(f"the key {key[:80]!a} appears twice in one object")
            seen.add(key)
    return found


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise InexactJsonError(f"a number has {len(digits)} digits; at most {MAX_DIGITS} are accepted")
    value = int(digits)
    if len(digits) > 15:
        try:
            exact = int(float(value)) == value
        except OverflowError:
            exact = False
        if not exact:
            raise InexactJsonError(f"the number {digits[:40]} cannot be kept exactly: send it as a string")
    return value


def _decimal(digits: str) -> float:
    if len(digits) > MAX_DIGITS:
        raise InexactJsonError(f"a number has {len(digits)} digits; at most {MAX_DIGITS} are accepted")
    value = float(digits)
    if len(digits) > 15 or "e" in digits or "E" in digits:
        try:
            exact = value not in (float("inf"), float("-inf")) and Decimal(repr(value)) == Decimal(digits)
        except InvalidOperation:
            exact = False
        if not exact:
            raise InexactJsonError(f"the number {digits[:40]} cannot be kept exactly: send it as a string")
    return value


def _constant(name: str) -> Any:
    raise InexactJsonError(f"{name} is not JSON")


def _refuse_half_characters(value: Any) -> None:
    """Refuse what can be written as an escape and is no text: half of a surrogate pair, and NUL."""
    match value:
        case str():
            if "\x00" in value:
                raise InexactJsonError("a string holds a NUL character, which cannot be kept")
            try:
                value.encode("utf-8")
            except UnicodeEncodeError:
                raise InexactJsonError("a string holds half of a surrogate pair, which is not text") from None
        case dict():
            for key, item in value.items():
                _refuse_half_characters(key)
                _refuse_half_characters(item)
        case list():
            for item in value:
                _refuse_half_characters(item)


def _refuse_depth(value: Any) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            item
            for holder in level
            if isinstance(holder, (dict, list))
            for item in (holder.values() if isinstance(holder, dict) else holder)
        ]
        if not level:
            return
    raise InexactJsonError(f"the text is nested deeper than {MAX_DEPTH} levels")
