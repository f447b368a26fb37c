"""Amounts of money in prose and in arguments, and when the two say the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from agentport_harness.core.json_values import JSON, as_text

_SYMBOLS: Mapping[str, str] = {
    "$": "usd cad aud nzd sgd hkd mxn ", "us$": "usd", "r$": "brl", "€": "eur", "£": "gbp", "¥": "jpy cny",
    "₩": "krw", "₹": "inr", "₽": "rub", "₪": "ils", "zł": "pln", "kr": "sek nok dkk ",
    "元": "cny twd hkd", "円": "jpy", "원": "krw", "dollar": "usd cad aud nzd sgd hkd", "euro": "eur", "pound": "gbp",
    "yen": "jpy", "reais": "brl", "rupee": "inr", "peso": "mxn ars clp", "рубл": "rub", "долл": "usd",
    "евро": "eur", "美元": "usd", "欧元": "eur", "人民币": "cny", "ドル": "usd", "ユーロ": "eur",
}  # fmt: skip
"""The currencies that a sign may mean; a word counts by its beginning."""
_COMMON = (
    "usd eur gbp jpy cny chf cad aud nzd sek nok dkk pln czk huf ron inr krw brl mxn sgd hkd ils zar thb twd rub uah"
)
_CODES = (*_COMMON.split(), "aed", "sar", "kwd", "bhd", "omr", "jod", "tnd", "isk", "clp", "ars", "idr", "myr", "vnd")
_NO_MINOR = frozenset({"jpy", "krw", "vnd", "clp", "isk"})
_THREE_MINOR = frozenset({"kwd", "bhd", "omr", "jod", "tnd"})
_NUMBER = r"\d{1,3}(?:[ .,'’\u00a0\u202f]\d{3}){1,9}(?:[.,]\d{1,2})?(?!\d)|\d{1,30}(?:[.,]\d{1,3})?(?!\d)"
"""Bounded, for a decimal number overflows beyond a million digits."""
_WORDS = (
    r"dollars?|euros?|pounds?|yen|reais|pesos?|rupees?|zł|kr\b|рубл\w*|долл\w*|евро|"
    r"美元|欧元|人民币|ドル|ユーロ|元|円|원"
)
_MARKED = re.compile(
    rf"(?P<before>us\$|r\$|[$€£¥₩₹₽₪]|\b(?:{'|'.join(_CODES)})\b)\s?(?P<first>{_NUMBER})(?P<size1>\s?(?:k|m|mn|"
    rf"million|thousand|bn)\b)?|"
    rf"(?<![\w.,-])(?P<second>{_NUMBER})(?P<size2>\s?(?:k|m|mn|million|thousand|bn)\b)?\s?(?P<after>us\$|[$€£¥₩₹₽₪]|"
    rf"(?:{'|'.join(_CODES)})\b|{_WORDS})",
    re.IGNORECASE,
)
_UNMARKED = re.compile(
    rf"\b(?:amount|refund(?:ing)?|charge|charging|pay(?:ing|ment)?|transfer(?:ring)?|total|betrag|montant|importe|"
    rf"importo|valor)\b(?:\s+(?:of|is|von|de|di))?\s*[:=]?\s*"
    rf"(?P<number>{_NUMBER})(?=\s*(?:$|[.,;:)]|\b(?:for|to|on|from|für|an|pour|a|para)\b))",
    re.IGNORECASE,
)
_VAGUE = re.compile(
    r"(?:about|around|approx\w*|roughly|circa|ca\.|~|up to|under|over|at least|at most|more than|less than|max\w*|"
    r"limit|rund|etwa|environ|unos)\s*$",
    re.IGNORECASE,
)
_KEY = re.compile(
    r"amount|price|total|betrag|montant|importe|sum$|subtotal|cost|fee|payment_value|unit_amount|refund_value|"
    r"^value$|budget",
    re.IGNORECASE,
)
_NO_KEY = re.compile(r"currency|type|id$|mode|count|quantity|limit|page|max|min|tax_rate|percent", re.IGNORECASE)
_MINOR_KEY = re.compile(r"cents?$|minor|_in_cents|pence|subunits?", re.IGNORECASE)
_MINOR_WORDS = re.compile(r"\bcents?\b|minor unit|smallest (?:currency )?unit|subunit|pence", re.IGNORECASE)
_MAJOR_WORDS = re.compile(r"\bin (?:dollars|euros|major)|major unit|decimal amount", re.IGNORECASE)
_SIZES = {"k": 1_000, "thousand": 1_000, "m": 1_000_000, "mn": 1_000_000, "million": 1_000_000, "bn": 1_000_000_000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """An amount in a text. ``currencies`` are those it may mean, empty when the text names none."""

    value: Decimal
    currencies: frozenset[str]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """An amount among arguments. ``unit`` says whether it counts minor units (cents); empty when nothing tells."""

    name: str
    value: Decimal
    currency: str
    unit: str


def spoken_amounts(text: str) -> list[Spoken]:
    """Every amount of money in a text, as far as a currency, or a word such as "refund", marks it as one."""
    plain = unicodedata.normalize("NFKC", text)
    found = []
    for match in _MARKED.finditer(plain):
        if _VAGUE.search(plain[max(0, match.start() - 20) : match.start()]):
            continue
        number = _number(match["first"] or match["second"])
        size = (match["size1"] or match["size2"] or "").strip().casefold()
        marks = match["before"] or match["after"]
        value = number * _SIZES.get(size, 1)
        found.append(Spoken(value=value, currencies=_meant(marks), text=match.group()))
    if not found:
        for match in _UNMARKED.finditer(plain):
            number = _number(match["number"])
            if number >= 100 or "." in match["number"] or "," in match["number"]:
                found.append(Spoken(value=number, currencies=frozenset(), text=match.group()))
    return found


def passed_amounts(arguments: JSON, properties: Mapping[str, JSON]) -> Iterator[Passed]:
    """Every amount among the arguments; ``properties`` are the described ones, whose words may tell the unit."""
    waiting: list[tuple[str, JSON, str]] = [("", arguments, "")]
    steps = 0
    while waiting and (steps := steps + 1) < 20_000:
        name, value, currency = waiting.pop()
        if isinstance(value, Mapping):
            beside = (
                next((as_text(item) for key, item in value.items() if "currency" in key.casefold()), "") or currency
            )
            waiting += [(key, item, beside.casefold()) for key, item in value.items()]
        elif isinstance(value, Sequence) and not isinstance(value, str):
            waiting += [(name, item, currency) for item in value]
        elif _KEY.search(name) and not _NO_KEY.search(name) and (number := _amount(value)) is not None:
            described = properties.get(name)
            words = as_text(described.get("description")) if isinstance(described, Mapping) else ""
            minor = _MINOR_KEY.search(name) or _MINOR_WORDS.search(words)
            fraction = number != number.to_integral_value() or (isinstance(value, str) and not value.isdigit())
            unit = "minor" if minor else "major" if fraction or _MAJOR_WORDS.search(words) else ""
            yield Passed(name=name, value=number, currency=currency, unit=unit)


def agrees(spoken: Spoken, passed: Passed) -> bool:
    """Whether a text's amount can be the argument's, in minor units, in major ones, or in both when nothing tells."""
    if passed.currency and spoken.currencies and passed.currency not in spoken.currencies:
        return False
    places = _places(passed.currency)
    readings = {"minor": (places,), "major": (0,)}.get(passed.unit, (0, places))
    return any(spoken.value * 10**shift == passed.value for shift in readings)


def in_major_units(passed: Passed) -> Decimal:
    """The amount as people write it, when it counts minor units."""
    return passed.value.scaleb(-_places(passed.currency)).normalize()


def _places(currency: str) -> int:
    return 0 if currency in _NO_MINOR else 3 if currency in _THREE_MINOR else 2


def _meant(mark: str) -> frozenset[str]:
    folded = mark.casefold()
    if folded in _CODES:
        return frozenset({folded})
    signs = (sign for sign in _SYMBOLS if folded == sign or (len(sign) > 1 and folded.startswith(sign)))
    return frozenset(_SYMBOLS[next(signs, "euro")].split()) if folded else frozenset()


def _number(text: str) -> Decimal:
    """The number that a text writes, in any of the common ways to separate thousands and decimals."""
    digits = re.sub(r"[ '’\u00a0\u202f]", "", text)
    last = max(digits.rfind("."), digits.rfind(","))
    if last >= 0:
        head, tail = re.sub(r"[.,]", "", digits[:last]), digits[last + 1 :]
        grouped = len(tail) == 3 and head != "0"
        digits = head + tail if grouped else f"{head}.{tail}"
    return Decimal(digits)


def _amount(value: JSON) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str):
        return Decimal(value) if re.fullmatch(r"[0-9]{1,15}(?:\.[0-9]{1,4})?", value) else None
    return Decimal(repr(value)) if abs(value) < 10**15 else None
