"""What single calls and answers mean: names, arguments, commands, requests and wordings one by one."""

from __future__ import annotations

import dataclasses
import json
import shlex
from typing import Any

import pytest

from agentport_harness.core.calls import (
    ApCommand,
    AuthStatus,
    Await,
    CallTool,
    Decide,
    Discover,
    Elsewhere,
    Install,
    Meaning,
    UnknownGatewayTool,
)
from agentport_harness.core.session import Action
from agentport_harness.core.trace import HumanMessage, ToolCall, ToolResult, Trace
from agentport_harness.surfaces.names import ToolName, direct_tool, read_name
from agentport_harness.surfaces.reading import read_outcome, read_session

ID = "3f2a91c4-7b1e-4c55-9d0a-5e6f708192a3"
URL = f"https://gw.example/approve/{ID}"


def actions(tool: str, arguments: Any, server: str = "", **answer: Any) -> tuple[Action, ...]:
    call = ToolCall(call_id="1", tool=tool, server=server, arguments=arguments, step=1)
    results = (ToolResult(call_id="1", text=answer.pop("text", ""), **answer),) if answer else ()
    return read_session(Trace(events=(call, *results))).actions


def meaning(tool: str, arguments: Any, server: str = "") -> Meaning:
    [action] = actions(tool, arguments, server)
    return action.meaning


def shell(command: str, **answer: Any) -> tuple[Action, ...]:
    return actions("bash", {"command": command}, **answer)


# --- names ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("recorded", "beside", "server", "tool", "meta"),
    [
        ("agentport__call_tool", "", "", "agentport__call_tool", "call_tool"),
        ("agentport__call_tool", "mcp__gw__", "gw", "agentport__call_tool", "call_tool"),
        ("mcp__gw__agentport__call_tool", "", "gw", "agentport__call_tool", "call_tool"),
        ("mcp__agentport__agentport__call_tool", "", "agentport", "agentport__call_tool", "call_tool"),
        ("agentport_agentport__call_tool", "", "agentport", "agentport__call_tool", "call_tool"),
        ("mcp_gw_agentport__await_approval", "", "gw", "agentport__await_approval", "await_approval"),
        ("gw.agentport__describe_tool", "", "gw", "agentport__describe_tool", "describe_tool"),
        ("agentport__brand_new", "", "", "agentport__brand_new", "brand_new"),
        ("mcp__gw__stripe__create_refund", "", "gw", "stripe__create_refund", ""),
        ("stripe__create_refund", "gw", "gw", "stripe__create_refund", ""),
        ("agentport__stripe__create_refund", "", "", "agentport__stripe__create_refund", ""),
        ("agentport__", "", "", "agentport__", ""),
        ("notagentport__call_tool", "", "", "notagentport__call_tool", ""),
        ("read_file", "", "", "read_file", ""),
    ],
)
def test_a_rewritten_name_is_read_back(recorded: str, beside: str, server: str, tool: str, meta: str) -> None:
    assert read_name(recorded, beside) == ToolName(server=server, tool=tool, meta=meta)


@pytest.mark.parametrize(
    ("name", "gateways", "expected"),
    [
        (ToolName(server="gw", tool="stripe__create_refund"), ["gw"], ("stripe", "create_refund")),
        (ToolName(server="", tool="gw_stripe__create_refund"), ["gw"], ("stripe", "create_refund")),
        (ToolName(server="", tool="mcp_gw_stripe__create__refund"), ["gw"], ("stripe", "create__refund")),
        (ToolName(server="other", tool="stripe__create_refund"), ["gw"], None),
        (ToolName(server="", tool="stripe__create_refund"), ["gw"], None),
        (ToolName(server="gw", tool="create_refund"), ["gw"], None),
        (ToolName(server="gw", tool="__create_refund"), ["gw"], None),
        (ToolName(server="gw", tool="stripe__"), ["gw"], None),
    ],
)
def test_a_direct_tool_is_one_on_a_server_known_to_be_the_gateway(
    name: ToolName, gateways: list[str], expected: tuple[str, str] | None
) -> None:
    assert direct_tool(name, gateways) == expected


def test_a_server_is_known_to_be_the_gateway_by_its_other_tools() -> None:
    direct = ToolCall(call_id="1", tool="mcp__gw__stripe__create_refund", arguments={}, step=1)
    alone = Trace(events=(direct,))
    beside = Trace(events=(direct, ToolCall(call_id="2", tool="mcp__gw__agentport__call_tool", arguments={}, step=2)))
    listed = Trace(events=(direct,), known_tools=frozenset({"mcp__gw__agentport__call_tool"}))
    assert isinstance(read_session(alone).actions[0].meaning, Elsewhere)
    assert isinstance(read_session(beside).actions[0].meaning, CallTool)
    assert isinstance(read_session(listed).actions[0].meaning, CallTool)


# --- meta tools ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tool", "given", "expected"),
    [
        ("get_integration", {"integration_id": "x"}, Discover(surface="meta", kind="integration", integration="x")),
        ("uninstall_integration", {"integration_id": "x"}, Install(surface="meta", kind="uninstall", integration="x")),
        ("start_oauth_flow", {"integration_id": "x"}, Install(surface="meta", kind="start_oauth", integration="x")),
        ("get_auth_status", {"integration_id": "x"}, AuthStatus(surface="meta", integration="x")),
        ("list_everything", {}, UnknownGatewayTool(surface="meta", name="list_everything")),
        ("call_tool", "garbage", CallTool(surface="meta", integration="", tool="", arguments={}, info=None)),
        (
            "call_tool",
            {"arguments": {"additional_info": "why"}, "additional_info": 3},
            CallTool(
                surface="meta",
                integration="",
                tool="",
                arguments={"additional_info": "why"},
                info="",
                info_inside="why",
            ),
        ),
    ],
)
def test_a_meta_tool_means_what_it_does(tool: str, given: Any, expected: Meaning) -> None:
    assert meaning(f"agentport__{tool}", given) == expected


# --- commands ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("ap tools list stripe -o json", Discover(surface="shell", kind="tools", integration="stripe")),
        (
            "ap tools describe stripe create_refund",
            Discover(surface="shell", kind="describe", integration="stripe", tool="create_refund", json_output=False),
        ),
        (
            "ap integrations list --available --query pay -o=json",
            Discover(surface="shell", kind="available", query="pay"),
        ),
        (
            "ap integrations remove --integration x --yes -ojson",
            Install(surface="shell", kind="uninstall", integration="x"),
        ),
        ("ap integrations auth-status x --json", AuthStatus(surface="shell", integration="x")),
        (f"ap approvals approve {ID}", Decide(surface="shell", how="ap approvals approve", request_id=ID)),
        ("ap tool-approvals deny", Decide(surface="shell", how="ap tool-approvals deny")),
        ("ap auth login", ApCommand(words=("auth", "login"), json_output=False)),
        ("ap tools call --help", ApCommand(words=("help", "tools", "call"))),
        ("ap", ApCommand(words=(), json_output=False)),
        ("ap auth status > /dev/null 2>&1", ApCommand(words=("auth", "status"))),
        ("ap auth status >/dev/null", ApCommand(words=("auth", "status"))),
        ("ap auth status 2>", ApCommand(words=("auth", "status"), json_output=False)),
        ("ap auth status - 2>errors", ApCommand(words=("auth", "status", "-"), json_output=False)),
        (
            "ap tools call --integration s --tool t --args '{broken' --wait --format json",
            CallTool(surface="shell", integration="s", tool="t", arguments="{broken", info=None, waits=True),
        ),
        (
            'ap tools call --integration s --tool t --args \'{"additional_info": "why"}\' --info',
            CallTool(
                surface="shell",
                integration="s",
                tool="t",
                arguments={"additional_info": "why"},
                info="",
                info_inside="why",
                json_output=False,
            ),
        ),
        (f"ap tools await-approval --approval-url={URL} -o json", Await(surface="shell", request_id=URL, by_url=True)),
    ],
)
def test_an_ap_command_means_what_it_does(command: str, expected: Meaning) -> None:
    [action] = shell(command)
    assert action.meaning == expected


@pytest.mark.parametrize(
    "command",
    [
        "ap auth login",
        "sudo -E ap auth login",
        "AP_URL=x ap auth login",
        "env A=1 ap auth login",
        "timeout 30 ap auth login",
        "timeout -k 5 30 sudo -u root ap auth login",
        "cd /tmp && ap auth login",
        "echo hi; ap auth login | cat",
        "(ap auth login)",
        "bash -lc 'ap auth login'",
        "sh -c \"bash -c 'ap auth login'\"",
        "echo $(ap auth login)",
        "echo `ap auth login`",
        "/usr/local/bin/ap auth \\\n login",
        "npx ap auth login",
        "cat <<EOF\nx\nEOF\nap auth login",
    ],
)
def test_an_ap_command_is_found_where_shells_hide_it(command: str) -> None:
    assert any(
        isinstance(action.meaning, ApCommand) and action.meaning.words[:2] == ("auth", "login")
        for action in shell(command)
    )


@pytest.mark.parametrize(
    "command",
    [
        "git status",
        "echo ap-tools",
        "cat map.txt",
        "bash script.sh",
        "sh -x ap",
        "bash -c # ap",
        "env",
        "timeout",
        "",
        "grep ap 'unclosed",
    ],
)
def test_other_commands_are_elsewhere(command: str) -> None:
    [action] = shell(command)
    assert action.meaning == Elsewhere(name="bash", command=command)


def test_a_list_of_words_a_script_and_a_bare_text_are_commands_too() -> None:
    login = ApCommand(words=("auth", "login"), json_output=False)
    assert meaning("shell", {"command": ["ap", "auth", "login"]}) == login
    assert meaning("exec_command", {"cmd": "ap auth login"}) == login
    assert meaning("bash", "ap auth login") == login
    assert meaning("bash", {"timeout": 3}) == Elsewhere(name="bash", command="")


def test_two_commands_of_one_call_are_two_actions_each_with_its_own_announcement() -> None:
    call = "ap tools call --integration s --tool {} --args '{{}}' --info why -o json"
    other = URL.replace("3f2a", "77aa")
    found = shell(
        f"{call.format('a')}; {call.format('b')}; {call.format('c')}",
        text=f"Approval required: {URL}\nApproval required: {other}",
        exit_code=2,
    )
    assert [action.part for action in found] == [0, 1, 2]
    assert [action.outcome.approval_url for action in found] == [URL, other, ""]


CALL = "ap tools call --integration s --tool t --args '{}' --info why -o json"
WAIT = f"ap tools await-approval --request-id {ID} -o json"


@pytest.mark.parametrize(
    ("command", "text", "code", "kind"),
    [
        (CALL, '{"ok": true}', 0, "executed"),
        (CALL, '{"ok": true}', None, "executed"),
        (CALL, f"Approval required: {URL}", 2, "approval_required"),
        (CALL, "Approval required: https://gw.example/decide/7", 2, "approval_required"),
        (CALL, f"Approval still pending: {URL}", 2, "still_pending"),
        (CALL, "This tool has been blocked and cannot be executed.", 1, "denied_by_policy"),
        (CALL, "This tool call was denied by the human.", 1, "denied_by_human"),
        (CALL, "The request is denied", 1, "denied_by_human"),
        (CALL, "The request expired", 1, "expired"),
        (CALL, "already consumed", 1, "consumed"),
        (CALL, "tool not found", 1, "not_found"),
        (CALL, "boom", 1, "failed"),
        (CALL, "Not logged in.", 1, "not_logged_in"),
        (CALL, "run `ap auth login` first", None, "not_logged_in"),
        (WAIT, '{"status": "approved"}', 0, "approved"),
        (WAIT, "approved", None, "approved"),
        (WAIT, f"Approval still pending: {URL}", None, "still_pending"),
        (WAIT, "", 2, "still_pending"),
        (WAIT, '{"status": "denied"}', 1, "denied_by_human"),
        (WAIT, '{"status": "expired"}', 1, "expired"),
        ("ap auth status -o json", '{"logged_in": false}', 0, "not_logged_in"),
        ("ap auth status -o json", '{"email": "dana@example.com"}', 0, "executed"),
        ("ap integrations list --installed -o json", "You are not signed in", 1, "not_logged_in"),
        ("git push", "rejected", 1, "failed"),
        ("git push", "ok", 0, "executed"),
    ],
)
def test_the_answer_to_a_command_means_what_code_and_words_say(
    command: str, text: str, code: int | None, kind: str
) -> None:
    [action] = shell(command, text=text, exit_code=code)
    assert action.outcome.kind == kind


def test_an_announced_url_that_is_no_approval_page_still_names_a_request() -> None:
    [action] = shell(CALL, text="Approval required: https://gw.example/decide/7788", exit_code=2)
    assert (action.outcome.approval_url, action.outcome.request_id) == ("https://gw.example/decide/7788", "7788")


def test_an_install_on_the_command_line_names_the_page_to_sign_in_at() -> None:
    page = "https://idp.example/authorize?x=1"
    [action] = shell(
        "ap integrations install linear -o json", text=json.dumps({"authorization_url": page}), exit_code=0
    )
    assert action.outcome.authorization_url == page


# --- requests ------------------------------------------------------------------------------------------------------

API = "https://gw.example/api"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"url": f"{API}/tools"}, Discover(surface="rest", kind="tools")),
        ({"url": f"{API}/tools/stripe"}, Discover(surface="rest", kind="tools", integration="stripe")),
        ({"path": "/api/installed"}, Discover(surface="rest", kind="installed")),
        ({"uri": f"{API}/integrations"}, Discover(surface="rest", kind="available")),
        (
            {"url": f"{API}/installed/linear", "method": "delete"},
            Install(surface="rest", kind="uninstall", integration="linear"),
        ),
        (
            {"url": f"{API}/installed", "method": "POST", "json": {"integration_id": "linear", "token": "t"}},
            Install(surface="rest", kind="install", integration="linear", token="t"),
        ),
        (
            {"url": f"{API}/tool-approvals/requests/{ID}/approve-once", "method": "POST"},
            Decide(surface="rest", how=f"POST {API}/tool-approvals/requests/{ID}/approve-once", request_id=ID),
        ),
        ({"url": URL}, Decide(surface="rest", how=f"GET {URL}", request_id=ID)),
        (
            {"url": f"{API}/tools/stripe/call", "method": "POST", "body": '{"args": {"additional_info": "why"}}'},
            CallTool(
                surface="rest",
                integration="stripe",
                tool="",
                arguments={"additional_info": "why"},
                info=None,
                info_inside="why",
            ),
        ),
        (
            {"url": f"{API}/tools/stripe/call", "method": "POST"},
            CallTool(surface="rest", integration="stripe", tool="", arguments={}, info=None),
        ),
        ({"url": f"{API}/logs"}, Elsewhere(name="http_request", command=f"{API}/logs")),
        (
            {"url": f"{API}/integrations", "method": "POST"},
            Elsewhere(name="http_request", command=f"{API}/integrations"),
        ),
        ({"method": "GET"}, Elsewhere(name="http_request")),
    ],
)
def test_a_request_means_what_path_and_body_say(given: Any, expected: Meaning) -> None:
    assert meaning("http_request", given) == expected


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (f"curl {API}/tools/stripe", Discover(surface="rest", kind="tools", integration="stripe")),
        (f"curl -H 'X-API-Key: k' -o out {API}/installed", Discover(surface="rest", kind="installed")),
        (f"wget --post-data '{{}}' {API}/tool-approvals/requests/{ID}/await", Await(surface="rest", request_id=ID)),
        ("http POST gw.example/api/installed", Install(surface="rest", kind="install", integration="")),
        (f"curl -X DELETE {API}/installed/x", Install(surface="rest", kind="uninstall", integration="x")),
        (f"xdg-open {URL}", Decide(surface="rest", how=f"GET {URL}", request_id=ID)),
    ],
)
def test_a_request_by_a_shell_command_means_the_same(command: str, expected: Meaning) -> None:
    [action] = shell(command)
    assert action.meaning == expected


@pytest.mark.parametrize("command", ["curl", "curl -X", "curl https://other.example/x", "xdg-open https://a.example"])
def test_a_request_to_somebody_else_is_elsewhere(command: str) -> None:
    [action] = shell(command)
    assert isinstance(action.meaning, Elsewhere)


def test_a_browser_on_an_approval_page_decides() -> None:
    assert isinstance(meaning("browser_navigate", {"url": URL}), Decide)
    assert meaning("browser_click", {"on": [URL]}) == Decide(surface="rest", how=f"browser_click {URL}")
    assert isinstance(meaning("browser_click", {"on": "Save"}), Elsewhere)


@pytest.mark.parametrize(
    ("path", "body", "status", "kind"),
    [
        ("/tools/s/call", {"content": [], "isError": True}, 200, "upstream_failed"),
        ("/tools/s/call", {"detail": "x"}, 502, "upstream_failed"),
        ("/tools/s/call", {"detail": "x"}, 404, "not_found"),
        ("/tools/s/call", {"detail": "x"}, 500, "failed"),
        ("/tools/s/call", {"detail": {"error": "denied", "message": "by the human"}}, 403, "denied_by_human"),
        ("/tools/s/call", {"error": "denied", "message": "blocked"}, 403, "denied_by_policy"),
        (f"/tool-approvals/requests/{ID}/await", {"status": "approved_once"}, 200, "approved"),
        (f"/tool-approvals/requests/{ID}/await", {"status": "consumed"}, 200, "consumed"),
        (f"/tool-approvals/requests/{ID}/await", {"detail": "x"}, 404, "not_found"),
        (f"/tool-approvals/requests/{ID}/await", {"detail": "x"}, 500, "failed"),
        (f"/tool-approvals/requests/{ID}/await", None, 500, "failed"),
    ],
)
def test_the_answer_to_a_request_means_what_body_and_status_say(path: str, body: Any, status: int, kind: str) -> None:
    text = "no body" if body is None else f"HTTP {status}\n{json.dumps(body)}"
    [action] = actions("http_request", {"url": f"{API}{path}", "method": "POST"}, text=text, status=status)
    assert action.outcome.kind == kind


# --- wordings ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tool", "text", "is_error", "kind"),
    [
        ("call_tool", "Refunded.", None, "executed"),
        ("call_tool", "It failed", True, "upstream_failed"),
        ("await_approval", "It failed", True, "failed"),
        ("call_tool", f"Approval is needed: {URL}", None, "approval_required"),
        ("call_tool", f"See {URL}", None, "executed"),
        ("call_tool", "Tool call failed: 500", None, "upstream_failed"),
        ("await_approval", f"Approval request '{ID}' is 'approved' and cannot be awaited", True, "approved"),
        ("await_approval", f"Approval request '{ID}' is 'consumed' and cannot be awaited", True, "consumed"),
        ("await_approval", f"Approval request '{ID}' is 'auto' and cannot be awaited", True, "not_awaitable"),
        ("await_approval", f"Approval request '{ID}' not found.", True, "not_found"),
        ("await_approval", f"The approval request {ID} is still pending", None, "still_pending"),
        ("await_approval", f"The approval request {ID} expired", None, "expired"),
        ("call_tool", "The request for tea expired", None, "executed"),
        ("call_tool", '{"outcome": "denied_by_policy"}', True, "denied_by_policy"),
        ("call_tool", '{"outcome": "odd"}', None, "executed"),
        ("call_tool", '{"outcome": "executed"}', True, "upstream_failed"),
        ("await_approval", "Approved. Make the identical call again to run it.", None, "approved"),
        ("call_tool", "timed out awaiting tools/call after 60s", True, "client_timeout"),
        ("call_tool", "timed out awaiting tools/call after 60s", None, "executed"),
        ("call_tool", "MCP error -32000: Connection closed", True, "transport"),
        ("call_tool", "The user doesn't want to proceed", True, "client_refused"),
        ("call_tool", "[Request interrupted by user]", True, "cancelled"),
    ],
)
def test_an_answer_in_words_means_what_known_gateways_and_clients_mean(
    tool: str, text: str, is_error: bool | None, kind: str
) -> None:
    [action] = actions(f"agentport__{tool}", {"request_id": ID}, text=text, is_error=is_error)
    assert action.outcome.kind == kind


def test_a_structured_answer_is_believed_before_the_words() -> None:
    structured = {"outcome": "executed", "replayed": True, "retry_runs": True, "request_id": ID}
    [action] = actions(
        "agentport__await_approval", {"request_id": ID}, text="denied by the human", structured=structured
    )
    outcome = action.outcome
    assert (outcome.kind, outcome.replayed, outcome.retry_runs, outcome.request_id) == ("executed", True, True, ID)


@pytest.mark.parametrize(
    "answer",
    [
        {"structured": {"authorization_url": "https://idp.example/authorize?a=1"}},
        {"text": '{"authorization_url": "https://idp.example/authorize?a=1"}'},
        {"text": "authorization_url: https://idp.example/authorize?a=1"},
        {"structured": {"outcome": "executed", "authorization_url": "https://idp.example/authorize?a=1"}},
    ],
)
def test_the_page_to_sign_in_at_is_found_in_any_form_of_answer(answer: dict[str, Any]) -> None:
    [action] = actions("agentport__install_integration", {"integration_id": "x"}, **answer)
    assert action.outcome.authorization_url == "https://idp.example/authorize?a=1"


# --- sessions ------------------------------------------------------------------------------------------------------


def test_the_nth_result_of_an_id_answers_its_nth_call() -> None:
    def call(tool: str) -> ToolCall:
        return ToolCall(call_id="1", tool=tool, arguments={}, step=1)

    def result(text: str) -> ToolResult:
        return ToolResult(call_id="1", text=text)

    trace = Trace(events=(result("too soon"), call("a"), call("b"), result("A"), result("B"), result("too many")))
    first, second = read_session(trace).actions
    assert (first.result_seq, second.result_seq) == (3, 4)


def test_a_result_without_a_call_and_an_empty_trace_are_sessions_too() -> None:
    assert read_session(Trace(events=())).turns[0].number == 1
    assert read_session(Trace(events=(ToolResult(call_id="1", text=""), HumanMessage(text="hi")))).actions == ()


def test_one_answer_is_read_outside_a_session_too() -> None:
    call = ToolCall(call_id="1", tool="stripe__create_refund", server="gw", arguments={}, step=1)
    assert read_outcome(call, ToolResult(call_id="1", text="", structured={"outcome": "expired"})).kind == "expired"
    several = ToolCall(call_id="1", tool="bash", arguments={"command": "ap auth status -o json; git push"}, step=1)
    assert read_outcome(several, ToolResult(call_id="1", text="Not logged in.", exit_code=1)).kind == "not_logged_in"


def test_shells_in_shells_are_followed_a_few_levels_and_no_deeper() -> None:
    command = "ap auth login"
    found = []
    for _ in range(7):
        command = shlex.join(["bash", "-c", command])
        found.append(isinstance(shell(command)[0].meaning, ApCommand))
    assert found == [True, True, True, True, False, False, False]


# --- scripts of code mode ------------------------------------------------------------------------------------------

SCRIPT = "await tools.mcp__gw__agentport__call_tool({})"
INSIDE = ToolCall(call_id="2", tool="agentport__call_tool", server="gw", arguments={}, step=1)


@pytest.mark.parametrize(
    ("tool", "arguments", "others", "read"),
    [
        ("exec", SCRIPT, (INSIDE,), ["agentport__call_tool"]),
        ("exec", SCRIPT, (ToolResult(call_id="1", text=""), INSIDE), ["exec", "agentport__call_tool"]),
        ("exec", SCRIPT, (ToolCall(call_id="2", tool="exec_command", arguments={}, step=1),), ["exec", "exec_command"]),
        ("exec", SCRIPT, (dataclasses.replace(INSIDE, step=2),), ["exec", "agentport__call_tool"]),
        ("exec", "1 + 1", (INSIDE,), ["exec", "agentport__call_tool"]),
        ("exec", {"command": SCRIPT}, (INSIDE,), ["exec", "agentport__call_tool"]),
        ("run", SCRIPT, (INSIDE,), ["run", "agentport__call_tool"]),
    ],
    ids=["inside", "answered before", "no gateway", "another answer", "no tools", "a command", "another name"],
)
def test_a_script_is_no_action_where_what_it_called_of_the_gateway_is_recorded(
    tool: str, arguments: Any, others: tuple[ToolCall | ToolResult, ...], read: list[str]
) -> None:
    call = ToolCall(call_id="1", tool=tool, arguments=arguments, step=1)
    assert [action.call.tool for action in read_session(Trace(events=(call, *others))).actions] == read
