"""Gemini CLI, tried with 0.61.0."""

from __future__ import annotations

from agentport_harness.setups.client import Client, Credentials, FilePlace, Root, Scope, System, TimeLimit, Transport
from agentport_harness.setups.variables import DOLLAR

_SYSTEM: dict[System, str] = {
    "linux": "/etc/gemini-cli",
    "darwin": "/Library/Application Support/GeminiCli",
    "windows": "C:/ProgramData/gemini-cli",
}


def _of_the_machine(scope: Scope, kind: str) -> tuple[FilePlace, ...]:
    return tuple(
        FilePlace(scope=scope, path=f"{{{kind}_{system}}}", dialect="json-comments", systems=(system,))
        for system in _SYSTEM
    )


GEMINI = Client(
    name="gemini",
    title="Gemini CLI",
    command="gemini",
    tried=(0, 61, 0),
    roots={
        "own": Root(variable="GEMINI_CLI_HOME", otherwise="{home}"),
        **{
            f"settings_{system}": Root(variable="GEMINI_CLI_SYSTEM_SETTINGS_PATH", otherwise=f"{folder}/settings.json")
            for system, folder in _SYSTEM.items()
        },
        **{
            f"defaults_{system}": Root(
                variable="GEMINI_CLI_SYSTEM_DEFAULTS_PATH", otherwise=f"{folder}/system-defaults.json"
            )
            for system, folder in _SYSTEM.items()
        },
    },
    files=(
        *_of_the_machine("managed", "settings"),
        FilePlace(scope="project", path="{project}/.gemini/settings.json", dialect="json-comments"),
        FilePlace(scope="user", path="{own}/.gemini/settings.json", dialect="json-comments"),
        FilePlace(
            scope="user", path="{own}/.gemini/trustedFolders.json", dialect="json-comments", holds="trust"
        ),
        *_of_the_machine("system", "defaults"),
    ),
    signs=("{own}/.gemini",),
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
        "{project}/.agents/skills", "{project}/.gemini/skills", "{own}/.agents/skills", "{own}/.gemini/skills",
    ),
    sign_in="/mcp auth",
    signed_in="{own}/.gemini/mcp-oauth-tokens.json",
    unread=("{project}/.claude/skills", "{home}/.claude/skills", "{project}/.cursor/skills"),
)  # fmt: skip
