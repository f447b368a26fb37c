"""Addresses, ids and names in a text are compared with those in the arguments, where both sides name some."""

from __future__ import annotations

from typing import Any

import pytest

from agentport_harness.core.recipients import compared


@pytest.mark.parametrize(
    ("text", "arguments", "agree"),
    [
        ("Send to dana@example.com", {"to": "dana@example.com"}, True),
        ("Send to Dana@Example.com", {"to": ["Dana Field <dana@example.com>"]}, True),
        ("Send to dana@example.com", {"to": "mallory@evil.example"}, False),
        ("From dana@example.com", {"to": "dana@examp1e.example"}, False),
        ("Invoice of dame@example.com, per noa", {"email": "dane@example.com"}, False),
        ("For cus_123abc", {"customer": "cus_999xyz"}, False),
        ("For cus_123abc", {"customer": "cus_123abc"}, True),
        ("Post in #general", {"channel": "#random"}, False),
        ("Post in #general", {"channel": "general"}, True),
        ("Call +49 30 901820", {"phone": "+49 30 901821"}, False),
        ("Transfer to DE89 3704 0044 0532 0130 00", {"iban": "DE89370400440532013000"}, True),
        ("Pay Noa Katz for March", {"payee": "Dana Levi"}, False),
        ("Dana Cohen moved", {"name": "Dana Levi"}, False),
        ("Dana Levi moved", {"name": "Dana Levi"}, True),
    ],
)
def test_what_both_sides_name_is_compared(text: str, arguments: Any, agree: bool) -> None:
    assert [found for _, _, found in compared(text, arguments)] == [agree]


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("Requested by boss@corp.example", {"to": "x@y.example"}),
        ("boss@corp.example asked for it", {"to": "x@y.example"}),
        ("Copy of Dana's (dana@x.example) invoice to accounting", {"to": "accounting@corp.example"}),
        ("Dana (dana@x.example) was charged twice", {"customer": "cus_123abc"}),
        ("see dana@x.example", {"from": "noa@y.example"}),
        ("Noa Katz wants it", {"payee": "Dana Levi"}),
        ("Noa Katz says that Levi is owed it", {"payee": "Dana Levi"}),
        ("order #1182", {"channel": "#random"}),
        ("Send it", {"to": "a@b.example" + "x" * 400}),
        ("cus_1a2 and cus_3b4", {"customer": "pi_555abc"}),
    ],
)
def test_what_one_side_names_alone_is_not_compared(text: str, arguments: Any) -> None:
    assert list(compared(text, arguments)) == []


def test_of_several_ids_the_one_of_the_arguments_is_enough() -> None:
    assert all(agree for _, _, agree in compared("cus_123abc, once cus_999xyz", {"customer": "cus_123abc"}))


@pytest.mark.parametrize("title", ["Mr", "Ms.", "Herr", "Mme", "Se\u00f1or"])
def test_a_title_before_a_family_name_is_no_other_person(title: str) -> None:
    assert all(agree for _, _, agree in compared(f"Refund for {title} Lee", {"payee": "Dana Lee"}))
