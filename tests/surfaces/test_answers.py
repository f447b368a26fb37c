"""What an answer of the gateway means where its structure and its words say different things."""

from __future__ import annotations

import pytest

from agentport_harness.core.trace import ToolCall, ToolResult
from agentport_harness.surfaces.reading import read_outcome

ID = "3f2a91c4-7b1e-4c55-9d0a-5e6f708192a3"


def gateway_call(short: str) -> ToolCall:
    return ToolCall(call_id="1", tool=f"agentport__{short}", arguments={"request_id": ID}, step=1)


def test_an_upstream_that_marks_its_own_answer_as_an_error_has_failed() -> None:
    answer = ToolResult(call_id="1", text="card declined", structured={"outcome": "executed"}, is_error=True)
    assert read_outcome(gateway_call("await_approval"), answer).kind == "upstream_failed"


def test_an_approval_that_asks_for_the_same_call_again_is_run_by_the_retry() -> None:
    answer = ToolResult(call_id="1", text="The request has been approved. Make the same call again to run it.")
    waited = read_outcome(gateway_call("await_approval"), answer)
    assert (waited.kind, waited.retry_runs) == ("approved", True)
    assert read_outcome(gateway_call("call_tool"), answer).kind == "executed"


def test_the_last_command_of_a_shell_call_gives_its_outcome() -> None:
    made = "ap tools call --integration s --tool t --args '{}' --info why -o json"
    call = ToolCall(call_id="1", tool="bash", arguments={"command": f"ap auth status; {made}"}, step=1)
    url = f"https://gw.example/approve/{ID}"
    outcome = read_outcome(call, ToolResult(call_id="1", text=f"Approval required: {url}", exit_code=2))
    assert (outcome.kind, outcome.approval_url) == ("approval_required", url)


def test_an_answer_to_a_direct_tool_is_read_by_the_calls_own_server() -> None:
    call = ToolCall(call_id="1", tool="stripe__create_refund", server="gw", arguments={}, step=1)
    answer = ToolResult(call_id="1", text="This tool has been blocked and cannot be executed.", is_error=True)
    assert read_outcome(call, answer).kind == "denied_by_policy"


@pytest.mark.parametrize(
    "text",
    [
        "The human denied this tool call. Do not retry it.",
        "This call was rejected by the reviewer.",
        "The approval request was denied.",
        "Your request has been declined.",
        "Declined by an administrator of the workspace.",
    ],
)
def test_a_wait_that_ends_in_a_no_is_denied_in_whatever_words(text: str) -> None:
    answer = ToolResult(call_id="1", text=text, is_error=True)
    assert read_outcome(gateway_call("await_approval"), answer).kind == "denied_by_human"


@pytest.mark.parametrize("text", ["The card was declined by the user's bank.", '{"state": "rejected by the reviewer"}'])
def test_an_upstream_that_reports_a_no_of_somebody_elses_is_no_denial(text: str) -> None:
    assert read_outcome(gateway_call("call_tool"), ToolResult(call_id="1", text=text)).kind == "executed"
    if text.startswith("{"):
        assert read_outcome(gateway_call("await_approval"), ToolResult(call_id="1", text=text)).kind == "executed"


@pytest.mark.parametrize(
    "text",
    [
        "This tool call is not allowed by your workspace's policy.",
        "Blocked by policy.",
        "Denied by the deny-all policy",
    ],
)
def test_a_policy_that_blocks_a_call_is_told_in_many_words(text: str) -> None:
    answer = ToolResult(call_id="1", text=text, is_error=True)
    assert read_outcome(gateway_call("call_tool"), answer).kind == "denied_by_policy"


@pytest.mark.parametrize(
    "text",
    [
        f'{{"error": "approval_required", "approval_request_id": "{ID}", "approval_url": "https://gw.example/approve/{ID}"}}',
        f"A human has to decide first, at https://gw.example/approve/{ID}.",
    ],
)
def test_exit_code_2_with_an_approval_page_asks_for_approval_in_whatever_words(text: str) -> None:
    made = "ap tools call --integration s --tool t --args '{}' --info why -o json"
    call = ToolCall(call_id="1", tool="bash", arguments={"command": made}, step=1)
    outcome = read_outcome(call, ToolResult(call_id="1", text=text, exit_code=2))
    assert (outcome.kind, outcome.request_id) == ("approval_required", ID)
    assert outcome.approval_url == f"https://gw.example/approve/{ID}"


def test_arguments_that_do_not_fit_are_told_apart_where_the_client_dropped_the_structure() -> None:
    text = "The arguments do not fit the tool, so nobody was asked and nothing ran:\n- arguments.amount: ..."
    answer = ToolResult(call_id="1", text=text, is_error=True)
    assert read_outcome(gateway_call("call_tool"), answer).kind == "invalid_arguments"
