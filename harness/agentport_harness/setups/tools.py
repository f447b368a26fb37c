"""The gateway's tools that every use of it needs."""

from __future__ import annotations

from agentport_harness.surfaces.names import PREFIX

CALL, AWAIT = f"{PREFIX}call_tool", f"{PREFIX}await_approval"
NEEDED = (
    f"{PREFIX}list_installed_integrations",
    f"{PREFIX}list_integration_tools",
    f"{PREFIX}describe_tool",
    CALL,
    AWAIT,
)
"""The tools without which a gated call cannot be found, made and waited for."""
