"""What an answer of the gateway means where its structure and its words say different things."""

from __future__ import annotations

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


def test_arguments_that_do_not_fit_are_told_apart_where_the_client_dropped_the_structure() -> None:
    text = "The arguments do not fit the tool, so nobody was asked and nothing ran:\n- arguments.amount: ..."
    answer = ToolResult(call_id="1", text=text, is_error=True)
    assert read_outcome(gateway_call("call_tool"), answer).kind == "invalid_arguments"
