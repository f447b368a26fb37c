"""Amounts of money: what a text says, what arguments carry, and when the two are the same."""

from __future__ import annotations

from decimal import Decimal

import pytest

from agentport_harness.core.amounts import agrees, in_major_units, passed_amounts, spoken_amounts
from agentport_harness.core.json_values import JSON


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$20 for order 1182", "20"),
        ("Pays 20.00 EUR back", "20"),
        ("1.250,50 EUR for the printer", "1250.50"),
        ("1,250 USD", "1250"),
        ("1'250.00 CHF", "1250"),
        ("€0.125 a unit", "0.125"),
        ("a budget of 3k EUR", "3000"),
        ("EUR 2 million for the building", "2000000"),
    ],
)
def test_an_amount_is_read_however_thousands_and_decimals_are_separated(text: str, value: str) -> None:
    assert [spoken.value for spoken in spoken_amounts(text)] == [Decimal(value)]


@pytest.mark.parametrize(
    ("text", "currencies"),
    [("12 EUR", {"eur"}), ("12 dollars", {"usd", "cad", "aud", "nzd", "sgd", "hkd"}), ("R$12", {"brl"})],
)
def test_a_sign_or_a_word_stands_for_every_currency_that_it_may_mean(text: str, currencies: set[str]) -> None:
    assert spoken_amounts(text)[0].currencies == currencies


@pytest.mark.parametrize(
    ("text", "value"),
    [("A refund of 1250 for the printer", "1250"), ("Total: 19.99.", "19.99"), ("transfer 12,50 to Dana", "12.50")],
)
def test_a_number_without_a_currency_is_an_amount_where_a_word_says_so(text: str, value: str) -> None:
    spoken = spoken_amounts(text)
    assert [(one.value, one.currencies) for one in spoken] == [(Decimal(value), frozenset())]


@pytest.mark.parametrize(
    "text",
    [
        "A payment of 3 for the party",  # a small whole number counts things as often as money
        "Refund of 1250 crates to the depot",
        "about 20 EUR",
        "up to $500",
        "Order 1182 arrived",
    ],
)
def test_a_vague_amount_and_a_plain_number_are_no_amounts(text: str) -> None:
    assert spoken_amounts(text) == []


def test_more_digits_than_any_sum_has_are_no_amount_however_many_they_are() -> None:
    assert spoken_amounts(f"${'9' * 1_100_000}") == []
    assert spoken_amounts(f"refund of {'9' * 1_100_000}") == []


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ({"amount": 4900, "currency": "USD"}, [("amount", "4900", "usd", "")]),
        ({"amount": 49.5}, [("amount", "49.5", "", "major")]),
        ({"amount": "49.50"}, [("amount", "49.50", "", "major")]),
        ({"amount": "4900"}, [("amount", "4900", "", "")]),
        ({"amount_in_cents": 4900}, [("amount_in_cents", "4900", "", "minor")]),
        ({"lines": [{"price": 3}], "currency": "eur"}, [("price", "3", "eur", "")]),
        ({"amount": True}, []),
        ({"amount": None}, []),
        ({"amount": "about 5"}, []),
        ({"amount": 10**15}, []),
        ({"amount": float("inf")}, []),
        ({"amount": float("nan")}, []),
        ({"amount_type": 3, "page": 4}, []),
    ],
)  # fmt: skip
def test_amounts_are_found_among_arguments_by_their_names(
    arguments: JSON, found: list[tuple[str, str, str, str]]
) -> None:
    amounts = passed_amounts(arguments, {})
    assert [(one.name, one.value, one.currency, one.unit) for one in amounts] == [
        (name, Decimal(value), currency, unit) for name, value, currency, unit in found
    ]


@pytest.mark.parametrize(
    ("words", "unit"),
    [("In cents.", "minor"), ("A decimal amount.", "major"), ("How much to pay back.", ""), (None, "")],
)
def test_a_described_parameter_tells_the_unit(words: str | None, unit: str) -> None:
    described: JSON = {"type": "integer", "description": words} if words else True
    assert [one.unit for one in passed_amounts({"amount": 4900}, {"amount": described})] == [unit]


@pytest.mark.parametrize(
    ("text", "arguments", "same"),
    [
        ("$49.00", {"amount": 4900, "currency": "usd"}, True),
        ("$49.00", {"amount": 49, "currency": "usd"}, True),
        ("$49.00", {"amount_cents": 49, "currency": "usd"}, False),
        ("$49.00", {"amount": 4900, "currency": "eur"}, False),
        ("$49.00", {"amount": 4900}, True),
        ("4900 JPY", {"amount": 4900, "currency": "jpy"}, True),
        ("49.00 KWD", {"amount": 4900, "currency": "kwd"}, False),
        ("4,90 KWD", {"amount": 4900, "currency": "kwd"}, True),
    ],
)
def test_text_and_argument_agree_in_the_units_of_the_currency(text: str, arguments: JSON, same: bool) -> None:
    assert agrees(spoken_amounts(text)[0], next(passed_amounts(arguments, {}))) is same


def test_minor_units_are_written_as_people_write_them() -> None:
    passed = next(passed_amounts({"amount": 4950, "currency": "usd"}, {}))
    assert in_major_units(passed) == Decimal("49.5")
