"""Finds payment card numbers: an issuer's range, its length, and the check digit (ISO/IEC 7812, Luhn)."""

from __future__ import annotations

import re
from collections.abc import Iterator

_NUMBER = re.compile(r"(?<![\w.+/=-])(?<!\+ )\d(?:[ -]?\d){12,18}(?![\w/]|[.,]\d|-\d)")
_MANY_DIGITS = re.compile(r"\d(?:[ -]?\d){12}")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[0-9A-Z]{4}){2,7}(?: ?[0-9A-Z]{1,4})?\b")
_LINK = re.compile(r"https?://\S+")
_ISSUERS = re.compile(
    r"4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|"
    r"6(?:011|5\d\d|4[4-9]\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|3(?:0[0-5]|[68]\d)\d{11}|62\d{14,17}"
)


def card_numbers(text: str) -> Iterator[str]:
    """Every card number of the text, as written. Account numbers (IBAN), telephone numbers and links are none."""
    if not _MANY_DIGITS.search(text):
        return
    plain = _LINK.sub(" ", _IBAN.sub(" ", text))
    for match in _NUMBER.finditer(plain):
        digits = re.sub(r"\D", "", match.group())
        if _ISSUERS.fullmatch(digits) and _check_digit_fits(digits):
            yield match.group()


def _check_digit_fits(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
