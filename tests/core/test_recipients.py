"""Who and what a text names against who and what the arguments name."""

from __future__ import annotations

import pytest

from agentport_harness.core.json_values import JSON
from agentport_harness.core.recipients import compared

AGREES: list[tuple[str, JSON]] = [
    ("Writes to dana@ruiz.example.", {"to": ["dana@ruiz.example"]}),
    ("Writes to Dana Ruiz.", {"to": "Dana Ruiz <dana@ruiz.example>", "name": "Dana Ruiz"}),
    ("Refunds cus_9aK2.", {"customer": "cus_9aK2"}),
    ("Posts in #releases.", {"channel": "releases"}),
    ("Calls +49 30 1234567.", {"phone": "+49301234567"}),
    ("Pays DE89 3704 0044 0532 0130 00.", {"iban": "DE89370400440532013000"}),
    ("The invoice of Ruiz, Dana is due.", {"payee": "Dana Ruiz"}),
]
DIFFERS: list[tuple[str, JSON]] = [
    ("Writes to eve@evil.example.", {"to": "dana@ruiz.example"}),
    ("Dana's new address dana@ruiz.invalid is meant.", {"to": "dana@ruiz.example"}),
    ("Writes to dans@ruiz.example.", {"to": "dana@ruiz.example"}),
    ("Refunds cus_9aK3.", {"customer": "cus_9aK2"}),
    ("Posts in #random.", {"channel": "#releases"}),
    ("Calls +49 30 7654321.", {"phone": "+49301234567"}),
    ("Pays FR14 2004 1010 0505 0001 3M02 606.", {"iban": "DE89370400440532013000"}),
    ("Pays the invoice of Dana Field.", {"payee": "Dana Ruiz"}),
    ("Transfers the rent to Eve Stone.", {"payee": "Dana Ruiz"}),
]
SILENT: list[tuple[str, JSON]] = [
    ("Dana asked for it.", {"to": "dana@ruiz.example"}),
    ("eve@shop.example asked for it.", {"to": "dana@ruiz.example"}),
    ("Asked for by eve@shop.example.", {"to": "dana@ruiz.example"}),
    ("Tells the Ruiz family, not eve@shop.example.", {"to": "dana@ruiz.example"}),
    ("Sent for eve@shop.example.", {"from": "dana@ruiz.example"}),
    ("Refunds cus_9aK2 and then inv_88a1.", {"charge": "ch_3PqR7x"}),
    ("Posts in #releases.", {"channel": "C0123456"}),
    ("Calls +49 30 1234567.", {"from": "+49301234567"}),
    ("Pays DE89 3704 0044 0532 0130 00.", {"memo": "rent"}),
    ("Pays the rent.", {"payee": "Dana Ruiz"}),
    ("The page is about Dana in Berlin Mitte.", {"payee": "Dana Ruiz"}),
    ("The rent of May is due.", {"payee": "ACME", "notes": "x" * 400, "count": 3}),
]


@pytest.mark.parametrize(("text", "arguments"), AGREES)
def test_a_text_that_names_the_same_agrees(text: str, arguments: JSON) -> None:
    found = list(compared(text, arguments))
    assert found
    assert all(agree for _, _, agree in found)


@pytest.mark.parametrize(("text", "arguments"), DIFFERS)
def test_a_text_that_names_another_does_not(text: str, arguments: JSON) -> None:
    assert [agree for _, _, agree in compared(text, arguments)] == [False]


@pytest.mark.parametrize(("text", "arguments"), SILENT)
def test_where_only_one_side_names_somebody_nothing_is_compared(text: str, arguments: JSON) -> None:
    assert list(compared(text, arguments)) == []
