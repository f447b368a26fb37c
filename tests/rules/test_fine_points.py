"""Fine points of the rules on information, discovery, installing and the shell that no labelled session shows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from agentport_harness.core.trace import AgentMessage, Event, HumanMessage, Lack, ToolCall, ToolResult, Trace
from tests.rules.catalogue import verdicts

WHY = "Dana Field (dana@example.com) was charged twice for order 1187."
URL = "https://auth.example/oauth/authorize?client_id=1&state=k3Jv9"


def human(text: str = "Please see to it.") -> list[Event]:
    return [HumanMessage(text=text)]


def agent(text: str, step: int = 9) -> list[Event]:
    return [AgentMessage(text=text, step=step)]


def call(
    tool: str, arguments: Any, answer: str | None = "{}", *, step: int = 1, code: int | None = None
) -> list[Event]:
    made = ToolCall(call_id=f"c{step}", tool=tool, arguments=arguments, step=step)
    if answer is None:
        return [made]
    failed = None if code is None else bool(code)
    return [made, ToolResult(call_id=f"c{step}", text=answer, exit_code=code, is_error=failed)]


def gateway(info: str | None, arguments: Any, *, step: int = 1, tool: str = "create_refund") -> list[Event]:
    given = {"integration_id": "stripe", "tool_name": tool, "arguments": arguments, "additional_info": info}
    return call("agentport__call_tool", given, step=step)


def status(rule: str, *parts: list[Event], lacks: frozenset[Lack] = frozenset()) -> str:
    return verdicts(Trace(events=tuple(event for part in parts for event in part), lacks=lacks))[rule].status


@pytest.mark.parametrize("rule", ["AP203", "AP204", "AP205", "AP206", "AP207"])
def test_a_missing_reason_is_info_presents_matter_alone(rule: str) -> None:
    assert status(rule, human(), gateway(None, {"customer": "cus_12345abc"}), agent("Done.")) == "not_applicable"


def test_a_missing_reason_is_missing_even_where_the_tool_has_a_parameter_of_that_name() -> None:
    schema = {"inputSchema": {"properties": {"additional_info": {}}}, "name": "create_refund"}
    told = json.dumps({"integration_id": "stripe", "tool": schema})
    look = call("agentport__describe_tool", {"integration_id": "stripe", "tool_name": "create_refund"}, told, step=1)
    assert status("AP201", human(), look, gateway(None, {"additional_info": "x"}, step=2), agent("Done.")) == "fail"


@pytest.mark.parametrize("amount", [2000, 2000.0, "2000", 20, 20.0, "20.00"])
@pytest.mark.parametrize("ask", ["Refund Dana.", "Refund Dana 20.00 EUR.", "Refund 20 € to Dana."])
def test_an_amount_may_count_either_unit_however_its_number_is_written(amount: float | str, ask: str) -> None:
    paid = gateway(f"Refund 20.00 EUR: {WHY}", {"amount": amount, "currency": "eur"})
    assert status("AP207", human(ask), paid, agent("Done.")) == "pass"


@pytest.mark.parametrize(
    ("info", "arguments"),
    [
        ("Dana paid $60.00 and $40.00 by mistake.", {"amount": 10000, "currency": "usd"}),
        ("Dana paid $60.00 where $40.00 were due.", {"amount": 2000, "currency": "usd"}),
        ("Dana was charged twice, $98.00 in all.", {"amount": 4900, "currency": "usd"}),
        ("Dana was charged $49.00 twice.", {"amount": 9800, "currency": "usd"}),
        ("Dana paid $100.00.", {"lines": [{"amount": 6000}, {"amount": 4000}]}),
    ],
)
def test_sums_differences_and_doubles_contradict_nothing(info: str, arguments: Mapping[str, Any]) -> None:
    assert status("AP207", human(), gateway(info, arguments), agent("Done.")) != "fail"


def test_an_amount_that_the_human_named_tells_the_unit() -> None:
    wrong = gateway("Dana gets $4,900.00 back, as she asked.", {"amount": 4900, "currency": "usd"})
    assert status("AP207", human("Refund Dana $49.00."), wrong, agent("Done.")) == "fail"
    assert status("AP207", human("Refund Dana."), wrong, agent("Done.")) == "pass"
    assert (
        status("AP207", human("Refund $0.00."), gateway("$0.00 for Dana, a test.", {"amount": 0}), agent("x")) == "pass"
    )


def test_arguments_that_the_shell_fills_in_cannot_be_judged() -> None:
    schema = '{"integration_id": "s", "tool": {"name": "t", "inputSchema": {"type": "object"}}}'
    look = call("bash", {"command": "ap tools describe --integration s --tool t -o json"}, schema, step=1, code=0)
    run = "ap tools call --integration s --tool t --args \"$(cat args.json)\" --info 'Dana was charged twice.' -o json"
    made = call("bash", {"command": run}, step=2, code=0)
    assert status("AP307", human(), look, made, agent("Done.")) == "not_testable"


@pytest.mark.parametrize(
    ("rule", "parts"),
    [
        ("AP302", [gateway(WHY, {})]),
        ("AP303", [call("agentport__install_integration", {"integration_id": "notion"})]),
        ("AP301", [agent("I don't have access to Notion, and AgentPort is asleep.", 1)]),
    ],
)
def test_the_middle_of_a_conversation_shows_no_beginning(rule: str, parts: list[list[Event]]) -> None:
    assert status(rule, human(), *parts, agent("Done.")) in {"fail", "warn"}
    assert status(rule, human(), *parts, agent("Done."), lacks=frozenset({"history"})) == "not_testable"


def test_a_look_without_a_recorded_answer_was_a_look() -> None:
    look = call("agentport__describe_tool", {"integration_id": "stripe", "tool_name": "create_refund"}, None, step=1)
    made = gateway(WHY, {}, step=2)
    assert status("AP302", human(), look, made, agent("Done."), lacks=frozenset({"results"})) == "pass"
    assert status("AP302", human(), made, look, agent("Done."), lacks=frozenset({"results"})) == "warn"


def test_a_recording_that_stops_leaves_the_sign_in_open() -> None:
    start = call("agentport__start_oauth_flow", {"integration_id": "notion"}, f'{{"authorization_url": "{URL}"}}')
    assert status("AP304", human(), start) == "not_testable"
    assert status("AP304", human(), start, agent("I have started it.")) == "fail"


def test_an_altered_authorization_url_is_the_verbatim_rules_matter() -> None:
    start = call("agentport__start_oauth_flow", {"integration_id": "notion"}, f'{{"authorization_url": "{URL}"}}')
    check = call("agentport__get_auth_status", {"integration_id": "notion"}, '{"connected": true}', step=3)
    shown = agent(f"Please sign in: {URL[:40]}…", 2)
    assert status("AP102", human(), start, shown, check, agent("Done.")) == "fail"
    assert status("AP304", human(), start, shown, check, agent("Done.")) == "pass"


def test_of_two_flows_in_a_turn_the_last_counts() -> None:
    other = URL.replace("k3Jv9", "zz111")
    first = call("agentport__install_integration", {"integration_id": "notion"}, f'{{"authorization_url": "{other}"}}')
    answer = f'{{"authorization_url": "{URL}"}}'
    second = call("agentport__start_oauth_flow", {"integration_id": "notion"}, answer, step=2)
    check = call("agentport__get_auth_status", {"integration_id": "notion"}, '{"connected": true}', step=4)
    assert status("AP304", human("Connect Notion."), first, second, agent(URL, 3), check, agent("Done.")) == "pass"


def test_a_switch_from_one_service_to_another_asks_for_both_steps() -> None:
    remove = call("agentport__uninstall_integration", {"integration_id": "linear"})
    assert status("AP303", human("Switch us from Linear to Jira."), remove, agent("Done.")) == "pass"


def test_what_the_client_lists_exists_and_what_it_adds_is_its_own() -> None:
    made_up = call("mcp__agentport__agentport__export_log", {}, "Unknown tool: agentport__export_log")
    trace = Trace(events=(*human(), *made_up, *agent("Done.")))
    listed = Trace(events=trace.events, known_tools=frozenset({"mcp__agentport__agentport__export_log"}))
    assert verdicts(trace)["AP306"].status == "fail"
    assert verdicts(listed)["AP306"].status == "pass"
    assert (
        status("AP306", human(), call("mcp__agentport__agentport__export_log", {}, "3 entries"), agent("x")) == "pass"
    )
    sign_in = [
        *call("mcp__agentport__agentport__get_auth_status", {}, step=1),
        *call("mcp__agentport__authenticate", {}, "Unknown tool", step=2),
    ]
    assert status("AP306", human(), sign_in, agent("Done.")) == "not_applicable"


@pytest.mark.parametrize(
    "command",
    [
        "AP_OUTPUT=json ap auth status",
        "export AGENTPORT_OUTPUT_FORMAT=json; ap auth status",
        "ap config set default.output=json && ap auth status",
        "ap auth status 2>&1 -o json",
        "ap -o json auth status",
    ],
)
def test_json_is_asked_for_in_many_ways(command: str) -> None:
    assert status("AP401", human(), call("bash", {"command": command}, "{}", code=0), agent("Done.")) == "pass"


def test_a_variable_for_one_call_does_not_hold_for_the_next() -> None:
    first = call("bash", {"command": "AP_OUTPUT=json ap auth status"}, "{}", step=1, code=0)
    second = call("bash", {"command": "ap integrations list --installed"}, "gmail", step=2, code=0)
    assert status("AP401", human(), first, second, agent("Done.")) == "fail"


def test_a_login_that_the_human_is_told_of_and_then_cut_off_is_open() -> None:
    look = call("bash", {"command": "ap auth status -o json"}, '{"logged_in": false}', code=0)
    assert status("AP404", human(), look) == "not_testable"
    assert status("AP404", human(), look, agent("You are not signed in to AgentPort.")) == "pass"


def test_a_client_prompt_gives_no_service_up() -> None:
    from agentport_harness.core.trace import UrlPrompt

    prompt: list[Event] = [UrlPrompt(url=URL, message="No access to Notion yet: sign in.")]
    assert status("AP301", human(), prompt, agent("Please sign in.")) == "not_applicable"
