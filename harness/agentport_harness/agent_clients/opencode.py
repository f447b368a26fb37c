"""opencode."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from agentport_harness.core.agent_client import AgentClient, Setup, SignIn
from agentport_harness.core.json_values import as_object, as_text, parsed

_KEY, _MODEL_KEY = "AGENTPORT_API_KEY", "AGENTPORT_MODEL_KEY"


def _files(setup: Setup) -> Mapping[str, str]:
    value = f"{{env:{_KEY}}}"
    server: dict[str, object] = {
        "type": "remote",
        "url": setup.mcp_url,
        "enabled": True,
    }
    if setup.credential != "oauth":
        server["oauth"] = False
        server["headers"] = {"X-API-Key": value} if setup.credential == "key" else {"Authorization": f"Bearer {value}"}
    if setup.tool_timeout is not None:
        server["timeout"] = round(setup.tool_timeout * 1000)
    provider = {
        "npm": "@ai-sdk/openai-compatible",
        "name": "model",
        "options": {
            "baseURL": (setup.model_url or "https://api.openai.com") + "/v1",
            "apiKey": f"{{env:{_MODEL_KEY}}}",
        },
        "models": {setup.model: {"name": setup.model, "tool_call": True}},
    }
    settings = {
        "$schema": "https://opencode.ai/config.json",
        "autoupdate": False,
        "share": "disabled",
        "model": f"model/{setup.model}",
        "small_model": f"model/{setup.model}",
        "provider": {"model": provider},
        "mcp": {"agentport": server},
    }
    return {".config/opencode/opencode.json": json.dumps(settings, indent=2)}


def _environment(setup: Setup) -> Mapping[str, str]:
    key = {} if setup.credential == "oauth" else {_KEY: setup.api_key}
    return key | {
        _MODEL_KEY: setup.model_key,
        "OPENCODE_DISABLE_AUTOUPDATE": "1",
        "OPENCODE_DISABLE_LSP_DOWNLOAD": "1",
        "OPENCODE_DISABLE_MODELS_FETCH": "1",
    }


def _first(_setup: Setup, prompt: str) -> Sequence[str]:
    return ("run", "--format", "json", "--title", "session", "--", prompt)


def _next(_setup: Setup, session: str, prompt: str) -> Sequence[str]:
    return ("run", "--format", "json", "--session", session, "--", prompt)


def _session_id(printed: str) -> str:
    for line in printed.splitlines():
        if '"sessionID"' in line and (found := as_text(as_object(parsed(line)).get("sessionID"))):
            return found
    return ""


OPENCODE = AgentClient(
    name="opencode",
    title="opencode",
    installer="opencode",
    command="opencode",
    package="opencode-ai",
    version="1.18.33",
    provider="openai",
    model="scripted",
    key_variable="OPENAI_API_KEY",
    skills=".agents/skills",
    files=_files,
    environment=_environment,
    first=_first,
    next=_next,
    session_id=_session_id,
    sign_in=SignIn(arguments=("mcp", "auth", "agentport")),
    export=lambda session: ("export", session),
)
