"""Traces that nobody ought to write: out of order, contradictory, garbled, and full of what gateways are called."""

from __future__ import annotations

from typing import Any, get_args

from hypothesis import strategies as st

from agentport_harness.core.trace import (
    AgentMessage,
    Decision,
    Event,
    Fault,
    HumanMessage,
    Lack,
    ToolCall,
    ToolResult,
    Trace,
    TurnEnd,
    UpstreamCall,
    UrlPrompt,
)

ID = "3f2a91c4-7b1e-4c55-9d0a-5e6f708192a3"
URL = f"https://gw.example/approve/{ID}"
_FRAGMENTS = (
    URL,
    URL[:40],
    f"[{URL}](https://evil.example/)",
    f"Approval required: {URL}",
    "Approval required:",
    f"Still pending {ID}",
    f'{{"outcome": "approval_required", "request_id": "{ID}", "approval_url": "{URL}"}}',
    '{"outcome": "executed"}',
    '{"outcome": 3, "request_id": [], "approval_url": {}}',
    f'{{"error": "approval_required", "approval_request_id": "{ID}", "approval_url": "{URL}"}}',
    '{"status": "approved"}',
    "This tool call was denied by the human.",
    "This tool has been blocked and cannot be executed.",
    f"Approval request '{ID}' is 'consumed' and cannot be awaited",
    f"Approval request '{ID}' not found.",
    "Tool call failed: 500",
    "Not logged in. Run `ap auth login`.",
    "authorization_url https://idp.example/oauth/authorize?x=1",
    "Stop.",
    "Please approve.",
    "19,99 € 1999 USD dana@example.com sk_live_4eC39HqLyjWDarjtT1zdp7dc 4111 1111 1111 1111",
    "[" * 300,
    "{" * 300,
    "(" * 300,
    "\x00",
    "\ud800",
    "\u202e\u200b\ufeff",
    "ﬁ\u0301" * 9,
)
_SHELL = (
    "ap tools call --integration stripe --tool create_refund --args '{\"amount\": 1}' --info why -o json",
    "ap tools call --args '{' --info",
    "ap tools call --wait --args [] --integration",
    f"ap tools await-approval --approval-url {URL}",
    f"ap tools await-approval --request-id {ID} && ap",
    "ap approvals approve-once",
    "ap integrations install --token x --integration",
    "ap -- -o",
    "ap",
    f"curl -X POST https://gw.example/api/tool-approvals/requests/{ID}/approve-once",
    "curl -d '{' https://gw.example/api/tools/stripe/call",
    "curl -d",
    "curl http://[::1",
    "bash -c 'bash -c \"ap tools call\"'",
    "$(ap auth login) `ap",
    "timeout 5 sudo env A=1",
    "timeout",
    "'unclosed",
    ";;;|||&&&",
    "\\",
    f"xdg-open {URL}",
)
_TOOLS = (
    "agentport__call_tool",
    "mcp__agentport__agentport__await_approval",
    "agentport_agentport__call_tool",
    "mcp_agentport_agentport__describe_tool",
    "agentport__list_integration_tools",
    "agentport__install_integration",
    "agentport__start_oauth_flow",
    "agentport__get_auth_status",
    "agentport__nonsense",
    "agentport__",
    "mcp__gw__stripe__create_refund",
    "stripe__create_refund",
    "__",
    "",
    "bash",
    "mcp__x__shell",
    "http_request",
    "webfetch",
    "browser_navigate",
    "computer",
    "read_file",
    "exec",
)
_NAMES = (
    "integration_id", "tool_name", "arguments", "additional_info", "request_id", "token", "auth_method", "query",
    "command", "cmd", "url", "method", "body", "amount", "currency", "to",
)  # fmt: skip

texts = st.lists(
    st.one_of(
        st.sampled_from(_FRAGMENTS),
        st.sampled_from(_SHELL),
        st.text(st.characters(exclude_categories=()), max_size=12),
        st.sampled_from((" ", "\n", "")),
    ),
    max_size=4,
).map("".join)
_words = st.one_of(st.sampled_from(("stripe", "create_refund", ID, URL, "oauth", "token", "POST")), texts)
json_values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), _words),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.one_of(st.sampled_from(_NAMES), texts), inner, max_size=4)
    ),
    max_leaves=8,
)
_schemas = st.fixed_dictionaries(
    {
        "integration_id": _words,
        "tools": json_values,
        "tool": st.fixed_dictionaries({"name": _words, "inputSchema": json_values}),
    }
)
arguments = st.one_of(
    json_values,
    st.fixed_dictionaries(
        {},
        optional={
            "integration_id": _words,
            "tool_name": _words,
            "arguments": json_values,
            "additional_info": json_values,
            "request_id": _words,
            "command": st.one_of(st.sampled_from(_SHELL), json_values),
            "url": _words,
        },
    ),
    st.sampled_from(_SHELL).map(lambda text: {"command": text}),
)
_ids = st.sampled_from(("1", "2", "3", "", "\x00"))
_steps = st.integers(min_value=-2, max_value=9)
_actors = st.sampled_from(("", "", "", "helper"))
_servers = st.sampled_from(("", "", "agentport", "gw", "mcp__agentport", "_"))
_times = st.one_of(st.none(), st.floats())

events: st.SearchStrategy[Event] = st.one_of(
    st.builds(HumanMessage, text=texts, time=_times),
    st.builds(AgentMessage, text=texts, step=_steps, actor=_actors),
    st.builds(
        ToolCall,
        call_id=_ids,
        tool=st.one_of(st.sampled_from(_TOOLS), texts),
        arguments=arguments,
        step=_steps,
        server=_servers,
        actor=_actors,
    ),
    st.builds(
        ToolResult,
        call_id=_ids,
        text=texts,
        structured=st.one_of(st.none(), json_values, _schemas),
        is_error=st.sampled_from((None, True, False)),
        exit_code=st.one_of(st.none(), st.integers(-1, 3)),
        status=st.sampled_from((None, 200, 403, 404, 502, -1)),
        fault=st.sampled_from(get_args(Fault)),
    ),
    st.builds(UrlPrompt, url=_words, message=texts),
    st.builds(Decision, request_id=_words, decision=st.sampled_from(("approve_once", "allow_tool", "deny"))),
    st.builds(UpstreamCall, integration=_words, tool=_words, arguments=json_values),
    st.builds(TurnEnd),
)

traces: st.SearchStrategy[Trace] = st.builds(
    Trace,
    events=st.lists(events, max_size=14).map(tuple),
    source=texts,
    session_id=texts,
    input_format=texts,
    lacks=st.frozensets(st.sampled_from(get_args(Lack)), max_size=2),
    gateway_servers=st.frozensets(st.sampled_from(("gw", "agentport", "", "(")), max_size=2),
    known_tools=st.frozensets(st.sampled_from(_TOOLS), max_size=2),
)
