"""Amounts in prose and in arguments are compared as people mean them."""

from __future__ import annotations

from typing import Any

import pytest

from agentport_harness.core.amounts import agrees, in_major_units, passed_amounts, spoken_amounts


def fits(text: str, arguments: Any, properties: Any = None) -> bool:
    said, given = spoken_amounts(text), list(passed_amounts(arguments, properties or {}))
    assert said
    assert given
    return any(agrees(one, other) for one in said for other in given)


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("$49.00 for Dana", {"amount": 4900, "currency": "usd"}),
        ("49,00 € für Dana", {"amount": 4900, "currency": "eur"}),
        ("1.234,50 EUR", {"amount": 123450, "currency": "eur"}),
        ("1,234.50 USD", {"amount": "1234.50", "currency": "USD"}),
        ("CHF 1'200", {"amount": 1200, "currency": "chf"}),
        ("4 900 kr", {"amount": 490000, "currency": "sek"}),
        ("¥4,900", {"amount": 4900, "currency": "jpy"}),
        ("退款 49 元", {"amount": 4900, "currency": "cny"}),
        ("1,5 KWD", {"amount": 1500, "currency": "kwd"}),
        ("$4.9k for the booth", {"total": 4900}),
        ("Refund 490 for the order", {"amount": 490}),
        ("$0.50", {"price": {"value": "0.50", "currency_code": "USD"}}),
        ("12 dollars each", {"items": [{"unit_amount": 1200}, {"unit_amount": 500}]}),
    ],
)
def test_the_same_amount_in_other_words_agrees(text: str, arguments: Any) -> None:
    assert fits(text, arguments)


@pytest.mark.parametrize(
    ("text", "arguments", "properties"),
    [
        ("$490.00", {"amount": 4900, "currency": "usd"}, None),
        ("49 €", {"amount": 4900, "currency": "usd"}, None),
        ("$4,900.00", {"amount_in_cents": 4900}, None),
        ("$4,900.00", {"amount": 4900}, {"amount": {"description": "In the smallest currency unit."}}),
        ("$49.00", {"amount": 4900}, {"amount": {"description": "In dollars."}}),
        ("$4900", {"amount": "49.00"}, None),
        ("¥49", {"amount": 4900, "currency": "jpy"}, None),
    ],
)
def test_another_amount_does_not_agree(text: str, arguments: Any, properties: Any) -> None:
    assert not fits(text, arguments, properties)


@pytest.mark.parametrize("text", ["order 1182", "about $50", "2 orders for refund 2", "5 real issues", "version 8.2"])
def test_what_is_no_exact_amount_is_not_read_as_one(text: str) -> None:
    assert spoken_amounts(text) == []


@pytest.mark.parametrize(
    "arguments",
    [{"amount_type": 3}, {"amount": True}, {"amount": "many"}, {"amount": 10**40}, {"amount": float("inf")}, {"id": 5}],
)
def test_what_is_no_amount_among_arguments_is_passed_over(arguments: Any) -> None:
    assert list(passed_amounts(arguments, {})) == []


def test_minor_units_are_read_by_the_currency() -> None:
    (dollars,) = passed_amounts({"amount": 4900, "currency": "usd"}, {})
    (dinars,) = passed_amounts({"amount": 4900, "currency": "kwd"}, {})
    assert in_major_units(dollars) == 49
    assert str(in_major_units(dinars)) == "4.9"


def test_more_digits_than_any_sum_has_are_no_amount_however_many_they_are() -> None:
    assert spoken_amounts(f"${'9' * 1_100_000}") == []
    assert spoken_amounts(f"refund of {'9' * 1_100_000}") == []
    assert len(spoken_amounts(f"${'9.999' * 400_000}")) == 1
