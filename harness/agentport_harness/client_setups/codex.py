"""Codex CLI, tried with 0.169.0; 0.122 is the first that leaves approval to the gateway."""

from __future__ import annotations

from agentport_harness.setups.client import Client, Credentials, FilePlace, Root, TimeLimit

CODEX = Client(
    name="codex",
    title="Codex",
    command="codex",
    tried=(0, 169, 0),
    oldest=(0, 122, 0),
    roots={"codex": Root(variable="CODEX_HOME", otherwise="{home}/.codex")},
    files=(
        FilePlace(
            scope="managed", path="/etc/codex/managed_config.toml", dialect="toml", systems=("linux", "darwin")
        ),
        FilePlace(scope="project", path="{project}/.codex/config.toml", dialect="toml"),
        FilePlace(scope="user", path="{codex}/config.toml", dialect="toml"),
        FilePlace(scope="system", path="/etc/codex/config.toml", dialect="toml", systems=("linux", "darwin")),
        FilePlace(
            scope="managed", path="/etc/codex/requirements.toml", dialect="toml", holds="limits",
            systems=("linux", "darwin"),
        ),
    ),
    signs=("{codex}",),
    servers=("mcp_servers",),
    mistaken=(("mcpServers",), ("mcp-servers",), ("mcp_server",), ("mcp", "servers"), ("mcp",), ("servers",)),
    url_fields=("url",),
    fields=frozenset(
        (
            "url", "http_headers", "env_http_headers", "bearer_token_env_var", "http_headers_helper", "scopes",
            "startup_timeout_sec", "startup_timeout_ms", "tool_timeout_sec", "enabled", "required", "enabled_tools",
            "disabled_tools", "default_tools_approval_mode", "tools", "oauth", "oauth_resource", "name",
            "environment_id", "supports_parallel_tool_calls", "command", "args", "env", "env_vars", "cwd",
        )
    ),
    renamed={
        "headers": "http_headers",
        "header": "http_headers",
        "env_headers": "env_http_headers",
        "bearer_token_env": "bearer_token_env_var",
        "timeout": "tool_timeout_sec",
        "tool_timeout": "tool_timeout_sec",
        "tool_timeout_secs": "tool_timeout_sec",
        "startup_timeout": "startup_timeout_sec",
        "approval_mode": "default_tools_approval_mode",
        "default_tool_approval_mode": "default_tools_approval_mode",
        "httpUrl": "url",
    },
    numbers=frozenset(("startup_timeout_sec", "tool_timeout_sec", "startup_timeout_ms")),
    switches=frozenset(("enabled", "required")),
    disabled=("enabled", False),
    allowed_tools="enabled_tools",
    refused_tools="disabled_tools",
    credentials=Credentials(
        headers="http_headers", variables="env_http_headers", bearer="bearer_token_env_var"
    ),
    limit=TimeLimit(field="tool_timeout_sec", unit=1, defaults=(((0, 150), 300), ((), 120))),
    merges=True,
    skills=(
        "{project}/.agents/skills", "{project}/.codex/skills", "{home}/.agents/skills", "{codex}/skills",
        "{codex}/plugins/cache/*/agentport-skills/*/skills",
    ),
    sign_in="codex mcp login",
    signed_in="{codex}/.credentials.json",
    unread=("{project}/.claude/skills", "{home}/.claude/skills", "{project}/.cursor/skills", "{project}/skills"),
)  # fmt: skip
