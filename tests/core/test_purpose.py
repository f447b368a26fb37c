"""A text says what a call is for, or it is told what keeps it from doing so."""

from __future__ import annotations

import pytest

from agentport_harness.core.calls import CallTool
from agentport_harness.core.json_values import JSON
from agentport_harness.core.purpose import want_of_purpose


def want(info: str, **arguments: JSON) -> str:
    return want_of_purpose(
        info, CallTool(surface="meta", integration="stripe", tool="create_refund", arguments=arguments, info=info)
    )


@pytest.mark.parametrize(
    "info",
    [
        "Dana was charged twice for her subscription in May.",
        "ダナさんに二重請求したため返金します",
        "{not JSON} Dana was charged twice in May.",
    ],
)
def test_a_reason_is_enough(info: str) -> None:
    assert want(info, charge="ch_1", amount=1250) == ""


@pytest.mark.parametrize(
    ("info", "wanted"),
    [
        ("<reason goes here>", "is a placeholder"),
        ("TODO", "is a placeholder"),
        ('{"charge": {"id": "ch_1"}}', "repeats the arguments"),
        ("Duplicate charge for Dana", "repeats an argument"),
        ("Refund please", "is no sentence"),
        ("see https://a.example/b/c/d", "is no sentence"),
        ("Stripe: create a refund", "names the tool and no purpose"),
        ("create refund ch_1 1250 usd", "repeats the arguments"),
        ("Charge 01250 and 42 for create_refund lines", "repeats the arguments"),
        ("The user asked me to run this", "says nothing of a purpose"),
    ],
)
def test_what_is_missing_is_said(info: str, wanted: str) -> None:
    said = want(
        info,
        charge="ch_1",
        amount=1250,
        lines=[{"currency": "usd", "quantity": 42, "taxed": False, "note": None}],
        comment="duplicate charge for dana",
        letter="A long letter about the weather, which is prose that a reason may well share. " * 3,
    )
    assert wanted in said


def test_words_of_long_prose_among_the_arguments_may_be_shared() -> None:
    body = "Dear Dana, your subscription was charged twice in May, and we are sorry for the inconvenience."
    assert want("subscription charged twice in May", body=body) == ""
