"""Whom a text names is compared with whom the arguments name, kind by kind."""

from __future__ import annotations

import pytest

from agentport_harness.core.json_values import JSON
from agentport_harness.core.recipients import compared

IBAN, OTHER_IBAN = "DE89 3704 0044 0532 0130 00", "GB29 NWBK 6016 1331 9268 19"


@pytest.mark.parametrize(
    ("text", "arguments", "agree"),
    [
        ("Invoice to dana@acme.example", {"to": "Dana@Acme.example"}, True),
        ("Invoice to dana@acme.example", {"to": ["Dana Lee <dana@acme.example>"]}, True),
        ("Invoice to dana@acme.example", {"to": "eve@evil.example"}, False),
        ("Invoice to dana@acme.example", {"to": "dana@acne.example"}, False),
        ("asked by dana@acme.example", {"to": "dama@acme.example"}, False),
        ("Send to #billing", {"channel": "#billing"}, True),
        ("Send to #billing", {"channel_name": "general"}, False),
        ("Text +49 30 901820", {"to": "+4930901820"}, True),
        ("Text +49 30 901820", {"to": "+4930901821"}, False),
        (f"Pay into {IBAN}", {"account": IBAN.replace(" ", "")}, True),
        (f"Pay into {IBAN}", {"account": OTHER_IBAN}, False),
        ("Refund cus_9s6XKz8i3", {"customer": "cus_9s6XKz8i3"}, True),
        ("Refund cus_9s6XKz8i3", {"customer": "cus_7777XKz8i"}, False),
        ("Pay Dana Lee", {"payee": "Dana Lee"}, True),
        ("Lee, Dana is paid", {"payee": "Dana Lee"}, True),
        ("The bill of Dana Lee", {"payee": "Dana Low"}, False),
        ("Pay Dana Lee now", {"payee": "Eve Stone"}, False),
    ],
)
def test_what_both_name_agrees_or_not(text: str, arguments: JSON, agree: bool) -> None:
    [(_, _, found)] = compared(text, arguments)
    assert found is agree


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("Invoice for May", {"to": "dana@acme.example"}),
        ("Invoice to dana@acme.example", {"subject": "May", "count": 3}),
        ("Invoice to dana@acme.example", {"from": "eve@acme.example"}),
        ("asked by dana@acme.example", {"to": "eve@shop.example"}),
        ("dana@acme.example asked for it", {"to": "eve@shop.example"}),
        ("Tell Eve Stone of dana@acme.example", {"to": "eve.stone@shop.example"}),
        ("Refund cus_9s6XKz8i3", {"charge": "ch_7777XKz8i"}),
        ("Merge cus_7777XKz8i and cus_9s6XKz8i3", {"customers": "cus_1"}),
        ("Send to #billing", {"title": "#general"}),
        ("Text +49 30 901820", {"from": "+4930901821"}),
        (f"Pay into {IBAN}", {"sender": OTHER_IBAN}),
        ("Pay Dana Lee", {"title": "Eve Stone", "payee": "eve stone"}),
        ("It is for Stone", {"payee": "Eve Stone"}),
        ("The office of Dana Lee", {"payee": "Eve Stone"}),
        ("Invoice to dana@acme.example", {"body": "x" * 400}),
    ],
)
def test_nothing_is_said_where_only_one_names_or_the_text_names_somebody_besides(text: str, arguments: JSON) -> None:
    assert [found for found in compared(text, arguments) if not found[2]] == []


def test_a_record_that_the_text_names_beside_another_is_no_mistake() -> None:
    found = list(compared("Merge cus_77771 into cus_99992", {"customer": "cus_99992"}))
    assert found == [("cus_99992", "cus_99992", True)]
