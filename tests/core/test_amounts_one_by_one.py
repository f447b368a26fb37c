"""Amounts of money are found in prose and in arguments, and compared in the units that they are given in."""

from __future__ import annotations

from decimal import Decimal

import pytest

from agentport_harness.core.amounts import Passed, Spoken, agrees, in_major_units, passed_amounts, spoken_amounts
from agentport_harness.core.json_values import JSON


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("Refund of $5 for Dana", "5", "usd"),
        ("US$1,250 to Acme", "1250", "usd"),
        ("1.234,56 EUR an Acme", "1234.56", "eur"),
        ("costs 12'000 CHF", "12000", "chf"),
        ("it is 0.125 KWD", "0.125", "kwd"),
        ("12 million yen", "12000000", "jpy"),
        ("£3k in total", "3000", "gbp"),
        ("50 рублей", "50", "rub"),
    ],
)
def test_an_amount_in_prose_has_a_value_and_a_currency(text: str, value: str, currency: str) -> None:
    [amount] = spoken_amounts(text)
    assert amount.value == Decimal(value)
    assert currency in amount.currencies


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Refund 250 to Dana", ["250"]),
        ("total: 99.90, as agreed", ["99.90"]),
        ("pay 5 to Dana", []),
        ("refund order 250", []),
        ("$10 of the total 250", ["10"]),
        ("about $40, up to 50 EUR", []),
    ],
)
def test_a_number_without_a_currency_counts_where_the_words_make_it_an_amount(text: str, values: list[str]) -> None:
    assert [amount.value for amount in spoken_amounts(text)] == [Decimal(value) for value in values]


@pytest.mark.parametrize(
    ("arguments", "words", "expected"),
    [
        ({"amount": 1250, "currency": "USD"}, "", [("1250", "usd", "")]),
        ({"amount": 12.5}, "", [("12.5", "", "major")]),
        ({"amount": "12.50"}, "", [("12.50", "", "major")]),
        ({"amount_cents": 1250}, "", [("1250", "", "minor")]),
        ({"amount": 1250}, "In the smallest currency unit.", [("1250", "", "minor")]),
        ({"amount": 12}, "Amount in dollars.", [("12", "", "major")]),
        ({"currency": "eur", "lines": [{"price": 3}, {"price": 4}]}, "", [("4", "eur", ""), ("3", "eur", "")]),
        ({"amount": True}, "", []),
        ({"amount": None}, "", []),
        ({"amount": "twelve"}, "", []),
        ({"amount": 1e300}, "", []),
        ({"amount": float("nan")}, "", []),
        ({"amount_id": 12, "title": 4}, "", []),
    ],
)
def test_an_amount_among_arguments_has_a_unit_where_name_or_description_tells(
    arguments: JSON, words: str, expected: list[tuple[str, str, str]]
) -> None:
    found = passed_amounts(arguments, {"amount": {"description": words}} if words else {"amount": "text"})
    assert [(amount.value, amount.currency, amount.unit) for amount in found] == [
        (Decimal(value), currency, unit) for value, currency, unit in expected
    ]


@pytest.mark.parametrize(
    ("said", "currencies", "given", "currency", "unit", "agree"),
    [
        ("12.50", {"usd"}, "1250", "usd", "minor", True),
        ("12.50", {"usd"}, "1250", "usd", "major", False),
        ("12.50", {"usd"}, "12.50", "usd", "", True),
        ("12.50", {"usd"}, "1250", "eur", "", False),
        ("12.50", set(), "1250", "eur", "", True),
        ("1250", {"jpy"}, "1250", "jpy", "minor", True),
        ("1.250", {"kwd"}, "1250", "kwd", "minor", True),
        ("13", {"usd"}, "1250", "usd", "", False),
    ],
)
def test_a_text_agrees_with_an_argument_in_its_unit_and_currency(
    said: str, currencies: set[str], given: str, currency: str, unit: str, agree: bool
) -> None:
    spoken = Spoken(value=Decimal(said), currencies=frozenset(currencies), text=said)
    assert agrees(spoken, Passed(name="amount", value=Decimal(given), currency=currency, unit=unit)) is agree


def test_minor_units_are_written_as_people_write_them() -> None:
    assert str(in_major_units(Passed(name="amount", value=Decimal(1250), currency="usd", unit="minor"))) == "12.5"
