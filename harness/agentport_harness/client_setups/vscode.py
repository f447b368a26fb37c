"""Visual Studio Code; by its documentation, no version was tried."""

from __future__ import annotations

from agentport_harness.setups.client import Client, Credentials, FilePlace, Root, Transport
from agentport_harness.setups.variables import ENV_BRACES, PROMPT

VSCODE = Client(
    name="vscode",
    title="VS Code",
    command="code",
    tried=(),
    roots={
        "xdg": Root(variable="XDG_CONFIG_HOME", otherwise="{home}/.config"),
        "appdata": Root(variable="APPDATA", otherwise="{home}/AppData/Roaming"),
    },
    files=(
        FilePlace(scope="project", path="{project}/.vscode/mcp.json", dialect="jsonc"),
        FilePlace(scope="user", path="{xdg}/Code/User/mcp.json", dialect="jsonc", systems=("linux",)),
        FilePlace(
            scope="user", path="{home}/Library/Application Support/Code/User/mcp.json", dialect="jsonc",
            systems=("darwin",),
        ),
        FilePlace(scope="user", path="{appdata}/Code/User/mcp.json", dialect="jsonc", systems=("windows",)),
    ),
    signs=("{xdg}/Code/User", "{home}/Library/Application Support/Code/User", "{appdata}/Code/User"),
    servers=("servers",),
    mistaken=(("mcpServers",), ("mcp_servers",), ("mcp", "servers"), ("mcp", "mcpServers"), ("mcp",)),
    url_fields=("url",),
    fields=frozenset(
        (
            "type", "url", "headers", "oauth", "command", "args", "env", "envFile", "dev", "gallery", "version", "cwd",
            "sandboxEnabled", "sandbox",
        )
    ),
    renamed={
        "header": "headers",
        "http_headers": "headers",
        "env_http_headers": "headers",
        "httpUrl": "url",
        "serverUrl": "url",
        "requestInit": "headers",
    },
    transport=Transport(field="type", wanted="http", accepted=frozenset(("http",)), required=False),
    credentials=Credentials(headers="headers", syntax=ENV_BRACES, form="${{env:{name}}}", by_itself=PROMPT),
    skills=(
        "{project}/.github/skills", "{project}/.agents/skills", "{project}/.claude/skills",
        "{home}/.copilot/skills", "{home}/.agents/skills", "{home}/.claude/skills",
    ),
    sign_in="MCP: List Servers, Start Server",
)  # fmt: skip
