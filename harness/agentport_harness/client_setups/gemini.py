"""Gemini CLI, tried with 0.61.0."""

from __future__ import annotations

from agentport_harness.setups.client import Client, Credentials, FilePlace, TimeLimit, Transport
from agentport_harness.setups.variables import DOLLAR

GEMINI = Client(
    name="gemini",
    title="Gemini CLI",
    command="gemini",
    tried=(0, 61, 0),
    files=(
        FilePlace(scope="project", path="{project}/.gemini/settings.json", dialect="json-comments"),
        FilePlace(scope="user", path="{home}/.gemini/settings.json", dialect="json-comments"),
        FilePlace(
            scope="user", path="{home}/.gemini/trustedFolders.json", dialect="json-comments", holds="trust"
        ),
    ),
    signs=("{home}/.gemini",),
    servers=("mcpServers",),
    mistaken=(("mcp_servers",), ("mcp-servers",), ("mcp", "servers"), ("mcp", "mcpServers"), ("servers",)),
    url_fields=("url", "httpUrl"),
    fields=frozenset(
        (
            "url", "httpUrl", "type", "headers", "tcp", "timeout", "trust", "description", "includeTools",
            "excludeTools", "extension", "oauth", "authProviderType", "targetAudience", "targetServiceAccount",
            "command", "args", "env", "cwd",
        )
    ),
    renamed={
        "header": "headers",
        "http_headers": "headers",
        "env_http_headers": "headers",
        "serverUrl": "url",
        "tool_timeout_sec": "timeout",
        "trusted": "trust",
    },
    numbers=frozenset(("timeout",)),
    switches=frozenset(("trust",)),
    allowed_tools="includeTools",
    refused_tools="excludeTools",
    transport=Transport(field="type", wanted="http", accepted=frozenset(("http",)), required=False),
    credentials=Credentials(headers="headers", syntax=DOLLAR, form="${{{name}}}"),
    limit=TimeLimit(field="timeout", unit=1000, defaults=(((), 600),)),
    skills=(
        "{project}/.agents/skills", "{project}/.gemini/skills", "{home}/.agents/skills", "{home}/.gemini/skills",
    ),
    sign_in="/mcp auth",
    signed_in="{home}/.gemini/mcp-oauth-tokens.json",
    unread=("{project}/.claude/skills", "{home}/.claude/skills", "{project}/.cursor/skills"),
)  # fmt: skip
