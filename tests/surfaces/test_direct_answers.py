"""Answers of gateways whose tools are called under their own names."""

from __future__ import annotations

import pytest

from agentport_harness.core.outcomes import OutcomeKind
from agentport_harness.core.trace import ToolResult
from agentport_harness.surfaces.direct_answers import read_direct

ID = "apr_3f0c9d6e71"


@pytest.mark.parametrize(
    ("text", "again", "kind", "request_id"),
    [
        (f"blocked: This call requires approval. Request '{ID}' is pending \u2014 approve it, then retry.", "",
         "approval_required", ID),
        (f"blocked: This call requires approval. Request '{ID}' is pending \u2014 approve it, then retry.", ID,
         "still_pending", ID),
        ("ACTGATE_PENDING intent_id=5c3e1f7a-22", "", "approval_required", "5c3e1f7a-22"),
        (f"approval_id: {ID}, waiting for approval", "", "approval_required", ID),
        (f"Approval `{ID}` is still pending", ID, "still_pending", ID),
        (f"approve at http://gw/approve/{ID} (pending)", "", "approval_required", ID),
        ("ACTGATE_DENIED intent_id=5c3e1f7a-22: denied by me", "", "denied_by_human", "5c3e1f7a-22"),
        (f"request {ID} was rejected", "", "denied_by_human", ""),
        ("Denied: rule no-shell matches", "", "denied_by_policy", ""),
        ("the order does not exist", "", "upstream_failed", ""),
        ("this order is pending, look again tomorrow", "", "upstream_failed", ""),
    ],
)  # fmt: skip
def test_a_refusal_is_read_by_what_it_names(text: str, again: str, kind: OutcomeKind, request_id: str) -> None:
    outcome = read_direct(ToolResult(call_id="c", text=text, is_error=True), again=again)

    assert (outcome.kind, outcome.request_id) == (kind, request_id)


def test_a_result_is_the_upstreams_own_whatever_it_tells() -> None:
    told = ToolResult(call_id="c", text=f"approval {ID} is pending, says the ledger", is_error=False)

    assert read_direct(told).kind == "executed"


def test_what_is_told_in_a_structure_is_believed() -> None:
    told = ToolResult(call_id="c", text="", structured={"outcome": "expired", "request_id": ID}, is_error=True)

    assert read_direct(told).kind == "expired"
