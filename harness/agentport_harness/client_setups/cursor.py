"""Cursor, editor and command line; by its documentation, no version was tried."""

from __future__ import annotations

from agentport_harness.setups.client import Client, Credentials, FilePlace, Transport
from agentport_harness.setups.variables import ENV_BRACES

CURSOR = Client(
    name="cursor",
    title="Cursor",
    command="cursor-agent",
    tried=(),
    files=(
        FilePlace(scope="project", path="{project}/.cursor/mcp.json", dialect="jsonc"),
        FilePlace(scope="user", path="{home}/.cursor/mcp.json", dialect="jsonc"),
        FilePlace(scope="user", path="{home}/.cursor/permissions.json", dialect="jsonc", holds="settings"),
    ),
    signs=("{home}/.cursor",),
    servers=("mcpServers",),
    mistaken=(("mcp_servers",), ("mcp-servers",), ("mcp", "servers"), ("mcp",), ("servers",)),
    url_fields=("url",),
    fields=frozenset(("type", "url", "headers", "auth", "command", "args", "env", "envFile")),
    renamed={
        "header": "headers",
        "http_headers": "headers",
        "env_http_headers": "headers",
        "httpUrl": "url",
        "serverUrl": "url",
    },
    transport=Transport(
        field="type", wanted="http", accepted=frozenset(("http", "streamable-http", "streamableHttp")), required=False
    ),
    credentials=Credentials(headers="headers", syntax=ENV_BRACES, form="${{env:{name}}}"),
    skills=(
        "{project}/.agents/skills", "{project}/.cursor/skills", "{home}/.agents/skills", "{home}/.cursor/skills",
        "{home}/.cursor/plugins/cache/*/agentport-skills/*/skills",
    ),
    sign_in="Customize, MCPs",
)  # fmt: skip
