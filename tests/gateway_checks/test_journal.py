"""What a check did and saw can be kept and shown, whatever it was."""

from __future__ import annotations

import json

import pytest

from agentport_harness.bench.journal import Journal, Redactor
from agentport_harness.core.trace import UpstreamCall


@pytest.mark.parametrize(("sent", "kept"), [(float("nan"), "NaN"), (float("-inf"), "-Infinity"), (0.1, 0.1)])
def test_a_number_that_json_has_not_is_kept_as_its_word(sent: float, kept: object) -> None:
    journal = Journal("a check", Redactor(), lambda: 0.0)

    journal.upstream("bank", "pay", {"value": [sent]})

    call = journal.events[-1]
    assert isinstance(call, UpstreamCall)
    assert call.arguments == {"value": [kept]}
    assert json.dumps(call.arguments, allow_nan=False)


def test_a_short_key_hides_no_words_of_others_and_is_hidden_where_it_is_the_credential() -> None:
    redactor = Redactor()
    redactor.hide("none", "")

    assert redactor.text("none of the tools is listed") == "none of the tools is listed"
    assert redactor.value({"headers": {"X-API-Key": "none", "Authorization": "Bearer none", "Accept": "nonesuch"}}) == {
        "headers": {"X-API-Key": "[secret]", "Authorization": "[secret]", "Accept": "nonesuch"}
    }


def test_a_long_key_is_hidden_wherever_it_stands() -> None:
    redactor = Redactor()
    redactor.hide("no-key-at-all")

    assert redactor.text("Bearer no-key-at-all, said twice: no-key-at-all") == "Bearer [secret], said twice: [secret]"
