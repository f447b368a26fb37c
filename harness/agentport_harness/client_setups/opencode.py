"""opencode, tried with 1.18.33."""

from __future__ import annotations

from agentport_harness.setups.client import Client, Credentials, FilePlace, Root, System, TimeLimit, Transport
from agentport_harness.setups.variables import FROM_FILE, PLAIN_BRACES

_MANAGED: dict[System, str] = {
    "linux": "/etc/opencode",
    "darwin": "/Library/Application Support/opencode",
    "windows": "C:/ProgramData/opencode",
}

OPENCODE = Client(
    name="opencode",
    title="opencode",
    command="opencode",
    tried=(1, 18, 33),
    roots={
        "xdg": Root(variable="XDG_CONFIG_HOME", otherwise="{home}/.config"),
        "data": Root(variable="XDG_DATA_HOME", otherwise="{home}/.local/share"),
        "named": Root(variable="OPENCODE_CONFIG"),
        "folder": Root(variable="OPENCODE_CONFIG_DIR"),
    },
    files=(
        *(
            FilePlace(scope="managed", path=f"{folder}/opencode.{ending}", dialect="jsonc", systems=(system,))
            for system, folder in _MANAGED.items()
            for ending in ("jsonc", "json")
        ),
        FilePlace(scope="environment", variable="OPENCODE_CONFIG_CONTENT", dialect="jsonc"),
        FilePlace(scope="environment", path="{folder}/opencode.jsonc", dialect="jsonc"),
        FilePlace(scope="environment", path="{folder}/opencode.json", dialect="jsonc"),
        FilePlace(scope="user", path="{home}/.opencode/opencode.jsonc", dialect="jsonc"),
        FilePlace(scope="user", path="{home}/.opencode/opencode.json", dialect="jsonc"),
        FilePlace(scope="project", path="{project}/.opencode/opencode.jsonc", dialect="jsonc", outermost=True),
        FilePlace(scope="project", path="{project}/.opencode/opencode.json", dialect="jsonc", outermost=True),
        FilePlace(scope="project", path="{project}/opencode.jsonc", dialect="jsonc"),
        FilePlace(scope="project", path="{project}/opencode.json", dialect="jsonc"),
        FilePlace(scope="environment", path="{named}", dialect="jsonc"),
        FilePlace(scope="user", path="{xdg}/opencode/opencode.jsonc", dialect="jsonc"),
        FilePlace(scope="user", path="{xdg}/opencode/opencode.json", dialect="jsonc", usual=True),
        FilePlace(scope="user", path="{xdg}/opencode/config.json", dialect="jsonc"),
    ),
    signs=("{xdg}/opencode",),
    servers=("mcp",),
    mistaken=(("mcpServers",), ("mcp", "servers"), ("mcp_servers",), ("mcp-servers",), ("servers",)),
    url_fields=("url",),
    fields=frozenset(("type", "url", "headers", "enabled", "oauth", "timeout", "command", "environment", "cwd")),
    renamed={
        "header": "headers",
        "http_headers": "headers",
        "env_http_headers": "headers",
        "httpUrl": "url",
        "serverUrl": "url",
        "disabled": "enabled",
        "tool_timeout_sec": "timeout",
    },
    numbers=frozenset(("timeout",)),
    switches=frozenset(("enabled",)),
    disabled=("enabled", False),
    transport=Transport(field="type", wanted="remote", accepted=frozenset(("remote",))),
    credentials=Credentials(headers="headers", syntax=PLAIN_BRACES, form="{{env:{name}}}", by_itself=FROM_FILE),
    limit=TimeLimit(
        field="timeout", unit=1000, defaults=(((), 60),), otherwise=(("experimental", "mcp_timeout"),),
        progress_extends=True,
    ),
    merges=True,
    skills=(
        "{project}/.agents/skills", "{project}/.claude/skills", "{project}/.opencode/skills",
        "{xdg}/opencode/skills", "{home}/.claude/skills", "{home}/.agents/skills",
    ),
    sign_in="opencode mcp auth",
    signed_in="{data}/opencode/mcp-auth.json",
    no_projects="OPENCODE_DISABLE_PROJECT_CONFIG",
)  # fmt: skip
