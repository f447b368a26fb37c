"""Whether a text for the reviewer says what a call is for."""

from __future__ import annotations

import pytest

from agentport_harness.core.calls import CallTool
from agentport_harness.core.purpose import want_of_purpose

CALL = CallTool(
    surface="meta",
    integration="stripe",
    tool="create_refund",
    arguments={
        "charge": "ch_3PqR7x",
        "amount": 2000,
        "reason": "requested by the customer",
        "lines": ["printer"],
        "notify": True,
        "parent": None,
        "trace": 10**400,
        "memo": "Dana Ruiz was charged twice for the same order, and has sent both of the receipts to us.",
        "additional_info": "Dana was charged twice.",
    },
    info=None,
)


@pytest.mark.parametrize(
    ("info", "said"),
    [
        ("<reason goes here>", "placeholder"),
        ("TODO", "placeholder"),
        ('{"charge": "ch_3PqR7x", "lines": ["printer"]}', "repeats the arguments"),
        ("Requested by the customer", "repeats an argument"),
        ("Refund.", "no sentence"),
        ("https://shop.example/orders/1182", "no sentence"),
        ("Calling create_refund with Stripe", "names the tool"),
        ("create_refund ch_3PqR7x 2000 printer", "repeats the arguments"),
        ("I need to do this now please", "says nothing of a purpose"),
    ],
)
def test_a_text_without_a_purpose_is_told_what_it_lacks(info: str, said: str) -> None:
    assert said in want_of_purpose(info, CALL)


@pytest.mark.parametrize(
    "info",
    [
        "Dana was charged twice.",
        "{draft} Dana was charged twice for order 1182.",
        "Dana 被重复扣款，需要退款。",
        "Charged twice for order 1182, the printer goes back",
    ],
)
def test_a_text_with_a_purpose_lacks_nothing(info: str) -> None:
    assert want_of_purpose(info, CALL) == ""
