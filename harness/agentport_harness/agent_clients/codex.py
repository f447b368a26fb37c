"""Codex CLI."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from agentport_harness.core.agent_client import AgentClient, Setup, SignIn
from agentport_harness.core.json_values import as_object, as_text, parsed

_KEY, _MODEL_KEY = "AGENTPORT_API_KEY", "AGENTPORT_MODEL_KEY"


def _files(setup: Setup) -> Mapping[str, str]:
    credential = {
        "key": [f'env_http_headers = {{ "X-API-Key" = "{_KEY}" }}'],
        "bearer": [f'bearer_token_env_var = "{_KEY}"'],
        "oauth": [],
    }[setup.credential]
    limit = [] if setup.tool_timeout is None else [f"tool_timeout_sec = {setup.tool_timeout:g}"]
    lines = [
        f"model = {json.dumps(setup.model)}",
        'model_provider = "model"',
        "check_for_update_on_startup = false",
        'mcp_oauth_credentials_store = "file"',
        "",
        "[analytics]",
        "enabled = false",
        "",
        "[model_providers.model]",
        'name = "model"',
        f"base_url = {json.dumps((setup.model_url or 'https://api.openai.com') + '/v1')}",
        f'env_key = "{_MODEL_KEY}"',
        'wire_api = "responses"',
        "",
        "[mcp_servers.agentport]",
        f"url = {json.dumps(setup.mcp_url)}",
        *credential,
        'default_tools_approval_mode = "approve"',
        "required = true",
        *limit,
        "",
    ]
    return {".codex/config.toml": "\n".join(lines)}


def _environment(setup: Setup) -> Mapping[str, str]:
    key = {} if setup.credential == "oauth" else {_KEY: setup.api_key}
    return key | {_MODEL_KEY: setup.model_key}


def _first(_setup: Setup, prompt: str) -> Sequence[str]:
    return ("exec", "--json", "--skip-git-repo-check", "--", prompt)


def _next(_setup: Setup, session: str, prompt: str) -> Sequence[str]:
    return ("exec", "resume", "--json", "--skip-git-repo-check", session, "--", prompt)


def _session_id(printed: str) -> str:
    for line in printed.splitlines():
        if '"thread.started"' in line and (found := as_text(as_object(parsed(line)).get("thread_id"))):
            return found
    return ""


CODEX = AgentClient(
    name="codex",
    title="Codex CLI",
    installer="codex",
    command="codex",
    package="@openai/codex",
    version="0.169.0",
    provider="openai",
    model="scripted",
    key_variable="OPENAI_API_KEY",
    skills=".agents/skills",
    files=_files,
    environment=_environment,
    first=_first,
    next=_next,
    session_id=_session_id,
    sign_in=SignIn(arguments=("mcp", "login", "agentport")),
    recordings=(".codex/sessions/**/rollout-*.jsonl",),
)
