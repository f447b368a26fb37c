"""gemini-cli."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from agentport_harness.core.agent_client import AgentClient, Setup, SignIn
from agentport_harness.core.json_values import as_object, as_text, parsed

_KEY = "AGENTPORT_API_KEY"


def _files(setup: Setup) -> Mapping[str, str]:
    server: dict[str, object] = {"type": "http", "url": setup.mcp_url, "trust": True}
    if setup.credential == "key":
        server["headers"] = {"X-API-Key": f"${_KEY}"}
    elif setup.credential == "bearer":
        server["headers"] = {"Authorization": f"Bearer ${_KEY}"}
    if setup.tool_timeout is not None:
        server["timeout"] = round(setup.tool_timeout * 1000)
    settings = {
        "mcpServers": {"agentport": server},
        "security": {"auth": {"selectedType": "gemini-api-key"}},
        "privacy": {"usageStatisticsEnabled": False},
        "telemetry": {"enabled": False},
        "general": {"enableAutoUpdate": False, "enableAutoUpdateNotification": False},
    }
    return {".gemini/settings.json": json.dumps(settings, indent=2)}


def _environment(setup: Setup) -> Mapping[str, str]:
    base = {"GOOGLE_GEMINI_BASE_URL": setup.model_url} if setup.model_url else {}
    key = {} if setup.credential == "oauth" else {_KEY: setup.api_key}
    own = {"GEMINI_API_KEY": setup.model_key, "GEMINI_CLI_TRUST_WORKSPACE": "true", "NO_BROWSER": "true"}
    return base | key | own


def _first(setup: Setup, prompt: str) -> Sequence[str]:
    return ("-m", setup.model, "--output-format", "stream-json", "-p", prompt)


def _next(setup: Setup, _session: str, prompt: str) -> Sequence[str]:
    return ("--resume", "latest", *_first(setup, prompt))


def _session_id(printed: str) -> str:
    for line in printed.splitlines():
        if '"session_id"' in line and (found := as_text(as_object(parsed(line)).get("session_id"))):
            return found
    return ""


GEMINI = AgentClient(
    name="gemini",
    title="gemini-cli",
    installer="gemini-cli",
    command="gemini",
    package="@google/gemini-cli",
    version="0.61.0",
    provider="gemini",
    model="gemini-2.5-flash",
    key_variable="GEMINI_API_KEY",
    skills=".agents/skills",
    files=_files,
    environment=_environment,
    first=_first,
    next=_next,
    session_id=_session_id,
    sign_in=SignIn(ready="Type your message", line="/mcp auth agentport", done="Successfully authenticated"),
    recordings=(".gemini/tmp/*/chats/session-*.jsonl",),
)
