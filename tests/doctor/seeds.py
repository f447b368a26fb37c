"""Faults to put into good set-ups."""

from __future__ import annotations

from dataclasses import dataclass

from tests.doctor.homes import KEY


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """One fault: what is replaced by what, the ids found, on the line of which text, and whether --fix mends it."""

    name: str
    client: str
    old: str
    new: str
    ids: tuple[str, ...]
    at: str
    cure: str
    mends: bool = True
    file: str = ""
    left: tuple[str, ...] = ()


SEEDS = (
    Seed(
        name="the headers table of other clients", client="codex",
        old='env_http_headers = { "X-API-Key" = "AGENTPORT_API_KEY" }\n', new="",
        ids=("DR204",), at="", cure="env_http_headers",
    ),
    Seed(
        name="an address without /mcp", client="codex", old="agentport.sh/mcp", new="agentport.sh",
        ids=("DR202",), at="url =", cure="https://app.agentport.sh/mcp",
    ),
    Seed(
        name="no key at all", client="codex", old='env_http_headers = { "X-API-Key" = "AGENTPORT_API_KEY" }\n', new="",
        ids=("DR205",), at="[mcp_servers.agentport]", cure="env_http_headers",
    ),
    Seed(
        name="the key where the variable's name belongs", client="codex", old='"AGENTPORT_API_KEY"', new=f'"{KEY}"',
        ids=("DR210",), at="env_http_headers", cure="AGENTPORT_API_KEY",
    ),
    Seed(
        name="a variable with its dollar sign", client="codex", old='"AGENTPORT_API_KEY"', new='"$AGENTPORT_API_KEY"',
        ids=("DR210",), at="env_http_headers", cure="AGENTPORT_API_KEY",
    ),
    Seed(
        name="a variable that Codex does not fill in", client="codex",
        old='env_http_headers = { "X-API-Key" = "AGENTPORT_API_KEY" }',
        new='http_headers = { "X-API-Key" = "${AGENTPORT_API_KEY}" }',
        ids=("DR208",), at="http_headers", cure="env_http_headers",
    ),
    Seed(
        name="an inline bearer token", client="codex",
        old='env_http_headers = { "X-API-Key" = "AGENTPORT_API_KEY" }', new=f'bearer_token = "{KEY}"',
        ids=("DR204",), at="bearer_token", cure="env_http_headers",
    ),
    Seed(
        name="the approval mode missing", client="codex", old='default_tools_approval_mode = "approve"\n', new="",
        ids=("DR301",), at="[mcp_servers.agentport]", cure='default_tools_approval_mode = "approve"',
    ),
    Seed(
        name="a mode that asks", client="codex", old='= "approve"', new='= "prompt"',
        ids=("DR301",), at="default_tools_approval_mode", cure='default_tools_approval_mode = "approve"',
    ),
    Seed(
        name="a mode that Codex does not know", client="codex", old='= "approve"', new='= "always"',
        ids=("DR301",), at="default_tools_approval_mode", cure='default_tools_approval_mode = "approve"',
    ),
    Seed(
        name="the approval mode under a misspelt section", client="codex",
        old='default_tools_approval_mode = "approve"\nrequired = true\ntool_timeout_sec = 300\n',
        new='required = true\ntool_timeout_sec = 300\n\n[mcp_servers.agent-port]\n'
        'default_tools_approval_mode = "approve"\n',
        ids=("DR104", "DR301"), at="", cure="mcp_servers.agentport",
    ),
    Seed(
        name="a time limit below the poll budget", client="codex", old="tool_timeout_sec = 300",
        new="tool_timeout_sec = 60", ids=("DR306",), at="tool_timeout_sec", cure="tool_timeout_sec = 300",
    ),
    Seed(
        name="a number in quotes", client="codex", old="tool_timeout_sec = 300", new='tool_timeout_sec = "300"',
        ids=("DR106",), at="tool_timeout_sec", cure="tool_timeout_sec = 300",
    ),
    Seed(
        name="a setting that Codex does not know", client="codex", old="tool_timeout_sec", new="tool_timeout_secs",
        ids=("DR105",), at="tool_timeout_secs", cure="tool_timeout_sec",
    ),
    Seed(
        name="a server that is switched off", client="codex", old="required = true",
        new="required = true\nenabled = false", ids=("DR108",), at="enabled", cure="enabled = true",
    ),
    Seed(
        name="a gateway that is not required", client="codex", old="required = true\n", new="",
        ids=("DR112",), at="[mcp_servers.agentport]", cure="required = true",
    ),
    Seed(
        name="a tool that waits left out", client="codex", old="required = true",
        new='required = true\ndisabled_tools = ["agentport__await_approval"]',
        ids=("DR109",), at="disabled_tools", cure="without these tools",
    ),
    Seed(
        name="no time to answer at the start", client="codex", old="required = true",
        new="required = true\nstartup_timeout_sec = 1", ids=("DR307",), at="startup_timeout_sec",
        cure="startup_timeout_sec = 10",
    ),
    Seed(
        name="the table of other clients", client="codex", old="[mcp_servers.", new="[mcpServers.",
        ids=("DR103",), at="[mcpServers.agentport]", cure="mcp_servers",
    ),
    Seed(
        name="a broken table", client="codex", old="[mcp_servers.agentport]", new="[mcp_servers.agentport",
        ids=("DR101",), at="[mcp_servers.agentport", cure="TOML", mends=False, left=("DR101",),
    ),
    Seed(
        name="a placeholder for the key", client="codex",
        old='env_http_headers = { "X-API-Key" = "AGENTPORT_API_KEY" }',
        new='http_headers = { "X-API-Key" = "ap_your_key_here" }',
        ids=("DR207",), at="http_headers", cure="env_http_headers", mends=False, left=("DR207",),
    ),
    Seed(
        name="a blank behind the key", client="codex",
        old='env_http_headers = { "X-API-Key" = "AGENTPORT_API_KEY" }',
        new=f'http_headers = {{ "X-API-Key" = "{KEY} " }}',
        ids=("DR207",), at="http_headers", cure="env_http_headers",
    ),
    Seed(
        name="a header that the gateway does not read", client="codex", old='"X-API-Key"', new='"X-AgentPort-Key"',
        ids=("DR206",), at="env_http_headers", cure="X-API-Key",
    ),
    Seed(
        name="no type", client="claude-code", old='      "type": "http",\n', new="",
        ids=("DR107",), at='"agentport": {', cure='"type": "http"',
    ),
    Seed(
        name="the older transport", client="claude-code", old='"type": "http"', new='"type": "sse"',
        ids=("DR107",), at='"sse"', cure='"type": "http"',
    ),
    Seed(
        name="a variable as Gemini writes it", client="claude-code", old="${AGENTPORT_API_KEY}",
        new="$AGENTPORT_API_KEY",
        ids=("DR208",), at="$AGENTPORT_API_KEY", cure="${AGENTPORT_API_KEY}",
    ),
    Seed(
        name="the headers of Codex", client="claude-code", old='"headers"', new='"http_headers"',
        ids=("DR204",), at='"http_headers"', cure="the name 'headers'",
    ),
    Seed(
        name="no rule that allows the tools", client="claude-code", old=', "mcp__agentport__*"', new="",
        file=".claude/settings.json", ids=("DR302",), at='"allow"', cure="mcp__agentport__*",
    ),
    Seed(
        name="a rule that does not work", client="claude-code", old="mcp__agentport__*", new="mcp__*",
        file=".claude/settings.json", ids=("DR302",), at='"allow"', cure="mcp__agentport__*",
    ),
    Seed(
        name="a rule that asks", client="claude-code", old='"permissions": {',
        new='"permissions": {\n    "ask": ["mcp__agentport__*"],', file=".claude/settings.json",
        ids=("DR302",), at='"ask"', cure="permissions.ask without",
    ),
    Seed(
        name="a short limit in the environment", client="claude-code", old='"permissions": {',
        new='"env": {"MCP_TOOL_TIMEOUT": "10000"},\n  "permissions": {', file=".claude/settings.json",
        ids=("DR306",), at="MCP_TOOL_TIMEOUT", cure="300000",
    ),
    Seed(
        name="the word Bearer before an API key", client="claude-code", old="${AGENTPORT_API_KEY}",
        new="Bearer ${AGENTPORT_API_KEY}", ids=("DR206",), at="X-API-Key", cure="the key alone",
    ),
    Seed(
        name="a comma too many", client="claude-code", old='"}\n    }', new='"},\n    }',
        ids=("DR101",), at='"headers"', cure="plain JSON", mends=False, left=("DR101",),
    ),
    Seed(
        name="the table of VS Code", client="cursor", old='"mcpServers"', new='"servers"',
        ids=("DR103",), at='"agentport"', cure="mcpServers",
    ),
    Seed(
        name="a list without the gateway", client="cursor", old='"agentport:*"', new='"github:*"',
        file=".cursor/permissions.json", ids=("DR305",), at="mcpAllowlist", cure="agentport:*",
    ),
    Seed(
        name="a variable as Claude Code writes it", client="cursor", old="${env:AGENTPORT_API_KEY}",
        new="${AGENTPORT_API_KEY}", ids=("DR208",), at="X-API-Key", cure="${env:AGENTPORT_API_KEY}",
    ),
    Seed(
        name="the table of the others", client="vscode", old='"servers"', new='"mcpServers"',
        ids=("DR103",), at='"agentport": {', cure="servers",
    ),
    Seed(
        name="plain http", client="vscode", old="https://app", new="http://app",
        ids=("DR203",), at='"url"', cure="https://", mends=False, left=("DR203",),
    ),
    Seed(
        name="no type in opencode", client="opencode", old='      "type": "remote",\n', new="",
        ids=("DR107",), at='"agentport": {', cure='"type": "remote"',
    ),
    Seed(
        name="the limit that opencode has by itself", client="opencode", old=',\n      "timeout": 300000', new="",
        ids=("DR306",), at='"agentport": {', cure="timeout = 300000",
    ),
    Seed(
        name="a rule that asks about everything", client="opencode", old='"mcp": {',
        new='"permission": {"*": "ask"},\n  "mcp": {', ids=("DR304",), at='"permission"', cure="agentport_*",
    ),
    Seed(
        name="tools that are switched off", client="opencode", old='"mcp": {',
        new='"tools": {\n    "agentport_*": false\n  },\n  "mcp": {',
        ids=("DR304",), at="agentport_*", cure="no such switch",
    ),
    Seed(
        name="a server that Gemini does not trust", client="gemini", old=',\n      "trust": true', new="",
        ids=("DR303",), at='"agentport": {', cure='"trust": true',
    ),
    Seed(
        name="a list of servers without it", client="gemini", old='"mcpServers": {',
        new='"mcp": {"allowed": ["other"]},\n  "mcpServers": {', ids=("DR108",), at='"allowed"', cure="agentport",
    ),
    Seed(
        name="the name that another client has for the address", client="gemini", old='"url"', new='"serverUrl"',
        ids=("DR201",), at="serverUrl", cure="url",
    ),
    Seed(
        name="a blank in the address", client="gemini", old="agentport.sh/mcp", new="agentport.sh/mcp ",
        ids=("DR201",), at='"url"', cure="https://",
    ),
    Seed(
        name="an input that is not defined", client="vscode",
        old='"inputs": [{"type": "promptString", "id": "agentport", "description": "API key", "password": true}],\n  ',
        new="", ids=("DR213",), at="${input:", cure='"id": "agentport"',
    ),
    Seed(
        name="an input of VS Code", client="cursor", old="${env:AGENTPORT_API_KEY}", new="${input:key}",
        ids=("DR208",), at="X-API-Key", cure="${env:AGENTPORT_API_KEY}", mends=False, left=("DR208",),
    ),
    Seed(
        name="an entry that stands there twice", client="gemini", old='"mcpServers": {',
        new='"mcpServers": {\n    "agentport" : {},', ids=("DR114",), at='"agentport": {', cure="once", mends=False,
        left=("DR114",),
    ),
    Seed(
        name="no key in Claude Code", client="claude-code",
        old=',\n      "headers": {"X-API-Key": "${AGENTPORT_API_KEY}"}',
        new="", ids=("DR205",), at='"agentport": {', cure="${AGENTPORT_API_KEY}",
    ),
    Seed(
        name="a filter without the tool that waits", client="gemini", old=',\n      "trust": true',
        new=',\n      "includeTools": ["agentport__call_tool"],\n      "trust": true',
        ids=("DR109",), at="includeTools", cure="a list with these tools",
    ),
    Seed(
        name="a header that is a number", client="claude-code", old='"${AGENTPORT_API_KEY}"', new="5",
        ids=("DR106", "DR207"), at="X-API-Key", cure="a text in quotes", mends=False, left=("DR106", "DR207"),
    ),
    *(
        Seed(
            name=f"an address that {wrong}", client="codex", old='"https://app.agentport.sh/mcp"', new=f'"{address}"',
            ids=ids, at="url =", cure="https://app.agentport.sh/mcp", mends=False, left=ids,
        )
        for wrong, address, ids in (
            ("has another scheme", "ftp://app.agentport.sh/mcp", ("DR201",)),
            ("has no scheme", "app.agentport.sh/mcp", ("DR201",)),
            ("names no host", "https:///mcp", ("DR201",)),
            ("is no URL", "https://[app.agentport.sh/mcp", ("DR201",)),
            ("is a placeholder", "https://your-gateway.example.com/mcp", ("DR201",)),
            ("carries a password", "https://me:pw@app.agentport.sh/mcp", ("DR201",)),
            ("is a variable", "https://${HOST}/mcp", ("DR201",)),
        )
    ),
    Seed(
        name="a command beside the address", client="codex", old="required = true",
        new='required = true\ncommand = "npx"',
        ids=("DR107",), at="command", cure="the address alone", mends=False, left=("DR107",),
    ),
    Seed(
        name="the variables of Codex", client="claude-code", old='"headers": {"X-API-Key": "${AGENTPORT_API_KEY}"}',
        new='"env_http_headers": {"X-API-Key": "AGENTPORT_API_KEY"}', ids=("DR204",), at="env_http_headers",
        cure="${AGENTPORT_API_KEY}",
    ),
    Seed(
        name="a rule for everything", client="opencode", old='"mcp": {', new='"permission": "ask",\n  "mcp": {',
        ids=("DR304",), at='"permission"', cure='"agentport_*": "allow"', mends=False, left=("DR304",),
    ),
    Seed(
        name="a switch of another client", client="opencode", old='"oauth": false',
        new='"oauth": false, "disabled": true',
        ids=("DR105",), at='"disabled"', cure="enabled", mends=False, left=("DR105",),
    ),
    Seed(
        name="a server that is excluded", client="gemini", old='"mcpServers": {',
        new='"mcp": {"excluded": ["x", "agentport"]},\n  "mcpServers": {', ids=("DR108",), at="excluded",
        cure="the list without",
    ),
    Seed(
        name="a number that is none", client="gemini", old='"trust": true', new='"trust": true, "timeout": "a while"',
        ids=("DR106",), at='"timeout"', cure="a number", mends=False, left=("DR106",),
    ),
    Seed(
        name="a switch in quotes", client="gemini", old='"trust": true', new='"trust": "true"',
        ids=("DR106",), at='"trust"', cure="trust = True",
    ),
    Seed(
        name="an entry without an address", client="codex", old='url = "https://app.agentport.sh/mcp"\n', new="",
        ids=("DR104",), at="[mcp_servers.agentport]", cure="url", mends=False, left=("DR104",),
    ),
    Seed(
        name="two pieces of one name", client="codex", old="[mcp_servers.other]",
        new='[mcp_servers.agentprot]\ntool_timeout_sec = 400\n[mcp_servers.other]', ids=("DR104",),
        at="agentprot", cure="mcp_servers.agentport", mends=False, left=("DR104",),
    ),
    Seed(
        name="blanks in the key", client="gemini", old="$AGENTPORT_API_KEY", new="ap_live_1234 5678",
        ids=("DR207",), at="X-API-Key", cure="$", mends=False, left=("DR207",),
    ),
    Seed(
        name="an empty key", client="gemini", old="$AGENTPORT_API_KEY", new="",
        ids=("DR207",), at="X-API-Key", cure="$", mends=False, left=("DR207",),
    ),
)  # fmt: skip
