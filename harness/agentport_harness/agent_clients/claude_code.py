"""Claude Code."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from agentport_harness.core.agent_client import AgentClient, Setup, SignIn
from agentport_harness.core.json_values import as_object, as_text, parsed

_KEY = "AGENTPORT_API_KEY"


def _files(setup: Setup) -> Mapping[str, str]:
    server: dict[str, object] = {"type": "http", "url": setup.mcp_url}
    if setup.credential == "key":
        server["headers"] = {"X-API-Key": f"${{{_KEY}}}"}
    elif setup.credential == "bearer":
        server["headers"] = {"Authorization": f"Bearer ${{{_KEY}}}"}
    if setup.tool_timeout is not None:
        server["timeout"] = round(setup.tool_timeout * 1000)
    state = {"hasCompletedOnboarding": True, "mcpServers": {"agentport": server}}
    settings = {"permissions": {"allow": ["mcp__agentport__*"]}}
    return {
        ".claude.json": json.dumps(state, indent=2),
        ".claude/settings.json": json.dumps(settings, indent=2),
    }


def _environment(setup: Setup) -> Mapping[str, str]:
    base = {"ANTHROPIC_BASE_URL": setup.model_url} if setup.model_url else {}
    key = {} if setup.credential == "oauth" else {_KEY: setup.api_key}
    return (
        base
        | key
        | {
            "ANTHROPIC_API_KEY": setup.model_key,
            "DISABLE_AUTOUPDATER": "1",
            "DISABLE_TELEMETRY": "1",
            "DISABLE_ERROR_REPORTING": "1",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        }
    )


def _first(setup: Setup, prompt: str) -> Sequence[str]:
    return ("-p", prompt, "--output-format", "stream-json", "--verbose", "--model", setup.model)


def _next(setup: Setup, session: str, prompt: str) -> Sequence[str]:
    return (*_first(setup, prompt), "--resume", session)


def _session_id(printed: str) -> str:
    for line in printed.splitlines():
        if '"session_id"' in line and (found := as_text(as_object(parsed(line)).get("session_id"))):
            return found
    return ""


def _connects(printed: str) -> str:
    for line in printed.splitlines():
        fields = as_object(parsed(line)) if '"mcp_servers"' in line else {}
        servers = fields.get("mcp_servers")
        for server in map(as_object, servers if isinstance(servers, list) else ()):
            if server.get("name") == "agentport":
                return as_text(server.get("status"))
    return ""


CLAUDE_CODE = AgentClient(
    name="claude-code",
    title="Claude Code",
    installer="claude-code",
    command="claude",
    package="@anthropic-ai/claude-code",
    version="2.1.330",
    provider="anthropic",
    model="claude-sonnet-4-5",
    key_variable="ANTHROPIC_API_KEY",
    skills=".claude/skills",
    files=_files,
    environment=_environment,
    first=_first,
    next=_next,
    session_id=_session_id,
    sign_in=SignIn(arguments=("mcp", "login", "agentport")),
    recordings=(".claude/projects/*/*.jsonl",),
    connects=_connects,
)
