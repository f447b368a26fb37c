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
