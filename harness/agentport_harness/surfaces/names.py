"""Tool names as clients rewrite them, read back to server and tool.

Seen in the wild: ``agentport__call_tool`` · ``mcp__SERVER__agentport__call_tool`` (Claude Code, Codex up to 0.121) ·
``SERVER_agentport__call_tool`` (opencode) · ``mcp_SERVER_agentport__call_tool`` (gemini-cli) ·
``SERVER.agentport__call_tool`` · a namespace ``mcp__SERVER`` beside the name (Codex since 0.122).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

PREFIX = "agentport__"
REQUIRED_ARGUMENTS: Mapping[str, frozenset[str]] = {
    "list_available_integrations": frozenset(),
    "get_integration": frozenset({"integration_id"}),
    "list_installed_integrations": frozenset(),
    "install_integration": frozenset({"integration_id", "auth_method"}),
    "uninstall_integration": frozenset({"integration_id"}),
    "get_auth_status": frozenset({"integration_id"}),
    "start_oauth_flow": frozenset({"integration_id"}),
    "list_integration_tools": frozenset(),
    "describe_tool": frozenset({"integration_id", "tool_name"}),
    "call_tool": frozenset({"integration_id", "tool_name", "arguments"}),
    "await_approval": frozenset({"request_id"}),
}
"""Every meta tool by its short name, with the arguments that it cannot do without."""
OPTIONAL_ARGUMENTS: Mapping[str, frozenset[str]] = {
    "list_available_integrations": frozenset({"type", "query"}),
    "install_integration": frozenset({"token"}),
    "list_integration_tools": frozenset({"integration_id", "query"}),
    "call_tool": frozenset({"additional_info"}),
}
"""The arguments that a meta tool takes beside those."""
META_TOOLS = frozenset(REQUIRED_ARGUMENTS)
_SEPARATORS = "_./:-"
_FLAT = re.compile(r"^mcp__(?P<server>.+?)__(?P<tool>.+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolName:
    """A tool's name without what the client added. ``meta`` is the meta tool's short name, empty for others."""

    server: str
    tool: str
    meta: str = ""


@lru_cache(maxsize=1024)
def read_name(recorded: str, server: str = "") -> ToolName:
    """Server and tool of a name as recorded; ``server`` is the server or namespace recorded beside it."""
    server = _bare_server(server)
    at = recorded.rfind(PREFIX)
    if at >= 0 and (at == 0 or recorded[at - 1] in _SEPARATORS):
        short = recorded[at + len(PREFIX) :]
        if short in META_TOOLS or (short and "__" not in short):
            return ToolName(server=server or _bare_server(recorded[:at]), tool=f"{PREFIX}{short}", meta=short)
    if not server and (flat := _FLAT.match(recorded)):
        return ToolName(server=flat["server"], tool=flat["tool"])
    return ToolName(server=server, tool=recorded)


def direct_tool(name: ToolName, gateways: Iterable[str]) -> tuple[str, str] | None:
    """Integration and tool when the name is a direct tool's on a server known to be the gateway, else None."""
    for gateway in gateways:
        tool = name.tool
        if name.server != gateway:
            if name.server:
                continue
            glued = re.match(rf"(?:mcp_)?{re.escape(gateway)}[_.:/-]", tool)
            if glued is None:
                continue
            tool = tool[glued.end() :]
        integration, separator, rest = tool.partition("__")
        if integration and separator and rest:
            return integration, rest
    return None


def _bare_server(recorded: str) -> str:
    bare = recorded.rstrip(_SEPARATORS)
    for added in ("mcp__", "mcp_"):
        bare = bare.removeprefix(added)
    return bare
